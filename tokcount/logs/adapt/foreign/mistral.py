"""Mistral's chat endpoint: OpenAI's, with some fields of its own. Source: Mistral's API reference (Chat)."""

from __future__ import annotations

from typing import Final

from tokcount.logs.adapt.foreign.api import Api
from tokcount.logs.scalars import Json

_OWN: Final = ("safe_prompt", "random_seed", "prompt_mode")


class MistralChat(Api):
    """Bodies of the chat endpoint; answers and streams are OpenAI's."""

    name = "mistral.chat"
    provider = "mistral"

    def is_request(self, body: Json) -> bool:
        return isinstance(body.get("messages"), list) and any(name in body for name in _OWN)

    def request(self, body: Json, flags: set[str]) -> Json:
        """`safe_prompt` and `prompt_mode` put a text of Mistral's own in front of the messages."""
        if body.get("safe_prompt") is True or body.get("prompt_mode"):
            flags.add("hidden_context")
        built = {name: value for name, value in body.items() if name not in _OWN}
        return built if body.get("random_seed") is None else {**built, "seed": body["random_seed"]}
