"""promptfoo results: an evaluation with its rows, rows of its JSONL output, or its database.

The graders' tokens (`gradingResult.tokensUsed`) are not counted. An answer from promptfoo's cache
was not billed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    DatabaseFormat,
    Document,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    UsageTable,
    body_record,
    chat_answer,
    compact,
    decoded,
    decoded_object,
    dig,
    first,
    skipped,
    text,
    text_answer,
    timestamp,
    truth,
    usage_from,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator


_USAGE: UsageTable = {
    "input": ("tokenUsage.prompt",),
    "output": ("tokenUsage.completion",),
    "total": ("tokenUsage.total",),
    "cached_input": ("tokenUsage.completionDetails.cacheReadInputTokens",),
    "reasoning": ("tokenUsage.completionDetails.reasoning",),
    "cost_usd": ("cost",),
}

_ENDPOINTS: dict[str, Kind] = {"chat": "chat", "completion": "completions", "responses": "responses"}
_OTHER = frozenset({"embedding", "embeddings", "moderation", "image", "realtime"})

_ASSERTION_FAILED = 1
"""`failureReason` of an answer that failed its assertions."""


class Results(LogFormat):
    """`promptfoo.results`."""

    name = "promptfoo.results"
    keys = (
        frozenset({"evalId", "results"}),
        frozenset({"results", "config"}),
        frozenset({"promptIdx", "testIdx", "provider"}),
    )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not ("promptIdx" in value or isinstance(_rows(value), list)):
            return None
        return self._items(value, at)

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        rows = [value] if "promptIdx" in value and "results" not in value else _rows(value)
        time = timestamp(first(value, ("results.timestamp", "timestamp")), naive_utc=True)
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            if isinstance(row, dict):
                yield self.item(row, at, time, index)

    def item(self, row: Json, at: Location, time: float | None, index: int) -> Item:
        """The call of one row."""
        response = row.get("response")
        output = dig(response, "output")
        failed = dig(response, "error") or (
            row.get("error") and row.get("failureReason") != _ASSERTION_FAILED
        )
        if output is None and failed:
            return skipped(at, "error", "a failed call", self.name)
        provider = text(dig(row, "provider.id")) or text(row.get("provider")) or ""
        vendor, _, rest = provider.partition(":")
        endpoint, _, model = rest.partition(":")
        if endpoint in _OTHER:
            return skipped(at, "not_llm", f"a call to {endpoint}", self.name)
        kind = _ENDPOINTS.get(endpoint)
        metadata = CallMetadata(
            model=(model if kind else rest) or provider or None,
            provider=vendor or None,
            id=text(row.get("id")),
            timestamp=time,
            usage=usage_from(
                {"cost": row.get("cost"), **(response if isinstance(response, dict) else {})}, _USAGE
            ),
        )
        if truth(dig(response, "cached")):
            metadata.flags.add("cached_reply")
        kind = kind or "chat"
        request = _request(first(row, ("prompt.raw", "prompt")), kind)
        answer = _answer(output, kind)
        return body_record(
            at, self.name, kind=kind, request=request, response=answer, metadata=metadata, index=index
        )


class Database(DatabaseFormat):
    """`promptfoo.results`, in promptfoo's database."""

    name = "promptfoo.results"
    tables = (frozenset({"evals", "eval_results"}),)

    def read_database(self, database: sqlite3.Connection, source: str) -> Iterable[Item]:
        """The rows of all evaluations; the line is the row number."""
        results = Results()
        columns = "id, prompt, provider, response, error, failure_reason, cost, created_at"
        rows = database.execute(f"select {columns} from eval_results order by rowid")  # noqa: S608 - names of ours
        for line, row in enumerate(rows, 1):
            identity, prompt, provider, response, error, reason, cost, created = row
            found: Json = {
                "id": identity,
                "prompt": decoded(prompt),
                "provider": decoded_object(provider) or provider,
                "response": decoded(response),
                "error": error,
                "failureReason": reason,
                "cost": cost,
            }
            yield results.item(found, Location(source, line), timestamp(created), 0)


def _rows(value: Json) -> Any:
    """The rows of version 3 (`results.results`) or of its table."""
    return dig(value, "results.results")


def _request(raw: object, kind: Kind) -> Json | None:
    """A prompt that is itself a JSON or YAML list of messages was sent as messages."""
    found = decoded(raw)
    if isinstance(found, str) and found.lstrip().startswith("- role:"):
        found = _yaml_messages(found)
    if isinstance(found, dict) and isinstance(found.get("messages"), list):
        return found
    if not isinstance(found, list) or not all(isinstance(item, dict) and "role" in item for item in found):
        found = raw if isinstance(raw, str) else None
    if found is None:
        return None
    if kind == "completions":
        return {"prompt": found if isinstance(found, str) else compact(found)}
    if kind == "responses":
        return {"input": found}
    return {"messages": [{"role": "user", "content": found}] if isinstance(found, str) else found}


def _yaml_messages(raw: str) -> Any:
    try:
        document = Document(raw)
        return document.value(document.root)
    except (ImportError, ValueError):
        return raw


def _answer(output: object, kind: Kind) -> Json | None:
    if output is None:
        return None
    if kind == "completions":
        return text_answer([compact(output)])
    calls = output if isinstance(output, list) else [output]
    if calls and all(isinstance(call, dict) and isinstance(call.get("function"), dict) for call in calls):
        return chat_answer([{"role": "assistant", "content": None, "tool_calls": calls}])
    return chat_answer([{"role": "assistant", "content": compact(output)}])
