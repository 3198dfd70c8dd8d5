"""Azure: the gateway log of API Management (several rows per call), and the diagnostics of Azure OpenAI (numbers)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt import (
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    LogFormat,
    RunInfo,
    Session,
    body_of,
    body_record,
    decoded,
    decoded_object,
    failure,
    number,
    skipped,
    text,
    timestamp,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_USAGE = {
    "input": ("PromptTokens",),
    "output": ("CompletionTokens",),
    "total": ("TotalTokens",),
    "cached_input": ("CachedTokens", "PromptCachedTokens"),
    "reasoning": ("ReasoningTokens",),
}

_IDENTIFYING = frozenset({"modelDeploymentName", "modelName"})
"""Properties of a call in the diagnostics."""

_OPEN_CALLS = 10_000
"""Calls whose rows are awaited at the same time; when one more begins, the oldest is taken as complete."""


class GatewayLog(GroupedLogFormat):
    """`azure.apim`: rows of `ApiManagementGatewayLlmLog`.

    One call is several rows with one `CorrelationId`: a row of token counts, and the messages, which the
    gateway cuts into chunks numbered by `SequenceNumber`. Chunks are joined in order before they are parsed.
    Source: Azure Monitor table reference, ApiManagementGatewayLlmLog.
    """

    name = "azure.apim"
    keys = (
        frozenset({"CorrelationId", "RequestMessages"}),
        frozenset({"CorrelationId", "ResponseMessages"}),
        frozenset({"CorrelationId", "PromptTokens"}),
    )

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a call is in one file
        return _GatewaySession()


class _Call(msgspec.Struct):
    """The rows of one call so far."""

    at: Location
    rows: list[Json] = msgspec.field(default_factory=list)


class _GatewaySession(Session):
    """The calls of a file by their `CorrelationId`."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        correlation = text(value.get("CorrelationId"))
        return None if correlation is None else self._items(correlation, value, at)

    def _items(self, correlation: str, value: Json, at: Location) -> Iterator[Item]:
        if correlation not in self._calls and len(self._calls) >= _OPEN_CALLS:
            oldest = next(iter(self._calls))
            yield _item(oldest, self._calls.pop(oldest))
        self._calls.setdefault(correlation, _Call(at)).rows.append(value)

    def finish(self) -> Iterator[Item]:
        for correlation, call in self._calls.items():
            yield _item(correlation, call)


def _item(correlation: str, call: _Call) -> Item:
    rows = sorted(call.rows, key=lambda row: number(row.get("SequenceNumber")) or 0)
    messages = _joined(rows, "RequestMessages")
    answer = _joined(rows, "ResponseMessages")
    metadata = CallMetadata(
        model=_first_text(rows, "ModelName"),
        deployment=_first_text(rows, "DeploymentName"),
        id=correlation,
        timestamp=next((t for row in rows if (t := timestamp(row.get("TimeGenerated")))), None),
        user=_first_text(rows, "UserId"),
    )
    metadata.model = metadata.model or metadata.deployment
    billed = [usage for row in rows if (usage := usage_from(row, _USAGE)) and usage.input]
    metadata.usage = billed[0] if billed else usage_from(rows[0], _USAGE)
    return body_record(
        call.at, GatewayLog.name, request=_request(messages), response=_response(answer), metadata=metadata
    )


def _joined(rows: list[Json], column: str) -> Any:
    """The chunks of a column, joined and parsed; a list that is already parsed stays a list."""
    chunks = [row[column] for row in rows if row.get(column)]
    if chunks and all(isinstance(chunk, str) for chunk in chunks):
        whole = decoded("".join(chunks))
        if not isinstance(whole, str) or len(chunks) == 1:
            return whole
        chunks = [decoded(chunk) for chunk in chunks]
    if chunks and all(isinstance(chunk, list) for chunk in chunks):
        return [message for chunk in chunks for message in chunk]
    return chunks[0] if chunks else None


def _first_text(rows: list[Json], column: str) -> str | None:
    return next((found for row in rows if (found := text(row.get(column)))), None)


def _request(messages: Any) -> Json | None:
    if isinstance(messages, list):
        return {"messages": messages}
    if isinstance(messages, dict):
        return messages if "messages" in messages or "prompt" in messages else {"messages": [messages]}
    return {"messages": [{"role": "user", "content": messages}]} if isinstance(messages, str) else None


def _response(answer: Any) -> Json | None:
    if isinstance(answer, dict) and ("choices" in answer or "output" in answer):
        return answer
    messages = answer if isinstance(answer, list) else [answer] if isinstance(answer, dict) else None
    if messages is not None:
        choices = [{"index": n, "message": message} for n, message in enumerate(messages)]
        return {"choices": choices} if choices else None
    if isinstance(answer, str):
        return {"choices": [{"index": 0, "message": {"role": "assistant", "content": answer}}]}
    return None


class Diagnostics(LogFormat):
    """`azure.diagnostics`: rows of AzureDiagnostics, category `RequestResponse`.

    They hold lengths and names, no bodies, unless a template adds `backend_request_body` and
    `response_body`.
    """

    name = "azure.diagnostics"
    keys = (
        frozenset({"properties", "category"}),
        frozenset({"properties", "Category"}),
        frozenset({"properties_s", "Category"}),
        frozenset({"backend_request_body"}),
    )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        properties = decoded_object(value.get("properties") or value.get("properties_s"))
        if not _IDENTIFYING.isdisjoint(properties) or "backend_request_body" in value:
            return [self._item(value, properties, at)]
        return None

    def _item(self, value: Json, properties: Json, at: Location) -> Item:
        source = {**properties, **value}
        request, response = (
            body_of(source.get("backend_request_body") or source.get("request_body")),
            body_of(source.get("response_body") or source.get("backend_response_body")),
        )
        error = failure(source.get("resultSignature") or source.get("ResultSignature"), response)
        if error:
            return skipped(at, "error", f"a failed call ({error})", self.name)
        metadata = CallMetadata(
            model=text(properties.get("modelName")) or text(properties.get("modelDeploymentName")),
            deployment=text(properties.get("modelDeploymentName")),
            id=text(source.get("correlationId")) or text(source.get("CorrelationId")),
            timestamp=timestamp(source.get("time") or source.get("TimeGenerated")),
        )
        metadata.usage = usage_from(source, _USAGE)
        if truth(source.get("cached")):
            metadata.flags.add("cached_reply")
        if request is None and response is None:
            metadata.flags.add("no_text")
        return body_record(at, self.name, request=request, response=response, metadata=metadata)
