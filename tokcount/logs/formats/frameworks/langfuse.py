"""Langfuse observations, in all spellings: API pages (camelCase), blob and UI exports (snake_case), CSV, parquet, and
traces with their observations.

Only observations of type GENERATION are calls; traces, spans and agents repeat their numbers, embeddings generate no
text. Frameworks also log generations around the call itself.
Source: langfuse-docs, blob-storage-export-fields; Langfuse API reference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    decoded,
    decoded_object,
    dig,
    label,
    skipped,
    text,
    wrappers,
)
from tokcount.logs.formats.frameworks.langfuse_call import call_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_TYPES = frozenset(
    {
        "GENERATION",
        "SPAN",
        "EVENT",
        "AGENT",
        "TOOL",
        "CHAIN",
        "RETRIEVER",
        "EVALUATOR",
        "EMBEDDING",
        "GUARDRAIL",
    }
)

_STEPS = frozenset({"AGENT", "TOOL", "RETRIEVER"})
"""Observations in which a generation is not the call around them."""

_OUTER = re.compile(r"ai\.(?:generate|stream)(?:Text|Object)")
"""Operations of the Vercel AI SDK around the call itself, which is `….doGenerate` or `….doStream`."""


class Observations(LogFormat):
    """`langfuse.observations`."""

    name = "langfuse.observations"
    keys = (
        frozenset({"type", "traceId"}),
        frozenset({"type", "trace_id"}),
        frozenset({"usageDetails"}),
        frozenset({"usage_details"}),
        frozenset({"observations", "latency"}),
        frozenset({"observations", "trace"}),
        frozenset({"data", "meta"}),
        frozenset({"release", "sessionId", "public"}),
        frozenset({"release", "session_id", "public"}),
    )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        listed = _listed(value)
        if listed is not None:
            return self._of_list(listed, at)
        if not _is_observation(value):
            return None
        if "type" not in value and "usageDetails" not in value and "usage_details" not in value:
            return [self._not_a_call(at, "trace")]
        return [self._item(value, at, 0, is_wrapper=_OUTER.fullmatch(_operation(value)) is not None)]

    def _of_list(self, listed: list[Any], at: Location) -> Iterator[Item]:
        """The observations of a trace or a page, which show which generations are around others."""
        rows = [row for row in listed if isinstance(row, dict)]
        parents = {_id(row): _parent(row) for row in rows if _type(row) not in _STEPS}
        around = wrappers((_id(row) for row in rows if _type(row) == "GENERATION"), parents)
        for index, row in enumerate(listed):
            if isinstance(row, dict):
                yield self._item(row, at, index, is_wrapper=_id(row) in around)
            else:
                yield self._not_a_call(at, "id")

    def _item(self, row: Json, at: Location, index: int, *, is_wrapper: bool) -> Item:
        kind = _type(row)
        if kind != "GENERATION":
            return self._not_a_call(at, kind.lower())
        if is_wrapper:
            return skipped(at, "not_llm", "a generation around another one of the same call", self.name)
        call = call_of(row)
        if row.get("level") == "ERROR" and not call.response and not (call.usage and call.usage.output):
            return skipped(at, "error", "a failed call (level ERROR)", self.name)
        return body_record(
            at,
            self.name,
            kind=call.kind,
            request=call.request,
            response=call.response,
            metadata=call.metadata,
            index=index,
        )

    def _not_a_call(self, at: Location, kind: str) -> Item:
        return skipped(
            at, "not_llm", f"not a generation but a {label(kind, 'thing of another kind')}", self.name
        )


def _listed(value: Json) -> list[Any] | None:
    """The observations of a trace (as the API gives it, or downloaded with its trace), or of a page."""
    if "type" in value:
        return None
    listed = decoded(value.get("observations"))
    if "trace" in value and not listed:
        listed = decoded(dig(value, "trace.observations")) or listed
    if listed is None and isinstance(value.get("data"), list):
        listed = (
            value["data"] if all(isinstance(row, dict) and "type" in row for row in value["data"]) else None
        )
    if not isinstance(listed, list):
        return None
    is_trace = "latency" in value and "trace" not in value
    return (
        listed if is_trace or any(isinstance(row, dict) and _is_observation(row) for row in listed) else None
    )


def _is_observation(value: Json) -> bool:
    kind = value.get("type")
    if isinstance(kind, str):
        return kind.upper() in _TYPES and not {"traceId", "trace_id", *_USAGE_KEYS}.isdisjoint(value)
    return any(name in value for name in (*_USAGE_KEYS, "observations", "release"))


_USAGE_KEYS = ("usageDetails", "usage_details")


def _type(row: Json) -> str:
    return (text(row.get("type")) or "GENERATION").upper()


def _id(row: Json) -> str:
    return text(row.get("id")) or ""


def _parent(row: Json) -> str:
    return text(row.get("parentObservationId")) or text(row.get("parent_observation_id")) or ""


def _operation(row: Json) -> str:
    attributes = decoded_object(decoded_object(row.get("metadata")).get("attributes"))
    return text(attributes.get("ai.operationId")) or text(row.get("name")) or ""
