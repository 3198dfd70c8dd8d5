"""What logs are read into: `Record`, `Message`, `Part`, `Usage`, `Skipped`.

A record keeps its request and its response **in the shape of the OpenAI API of its kind**, whatever the log
looked like. The API bills that body, so the counting rules read it and nothing else; an adapter for another
format translates into it. `Record.messages` is the typed view of it for people.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from tokcount.logs.options import Kind as Kind  # noqa: PLC0414 - it belongs to records as well
from tokcount.logs.scalars import Json, text

VARIABLES_SHOWN: Final = 5
"""Variables of a template that a reason names."""


PartKind = Literal["text", "image", "audio", "file", "refusal", "other"]

PART_KINDS: dict[str, PartKind] = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "refusal": "refusal",
    "image_url": "image",
    "input_image": "image",
    "image": "image",
    "input_audio": "audio",
    "audio": "audio",
    "file": "file",
    "input_file": "file",
    "document_url": "file",
}
"""`type` of a part of a message's content → its kind; every other type is `other`.

Source: the OpenAI API reference (content parts of chat messages and Responses items); `image`, `audio` and
`document_url` are what other vendors' messages use.
"""

STATE_FIELDS = ("previous_response_id", "conversation", "prompt")
"""Fields of a Responses request that stand for a part of the prompt which the server has and the request has not."""

MEDIA_TYPES = frozenset(name for name, kind in PART_KINDS.items() if kind in ("image", "audio", "file"))
"""Types of parts that hold media instead of text."""


class Usage(msgspec.Struct, gc=False):
    """The token counts in the log, as billed. `None` means "not logged"; 0 is a logged zero.

    `input` includes `cached_input` and `cache_write`, and `output` includes `reasoning`, whatever the log writes: where
    it writes them apart (Anthropic's API does), they were added, and `apart_input` and `apart_output` are how many. The
    tokens of predicted outputs are part of `output`. `cost_usd` is the amount in the log, unchanged.
    """

    input: int | None = None
    output: int | None = None
    total: int | None = None
    cached_input: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    audio_input: int | None = None
    audio_output: int | None = None
    cost_usd: str | None = None
    source: Literal["response", "log", "csv", "stream"] = "response"
    requests: int = 1
    """API calls behind the numbers: more than one in an aggregated usage export."""
    image_input: int | None = None
    accepted_prediction: int | None = None
    rejected_prediction: int | None = None
    apart_input: int = 0
    apart_output: int = 0
    cache_write_long: int | None = None
    """The part of `cache_write` that was written for hours instead of minutes."""
    image_output: int | None = None
    web_searches: int | None = None
    """Searches of a hosted tool, which are charged in addition to tokens."""
    is_doubtful: bool = False
    """A logged number was not a number of tokens, such as -1 or NaN."""


class Part(msgspec.Struct, gc=False):
    """One part of a message's content; media are described, never stored."""

    kind: PartKind
    text: str | None = None
    detail: str | None = None


class Message(msgspec.Struct):
    """One message of a chat: its role, its parts in order, and the calls it makes or answers."""

    role: str
    parts: tuple[Part, ...] = ()
    name: str | None = None
    tool_calls: tuple[Json, ...] = ()
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """All text and refusal parts, joined with nothing between, as the API encodes them."""
        return "".join(part.text for part in self.parts if part.text)


class Record(msgspec.Struct, kw_only=True):
    """One API call in a log, or one stored conversation, or one prompt row.

    `request` and `response` are bodies in the shape of the OpenAI API of `kind`
    (completions and text: `prompt`; chat: `messages`; responses: `input`, `instructions`; responses:
    `choices` or `output`); `None` means "not in the log". `model` is the name in the log, `served_model`
    the one that the response names. `timestamp` is seconds since 1970 in UTC.
    """

    source: str
    line: int
    index: int = 0
    """n-th record of this line (0 unless a line holds several)."""
    format: str
    kind: Kind
    request: Json | None = None
    response: Json | None = None
    model: str | None = None
    served_model: str | None = None
    id: str | None = None
    custom_id: str | None = None
    """The caller's own name for the call in a batch; unique only within that batch."""
    timestamp: float | None = None
    usage: Usage | None = None
    tier: str | None = None
    """The service tier that the call was served in: `batch`, `flex`, `priority`, …; `None`: the standard one."""
    region: str | None = None
    """The region that the call was processed in, where its host names one: `eu`."""
    host: str | None = None
    """Who served the call, where the log names a host that bills otherwise than others: `vertex_ai`, `groq`."""
    deployment: str | None = None
    user: str | None = None
    thread: str | None = None
    tags: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    """Sorted words from `FLAGS`."""
    field: str | None = None
    """The field that was taken for the prompt, where its name alone does not say that it is one."""
    read_from: dict[str, str] | None = None
    """Of a log of one's own: meaning → the field that it was read from."""
    variables: tuple[str, ...] = ()
    """Of a prompt file: the variables of its template that have no value."""
    conversation: bool = False
    """A stored conversation, not a call: each assistant turn was one call that re-sent everything before it."""

    @property
    def messages(self) -> list[Message]:
        """The messages of the request, typed; a completions prompt has none."""
        return typed_messages(self)

    @property
    def without_value(self) -> str:
        """The first variables without a value, as a reason why a count is an estimate."""
        more = ", …" if len(self.variables) > VARIABLES_SHOWN else ""
        return f"variables without a value: {', '.join(self.variables[:VARIABLES_SHOWN])}{more}"


DUPLICATE: Final = "duplicate"
"""The flag of copies that are kept, and the reason of those that are not."""

NON_OPENAI: Final = "non_openai"
"""The flag of records that another vendor's model answered."""

FLAGS: dict[str, str] = {
    "truncated": "the log cut the text; it is not counted, logged usage is used",
    "redacted": "the log replaced the text; it is not counted, logged usage is used",
    "no_text": "the record holds no prompt text, only numbers",
    "hidden_context": "part of the billed prompt is not in the record (previous response, stored prompt, hosted tools)",
    "special_token_text": "text that looks like a special token, counted as ordinary text",
    "surrogate_repaired": "a lone surrogate was replaced by U+FFFD, as tiktoken does",
    "media": "image, audio or file parts",
    NON_OPENAI: "a model of another vendor: under other models than its vendor's, counts are estimates",
    "cached_reply": "answered from a gateway's cache, not billed",
    "unread_answer": "an answer of a form that is not known; its tokens are not counted",
    DUPLICATE: "a copy of a call that is in the log already, counted because of --keep-copies",
    "reserialised": "tool arguments or a schema logged as an object; the exact text is lost, the count is an estimate",
    "implausible_usage": "the logged tokens cannot be those of the text (0, fewer than the cached ones, negative, …); "
    "they are counted instead",
    "implausible_time": "the logged time is before 2020 or after tomorrow; the record is undated",
    "withheld_label": "a model, user, tag or other label that is a text instead of a name; shown as …",
    "odd_content": "a message whose content is not text, parts or null; its only text is counted",
    "template": "a template, counted as it is written",
    "fragment": "tools or a schema alone, without the messages of a request",
    "not_read": "fields that are neither counted nor known to cost nothing; the count is a lower bound",
}
"""Flag → its meaning."""

IMPLAUSIBLE = ("implausible_usage", "implausible_time", "withheld_label")
"""Flags of records with a value that cannot be true and was ignored."""

SkipReason = Literal[
    "error",
    "not_llm",
    "empty",
    "unparsed",
    "unrecognised",
    "encrypted",
    "duplicate",
    "unsupported",
    "unreadable",
]


class Skipped(msgspec.Struct, kw_only=True):
    """Something in a log that is not a record, with its location and the reason; never dropped silently."""

    source: str
    line: int
    reason: SkipReason
    detail: str = ""
    """One line for people, without log content beyond key names; includes what to do about it where possible."""
    format: str | None = None


def typed_messages(record: Record) -> list[Message]:
    """The messages of a chat or Responses request, in order; other kinds have none."""
    request = record.request or {}
    if record.kind == "chat":
        return _messages(request.get("messages"))
    if record.kind != "responses":
        return []
    given = request.get("input")
    messages = [Message("user", (Part("text", given),))] if isinstance(given, str) else _messages(given)
    instructions = request.get("instructions")
    if isinstance(instructions, str) and instructions:
        messages.insert(0, Message("system", (Part("text", instructions),)))
    return messages


def _messages(items: Any) -> list[Message]:
    return [_message(item) for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _message(item: Json) -> Message:
    """A message, or an item of the Responses API, which may be a call or its result."""
    kind = item.get("type")
    if kind in ("function_call", "custom_tool_call"):
        return Message("assistant", tool_calls=(item,), tool_call_id=text(item.get("call_id")))
    content = item.get("output") if "output" in item and "role" not in item else item.get("content")
    role = text(item.get("role")) or ("tool" if "output" in item else "assistant")
    calls = item.get("tool_calls")
    return Message(
        role,
        _parts(content, item.get("refusal")),
        name=text(item.get("name")),
        tool_calls=tuple(call for call in calls if isinstance(call, dict)) if isinstance(calls, list) else (),
        tool_call_id=text(item.get("tool_call_id")) or text(item.get("call_id")),
    )


def _parts(content: Any, refusal: Any) -> tuple[Part, ...]:
    parts: list[Part] = []
    if isinstance(content, str):
        parts.append(Part("text", content))
    elif isinstance(content, list):
        parts += [_part(part) for part in content if isinstance(part, dict)]
    if isinstance(refusal, str) and refusal:
        parts.append(Part("refusal", refusal))
    return tuple(parts)


def _part(part: Json) -> Part:
    kind = PART_KINDS.get(str(part.get("type")), "other")
    written = part.get("text") if kind == "text" else part.get("refusal") if kind == "refusal" else None
    image = part.get("image_url")
    detail = image.get("detail") if isinstance(image, dict) else part.get("detail")
    return Part(kind, written if isinstance(written, str) else None, text(detail))
