"""Records from bodies in the shape of the OpenAI API: the last step of every format.

A format finds or builds the two bodies and collects what the log says about the call in `CallMetadata`;
`body_record` makes the record. Where a body and the metadata both name the served model or the billed usage, the body
wins, because the log derived its own columns from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tokcount.logs.accounting.contradiction import with_echo
from tokcount.logs.adapt.answers import (
    answer_of,
    as_chat,
    is_answer_body,
    is_unread,
    response_kind,
)
from tokcount.logs.adapt.foreign.apis import APIS, api_of_request, api_of_response
from tokcount.logs.adapt.metadata import CallMetadata, metadata_around
from tokcount.logs.adapt.normalize import is_plain_answer, normalize
from tokcount.logs.adapt.requests import is_plain_chat, messages_in, shaped, without_answer
from tokcount.logs.adapt.usage import body_usage, whole
from tokcount.logs.adapt.vendors import host_of, served_region, served_tier
from tokcount.logs.record import Kind, Record, Skipped, SkipReason, Usage
from tokcount.logs.scalars import Json, label, number, text, timestamp
from tokcount.vendors import is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tokcount.logs.format import Item, Location


_NOTHING: Json = {}
AS_SENT: Final = ("openai.", *(f"{api.name}." for api in APIS))
"""Formats whose request bodies are those that were sent: their last message is part of the request."""


def skipped(place: Location, reason: SkipReason, detail: str, format_name: str) -> Skipped:
    """Something at `at` that is not a record."""
    return Skipped(source=place.source, line=place.line, reason=reason, detail=detail, format=format_name)


def or_empty(found: Iterable[Item], at: Location, name: str) -> Iterator[Item]:
    """The items of one value, or that there are none: an envelope whose list of calls is empty."""
    empty = True
    for item in found:
        empty = False
        yield item
    if empty:
        yield skipped(at, "empty", "no call in it", name)


def request_kind(body: Json) -> Kind | None:
    """The endpoint that a request body is for, by its shape alone."""
    messages, prompt = body.get("messages"), body.get("prompt", _NOTHING)
    if isinstance(messages, list) or (messages and messages_in(messages)):
        return "chat"
    if not isinstance(prompt, dict) or messages_in(prompt):
        return "completions"
    if "input" in body or "instructions" in body:
        return "responses"
    return "chat" if "contents" in body and api_of_request(body) is not None else None


_PROMPT_FIELDS = {"chat": "messages", "completions": "prompt", "responses": "input"}
"""The field of the prompt of each endpoint. A body without it was not sent there, whatever a log claims."""


def failure(status: object, response: object) -> str | None:
    """Why a call failed (`HTTP 429`, `rate_limit_exceeded`), without the message; `None` when it succeeded."""
    code = None if status is None else number(status)
    if code is not None and code >= 400:
        return f"HTTP {code}"
    if not isinstance(response, dict) or response.get("choices"):
        return None
    error = response.get("error")
    if isinstance(error, dict) and error:
        return label(error.get("code"), "") or label(error.get("type"), "error")
    return "error" if isinstance(error, str) and error else None


_NO_ERROR = ("none", "null", "nan", "false", "no", "0", "ok")


def failure_of_row(row: Json) -> str | None:
    """Why the call of a row of a log of one's own failed; its cell of errors may also say that it did not."""
    status, error = row.get("status", row.get("status_code")), row.get("error")
    if isinstance(error, str) and error.strip().lower() in _NO_ERROR:
        error = None
    return failure(status, {"error": error})


def holds_text(request: Json | None, response: Json | None) -> bool:
    """Is there anything to count: a prompt or a list of messages (empty ones too), input, or an answer?"""
    if request is not None and (
        isinstance(request.get("messages"), list)
        or "prompt" in request
        or isinstance(request.get("input"), str | list)
        or request.get("instructions")
    ):
        return True
    return response is not None and bool(response.get("choices") or response.get("output"))


