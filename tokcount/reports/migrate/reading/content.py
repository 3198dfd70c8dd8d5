"""The content of a message: text, images, audio and files, of either endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from tokcount.logs.record import PART_KINDS
from tokcount.logs.scalars import Json
from tokcount.reports.migrate.request import (
    Audio,
    Content,
    File,
    Image,
    Loss,
    NotMigratedError,
    Part,
    Role,
    Text,
)

NOT_A_MESSAGE: Final = "a message without a role that the API has"
NOT_TEXT: Final = "content that is neither text nor parts"
OTHER_PART: Final = "a part of a message that the API does not have"
MEDIA: Final = {
    "image": "an image without a URL, or with values that the API refuses",
    "audio": "an audio part that the API refuses",
    "file": "a file without an id, a URL or its content",
}
THINKING: Final = Loss("reasoning", "dropped", "reasoning of the old model")
EMPTY: Final = Loss("content", "rewritten", "a message without content is written with an empty text")


def checked(given: Any, kind: Any, reason: str) -> Any:
    """A value as one of the types of a request. Raises `NotMigratedError` for one that the API refuses."""
    try:
        return msgspec.convert(given, kind)
    except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        raise NotMigratedError(reason) from None


def known(**fields: Any) -> Json:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def read_content(content: Any, losses: list[Loss]) -> Content:
    """The content of a message; its text is not changed. Raises `NotMigratedError` for what the API does not take."""
    if isinstance(content, str):
        return content
    if content is None or content == []:
        losses.append(EMPTY)
        return ""
    if not isinstance(content, list):
        raise NotMigratedError(NOT_TEXT)
    parts = [part for given in content if (part := _part(given, losses)) is not None]
    return parts or ""


def role_of(message: Any) -> Role:
    """Whose message it is. Raises `NotMigratedError` for a role that the API does not have."""
    role: Role = checked(message.get("role") if isinstance(message, dict) else None, Role, NOT_A_MESSAGE)
    return role


def plain(content: Content) -> str | None:
    """The text of content that is nothing else; `None` when it holds media."""
    if isinstance(content, str):
        return content
    texts = [part.text for part in content if isinstance(part, Text)]
    return "".join(texts) if len(texts) == len(content) else None


def _part(given: Any, losses: list[Loss]) -> Part | None:
    if isinstance(given, str):
        return Text(given)
    if not isinstance(given, dict):
        raise NotMigratedError(NOT_TEXT)
    name = given.get("type", "text")
    if name == "thinking":
        losses.append(THINKING)
        return None
    kind = PART_KINDS.get(name, "") if isinstance(name, str) else ""
    part: Part
    if kind in _MEDIA:
        part = checked(_MEDIA[kind](given), _TYPES[kind], MEDIA[kind])
        return part
    text = given.get("refusal" if kind == "refusal" else "text")
    if isinstance(text, dict):
        text = text.get("value")
    if not isinstance(text, str):
        raise NotMigratedError(OTHER_PART)
    if not kind:
        losses.append(Loss("content", "changed", "a part of another type becomes a text part"))
    fields = known(text=text, refusal=kind == "refusal", breakpoint=_breakpoint(given))
    part = checked(fields, Text, OTHER_PART)
    return part


def _image(part: Json) -> Json:
    image = part.get("image_url")
    nested = image if isinstance(image, dict) else part
    url = nested.get("url") if isinstance(image, dict) else image
    return known(
        url=url, file_id=part.get("file_id"), detail=nested.get("detail"), breakpoint=_breakpoint(part)
    )


def _audio(part: Json) -> Json:
    audio = part.get("input_audio")
    return audio if isinstance(audio, dict) else part


def _file(part: Json) -> Json:
    nested = part.get("file")
    file = nested if isinstance(nested, dict) else part
    return known(
        **{name: file.get(name) for name in ("file_id", "file_url", "file_data", "filename")},
        breakpoint=_breakpoint(part),
    )


def _breakpoint(part: Json) -> Any:
    return part.get("prompt_cache_breakpoint")


_MEDIA: Final[dict[str, Callable[[Json], Json]]] = {"image": _image, "audio": _audio, "file": _file}
_TYPES: Final[dict[str, Any]] = {"image": Image, "audio": Audio, "file": File}
