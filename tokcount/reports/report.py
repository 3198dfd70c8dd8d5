"""`Report`: what an analysis leaves behind, and the contract that every output format renders."""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount import __version__

SCHEMA_VERSION = 1
"""Raised when a key of a report is renamed or changes its meaning; additions leave it as it is."""


class Report(msgspec.Struct, frozen=True):
    """The answer of one command as plain JSON data.

    ``data`` holds strings, integers, floats, booleans, ``None``, lists and objects; money is a decimal string,
    a share or a drift a fraction. A saved report can be read back and rendered into any format.
    """

    command: str
    data: dict[str, Any]
    made_by: str = __version__
    """The version of tokcount that made it: of a saved report, the one that saved it."""

    def document(self) -> dict[str, Any]:
        """The JSON document: the envelope first, then the data."""
        envelope = {"schema_version": SCHEMA_VERSION, "tokcount": self.made_by, "command": self.command}
        return {**envelope, **self.data}
