"""Messages as frameworks keep them, one value each: LangChain, pydantic-ai, Flowise, OpenAI threads; Dify's rows.

The messages of one conversation are one record, or one per answer where the answers have usage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    BODY_USAGE,
    JSON_ONLY,
    CallMetadata,
    GroupedLogFormat,
    Item,
    Json,
    Location,
    LogFormat,
    Place,
    Rank,
    RunInfo,
    Session,
    Turn,
    TurnsSession,
    UsageTable,
    call_record,
    chat_message,
    compact,
    conversation_records,
    decoded,
    dig,
    first,
    metadata_from,
    text,
    timestamp,
    tool_call,
    usage_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_LANGCHAIN_USAGE: UsageTable = {
    "input": ("usage_metadata.input_tokens", "response_metadata.token_usage.prompt_tokens"),
    "output": ("usage_metadata.output_tokens", "response_metadata.token_usage.completion_tokens"),
    "total": ("usage_metadata.total_tokens", "response_metadata.token_usage.total_tokens"),
    "cached_input": ("usage_metadata.input_token_details.cache_read",),
    "cache_write": ("usage_metadata.input_token_details.cache_creation",),
    "reasoning": ("usage_metadata.output_token_details.reasoning",),
}
_LANGCHAIN_TYPES = frozenset({"human", "ai", "system", "tool", "function", "chat", "developer"})


class LangChain(GroupedLogFormat):
    """`langchain.messages`: messages as `messages_to_dict`, `dumps` or `model_dump` write them."""

    name = "langchain.messages"
    keys = (
        frozenset({"type", "data"}),
        frozenset({"lc", "type", "kwargs"}),
        frozenset({"type", "content", "additional_kwargs"}),
    )
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a conversation is in one file
        return TurnsSession(self.name, _langchain)


class LangGraph(LogFormat):
    """`langgraph.state`: messages of LangChain in the state of a graph, one conversation."""

    name = "langgraph.state"
    keys = (frozenset({"messages"}),)
    rank = Rank.OTHER_BODY
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        messages = value["messages"]
        if not isinstance(messages, list) or not messages or not _is_langchain(messages[0]):
            return None
        turns = [_turn(message) for message in messages if isinstance(message, dict)]
        return conversation_records(at, self.name, turns, CallMetadata())


def _fields(value: Json) -> Json | None:
    """What a message of LangChain holds, in any of its three forms."""
    fields = value.get("kwargs") if "lc" in value else value.get("data", value)
    return fields if isinstance(fields, dict) and "content" in fields else None


def _is_langchain(value: object) -> bool:
    if not isinstance(value, dict) or "role" in value or _fields(value) is None:
        return False
    return "lc" in value or text(value.get("type")) in _LANGCHAIN_TYPES


def _langchain(value: Json) -> Place | None:
    return Place("", _turn(value)) if _is_langchain(value) else None


def _turn(value: Json) -> Turn:
    message, fields = chat_message(value, set()), _fields(value)
    return Turn(
        message,
        usage=usage_from(fields, _LANGCHAIN_USAGE) if message["role"] == "assistant" else None,
        model=text(first(fields, ("response_metadata.model_name", "response_metadata.model"))),
        id=text(first(fields, ("response_metadata.id", "id"))),
    )


_PARTS = {"system-prompt": "system", "user-prompt": "user", "text": "assistant", "thinking": "assistant"}


class PydanticAi(GroupedLogFormat):
    """`pydantic_ai.messages`: `ModelMessagesTypeAdapter`'s requests and responses."""

    name = "pydantic_ai.messages"
    keys = (frozenset({"parts", "kind"}),)
    accepts = JSON_ONLY

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a conversation is in one file
        return _PydanticSession(self.name, _pydantic_ai, provider=None)


class _PydanticSession(TurnsSession):
    """A request holds several messages, which are one value of the list."""

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if value.get("kind") not in ("request", "response") or not isinstance(value.get("parts"), list):
            return None
        if value["kind"] == "response":
            return super().read(value, at)
        for message in _requested(value):
            super().read({"kind": "message", "message": message}, at)
        return []


def _requested(value: Json) -> list[Json]:
    messages: list[Json] = []
    if isinstance(value.get("instructions"), str) and value["instructions"]:
        messages.append({"role": "system", "content": value["instructions"]})
    for part in value["parts"]:
        kind = part.get("part_kind") if isinstance(part, dict) else None
        if kind in ("tool-return", "retry-prompt") and part.get("tool_call_id"):
            content = part.get("content")
            answer = content if isinstance(content, str) else compact(content)
            messages.append({"role": "tool", "tool_call_id": part["tool_call_id"], "content": answer})
        elif isinstance(part, dict):
            messages.append({"role": _PARTS.get(str(kind), "user"), "content": part.get("content")})
    return messages


