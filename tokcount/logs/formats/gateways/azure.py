"""Azure: the gateway log of API Management (several rows a call), and the diagnostics of Azure OpenAI (numbers)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.bodies import CallMetadata, body_record, failure, skipped
from tokcount.logs.adapt.envelope import body_of
from tokcount.logs.adapt.usage import usage_from
from tokcount.logs.format import Location, Single
from tokcount.logs.scalars import decoded, decoded_object, number, text, timestamp, truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.format import Item
    from tokcount.logs.scalars import Json

_USAGE = {
    "input": ("PromptTokens",),
    "output": ("CompletionTokens",),
    "total": ("TotalTokens",),
    "cached_input": ("CachedTokens", "PromptCachedTokens"),
    "reasoning": ("ReasoningTokens",),
}

_OPEN_CALLS = 10_000
"""Calls whose rows are awaited at the same time; when one more begins, the oldest is taken as complete."""


class GatewayLog:
    """``azure.apim``: rows of ``ApiManagementGatewayLlmLog``.

    One call is several rows with one ``CorrelationId``: a row of token counts, and the messages, which the
    gateway cuts into chunks numbered by ``SequenceNumber``. Chunks are joined in order before they are parsed.
    Source: Azure Monitor table reference, ApiManagementGatewayLlmLog.
    """

    name = "azure.apim"
    keys = (
        frozenset({"CorrelationId", "RequestMessages"}),
        frozenset({"CorrelationId", "ResponseMessages"}),
        frozenset({"CorrelationId", "PromptTokens"}),
    )
    grouped = True

    def matches(self, value: Json) -> bool:
        return text(value.get("CorrelationId")) is not None

    def read(self, value: Json, place: Location, group: Json) -> Iterable[Item]:
        correlation = text(value.get("CorrelationId")) or ""
        if correlation not in group and len(group) >= _OPEN_CALLS:
            oldest = next(iter(group))
            call = group.pop(oldest)
            yield self._call(oldest, call["place"], call["rows"])
        group.setdefault(correlation, {"place": place, "rows": []})["rows"].append(value)

    def finish(self, group: Json) -> Iterable[Item]:
        for correlation, call in group.items():
            yield self._call(correlation, call["place"], call["rows"])
        group.clear()

    def _call(self, correlation: str, place: Location, rows: list[Json]) -> Item:
        rows.sort(key=lambda row: number(row.get("SequenceNumber")) or 0)
        messages = _joined(rows, "RequestMessages")
        answer = _joined(rows, "ResponseMessages")
        facts = CallMetadata(
            model=_said(rows, "ModelName"),
            deployment=_said(rows, "DeploymentName"),
            id=correlation,
            timestamp=next((t for row in rows if (t := timestamp(row.get("TimeGenerated")))), None),
            user=_said(rows, "UserId"),
        )
        facts.model = facts.model or facts.deployment
        billed = [usage for row in rows if (usage := usage_from(row, _USAGE)) and usage.input]
        facts.usage = billed[0] if billed else usage_from(rows[0], _USAGE)
        return body_record(
            place, self.name, request=_request(messages), response=_response(answer), facts=facts
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


def _said(rows: list[Json], column: str) -> str | None:
    return next((said for row in rows if (said := text(row.get(column)))), None)


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


class Diagnostics(Single):
    """``azure.diagnostics``: rows of AzureDiagnostics, category ``RequestResponse``.

    They hold lengths and names, no bodies, unless a template adds ``backend_request_body`` and
    ``response_body``.
    """

    name = "azure.diagnostics"
    keys = (
        frozenset({"properties", "category"}),
        frozenset({"properties", "Category"}),
        frozenset({"properties_s", "Category"}),
        frozenset({"backend_request_body"}),
    )

    def matches(self, value: Json) -> bool:
        if "backend_request_body" in value:
            return True
        properties = _properties(value)
        return "modelDeploymentName" in properties or "modelName" in properties

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        properties = _properties(value)
        source = {**properties, **value}
        request, response = (
            body_of(source.get("backend_request_body") or source.get("request_body")),
            body_of(source.get("response_body") or source.get("backend_response_body")),
        )
        error = failure(source.get("resultSignature") or source.get("ResultSignature"), response)
        if error:
            yield skipped(place, "error", f"a failed call ({error})", self.name)
            return
        facts = CallMetadata(
            model=text(properties.get("modelName")) or text(properties.get("modelDeploymentName")),
            deployment=text(properties.get("modelDeploymentName")),
            id=text(source.get("correlationId")) or text(source.get("CorrelationId")),
            timestamp=timestamp(source.get("time") or source.get("TimeGenerated")),
        )
        facts.usage = usage_from(source, _USAGE)
        if truth(source.get("cached")):
            facts.flags.add("cached_reply")
        if request is None and response is None:
            facts.flags.add("no_text")
        yield body_record(place, self.name, request=request, response=response, facts=facts)


def _properties(value: Json) -> Json:
    return decoded_object(value.get("properties") or value.get("properties_s"))


FORMATS = (GatewayLog(), Diagnostics())