def body_record(
    place: Location,
    format_name: str,
    *,
    kind: Kind | None = None,
    request: Json | None = None,
    response: Json | None = None,
    metadata: CallMetadata | None = None,
    index: int = 0,
) -> Item:
    """The record of one call, or why there is none.

    `kind` is the endpoint according to the log; `None`: decided by the shapes of the bodies. A call without any
    text is a `usage` record, flagged `no_text` unless a flag explains that; without numbers too it is `empty`.
    """
    metadata = metadata or CallMetadata()
    request, response = _translated(request, response, metadata)
    kind = _kind(kind, request or {}, response or {})
    if kind == "embeddings":
        return _embeddings(place, format_name, request or {}, response or {}, metadata)
    if kind == "chat" and request and _is_plain(request, response, format_name):
        usage = _merged(_response_usage(response), metadata.usage)
        return _record(place, format_name, index, kind, request, response or None, usage, metadata)
    if response and not is_answer_body(response):
        response = answer_of(response, kind) or response
    if response and kind == "responses":
        response = _with_items(response)
    if request:
        request, kind = shaped(request, kind)
        if response and kind == "chat":
            if not format_name.startswith(AS_SENT):
                request = without_answer(request, response)
            response = as_chat(response)
        if response and kind == "responses":
            request = with_echo(request, response)
    usage = _merged(_response_usage(response or None), metadata.usage)
    is_read = not response or (response.get("choices") != [] and is_answer_body(response))
    if response and not is_read and is_unread(response):
        metadata.flags.add("unread_answer")
    has_text = holds_text(request or None, response or None)
    if not has_text:
        if usage is None and not metadata.flags:
            return skipped(place, "empty", "a call without text and without numbers", format_name)
        kind = "usage"
        if not metadata.flags & {"truncated", "redacted", "unread_answer"}:
            metadata.flags.add("no_text")
    record = _record(place, format_name, index, kind, request or None, response or None, usage, metadata)
    record.request = record.request if has_text else None
    record.response = record.response if has_text and is_read else None
    return normalize(record)


def _is_plain(request: Json, response: Json | None, format_name: str) -> bool:
    """Is nothing of a chat to be moved or converted, the common case?"""
    if not is_plain_chat(request) or not request["messages"]:
        return False
    if request["messages"][-1]["role"] == "assistant" and not (response and format_name.startswith(AS_SENT)):
        return False
    return not response or is_plain_answer(response)


def plain_record(place: Location, format_name: str, request: Json, response: Json, around: Json) -> Record:
    """The record of a chat of which nothing is to be moved or converted, with the metadata `around` its bodies."""
    metadata = metadata_around(around)
    usage = _merged(_response_usage(response), metadata.usage)
    return _record(place, format_name, 0, "chat", request, response, usage, metadata)


def _embeddings(
    place: Location, format_name: str, request: Json, response: Json, metadata: CallMetadata
) -> Item:
    """The record of a call for embeddings that has its input and what was billed for it; others are no record."""
    usage = body_usage(response.get("usage"))
    if usage is None or not isinstance(request.get("input"), str | list):
        return skipped(place, "not_llm", "an embeddings call", format_name)
    return _record(place, format_name, 0, "embeddings", request, None, usage, metadata)


def _translated(
    request: Json | None, response: Json | None, metadata: CallMetadata
) -> tuple[Json | None, Json | None]:
    """The two bodies of a call in the shape of the chat endpoint, if they are those of another vendor's API."""
    provider = None
    if request and (api := api_of_request(request)) is not None:
        if metadata.model and "model" not in request:
            request = {**request, "model": metadata.model}
        request, provider = api.request(request, metadata.flags), api.provider
    is_other = response and "choices" not in response and not is_answer_body(response)
    if response and is_other and (api := api_of_response(response)) is not None:
        response, provider = api.response(response), api.served_by(response)
    named = text((request or _NOTHING).get("model")) or metadata.model or ""
    if provider and "openai." not in named and "gpt-" not in named:  # Amazon serves OpenAI's models too
        metadata.provider = metadata.provider or provider
    return request, response


