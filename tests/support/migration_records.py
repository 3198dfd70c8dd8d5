"""Records of every kind, and targets to migrate them to."""

from __future__ import annotations

from typing import Any

from tokcount.logs.record import Kind, Record
from tokcount.models.references import parse_reference
from tokcount.reports.migrate.request import Endpoint
from tokcount.reports.migrate.requests import Migrator, Options
from tokcount.reports.migrate.target import MigrationTarget, target_of


def target(name: str, endpoint: Endpoint | None = None) -> MigrationTarget:
    """The target behind `--to` and `--endpoint`."""
    return target_of(parse_reference(name), endpoint)


GPT_4O = target("gpt-4o", "chat")
RESPONSES = target("gpt-4o", "responses")
GPT_5 = target("gpt-5", "chat")
O1_MINI = target("o1-mini", "chat")


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


def chat(*messages: Any, line: int = 1, response: Any = None, **parameters: Any) -> Record:
    """A chat call to gpt-4-0613 with these messages; without any, the user says hi."""
    request = {"model": "gpt-4-0613", "messages": list(messages) or [user("Say hi.")], **parameters}
    return _call("chat", request, line, response)


def responses(*items: Any, line: int = 1, response: Any = None, **parameters: Any) -> Record:
    """A call of the Responses API by gpt-4o with these items; without any, the input is a text."""
    request = {"model": "gpt-4o", "input": list(items) or "Say hi.", **parameters}
    return _call("responses", request, line, response)


def _call(kind: Kind, request: dict[str, Any], line: int, response: Any) -> Record:
    return Record(
        source="logs/may.jsonl",
        line=line,
        format=f"openai.{kind}.pair",
        kind=kind,
        model=request["model"],
        request=request,
        response=response,
    )


def user(content: Any, **fields: Any) -> dict[str, Any]:
    """A message of the user."""
    return {"role": "user", "content": content, **fields}


def called(identity: Any, name: str = "f", arguments: Any = "{}") -> dict[str, Any]:
    """A chat message that calls a function."""
    call = {"id": identity, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def function(name: str = "f", **fields: Any) -> dict[str, Any]:
    """A tool of a chat request."""
    return {"type": "function", "function": {"name": name, **fields}}


def answer(*texts: str, **fields: Any) -> dict[str, Any]:
    """The body of a completions response."""
    choices = [
        {"text": text, "index": index, "finish_reason": "stop", **fields} for index, text in enumerate(texts)
    ]
    return {"id": "cmpl-1", "object": "text_completion", "choices": choices}


def migrator(target: MigrationTarget = GPT_4O, **options: Any) -> Migrator:
    """A migrator with options."""
    return Migrator(target, Options(**options))
