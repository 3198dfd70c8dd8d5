"""What tokcount knows about one model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from tokcount.tokens.encodings import NAMES as ENCODINGS

__all__ = ["ENCODINGS", "UNKNOWN_FAMILY", "Affix", "Factor", "FineTune", "Model", "Resolution"]

UNKNOWN_FAMILY: Final = "unknown"
"""The framing family of models with a tokenizer of another package."""


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model of the catalog. Windows and outputs are in tokens; `None` is "not known"."""

    name: str
    encoding: str = ""
    """Empty: the vendor publishes no tokenizer, so no text can be counted."""
    encoding_basis: str
    """Where the encoding is known from: `tiktoken`, `documented`, `assumed`, `user`; `unpublished` without one."""
    family: str
    """A framing family of `tokcount.framing.families`: how tokens are added around messages."""
    endpoint: str
    vendor: str = ""
    """Who makes the model; empty for one of the user's."""
    context_window: int | None = None
    max_input: int | None = None
    """Less than the window where the API reserves part of it for the output; `None`: the whole window."""
    max_output: int | None = None
    shutdown_date: date | None = None
    replacement: str | None = None
    """What the vendor recommends instead, as of `replacement_as_of`; such recommendations change often."""
    replacement_as_of: date | None = None
    checked: date | None = None
    """The day on which it was last compared with its sources; `None` for one of the user's."""
    source: str = ""
    """Keys of `tokcount.models.catalog.sources`, separated by blanks; `user` for a model from a prices file."""
    note: str = ""

    @property
    def input_limit(self) -> int | None:
        """How many input tokens a request may have; `None`: not known."""
        return self.max_input or self.context_window


class FineTune(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fine-tuned models that share a price: the name it is kept under, and the base models it covers."""

    name: str
    bases: tuple[str, ...]
    shutdown_date: date | None = None
    replacement: str | None = None
    replacement_as_of: date | None = None
    checked: date | None = None
    source: str = ""
    note: str = ""


class Factor(msgspec.Struct, frozen=True, omit_defaults=True):
    """What all prices of some models are multiplied by. `models` are patterns of names; none: all models."""

    times: Decimal
    models: tuple[str, ...] = ()

    def fits(self, name: str) -> bool:
        """Whether it is a factor of the prices of a model."""
        return not self.models or any(fnmatchcase(name, pattern) for pattern in self.models)


class Affix(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a gateway or a host puts before or after a model's name, and what that means for the price."""

    text: str
    """As in the name; a `*` in a prefix is one part of a path."""
    charge: Literal["model", "free", "other"] = "model"
    """At the price of the model, not at all, or at a price that is not known here."""
    factors: tuple[Factor, ...] | None = None
    """What the price of the model is multiplied by, the first that fits; `None`: nothing is added to it."""
    host: str = ""
    """Who serves the model, if not its vendor: hosts retire models on days of their own."""
    families: tuple[str, ...] = ()
    """The framing families of the models whose names it can follow; none: all."""
    framed: dict[str, str] = {}
    """Framing family of a model → the one of its requests at this host, where hosts differ."""
    tier: str = ""
    """The service tier that it asks for."""
    low: str = ""
    """Why a call costs more than the price says."""
    note: str = ""


class Resolution(msgspec.Struct, frozen=True):
    """A name from a log, the model that it means, and the steps that led there."""

    asked: str
    model: Model
    steps: tuple[str, ...]
    """Each rule that changed or matched the name, in order: `("dropped prefix azure/", "exact name gpt-4o")`."""
    price_name: str
    """The name under which prices are kept: for fine-tuned models that of their `FineTune`."""
    assumed: bool = False
    """True when the name is a valid date of a known model, but not a date that the catalog has."""
    affixes: tuple[Affix, ...] = ()
    """What was dropped from the name because a gateway had put it there."""

    @property
    def host(self) -> str:
        """Who serves the model according to its name; empty for its vendor."""
        return next((affix.host for affix in self.affixes if affix.host), "")
