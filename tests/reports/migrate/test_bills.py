"""A chat request rewritten for Responses is counted as the same request was billed there."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

from support.migration_records import chat, migrator, responses, target
from support.shared import SHARED, needs_shared

from tokcount.errors import UsageError
from tokcount.logs.record import Record
from tokcount.models.resolve import UnknownModel
from tokcount.reports.migrate.requests import Migrator
from tokcount.reports.migrate.stats import inputs_of
from tokcount.scanning.counter import RecordCounter
from tokcount.scanning.plan import make_plan

Call = dict[str, Any]
CHAT, RESPONSES = "/v1/chat/completions", "/v1/responses"
COVERED = {
    "plain",
    "text parts",
    "tools",
    "tools, forced by name",
    "json_object",
    "json_schema",
    "tool_call history",
}


@cache
def migrating(model: str) -> Migrator | None:
    try:
        return migrator(target(model, "responses"))
    except (UsageError, UnknownModel):
        return None


def calls() -> Iterator[Call]:
    for name in ("recordings", "recordings-later", "recordings-2026-11"):
        with gzip.open(SHARED / "truth" / f"{name}.jsonl.gz") as lines:
            yield from map(json.loads, lines)


def rewritten(call: Call, model: str) -> dict[str, Any] | None:
    record = chat() if call["endpoint"] == CHAT else responses()
    record.request, record.model = call["request"], call["model"]
    found = migrating(model)
    lines = found.migrate(record).lines if found else []
    return lines[0] if lines else None


def meaning(body: dict[str, Any]) -> str:
    """What a request says and offers, in one form."""
    items = body["input"]
    items = [{"role": "user", "content": items}] if isinstance(items, str) else items
    said = [{"role": "system", "content": text} for text in filter(None, [body.get("instructions")])]
    kept = [
        {key: value for key, value in item.items() if key not in ("call_id", "phase")}
        | ({"role": "system"} if item.get("role") == "developer" else {})
        for item in (*said, *items)
    ]
    tools = [
        {key: tool.get(key) for key in ("name", "description", "parameters")}
        for tool in body.get("tools", ())
    ]
    shape = body.get("text", {}).get("format", {})
    wanted = {key: shape.get(key) for key in ("type", "name", "schema", "description")}
    return json.dumps([kept, tools, body.get("tool_choice"), wanted], sort_keys=True)


def is_covered(call: Call) -> bool:
    """Calls that the API has stored under an id cost one token more or less; a rewritten one never has an id."""
    items = call["request"].get("input")
    stored = call["request"].get("store") is not False
    called = isinstance(items, list) and any(item.get("type") == "function_call" for item in items)
    return call["category"] in COVERED and not call["flags"] and not (stored and called)


@cache
def counter_of(model: str) -> RecordCounter:
    return RecordCounter(make_plan(to=[model]))


def counted(body: dict[str, Any], call: Call) -> int:
    model = call["model"]
    counter = counter_of(model)
    answered = call["response"]
    moment = answered.get("created_at") or answered.get("created")
    counter.add(
        Record(source="a", line=1, format="x", kind="responses", request=body, model=model, timestamp=moment)
    )
    return inputs_of(counter.take(), model)[0]


@needs_shared
def test_the_count_of_a_rewritten_request_is_the_bill_of_the_same_request_in_responses() -> None:
    native: dict[tuple[str, str, str], Call] = {}
    models: dict[str, set[str]] = defaultdict(set)
    chats = []
    for call in calls():
        project = call["source"]["repo"]
        if call["endpoint"] == CHAT:
            chats.append(call)
        elif call["endpoint"] == RESPONSES and is_covered(call):
            body = rewritten(call, call["model"])
            if (
                body is not None
                and counted(call["request"], call) == call["response"]["usage"]["input_tokens"]
            ):
                native[project, call["model"], meaning(body)] = call
                models[project].add(call["model"])

    pairs = set()
    for call in chats:
        project = call["source"]["repo"]
        for model in models[project]:
            body = rewritten(call, model)
            same = native.get((project, model, meaning(body))) if body else None
            if body and same:
                assert counted(body, same) == same["response"]["usage"]["input_tokens"], same["id"]
                pairs.add((call["id"], same["id"]))

    assert len(pairs) > 200
