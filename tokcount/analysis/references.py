"""What an analysis knows of a model reference: its name in the columns, and what it stands for."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

Quantity = Literal["content_tokens", "framing_tokens", "input_tokens", "output_tokens"]
QUANTITIES: tuple[Quantity, ...] = ("content_tokens", "framing_tokens", "input_tokens", "output_tokens")


class Reference(Protocol):
    """A baseline or a target; its counts stand in the columns ``LABEL:content_tokens`` and so on."""

    @property
    def label(self) -> str:
        """The prefix of its columns and its name in reports."""
        ...

    @property
    def encoding(self) -> str | None:
        """The tiktoken encoding; ``None`` when it differs from record to record."""
        ...

    @property
    def family(self) -> str | None:
        """The framing family; ``None`` when it differs from record to record, or for a bare encoding."""
        ...


class NamedReference(msgspec.Struct, frozen=True):
    """The plainest `Reference`."""

    label: str
    encoding: str | None = None
    family: str | None = None


def column(label: str, quantity: str) -> str:
    """The name of a column of a reference, e.g. ``gpt-4o:input_tokens``."""
    return f"{label}:{quantity}"
