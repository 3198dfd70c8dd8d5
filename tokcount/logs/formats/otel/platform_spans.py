"""Spans of platforms that have attributes of their own: MLflow, Braintrust, LangWatch and Langfuse.

Each keeps what was asked and answered as JSON in one attribute. Sources: mlflow/tracing/constant.py, Braintrust and
LangWatch documentation (OpenTelemetry), langfuse-python (`LangfuseOtelSpanAttributes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.logs.adapt import (
    CallMetadata,
    Json,
    MetadataTable,
    Usage,
    decoded_object,
    dig,
    metadata_around,
    metadata_from,
    text,
    tools_of,
    unquoted,
)
from tokcount.logs.formats.frameworks import langfuse_call
from tokcount.logs.formats.otel.call import Call, logged_call, metadata_of, parameters_of, tools_in

if TYPE_CHECKING:
    from tokcount.logs.formats.otel.span import Span


class Platform(msgspec.Struct, frozen=True):
    """Where the spans of a platform keep a call."""

    types: tuple[str, ...]
    """Attributes of the type of a span; those of a call are `llm`, `chat_model` or `generation`."""

    asked: tuple[str, ...]
    answered: tuple[str, ...]
    usage: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """Attributes of objects with the parameters of the request, its model perhaps."""

    tools: tuple[str, ...] = ()
    metadata: MetadataTable = {}


PLATFORMS = {
    "otel.langfuse": Platform(
        types=("langfuse.observation.type",),
        asked=("langfuse.observation.input",),
        answered=("langfuse.observation.output",),
        metadata={
            "user": ("user.id", "langfuse.user.id"),
            "thread": ("session.id", "langfuse.session.id"),
        },
    ),
    "otel.mlflow": Platform(
        types=("mlflow.spanType",),
        asked=("mlflow.spanInputs",),
        answered=("mlflow.spanOutputs",),
        usage=("mlflow.chat.tokenUsage",),
        tools=("mlflow.chat.tools",),
        metadata={
            "model": ("mlflow.llm.model", "mlflow.model.name"),
            "provider": ("mlflow.llm.provider", "mlflow.model.provider"),
        },
    ),
    "otel.braintrust": Platform(
        types=("braintrust.span_attributes", "braintrust.span_attributes.type"),
        asked=("braintrust.input_json", "braintrust.input"),
        answered=("braintrust.output_json", "braintrust.output"),
        usage=("braintrust.metrics",),
        parameters=("braintrust.metadata",),
    ),
    "otel.langwatch": Platform(
        types=("langwatch.span.type",),
        asked=("langwatch.input",),
        answered=("langwatch.output",),
        usage=("langwatch.metrics",),
        parameters=("langwatch.params",),
        metadata={"user": ("langwatch.user.id",), "thread": ("langwatch.thread.id",)},
    ),
}
"""Name of the dialect → its attributes."""

_CALLS = frozenset({"llm", "chat_model", "generation"})
_NOT_PARAMETERS = frozenset({"model", "provider"})


def platform_of(attributes: Json, *, by_type: bool) -> str | None:
    """The platform whose attributes a span has: those of its text, or also that of its type."""
    for name, platform in PLATFORMS.items():
        marks = (*platform.asked, *platform.answered, *(platform.types if by_type else ()))
        if any(mark in attributes for mark in marks):
            return name
    return None


def read(name: str, span: Span) -> Call | None:
    """The call of a span of a platform; `None` for spans of other types."""
    platform, attributes = PLATFORMS[name], span.attributes
    if _type(platform, attributes) not in _CALLS:
        return None
    metadata = metadata_of(span)
    _complete(metadata, metadata_from(_unquoted(attributes, platform.metadata), platform.metadata))
    if name == "otel.langfuse":
        return _langfuse(attributes, metadata)
    given = {key: item for each in platform.parameters for key, item in _object(attributes, each).items()}
    metadata.model = metadata.model or text(given.get("model"))
    metadata.provider = metadata.provider or text(given.get("provider"))
    metadata.usage = _usage(platform, attributes) or metadata.usage
    tools = [tool for each in platform.tools for tool in tools_of(_value(attributes.get(each)))]
    more = {key: item for key, item in given.items() if key not in _NOT_PARAMETERS}
    return logged_call(
        metadata,
        _first(attributes, platform.asked),
        _first(attributes, platform.answered),
        tools=tools or tools_in(attributes),
        parameters={**parameters_of(attributes, metadata.flags), **more},
    )


def _type(platform: Platform, attributes: Json) -> str:
    """The type of a span; Langfuse's clients may leave it out where they name a model."""
    found = _first(attributes, platform.types)
    if isinstance(found, dict):
        found = found.get("type")
    if found is None and "langfuse.observation.model.name" in attributes:
        return "generation"
    return (text(found) or "").lower()


def _langfuse(attributes: Json, metadata: CallMetadata) -> Call:
    """The attributes are the fields of an observation, which its integrations fill."""
    start = "langfuse.observation."
    row = {
        "input": attributes.get(start + "input"),
        "output": attributes.get(start + "output"),
        "model": attributes.get(start + "model.name"),
        "model_parameters": attributes.get(start + "model.parameters"),
        "usage_details": attributes.get(start + "usage_details"),
        "cost_details": attributes.get(start + "cost_details"),
        "metadata": {"attributes": attributes},
    }
    call = langfuse_call.call_of(row)
    metadata.model = metadata.model or call.metadata.model
    metadata.usage = call.usage or metadata.usage
    metadata.flags |= call.metadata.flags
    return Call(kind=call.kind or "chat", request=call.request, response=call.response, metadata=metadata)


def _complete(metadata: CallMetadata, known: CallMetadata) -> None:
    for field in ("model", "provider", "user", "thread"):
        setattr(metadata, field, getattr(metadata, field) or getattr(known, field))


def _unquoted(attributes: Json, table: MetadataTable) -> Json:
    return {path: unquoted(attributes.get(path)) for paths in table.values() for path in paths}


def _usage(platform: Platform, attributes: Json) -> Usage | None:
    counts = {key: item for each in platform.usage for key, item in _object(attributes, each).items()}
    return metadata_around({"usage": counts}).usage if counts else None


def _object(attributes: Json, name: str) -> Json:
    """The object in an attribute, or in those whose names begin with it: `braintrust.metrics.tokens`."""
    start = name + "."
    parts = {key.removeprefix(start): item for key, item in attributes.items() if key.startswith(start)}
    return {**decoded_object(_value(attributes.get(name))), **parts}


def _first(attributes: Json, names: tuple[str, ...]) -> Any:
    return next((_value(attributes[name]) for name in names if attributes.get(name) is not None), None)


def _value(logged: object) -> Any:
    """The value of an attribute; LangWatch writes `{type, value}`, and lists of these."""
    found = unquoted(logged)
    if isinstance(found, dict) and found.keys() == {"type", "value"}:
        inner = found["value"]
        return (
            [dig(item, "value") for item in inner]
            if found["type"] == "list" and isinstance(inner, list)
            else inner
        )
    return found
