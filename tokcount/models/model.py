"""What tokcount knows about one model."""

from __future__ import annotations

from datetime import date

import msgspec

ENCODINGS = ("r50k_base", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "o200k_harmony")
"""The encodings that models use, oldest first."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model, as its name in the catalog says it.

    Windows and outputs are in tokens, ``None`` is "not known". ``family`` is a framing family of
    `tokcount.framing.families` (``completions`` for models of the legacy endpoint, ``embeddings`` for those).
    """

    name: str
    encoding: str
    encoding_basis: str
    """Where the encoding is known from: ``tiktoken``, ``documented``, ``assumed``, ``user``."""
    family: str
    endpoint: str
    context_window: int | None = None
    max_input: int | None = None
    """Less than the window where the API reserves a part of it for the output; ``None``: the whole window."""
    max_output: int | None = None
    shutdown_date: date | None = None
    replacement: str | None = None
    """OpenAI's recommendation, as of ``replacement_as_of``; that column of their page changes often."""
    replacement_as_of: date | None = None
    source: str = ""
    """Keys of `Catalog.sources`, separated by blanks; ``user`` for a model from a prices file."""
    note: str = ""


class Resolution(msgspec.Struct, frozen=True):
    """A name from a log, the model it was resolved to, and the steps that led there."""

    asked: str
    model: Model
    steps: tuple[str, ...]
    """Each rule that changed or matched the name, in order: ``("dropped prefix azure/", "exact name gpt-4o")``."""
    price_name: str
    """The name under which prices are kept: that of the fine-tune row for fine-tuned models."""
    assumed: bool = False
    """True when the name is a valid date of a known model, but not a date that the catalog has."""
