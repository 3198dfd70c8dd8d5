"""Records of completions, and targets to migrate them to."""

from __future__ import annotations

from typing import Any

from tokcount.logs.record import Kind, Record
from tokcount.reports.migrate.requests import Migrator, Options
from tokcount.reports.migrate.target import MigrationTarget

GPT_4O = MigrationTarget(model="gpt-4o", encoding="o200k_base")
RESPONSES = MigrationTarget(model="gpt-4o", encoding="o200k_base", api="responses")
GPT_5 = MigrationTarget(model="gpt-5", encoding="o200k_base", reasoning=True)
O1_MINI = MigrationTarget(model="o1-mini", encoding="o200k_base", reasoning=True, takes_system=False)


def record(prompt: Any = "Say hi.", *, line: int = 1, kind: Kind = "completions", **fields: Any) -> Record:
    """A completions call to text-davinci-003; ``request`` and other fields of `Record` may be given."""
    request = {"model": "text-davinci-003", "prompt": prompt, **fields.pop("request", {})}
    defaults: dict[str, Any] = {
        "source": "logs/may.jsonl",
        "format": "openai.completions.request",
        "model": "text-davinci-003",
        "request": request,
    }
    return Record(line=line, kind=kind, **{**defaults, **fields})


def answer(*texts: str, **fields: Any) -> dict[str, Any]:
    """The body of a completions response."""
    choices = [
        {"text": text, "index": index, "finish_reason": "stop", **fields} for index, text in enumerate(texts)
    ]
    return {"id": "cmpl-1", "object": "text_completion", "choices": choices}


def migrator(target: MigrationTarget = GPT_4O, **options: Any) -> Migrator:
    """A migrator with options."""
    return Migrator(target, Options(**options))