def _pydantic_ai(value: Json) -> Place | None:
    if value["kind"] == "message":
        return Place("", Turn(value["message"]))
    flags: set[str] = set()
    texts: list[Any] = []
    calls: list[Json] = []
    for part in value["parts"]:
        if not isinstance(part, dict):
            continue
        if part.get("part_kind") == "tool-call":
            calls.append(tool_call(part.get("tool_call_id"), part.get("tool_name"), part.get("args"), flags))
        elif part.get("part_kind") == "text":
            texts.append(part.get("content"))
    content = "".join(item for item in texts if isinstance(item, str))
    message: Json = {"role": "assistant", "content": content or None}
    if calls:
        message["tool_calls"] = calls
    return Place(
        "",
        Turn(
            message,
            usage=usage_from(value.get("usage"), {**BODY_USAGE, **_PYDANTIC_USAGE}),
            model=text(value.get("model_name")),
            provider=text(value.get("provider_name")),
            id=text(value.get("provider_response_id")) or text(value.get("vendor_id")),
            timestamp=timestamp(value.get("timestamp")),
        ),
    )


_PYDANTIC_USAGE: UsageTable = {
    "input": ("input_tokens", "request_tokens"),
    "output": ("output_tokens", "response_tokens"),
    "cached_input": ("cache_read_tokens", "details.cached_tokens"),
    "cache_write": ("cache_write_tokens",),
    "reasoning": ("details.reasoning_tokens",),
}

_FLOWISE_ROLES = {"userMessage": "user", "apiMessage": "assistant"}


class Flowise(GroupedLogFormat):
    """`flowise.messages`: the messages of chatflows, session by session."""

    name = "flowise.messages"
    keys = (frozenset({"role", "chatflowid", "content"}),)

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a session is in one file
        return TurnsSession(self.name, _flowise)


def _flowise(value: Json) -> Place | None:
    role = _FLOWISE_ROLES.get(str(value.get("role")))
    if role is None:
        return None
    session = text(value.get("sessionId")) or text(value.get("chatId")) or ""
    turn = Turn({"role": role, "content": value.get("content")}, id=text(value.get("id")))
    return Place(f"{text(value.get('chatflowid'))} {session}", turn)


_DIFY_METADATA = {
    "model": ("model_id",),
    "provider": ("model_provider",),
    "id": ("id",),
    "timestamp": ("created_at",),
    "thread": ("conversation_id",),
    "user": ("from_end_user_id",),
}
_DIFY_USAGE: UsageTable = {
    "input": ("message_tokens",),
    "output": ("answer_tokens",),
    "cost_usd": ("total_price",),
}


class Dify(LogFormat):
    """`dify.messages`: the table of messages; `message` is the list that was sent."""

    name = "dify.messages"
    keys = (frozenset({"query", "message", "answer", "message_tokens", "answer_tokens"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        metadata = metadata_from(value, _DIFY_METADATA)
        usage_table = (
            _DIFY_USAGE if value.get("currency") in ("USD", None) else {**_DIFY_USAGE, "cost_usd": ()}
        )
        metadata.usage = usage_from(value, usage_table)
        sent = decoded(value.get("message"))
        if isinstance(sent, list):
            sent = [_dify(message) for message in sent if isinstance(message, dict)]
        return [
            call_record(at, self.name, sent or value.get("query"), value.get("answer"), metadata=metadata)
        ]


def _dify(message: Json) -> Json:
    """`text` is the content; files stay where the accounting of messages sees them."""
    built = {name: item for name, item in message.items() if name not in ("text", "files")}
    built["content"] = message.get("text")
    if message.get("files"):
        built["files"] = message["files"]
    return built


_THREAD_USAGE: UsageTable = {
    "input": ("metadata.usage.inputTokens", "metadata.usage.prompt_tokens"),
    "output": ("metadata.usage.outputTokens", "metadata.usage.completion_tokens"),
}


class ThreadMessages(GroupedLogFormat):
    """`openai.assistants.messages`: the messages of a thread, also as Jan stores them."""

    name = "openai.assistants.messages"
    keys = (frozenset({"object", "thread_id", "role", "content"}),)

    def open(self, run: RunInfo) -> Session:  # noqa: ARG002 - a thread is in one file
        return _ThreadSession(self.name, _thread_message)


class _ThreadSession(TurnsSession):
    """The API lists the newest message first."""

    def _records(self, conversation: str) -> list[Item]:
        turns = self._open[conversation].turns
        if len(turns) > 1 and (turns[0].timestamp or 0) > (turns[-1].timestamp or 0):
            turns.reverse()
        return super()._records(conversation)


def _thread_message(value: Json) -> Place | None:
    if value.get("object") != "thread.message":
        return None
    parts = value.get("content")
    content = (
        [_thread_part(part) for part in parts if isinstance(part, dict)] if isinstance(parts, list) else parts
    )
    role = text(value.get("role")) or "user"
    turn = Turn(
        {"role": role, "content": content},
        usage=usage_from(value, _THREAD_USAGE) if role == "assistant" else None,
        id=text(value.get("id")),
        timestamp=timestamp(value.get("created_at")),
    )
    return Place(text(value.get("thread_id")) or "", turn)


def _thread_part(part: Json) -> Json:
    """`{type: text, text: {value}}` as a part of the chat API; images and files stay media."""
    written = dig(part, "text.value")
    if isinstance(written, str):
        return {"type": "text", "text": written}
    if part.get("type") in ("image_file", "image_url"):
        return {"type": "image_url", "image_url": {"url": text(dig(part, "image_url.url")) or ""}}
    return part
