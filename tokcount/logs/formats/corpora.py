"""Chat corpora: ShareGPT, LMSYS, WildChat, OASST trees, MT-bench.

Each row is a stored conversation (`Record.conversation`): its request contains every turn, including answers.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    body_record,
    chat_answer,
    metadata_from,
    objects,
    tags_from,
    text,
    timestamp,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


ROLES = {
    "human": "user",
    "user": "user",
    "prompter": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bard": "assistant",
    "bing": "assistant",
    "assistant": "assistant",
    "model": "assistant",
    "system": "system",
    "tool": "tool",
    "observation": "tool",
    "function": "tool",
    "function_call": "assistant",
}
"""Speaker names of the corpora → roles of the API; an unknown speaker keeps its name."""


class _Corpus(LogFormat):
    """A format of rows with a list of turns; subclasses define where and how."""

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._recognises(value):
            return None
        metadata = metadata_from(value, {"model": ("model",), "id": ("id", "conversation_id")})
        metadata.conversation = True
        self.more(value, metadata)
        return [
            body_record(
                at, self.name, kind="chat", request={"messages": self.messages(value)}, metadata=metadata
            )
        ]

    def _recognises(self, value: Json) -> bool:  # noqa: ARG002 - the keys decide
        """Is this a row of the corpus? Called only when the keys fit."""
        return True

    @abstractmethod
    def messages(self, value: Json) -> list[Json]:
        """The turns of a row as chat messages."""

    def more(self, value: Json, metadata: CallMetadata) -> None:
        """Add the other metadata of this corpus."""


class ShareGPT(_Corpus):
    """`sharegpt`: `conversations` of `{from, value}`, later also `{role, content}`.

    Split chunks may start with an answer.
    """

    name = "sharegpt"
    keys = (frozenset({"conversations"}), frozenset({"conversation"}), frozenset({"items"}))

    def _recognises(self, value: Json) -> bool:
        turns = _turns(value)
        if turns is None:
            return False
        marks = ("from",) if "items" in value else ("from", "role")
        return not turns or any(
            isinstance(turn, dict) and any(mark in turn for mark in marks) for turn in turns
        )

    def messages(self, value: Json) -> list[Json]:
        messages = [
            {
                "role": role_of(turn.get("from", turn.get("role"))),
                "content": _content(turn.get("value", turn.get("content"))),
            }
            for turn in _turns(value) or ()
            if isinstance(turn, dict)
        ]
        system = value.get("system")
        return [{"role": "system", "content": system}, *messages] if text(system) and messages else messages


def _turns(value: Json) -> list[Any] | None:
    for key in ("conversations", "conversation", "items"):
        turns = value.get(key)
        if isinstance(turns, list):
            return turns if turns or key == "conversations" else None
    return None


def role_of(speaker: object) -> str:
    """The role of a speaker; an unknown one keeps its name."""
    name = text(speaker) or "user"
    return ROLES.get(name.lower(), name)


def _content(value: object) -> Any:
    return value if isinstance(value, str | list | dict) else None


class _Lmsys(_Corpus):
    """Rows with `conversation` of `{role, content}`."""

    def messages(self, value: Json) -> list[Json]:
        turns = value.get("conversation")
        return [
            {"role": role_of(turn.get("role")), "content": _content(turn.get("content"))}
            for turn in (turns if isinstance(turns, list) else ())
            if isinstance(turn, dict)
        ]


class LmsysChat(_Lmsys):
    """`lmsys`: LMSYS-Chat-1M. Its `redacted` means that names were replaced by `NAME_1`; the text is complete."""

    name = "lmsys"
    keys = (frozenset({"conversation_id", "conversation", "model"}),)

    def _recognises(self, value: Json) -> bool:
        return isinstance(value.get("conversation"), list)

    def more(self, value: Json, metadata: CallMetadata) -> None:
        metadata.timestamp = timestamp(value.get("tstamp"))
        metadata.tags = tags_from([f"language:{word}"] if (word := text(value.get("language"))) else [])


class WildChat(_Lmsys):
    """`wildchat`: WildChat-1M."""

    name = "wildchat"
    keys = (frozenset({"conversation_hash", "conversation"}),)

    def more(self, value: Json, metadata: CallMetadata) -> None:
        metadata.id = text(value.get("conversation_hash"))
        metadata.timestamp = timestamp(value.get("timestamp"), naive_utc=True)
        metadata.tags = tags_from([f"language:{word}"] if (word := text(value.get("language"))) else [])


class OasstTree(LogFormat):
    """`oasst.tree`: a tree of messages, `prompt` at the root and `replies` below.

    A record is one path from the root to a leaf: a conversation as one of its readers saw it.
    """

    name = "oasst.tree"
    keys = (frozenset({"message_tree_id", "prompt"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not isinstance(value.get("prompt"), dict):
            return None
        return self._items(value, at)

    def _items(self, value: Json, at: Location) -> Iterator[Item]:
        for index, path in enumerate(_paths(value["prompt"])):
            messages = [
                {"role": role_of(node.get("role")), "content": _content(node.get("text"))} for node in path
            ]
            answers = [name for node in path if (name := text(node.get("model_name")))]
            metadata = CallMetadata(
                id=text(path[-1].get("message_id")),
                thread=text(value.get("message_tree_id")),
                model=answers[-1] if answers else None,
                timestamp=timestamp(path[0].get("created_date")),
                conversation=True,
            )
            yield body_record(
                at, self.name, kind="chat", request={"messages": messages}, metadata=metadata, index=index
            )


def _paths(root: Json) -> Iterator[list[Json]]:
    """Every path from the root to a leaf, in the order of the file, without recursion."""
    waiting: list[list[Json]] = [[root]]
    while waiting:
        path = waiting.pop()
        replies = path[-1].get("replies")
        children = objects(replies)
        if not children:
            yield path
        waiting.extend([*path, child] for child in reversed(children))


class MtBenchQuestion(_Corpus):
    """`mt_bench.question`: the user turns of a benchmark dialogue, without the answers between them."""

    name = "mt_bench.question"
    keys = (frozenset({"question_id", "turns"}),)

    def _recognises(self, value: Json) -> bool:
        turns = value.get("turns")
        return isinstance(turns, list) and all(isinstance(turn, str | dict) for turn in turns)

    def messages(self, value: Json) -> list[Json]:
        turns = [turn.get("content") if isinstance(turn, dict) else turn for turn in value["turns"]]
        return [{"role": "user", "content": turn} for turn in turns if isinstance(turn, str)]

    def more(self, value: Json, metadata: CallMetadata) -> None:
        metadata.id = text(value.get("question_id"))
        metadata.conversation = False
        metadata.tags = tags_from([f"category:{word}"] if (word := text(value.get("category"))) else [])


class MtBenchAnswer(LogFormat):
    """`mt_bench.answer`: a model's answers to both turns; the questions are in another file."""

    name = "mt_bench.answer"
    keys = (frozenset({"question_id", "choices"}), frozenset({"answer_id", "choices"}))

    def _recognises(self, value: Json) -> bool:
        choices = value.get("choices")
        return isinstance(choices, list) and any(
            isinstance(choice, dict) and isinstance(choice.get("turns"), list) for choice in choices
        )

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self._recognises(value):
            return None
        metadata = metadata_from(
            value,
            {
                "model": ("model_id",),
                "id": ("answer_id",),
                "thread": ("question_id",),
                "timestamp": ("tstamp",),
            },
        )
        answers = [
            {"role": "assistant", "content": _answer(turn)}
            for choice in value["choices"]
            if isinstance(choice, dict) and isinstance(choice.get("turns"), list)
            for turn in choice["turns"]
        ]
        response = chat_answer(answers) if answers else None
        return [body_record(at, self.name, kind="chat", response=response, metadata=metadata)]


def _answer(turn: object) -> str:
    content = turn.get("content") if isinstance(turn, dict) else turn
    return content if isinstance(content, str) else ""
