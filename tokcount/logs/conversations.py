"""Count a stored conversation as one record, as its last request, or as every request in it.

A stored conversation is not a request: each assistant turn was one call, which re-sent everything before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tokcount.logs.adapt.messages import chat_answer
from tokcount.logs.options import Unit
from tokcount.logs.record import Record, Skipped

Item = Record | Skipped


def as_units(items: Iterable[Item], unit: Unit) -> Iterable[Item]:
    """The items with every stored conversation turned into the requests that `unit` asks for."""
    return items if unit == "conversation" else _split(items, unit)


def _split(items: Iterable[Item], unit: Unit) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Skipped) or not item.conversation:
            yield item
        else:
            yield from requests_of(item, last_only=unit == "last-request")


def requests_of(record: Record, *, last_only: bool) -> list[Record]:
    """One record for each assistant turn: its request is the history before it, its response that turn.

    A conversation without an assistant turn that answers something is returned unchanged.
    """
    messages = (record.request or {}).get("messages") or []
    answers = [at for at, message in enumerate(messages) if at and message.get("role") == "assistant"]
    if not answers:
        return [record]
    chosen = answers[-1:] if last_only else answers
    return [_request(record, at, number, alone=len(answers) == 1) for number, at in enumerate(chosen)]


def _request(record: Record, at: int, number: int, *, alone: bool) -> Record:
    """The call behind the assistant turn at `at`. Usage of a whole conversation belongs to no single call."""
    request = dict(record.request or {})
    messages = request["messages"]
    request["messages"] = messages[:at]
    return msgspec.structs.replace(
        record,
        index=record.index + number,
        request=request,
        response=chat_answer([messages[at]]),
        usage=record.usage if alone else None,
        conversation=False,
    )
