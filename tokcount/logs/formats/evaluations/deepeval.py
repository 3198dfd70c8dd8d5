"""DeepEval test runs: the model spans in the traces of the test cases. Source: deepeval (tracing/api.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    call_record,
    dig,
    metadata_from,
    skipped,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_METADATA = {
    "model": ("model",),
    "provider": ("provider",),
    "id": ("uuid",),
    "timestamp": ("startTime",),
}
_USAGE = {"input": ("inputTokenCount",), "output": ("outputTokenCount",)}


class TestRun(LogFormat):
    """`deepeval.test_run`: a case with a trace gives its calls, one without gives its input."""

    name = "deepeval.test_run"
    keys = (frozenset({"testCases", "conversationalTestCases"}), frozenset({"testCases", "testPassed"}))
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        cases = value.get("testCases")
        return self._items(cases, at) if isinstance(cases, list) else None

    def _items(self, cases: list[object], at: Location) -> Iterator[Item]:
        index = 0
        for case in cases:
            spans = dig(case, "trace.llmSpans")
            if isinstance(spans, list) and spans:
                for span in spans:
                    if isinstance(span, dict):
                        yield self._call(span, at, index)
                        index += 1
            elif isinstance(case, dict):
                asked = {"prompt": case.get("input")}
                yield call_record(at, self.name, asked, case.get("actualOutput"), metadata=CallMetadata())

    def _call(self, span: Json, at: Location, index: int) -> Item:
        answered = span.get("output")
        if span.get("status") == "ERRORED" or (span.get("error") and not answered):
            return skipped(at, "error", "a failed call", self.name)
        metadata = metadata_from(span, _METADATA)
        metadata.usage = usage_from(span, _USAGE)
        return call_record(at, self.name, span.get("input"), answered, metadata=metadata, index=index)
