"""Content of messages in the form of either endpoint."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tokcount.logs.scalars import Json
from tokcount.reports.migrate.reading.content import known
from tokcount.reports.migrate.request import Audio, Content, File, Image, NotMigratedError, Part, Text

CHAT_IMAGE: Final = "an image by the id of a file: chat requests take URLs"
CHAT_FILE: Final = "a file by its URL: chat requests take ids and contents"
CHAT_RESULT: Final = "the result of a call with media: chat requests take text there"
NO_AUDIO: Final = "an audio part: Responses requests take none"
NOT_OF_ASSISTANT: Final = "media in a message of the assistant: the API takes text there"
"""Why a request cannot be written for an endpoint."""


def chat_content(content: Content) -> Any:
    """Content of the messages of users."""
    return content if isinstance(content, str) else [_chat_part(part) for part in content]


def chat_texts(content: Content, reason: str) -> Any:
    """Content of messages in which chat takes text only. Raises `NotMigratedError` with `reason` for media."""
    if isinstance(content, str):
        return content
    if not all(isinstance(part, Text) for part in content):
        raise NotMigratedError(reason)
    return [_chat_part(part) for part in content]


def _chat_part(part: Part) -> Json:
    match part:
        case Text():
            kind = "refusal" if part.refusal else "text"
            return {"type": kind, kind: part.text, **_breakpoint(part)}
        case Image():
            if part.url is None:
                raise NotMigratedError(CHAT_IMAGE)
            return {
                "type": "image_url",
                "image_url": known(url=part.url, detail=part.detail),
                **_breakpoint(part),
            }
        case Audio():
            return {"type": "input_audio", "input_audio": {"data": part.data, "format": part.format}}
        case File():
            if part.file_url is not None:
                raise NotMigratedError(CHAT_FILE)
            file = known(file_id=part.file_id, file_data=part.file_data, filename=part.filename)
            return {"type": "file", "file": file, **_breakpoint(part)}


def responses_content(content: Content) -> Any:
    """Content of messages and of results."""
    return content if isinstance(content, str) else [_responses_part(part) for part in content]


def _responses_part(part: Part) -> Json:
    match part:
        case Text():
            return {"type": "input_text", "text": part.text, **_breakpoint(part)}
        case Image():
            fields = known(image_url=part.url, file_id=part.file_id, detail=part.detail or "auto")
            return {"type": "input_image", **fields, **_breakpoint(part)}
        case Audio():
            raise NotMigratedError(NO_AUDIO)
        case File():
            names = ("file_id", "file_url", "file_data", "filename")
            fields = known(**{name: getattr(part, name) for name in names})
            return {"type": "input_file", **fields, **_breakpoint(part)}


def _breakpoint(part: Text | Image | File) -> Json:
    if part.breakpoint is None:
        return {}
    return {"prompt_cache_breakpoint": msgspec.to_builtins(part.breakpoint)}
