"""What tokcount knows about one model."""

from __future__ import annotations

from datetime import date

import msgspec


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model, as its name in the catalog says it.

    Windows and outputs are in tokens, ``None`` is "not known". ``family`` is a framing family of
    `tokcount.counting.families` (``completions`` for models of the legacy endpoint, ``embeddings`` for those).
    """

    name: str
    encoding: str
    encoding_basis: str
    """Where the encoding is known from: ``tiktoken``, ``documented``, ``assumed``, ``user``."""
    family: str
    endpoint: str
    context_window: int | None = None
    max_input: int | None = None
    max_output: int | None = None
    shutdown_date: date | None = None
    replacement: str | None = None
    source: str = ""


class Resolution(msgspec.Struct, frozen=True):
    """A name from a log, the model it was resolved to, and the steps that led there."""

    asked: str
    model: Model
    steps: tuple[str, ...]
    """Each rule that changed or matched the name, in order, e.g. ``("dropped prefix azure/", "alias gpt-35-turbo")``."""
    price_name: str
    """The name under which prices are kept: that of the fine-tune row for fine-tuned models."""
    assumed: bool = False
    """True when the name is a valid date of a known model, but not a date that the catalog has."""
