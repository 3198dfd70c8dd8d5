"""Which dialect a span's attributes speak, and the reader of each.

Names were moved and deprecated more than once, and files mix them, so old and new names are read side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.logs.formats import otel_genai, otel_openinference, otel_traceloop, otel_vercel

if TYPE_CHECKING:
    from collections.abc import Callable

    from tokcount.logs.formats.otel_call import Call
    from tokcount.logs.formats.otel_span import Span
    from tokcount.logs.record import Json

READERS: dict[str, Callable[[Span], Call | None]] = {
    "otel.openinference": otel_openinference.read,
    "otel.vercel": otel_vercel.read,
    "otel.traceloop": otel_traceloop.read,
    "otel.genai": otel_genai.read,
}
"""Dialect → the function that reads a span of it; ``None`` from a reader is "this span calls no model"."""


def dialect_of(attributes: Json) -> str | None:
    """The dialect by the names of the attributes, most specific first; ``None`` for spans about other things."""
    if "openinference.span.kind" in attributes:
        return "otel.openinference"
    if "ai.operationId" in attributes:
        return "otel.vercel"
    if "llm.request.type" in attributes:
        return "otel.traceloop"
    seen = {_family(name) for name in attributes}
    return next((dialect for family, dialect in _FAMILIES if family in seen), None)


_FAMILIES = (
    ("llm.input_messages", "otel.openinference"),
    ("llm.prompts", "otel.openinference"),
    ("ai.prompt", "otel.vercel"),
    ("gen_ai.prompt", "otel.traceloop"),
    ("traceloop", "otel.traceloop"),
    ("gen_ai", "otel.genai"),
)


def _family(name: str) -> str:
    start, _, rest = name.partition(".")
    if start in ("llm", "ai") or (start == "gen_ai" and rest.startswith("prompt.")):
        return f"{start}.{rest.partition('.')[0]}"
    return start


def is_call(span: Span) -> bool:
    """Does this span call a model itself?"""
    dialect = dialect_of(span.attributes)
    return dialect is not None and READERS[dialect](span) is not None
