"""The schema of models-and-prices files: the bundled `data/*.toml` and the user's `--prices` files.

Names in these Structs are the keys of the files. `data/README.md` explains them to people who edit the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from tokcount.errors import suggest
from tokcount.models.compatibility.rules import CompatibilityRow
from tokcount.models.model import ENCODINGS, UNKNOWN_FAMILY, Affix, Factor, FineTune, Model
from tokcount.models.price_entries import FeeEntry, Prices, Sources, Text, Tokens, Usd, usd
from tokcount.tables import shown
from tokcount.tokens import encodings


class EncodingName(str):
    """An encoding of OpenAI or an installed tokenizer."""

    __slots__ = ()


def encoding_name(value: object) -> EncodingName:
    """The name of an encoding. Raises `ValueError` for an unknown one."""
    if not isinstance(value, str) or not encodings.is_known(value):
        raise ValueError(f"{shown(value)} is not known. {suggest(str(value), encodings.known_names())}")
    return EncodingName(value)


def hook(kind: Any, value: object) -> EncodingName | Usd:
    """For `tokcount.tables.convert`: makes the values of the types here that msgspec does not know."""
    return encoding_name(value) if kind is EncodingName else usd(value)


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    pass


class _Lifecycle(_Entry, frozen=True, kw_only=True):
    """What models and fine-tunes have in common."""

    shutdown_date: date | None = None
    replacement: Text | None = None
    """What the vendor recommends instead, as of `replacement_as_of`."""
    replacement_as_of: date | None = None
    prices: Prices | None = None
    checked: date | None = None
    """The day on which someone last compared the entry with its sources."""
    sources: Sources = []
    note: Text | None = None
    source: str | None = None


class ModelEntry(_Lifecycle, frozen=True, kw_only=True):
    """A model. One that is new needs an `encoding`, or a `base` to copy; of a known one, only what changes.

    The vendor of a model with the `encoding_basis` "unpublished" publishes no tokenizer.
    """

    base: Text | None = None
    encoding: EncodingName | None = None
    encoding_basis: Literal["tiktoken", "documented", "assumed", "user", "unpublished"] | None = None
    family: Text | None = None
    endpoint: Text | None = None
    context_window: Tokens | None = None
    max_input: Tokens | None = None
    max_output: Tokens | None = None

    def model(self, name: str, known: Model | None = None, vendor: str = "") -> Model:
        """The model of this entry; what the entry leaves out is taken from the model known so far."""
        given = {key: value for key in _MODEL_KEYS if (value := getattr(self, key)) is not None}
        if self.sources:
            given["source"] = " ".join(self.sources)
        if self.replacement:
            given["replacement"] = self.replacement.strip().lower()
        if self.encoding:
            given["encoding"] = str(self.encoding)
            given.setdefault("encoding_basis", "user")
        if known is not None:
            return msgspec.structs.replace(known, **given)
        family = "chat" if given.get("encoding") in ENCODINGS else UNKNOWN_FAMILY
        defaults = {"name": name, "family": family, "endpoint": "chat", "source": "user", "vendor": vendor}
        return Model(**{**defaults, **given})


_MODEL_KEYS = (
    *("encoding", "encoding_basis", "family", "endpoint", "context_window", "max_input", "max_output"),
    *("shutdown_date", "replacement_as_of", "checked", "note"),
)


class FineTuneEntry(_Lifecycle, frozen=True, kw_only=True):
    """Fine-tuned models that share a price: the key is the name their price is kept under."""

    bases: list[Text]

    def fine_tune(self, name: str) -> FineTune:
        """The rule of this entry for the catalog."""
        return FineTune(
            name=name,
            bases=tuple(self.bases),
            shutdown_date=self.shutdown_date,
            replacement=self.replacement,
            replacement_as_of=self.replacement_as_of,
            checked=self.checked,
            source=" ".join(self.sources),
            note=self.note or "",
        )


class AliasEntry(_Entry, frozen=True, kw_only=True):
    """An alias with the sources that say so."""

    model: Text
    sources: Sources = []


class FactorEntry(_Entry, frozen=True, kw_only=True):
    """What the prices of some models are multiplied by."""

    times: Usd
    models: list[Text] = []
    """Names or patterns such as `gpt-6*`; none: all models."""


class AffixEntry(_Entry, frozen=True, kw_only=True):
    """What a gateway puts before or after a model's name; see `tokcount.models.model.Affix` for the keys."""

    charge: Literal["model", "free", "other"] = "model"
    factors: list[FactorEntry] | None = None
    host: Text | None = None
    families: list[Text] = []
    framed: dict[str, Text] = {}
    tier: Literal["batch", "flex", "priority", "fast", "ultrafast"] | None = None
    low: Text | None = None
    note: Text | None = None
    sources: Sources = []

    def affix(self, text: str) -> Affix:
        """The rule of this entry for the catalog."""
        factors = None if self.factors is None else tuple(map(_factor, self.factors))
        return Affix(
            text=text,
            charge=self.charge,
            factors=factors,
            host=self.host or "",
            families=tuple(self.families),
            framed=self.framed,
            tier=self.tier or "",
            low=self.low or "",
            note=self.note or "",
        )


def _factor(entry: FactorEntry) -> Factor:
    return Factor(Decimal(entry.times), tuple(name.strip().lower() for name in entry.models))


class ExplainedEntry(_Entry, frozen=True, kw_only=True):
    """A name that stands for no single model: what it is instead."""

    text: Text
    sources: Sources = []


Affixes = dict[str, Text | AffixEntry]


class File(_Entry, frozen=True, kw_only=True):
    """A whole file. Every section may be left out."""

    vendor: Text | None = None
    """Who makes its models, and takes its fees."""
    sources: dict[str, Text] = {}
    """Word in `sources` lists → what it refers to."""
    prefixes: Affixes = {}
    """What gateways put in front of a model's name → source, or what else it means."""
    suffixes: Affixes = {}
    """What gateways put after a model's name."""
    explained: dict[str, ExplainedEntry] = {}
    """Names that stand for no single model."""
    aliases: dict[str, Text | AliasEntry] = {}
    encodings: dict[str, EncodingName] = {}
    """Model → encoding: short for a model entry with nothing else."""
    models: dict[str, ModelEntry] = {}
    fine_tunes: dict[str, FineTuneEntry] = {}
    prices: dict[str, Prices] = {}
    """Model → price, without an entry of its own."""
    fees: list[FeeEntry] = []
    compatibility: list[CompatibilityRow] = []
    """What models take at which endpoint; see `tokcount.models.compatibility`."""
    schema: int | str | None = None
    data_version: Any = None
    as_of: Any = None


def affixes(entries: Affixes) -> dict[str, Affix]:
    """Prefixes or suffixes as they are in the catalog."""
    return {
        text: (entry if isinstance(entry, AffixEntry) else AffixEntry()).affix(text.strip().lower())
        for text, entry in entries.items()
    }


def alias_targets(aliases: Mapping[str, str | AliasEntry]) -> dict[str, str]:
    """Alias → model."""
    return {
        name: alias.model if isinstance(alias, AliasEntry) else alias.strip()
        for name, alias in aliases.items()
    }
