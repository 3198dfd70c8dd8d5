"""The values that OpenAI's API takes for each parameter: their types, and the fields of objects.

The ranges of numbers are in `tokcount.models.compatibility`, for every model. Source: openai/openai-openapi
(CreateCompletionRequest, CreateChatCompletionRequest, CreateResponse), and errors of the API where another source is
named.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from tokcount.reports.migrate.request import Filled

T = TypeVar("T")

Finite = Annotated[float, Meta(ge=-1e9, le=1e9)]
Answers = Annotated[int, Meta(ge=1, le=128)]
Seed = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Positive = Annotated[int, Meta(ge=1)]
Key = Annotated[str, Meta(min_length=1, max_length=64)]
Stop = Filled | list[Filled]
Metadata = Annotated[dict[Key, Annotated[str, Meta(max_length=512)]], Meta(max_length=16)]

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
Summary = Literal["auto", "concise", "detailed"]
Tier = Literal["auto", "default", "flex", "scale", "priority", "fast"]
Size = Literal["low", "medium", "high"]
Retention = Literal["in_memory", "24h"]
Truncation = Literal["auto", "disabled"]
ReasoningContext = Literal["auto", "current_turn", "all_turns"]
Modalities = Annotated[list[Literal["text", "audio"]], Meta(min_length=1)]
Included = Literal[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
]


class SpokenAnswer(msgspec.Struct):
    """How an answer is spoken."""

    format: Literal["wav", "aac", "mp3", "flac", "opus", "pcm16"]
    voice: Filled


class PredictedText(msgspec.Struct, tag="text"):
    """A part of a predicted answer."""

    text: str


class PredictedAnswer(msgspec.Struct, tag="content"):
    """Text that the answer is likely to repeat."""

    content: Filled | list[PredictedText]


class ModerationMode(msgspec.Struct):
    """What moderation does with one side of a call."""

    mode: Literal["score", "block"]


class ModerationPolicy(msgspec.Struct, omit_defaults=True):
    """What moderation does with a request and its answer."""

    input: ModerationMode | None = None
    output: ModerationMode | None = None


class Moderation(msgspec.Struct, omit_defaults=True):
    """Moderation in the same call."""

    model: Filled
    policy: ModerationPolicy | None = None


class CacheOptions(msgspec.Struct, omit_defaults=True):
    """How a prefix is cached."""

    mode: Literal["implicit", "explicit"] | None = None
    ttl: Literal["30m"] | None = None


class Compaction(msgspec.Struct, omit_defaults=True):
    """When the API shortens a long history."""

    type: Filled
    compact_threshold: int | None = None


Inclusions = list[Included]
Compactions = list[Compaction]

REFUSED: Final = object()
"""What `value_of` returns for a value that the API refuses; `None` is a value."""


def value_of(given: Any, kind: Any) -> Any:
    """A value as the API takes it, or `REFUSED`. A whole number that a log wrote as `5.0` becomes 5."""
    try:
        return _same(given, msgspec.convert(given, kind))
    except (msgspec.ValidationError, UnicodeEncodeError, RecursionError):
        pass
    if isinstance(given, float) and given.is_integer():
        return value_of(int(given), kind)
    return REFUSED


def _same(given: Any, converted: Any) -> Any:
    """The value of the log where nothing had to be left out of it."""
    return given if given == converted else msgspec.to_builtins(converted)
