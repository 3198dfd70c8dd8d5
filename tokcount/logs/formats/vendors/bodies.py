"""Requests and answers of other vendors' APIs: `tokcount.logs.adapt.foreign` translates them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from tokcount.logs.adapt import (
    JSON_ONLY,
    Item,
    Json,
    Location,
    LogFormat,
    Rank,
    body_record,
    failure,
    skipped,
)
from tokcount.logs.adapt.foreign.anthropic import Messages
from tokcount.logs.adapt.foreign.api import Api
from tokcount.logs.adapt.foreign.cohere import Chat
from tokcount.logs.adapt.foreign.converse import Converse
from tokcount.logs.adapt.foreign.gemini import GenerateContent
from tokcount.logs.adapt.foreign.mistral import MistralChat
from tokcount.logs.formats.openai.bodies import RequestBody


class _Request(RequestBody):
    """A bare request body, possibly with its answer among its keys."""

    kind = "chat"
    api: ClassVar[Api]

    def _is_request(self, value: Json) -> bool:
        return self.api.is_request(value)


class AnthropicRequest(_Request):
    """A request to Anthropic's Messages API, possibly with its answer among its keys."""

    name = "anthropic.messages.request"
    api = Messages()
    keys = tuple(
        frozenset({"messages", key}) for key in ("max_tokens", "system", "anthropic_version", "tools")
    )


class ConverseRequest(_Request):
    """A request to Amazon Bedrock's Converse API, possibly with its answer among its keys."""

    name = "bedrock.converse.request"
    api = Converse()
    keys = tuple(
        frozenset({"messages", key})
        for key in ("inferenceConfig", "toolConfig", "modelId", "system", "additionalModelRequestFields")
    )


class GeminiRequest(_Request):
    """A request to Google's `generateContent`, possibly with its answer among its keys."""

    name = "gemini.request"
    api = GenerateContent()
    keys = (frozenset({"contents"}),)


class CohereRequest(_Request):
    """A request to Cohere's Chat API with fields of its own, possibly with its answer among its keys."""

    name = "cohere.chat.request"
    api = Chat()
    keys = (frozenset({"messages", "citation_options"}),)


class MistralRequest(_Request):
    """A request to Mistral's chat endpoint with fields of its own, possibly with its answer among its keys."""

    name = "mistral.chat.request"
    api = MistralChat()
    keys = tuple(frozenset({"messages", key}) for key in ("safe_prompt", "random_seed", "prompt_mode"))


class _Answer(LogFormat):
    """A bare response body."""

    api: ClassVar[Api]
    rank = Rank.OBJECT
    accepts = JSON_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not self.api.is_response(value):
            return None
        if error := failure(value.get("status"), value):
            return [skipped(at, "error", f"a failed call ({error})", self.name)]
        return [body_record(at, self.name, kind="chat", response=value)]


class AnthropicResponse(_Answer):
    """An answer of Anthropic's Messages API."""

    name = "anthropic.messages.response"
    api = Messages()
    keys = tuple(frozenset({"type", "role", "content", key}) for key in ("stop_reason", "usage"))


class ConverseResponse(_Answer):
    """An answer of Amazon Bedrock's Converse API."""

    name = "bedrock.converse.response"
    api = Converse()
    keys = tuple(frozenset({"output", key}) for key in ("stopReason", "usage"))


class CohereResponse(_Answer):
    """An answer of Cohere's Chat API."""

    name = "cohere.chat.response"
    api = Chat()
    keys = (frozenset({"message", "finish_reason"}),)
