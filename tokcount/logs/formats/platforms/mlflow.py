"""MLflow traces: the JSON of the API and of the artifact, and the `spans` table of its database.

The values of a span's attributes are JSON in strings. A model span that has another model span below it is a
wrapper around that call (LangChain around the OpenAI client). Source: mlflow/entities/span.py, tracing/constant.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    BODY_USAGE,
    JSON_ONLY,
    DatabaseFormat,
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    decoded,
    decoded_object,
    dig,
    first,
    metadata_from,
    objects,
    skipped,
    text,
    unquoted,
    usage_from,
    wrappers,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

_NAME = "mlflow.trace"
_CALLS = frozenset({"CHAT_MODEL", "LLM"})
_STEPS = frozenset({"AGENT", "TOOL", "RETRIEVER"})
"""Types of spans in which a call is not the call around them."""
_TYPE = "mlflow.spanType"

_METADATA = {
    "model": (
        *("mlflow.llm.model", "mlflow.model.name"),
        *("invocation_params.model", "invocation_params.model_name"),
    ),
    "provider": ("mlflow.llm.provider", "mlflow.model.provider"),
}
_SPAN = {
    "id": ("span_id", "context.span_id"),
    "timestamp": ("start_time_unix_nano", "start_time"),
    "thread": ("trace_id", "context.trace_id"),
}


class Traces(LogFormat):
    """`mlflow.trace`: a trace with its spans, or one span."""

    name = _NAME
    keys = (frozenset({"info", "data"}), frozenset({"spans"}), frozenset({"span_id", "attributes"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        spans = [value] if "attributes" in value else _spans(value)
        return list(_items(spans, at)) if any(map(_is_span, spans)) else None


class Database(DatabaseFormat):
    """`mlflow.trace`, in MLflow's tracking database."""

    name = _NAME
    tables = (frozenset({"spans", "trace_info"}),)

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The spans of all traces, trace by trace; the line is the row number."""
        rows: list[Json] = []
        line, trace = 0, None
        for trace_id, content in database.execute(
            "select trace_id, content from spans order by trace_id, rowid"
        ):
            if trace_id != trace and rows:
                yield from _items(rows, Location(source, line + 1 - len(rows)))
                rows = []
            line, trace = line + 1, trace_id
            rows.append(decoded_object(content))
        yield from _items(rows, Location(source, line + 1 - len(rows)))


def _spans(value: Json) -> list[Json]:
    listed = decoded(first(value, ("data.spans", "spans")))
    return objects(listed)


def _attributes(span: Json) -> Json:
    attributes = span.get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _is_span(span: Json) -> bool:
    return _TYPE in _attributes(span)


def _items(spans: list[Json], at: Location) -> Iterator[Item]:
    calls = [span for span in spans if _type_of(span) in _CALLS]
    parents = {_id(span): _parent(span) for span in spans if _type_of(span) not in _STEPS}
    around = wrappers(map(_id, calls), parents)
    index = 0
    for span in spans:
        if _type_of(span) not in _CALLS:
            yield skipped(at, "not_llm", "a span that calls no model", _NAME)
        elif _id(span) in around:
            yield skipped(at, "not_llm", "a span around another span of the same call", _NAME)
        else:
            yield _call(span, at, index)
            index += 1


def _call(span: Json, at: Location, index: int) -> Item:
    attributes = {name: unquoted(logged) for name, logged in _attributes(span).items()}
    asked, answered = attributes.get("mlflow.spanInputs"), attributes.get("mlflow.spanOutputs")
    if not answered and "ERROR" in (text(dig(span, "status.code")) or text(span.get("status_code")) or ""):
        return skipped(at, "error", "a failed call", _NAME)
    metadata = metadata_from(span, _SPAN)
    named = metadata_from(attributes, _METADATA)
    metadata.model, metadata.provider = named.model, named.provider
    metadata.usage = usage_from(attributes.get("mlflow.chat.tokenUsage"), BODY_USAGE)
    tools = attributes.get("mlflow.chat.tools")
    parameters = {"tools": tools} if isinstance(tools, list) else None
    return call_record(at, _NAME, asked, answered, metadata=metadata, parameters=parameters, index=index)


def _type_of(span: Json) -> str:
    return (text(_attributes(span).get(_TYPE)) or "").strip('"')


def _id(span: Json) -> str:
    return text(first(span, _SPAN["id"])) or ""


def _parent(span: Json) -> str:
    return text(first(span, ("parent_span_id", "parent_id", "context.parent_id"))) or ""
