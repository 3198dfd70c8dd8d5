"""The request types of OpenAI's own library, as a judge of what is written."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

pydantic = pytest.importorskip("pydantic")
chat = pytest.importorskip("openai.types.chat.completion_create_params")
responses = pytest.importorskip("openai.types.responses.response_create_params")


@cache
def _model(endpoint: str, *, streaming: bool) -> tuple[Any, set[str]]:
    module, name = (
        (chat, "CompletionCreateParams") if endpoint == "chat" else (responses, "ResponseCreateParams")
    )
    params = getattr(module, f"{name}{'Streaming' if streaming else 'NonStreaming'}")
    keys = set(params.__annotations__) | set(getattr(module, f"{name}Base").__annotations__)
    return pydantic.TypeAdapter(params), keys


def validate(body: dict[str, Any], endpoint: str) -> None:
    """Raise for a body that is no request to an endpoint, or that JSON cannot hold."""
    adapter, keys = _model(endpoint, streaming=body.get("stream") is True)
    assert set(body) <= keys
    _read(adapter.validate_python(json.loads(json.dumps(body, allow_nan=False)), strict=True))


def _read(value: Any) -> None:
    """Read everything: what is iterable is validated as it is read."""
    if isinstance(value, dict):
        for inner in value.values():
            _read(inner)
    elif not isinstance(value, str) and hasattr(value, "__iter__"):
        for inner in value:
            _read(inner)
