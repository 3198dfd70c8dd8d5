"""The APIs of other vendors, and which of them a body belongs to."""

from __future__ import annotations

from typing import Final

from tokcount.logs.adapt.foreign.anthropic import Messages
from tokcount.logs.adapt.foreign.api import Api
from tokcount.logs.adapt.foreign.cohere import Chat
from tokcount.logs.adapt.foreign.converse import Converse
from tokcount.logs.adapt.foreign.gemini import GenerateContent
from tokcount.logs.adapt.foreign.mistral import MistralChat
from tokcount.logs.scalars import Json

_MESSAGES: Final = Messages()
APIS: Final[tuple[Api, ...]] = (Converse(), _MESSAGES, GenerateContent(), Chat(), MistralChat())
"""Tried in this order."""

_OF_REQUESTS: Final = frozenset(
    """
    contents system tools inferenceConfig toolConfig outputConfig modelId anthropic_version stop_sequences
    output_config output_format mcp_servers citation_options safe_prompt random_seed prompt_mode
    additionalModelRequestFields guardrailConfig
    """.split()  # noqa: SIM905 - a list of words
)
"""Fields of which a request that has to be translated has one, unless its messages consist of blocks."""


def api_of_request(body: Json) -> Api | None:
    """The API whose request has to be translated; `None`: the body is one of the chat endpoint."""
    if _OF_REQUESTS.isdisjoint(body) and not _begins_with_blocks(body):
        return None
    return next((api for api in APIS if api.is_request(body)), None)


def _begins_with_blocks(body: Json) -> bool:
    messages = body.get("messages")
    first = messages[0] if type(messages) is list and messages else None
    return type(first) is dict and type(first.get("content")) is list


def api_of_response(body: Json) -> Api | None:
    """The API that answered with a body."""
    return next((api for api in APIS if api.is_response(body)), None)


def api_of_event(chunk: Json) -> Api | None:
    """The API of a chunk of a stream."""
    return next((api for api in APIS if api.is_event(chunk)), None)


def named_api(request: Json | None, response: object = None) -> Api | None:
    """The API of a call, whether or not its bodies have to be translated; `None`: OpenAI's, or not known."""
    if request:
        if (api := api_of_request(request)) is not None:
            return api
        model = request.get("model")
        if isinstance(model, str) and "claude" in model and _MESSAGES.is_request(request):
            return _MESSAGES
    if not isinstance(response, dict) or "choices" in response:
        return None
    return api_of_response(response)
