"""Claude Code transcripts: one line per event, several lines per API call.

The same call is written 2 to 14 times, one line per block of its answer, with growing usage; its key is
`message.id` + `requestId` (some gateways give no request id, some always the same). A record is the call with
the blocks of all its lines and the largest usage, after the conversation that led to it. System prompt and tools
are not in the file: `hidden_context`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tokcount.logs.adapt import (
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    RunInfo,
    Session,
    Usage,
    body_record,
    body_usage,
    chat_answer,
    dig,
    logged_tier,
    messages_of_blocks,
    objects,
    skipped,
    text,
    timestamp,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_ROW_TYPES = frozenset(
    """agent-name assistant attachment custom-title file-history-snapshot last-prompt permission-mode pr-link
    progress queue-operation summary system tag user worktree-state""".split()  # noqa: SIM905 - a list of words
)


_THOUGHTS = ("thinking", "redacted_thinking")
"""Blocks that later requests leave out (Anthropic API, "Extended thinking": previous turns are stripped of them)."""


class _Call(msgspec.Struct):
    """One API call, gathered from its lines."""

    at: Location
    thread: list[Json]
    before: int
    """How many messages of the thread led to the call; the thread itself keeps growing."""
    row: Json
    blocks: list[Json] = msgspec.field(default_factory=list)
    usage: Usage | None = None


class Transcript(GroupedLogFormat):
    """`claude.code`: a session file."""

    name = "claude.code"
    keys = (
        frozenset({"sessionId", "uuid"}),
        frozenset({"sessionId", "parentUuid"}),
        frozenset({"sessionId", "leafUuid"}),
        frozenset({"summary", "leafUuid"}),
        frozenset({"type", "sessionId"}),
        frozenset({"type", "messageId", "snapshot"}),
    )

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a session is in one file
        return _TranscriptSession()


class _TranscriptSession(Session):
    """The calls of a file by their key, and the conversations that led to them."""

    def __init__(self) -> None:
        self._threads = _Threads()
        self._calls: dict[str, _Call] = {}

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        kind = value.get("type")
        if (isinstance(kind, str) and kind in _ROW_TYPES) or ("sessionId" in value and "uuid" in value):
            return self._items(value, at)
        return None

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        message = value.get("message")
        threads = self._threads
        if value.get("type") not in ("user", "assistant") or not isinstance(message, dict):
            threads.passed(value)
        elif value.get("type") == "user":
            threads.extend(value, messages_from_blocks(message, set()), goes_on=_answers_tools(message))
        elif truth(value.get("isApiErrorMessage")):
            yield skipped(at, "error", "a failed call", Transcript.name)
        elif message.get("model") == "<synthetic>":
            yield skipped(at, "not_llm", "a message written by the client, not by a model", Transcript.name)
        else:
            self._add(value, message, at)

    def finish(self) -> Iterator[Item]:
        for key, call in self._calls.items():
            yield _record(key, call)

    def _add(self, value: Json, message: Json, at: Location) -> None:
        calls, threads = self._calls, self._threads
        named = text(message.get("id"))
        key = f"{named}:{text(value.get('requestId')) or ''}" if named else f":{text(value.get('uuid'))}"
        call = calls.get(key)
        if call is None:
            thread = threads.of(value)
            call = calls[key] = _Call(at=at, thread=thread, before=len(thread), row=value)
        fresh = [block for block in _blocks(message) if block not in call.blocks]
        call.blocks.extend(fresh)
        usage = body_usage(message.get("usage"))
        if usage is not None and _size(usage) >= _size(call.usage):
            call.usage = usage
        spoken = [block for block in fresh if text(block.get("type")) not in _THOUGHTS]
        threads.extend(
            value, messages_from_blocks({"role": "assistant", "content": spoken}, set()), goes_on=True
        )


def _record(key: str, call: _Call) -> Item:
    message = call.row["message"]
    metadata = CallMetadata(
        model=text(message.get("model")),
        id=key,
        timestamp=timestamp(call.row.get("timestamp")),
        usage=call.usage,
        thread=text(call.row.get("sessionId")),
        flags={"non_openai", "hidden_context"},
    )
    metadata.tier = logged_tier(dig(message, "usage.service_tier"))
    answers = messages_from_blocks({"role": "assistant", "content": call.blocks}, metadata.flags)
    request = {"messages": call.thread[: call.before]} if call.before else None
    response = chat_answer(answers, text(message.get("stop_reason"))) if answers else None
    return body_record(
        call.at, Transcript.name, kind="chat", request=request, response=response, metadata=metadata
    )


class _Threads:
    """The conversations of a file: side chains (sub-agents) have their own, a rewind abandons one and branches off.

    Every line names its parent. Several lines may continue from the same one when tools run in parallel, so only a
    new prompt of the user that continues from an earlier line is a rewind.
    """

    def __init__(self) -> None:
        self._ends: dict[str, tuple[list[Json], int]] = {}
        self._latest: dict[str, list[Json]] = {}

    def of(self, value: Json) -> list[Json]:
        """The conversation that a line continues."""
        end = self._ends.get(text(value.get("parentUuid")) or "")
        return end[0] if end else self._latest.setdefault(_chain(value), [])

    def extend(self, value: Json, messages: list[Json], *, goes_on: bool) -> None:
        """Add the messages of a line."""
        end = self._ends.get(text(value.get("parentUuid")) or "")
        thread = self.of(value)
        if end is not None and end[1] < len(thread) and not goes_on:
            thread = thread[: end[1]]
        thread.extend(messages)
        self._note(value, thread)

    def passed(self, value: Json) -> None:
        """A line without a message keeps the chain; one that compacts the conversation starts a new one."""
        compacted = value.get("subtype") == "compact_boundary"
        self._note(value, [] if compacted else self.of(value))

    def _note(self, value: Json, thread: list[Json]) -> None:
        self._latest[_chain(value)] = thread
        if (uuid := text(value.get("uuid"))) is not None:
            self._ends[uuid] = thread, len(thread)


def _chain(value: Json) -> str:
    return f"{truth(value.get('isSidechain'))}:{text(value.get('sessionId'))}"


def _answers_tools(message: Json) -> bool:
    return any(block.get("type") == "tool_result" for block in _blocks(message))


def _size(usage: Usage | None) -> tuple[int, int]:
    return (-1, -1) if usage is None else (usage.output or 0, usage.input or 0)


def _blocks(message: Json) -> list[Json]:
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return objects(content)


def messages_from_blocks(message: Json, flags: set[str]) -> list[Json]:
    """A message of the Anthropic API as chat messages: results of tools become messages of their own."""
    blocks = _blocks(message)
    if not blocks:
        return []
    plain = {"role": message.get("role")}
    return [built for built in messages_of_blocks(plain, blocks, flags) if built["content"] or len(built) > 2]
