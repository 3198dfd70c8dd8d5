"""A model reference: the model name or encoding name given to `--from` and `--to`."""

from __future__ import annotations

from typing import Final

import msgspec

from tokcount.errors import UsageError
from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import ENCODINGS, UNKNOWN_FAMILY, Model, Resolution
from tokcount.tokens import encodings, tokenizers
from tokcount.vendors import vendor_of

OWN: Final = "own"
"""The reference that counts each record under its own model."""
AUTO: Final = "auto"
"""The target that counts each record under the recommended replacement of its own model."""
PER_RECORD: Final = (OWN, AUTO)
"""The references whose model differs from record to record."""


class Reference(msgspec.Struct, frozen=True):
    """What to count under: an encoding, a framing family, and the model when one was named.

    A bare encoding counts the record under another encoding: messages framed by the `chat` family,
    completions without framing. A tokenizer of another package has the family `unknown`: as `chat`, but estimated.
    """

    label: str
    """The text that was given; it names the columns and rows of reports."""
    encoding: str
    family: str
    model: Model | None = None
    resolution: Resolution | None = None


def parse_reference(text: str, catalog: Catalog | None = None) -> Reference:
    """The reference for the name of a model, an encoding or an installed tokenizer.

    Raises `tokcount.models.resolve.UnknownModel` for anything else, and `UsageError` for a model without a tokenizer.
    """
    label = text.strip()
    if is_encoding(label, catalog):
        return Reference(label=label, encoding=label, family="chat" if label in ENCODINGS else UNKNOWN_FAMILY)
    resolution = names.resolve(label, catalog)
    model = resolution.model
    encoding = model.encoding if model.encoding in ENCODINGS else encoding_of(model, label)
    return Reference(label, encoding, model.family, model, resolution)


def vendor_named(name: str | None) -> str | None:
    """Who makes the model of a name, by the bundled catalog or by how the name begins; `None`: not known.

    >>> [vendor_named(name) for name in ("azure/gpt-4o", "claude-haiku-9", "my-deployment")]
    ['OpenAI', 'Anthropic', None]
    """
    found = names.find(name) if name else None
    return (found.model.vendor or None) if found else vendor_of(name or "")


def encoding_of(model: Model, label: str = "") -> str:
    """The encoding of a model. Raises `UsageError` when there is none to count with; `label`: what it was called."""
    if why := uncountable(model):
        raise UsageError(f"{label or model.name}: {why}.")
    return model.encoding


def uncountable(model: Model) -> str:
    """Why the texts of a model cannot be counted here, and what can be done; empty for all that can."""
    if not model.encoding:
        return f"{model.vendor} publishes no tokenizer, so only the tokens that a log has can be priced"
    return (tokenizers.problem(model.encoding) or "") if model.encoding not in ENCODINGS else ""


def is_encoding(label: str, catalog: Catalog | None = None) -> bool:
    """Whether a reference is an encoding or an installed tokenizer rather than a model."""
    return label in ENCODINGS or (names.find(label, catalog) is None and encodings.is_known(label))
