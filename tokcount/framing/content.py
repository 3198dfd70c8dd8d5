"""The content of a message: its text, its media, and whether it has a form that the API accepts."""

from __future__ import annotations

from typing import Any

from tokcount.logs.record import MEDIA_TYPES, PART_KINDS

TEXT_KEYS = {name: kind for name, kind in PART_KINDS.items() if kind in ("text", "refusal")}
"""Type of a part → key of its text; the key is named like the kind."""

ROLES = ("system", "developer", "user", "assistant", "tool", "function", "prompt", "other")
"""The roles that content is counted by; `prompt` is text without messages, `other` any other role."""

Content = tuple[str, list[dict[str, Any]], bool]
"""Text, media parts, and whether the form is unexpected (the text is then only what was found)."""


def read_content(content: Any) -> Content:
    """The text of a message as the API encodes it: all text and refusal parts, joined without a separator.

    `None` is the empty text. A dict gives its only string value, a number its digits; both are unexpected.
    """
    if isinstance(content, str):
        return content, [], False
    if content is None:
        return "", [], False
    if isinstance(content, list):
        return _read_parts(content)
    if isinstance(content, dict):
        strings = [value for value in content.values() if isinstance(value, str)]
        return (strings[0] if len(strings) == 1 else ""), [], True
    return str(content), [], True


def _read_parts(parts: list[Any]) -> Content:
    texts: list[str] = []
    media: list[dict[str, Any]] = []
    unexpected = False
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        text, is_media = _read_part(part)
        if is_media:
            media.append(part)
        elif text is None:
            unexpected = True
        else:
            texts.append(text)
    return "".join(texts), media, unexpected


def _read_part(part: Any) -> tuple[str | None, bool]:
    if not isinstance(part, dict):
        return None, False
    kind = part.get("type")
    if not isinstance(kind, str):
        kind = "text"
    if kind in MEDIA_TYPES:
        return None, True
    text = part.get(TEXT_KEYS.get(kind, "text"))
    if isinstance(text, dict):
        text = text.get("value")
    return (text if isinstance(text, str) else None), False