def _with_items(response: Json) -> Json:
    """A Responses answer whose text is only in `output_text`, with an item that holds it."""
    answer = response.get("output_text")
    if response.get("output") or not isinstance(answer, str):
        return response
    return {**response, **(answer_of(answer, "responses") or {})}


def text_record(place: Location, prompt: str, name: str = "generic.text") -> Item:
    """A prompt without an endpoint."""
    return prompt_record(place, name, prompt, None, CallMetadata())


def prompt_record(
    place: Location,
    name: str,
    prompt: object,
    response: Json | None,
    metadata: CallMetadata,
    kind: Kind = "text",
) -> Item:
    """A record of a prompt and perhaps its answer; an empty row is skipped."""
    if not isinstance(prompt, str | list | dict) or prompt in ([], {}):
        return skipped(place, "empty", "a row without a prompt", name)
    request: Json = {"prompt": prompt}
    if metadata.model:
        request["model"] = metadata.model
    return body_record(place, name, kind=kind, request=request, response=response, metadata=metadata)


def _kind(logged: Kind | None, request: Json, response: Json) -> Kind:
    """The logged endpoint, unless the request cannot have been sent there; else by the shapes of the bodies."""
    kind = logged or request_kind(request) or response_kind(response) or "chat"
    if request and kind in _PROMPT_FIELDS and _PROMPT_FIELDS[kind] not in request:
        return request_kind(request) or kind
    return kind


def _record(
    place: Location,
    format_name: str,
    index: int,
    kind: Kind,
    request: Json | None,
    response: Json | None,
    usage: Usage | None,
    metadata: CallMetadata,
) -> Record:
    """The record of two bodies, which take precedence over the metadata."""
    asked, answered = request or _NOTHING, response or _NOTHING
    model = text(asked.get("model")) or text(asked.get("engine")) or metadata.model
    served = text(answered.get("model")) or metadata.served_model
    if is_foreign(metadata.provider, served or model):
        metadata.flags.add("non_openai")
    if usage is not None and "non_openai" in metadata.flags and _excludes_parts(usage):
        whole(usage, apart=True)
    return Record(
        source=place.source,
        line=place.line,
        index=index,
        format=format_name,
        kind=kind,
        request=request,
        response=response,
        model=model or served,
        served_model=served,
        id=metadata.id or text(answered.get("id")),
        timestamp=metadata.timestamp or _created(answered),
        usage=usage,
        tier=served_tier(metadata.tier, asked, answered),
        region=metadata.region or served_region(asked, answered),
        host=metadata.host or host_of(metadata.provider),
        deployment=metadata.deployment,
        user=metadata.user or text(asked.get("user")),
        thread=metadata.thread,
        tags=metadata.tags,
        flags=tuple(sorted(metadata.flags)),
        read_from=metadata.read_from,
        conversation=metadata.conversation,
    )


def _excludes_parts(usage: Usage) -> bool:
    """Is the input less than what was read from a cache and written to it? Then these are not in it."""
    return usage.input is not None and usage.input < (usage.cached_input or 0) + (usage.cache_write or 0)


def _created(answered: Json) -> float | None:
    return timestamp(answered.get("created")) or timestamp(answered.get("created_at"))


def _response_usage(response: Json | None) -> Usage | None:
    return body_usage(response.get("usage")) if response else None


_NOT_MEASURED: Final = (None, 0)
_COMPLETED: Final = tuple(name for name in Usage.__struct_fields__ if not name.startswith("apart_"))


def _merged(billed: Usage | None, logged: Usage | None) -> Usage | None:
    """The numbers of the body, completed with those of the log; a 0 of the body may mean "not measured"."""
    if billed is None or logged is None:
        return billed or logged
    if billed.input in _NOT_MEASURED:
        billed.apart_input = logged.apart_input
    if billed.output in _NOT_MEASURED:
        billed.apart_output = logged.apart_output
    for field in _COMPLETED:
        found = getattr(logged, field)
        if found is not None and getattr(billed, field) in _NOT_MEASURED:
            setattr(billed, field, found)
    return billed
