"""A model reference: the model name or encoding name that someone gives to ``--from`` and ``--to``."""

from __future__ import annotations

from typing import Final

import msgspec

from tokcount.models import resolve as names
from tokcount.models.catalog import Catalog
from tokcount.models.model import ENCODINGS, Model, Resolution

OWN: Final = "own"
"""The reference that counts each record under its own model."""


class Reference(msgspec.Struct, frozen=True):
    """What to count under: an encoding, a framing family, and the model when one was named.

    An encoding alone counts the record as it is under another encoding: messages framed by the ``chat`` family,
    completions without framing.
    """

    label: str
    """The text that was given; it names the columns and rows of reports."""
    encoding: str
    family: str
    model: Model | None = None
    resolution: Resolution | None = None


def parse_reference(text: str, catalog: Catalog | None = None) -> Reference:
    """The reference behind a model name or an encoding name.

    Raises `tokcount.models.resolve.UnknownModel` for anything else.
    """
    label = text.strip()
    if label in ENCODINGS:
        return Reference(label=label, encoding=label, family="chat")
    resolution = names.resolve(label, catalog)
    model = resolution.model
    return Reference(label, model.encoding, model.family, model, resolution)
