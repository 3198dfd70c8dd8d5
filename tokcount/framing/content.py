"""The content of a message: its text, its media, and whether it has a form that the API accepts."""

from __future__ import annotations

from typing import Any, NamedTuple

from tokcount.logs.record import MEDIA_TYPES, PART_KINDS

THINKING = "thinking"
"""Type of a part with reasoning, and the key of its text."""

TEXT_KEYS = {
    **{name: kind for name, kind in PART_KINDS.items() if kind in ("text", "refusal")},
    THINKING: THINKING,
}
"""Type of a part → key of its text; the key is named like the kind."""

ROLES = ("system", "developer", "user", "assistant", "tool", "function", "prompt", "other")
"""The roles that content is counted by; `prompt` is text without messages, `other` any other role."""
INSTRUCTION_ROLES = frozenset({"system", "developer"})
TOOL_ROLES = frozenset({"tool", "function"})

UNEXPECTED = "content that is neither text nor parts"
OTHER_PART = "a part of a type that the API does not have"
REASONING = "reasoning sent back as text, which some APIs leave out"


def reasoning_of(message: dict[str, Any]) -> str:
    """The reasoning that other APIs keep as text next to the content of a message; empty without any."""
    found = message.get("reasoning_content") or message.get("reasoning")
    return found if isinstance(found, str) else ""


class Content(NamedTuple):
    """What the content of a message holds."""

    text: str
    media: list[dict[str, Any]]
    doubt: str = ""
    """Why it is not known that the text is all, and as the API encodes it."""


def read_content(content: Any) -> Content:
    """The text of a message as the API encodes it: all text and refusal parts, joined without a separator.

    `None` is the empty text. A dict gives its only string value, a number its digits; both are in doubt. What cannot
    be read is left to `tokcount.logs.accounting`.
    """
    if isinstance(content, str):
        return Content(content, [])
    if content is None:
        return Content("", [])
    if isinstance(content, list):
        return _read_parts(content)
    if isinstance(content, dict):
        strings = [value for key, value in content.items() if isinstance(value, str) and key != "type"]
        return Content(strings[0] if len(strings) == 1 else "", [], UNEXPECTED)
    return Content(str(content), [], UNEXPECTED)


def _read_parts(parts: list[Any]) -> Content:
    texts: list[str] = []
    media: list[dict[str, Any]] = []
    doubt = ""
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        if not isinstance(part, dict):
            doubt = UNEXPECTED
            continue
        kind = part.get("type")
        kind = kind if isinstance(kind, str) else "text"
        if kind in MEDIA_TYPES:
            media.append(part)
            continue
        text = _text_of(part, kind)
        if text is None:
            doubt = UNEXPECTED
        else:
            texts.append(text)
            if kind not in PART_KINDS:
                doubt = doubt or (REASONING if kind == THINKING else OTHER_PART)
    return Content("".join(texts), media, doubt)


def _text_of(part: dict[str, Any], kind: str) -> str | None:
    text = part.get(TEXT_KEYS.get(kind, "text"))
    if isinstance(text, dict):
        text = text.get("value")
    return text if isinstance(text, str) else None
