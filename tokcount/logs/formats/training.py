"""Training data: preferences (`chosen`, `rejected`) and dialogues as a list of texts (UltraChat)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    CallMetadata,
    Item,
    Json,
    Location,
    LogFormat,
    Rank,
    answer_of,
    body_record,
    messages_in,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


class Preferences(LogFormat):
    """`generic.preference`: the chosen answer counts; without a `prompt` it holds the whole conversation."""

    name = "generic.preference"
    keys = (frozenset({"chosen", "rejected"}),)
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        chosen: Any = value["chosen"]
        messages = messages_in(chosen)
        if not messages and not isinstance(chosen, str):
            return None
        metadata = CallMetadata(id=text(value.get("id")) or text(value.get("prompt_id")))
        prompt = value.get("prompt", value.get("question"))
        if prompt:
            return [self._answered(prompt, chosen, at, metadata)]
        if not messages:
            return [body_record(at, self.name, kind="text", request={"prompt": chosen}, metadata=metadata)]
        metadata.conversation = True
        return [body_record(at, self.name, kind="chat", request={"messages": messages}, metadata=metadata)]

    def _answered(self, prompt: Any, chosen: Any, at: Location, metadata: CallMetadata) -> Item:
        """The prompt with the chosen answer, which may repeat the prompt's messages."""
        asked, messages = messages_in(prompt), messages_in(chosen)
        if messages and len(messages) > 1:
            asked, chosen = messages[:-1], messages[-1:]
        if asked:
            response = answer_of(chosen, "chat")
            request: Json = {"messages": asked}
            return body_record(
                at, self.name, kind="chat", request=request, response=response, metadata=metadata
            )
        response = answer_of(chosen, "completions")
        request = {"prompt": prompt}
        return body_record(at, self.name, kind="text", request=request, response=response, metadata=metadata)


class UltraChat(LogFormat):
    """`ultrachat`: the texts of user and assistant, by turns."""

    name = "ultrachat"
    keys = (frozenset({"id", "data"}),)
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        turns = value["data"]
        if not isinstance(turns, list) or len(turns) < 2 or not all(isinstance(turn, str) for turn in turns):
            return None
        messages = [
            {"role": "assistant" if place % 2 else "user", "content": turn}
            for place, turn in enumerate(turns)
        ]
        metadata = CallMetadata(id=text(value.get("id")), conversation=True)
        return [body_record(at, self.name, kind="chat", request={"messages": messages}, metadata=metadata)]
