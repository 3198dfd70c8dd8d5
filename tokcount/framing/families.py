"""Framing families: the constants that the API adds around a request, and which model has which.

The numbers stand in ``data/families.toml``, the names in ``data/family_names.toml``. A model whose name no
pattern knows is laid out as the nearest family, ``chat``, and its counts are ``estimated``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """The framing constants of one family, in tokens; a role is one token more.

    A user's own family is a copy with other constants and a `doubt`::

        msgspec.structs.replace(FAMILIES["gpt5"], name="gpt-7", like="gpt5", priming=4, doubt="calibrated")
    """

    name: str
    framed: bool = True
    """False for endpoints that bill the text alone."""
    per_message: int = 3
    priming: int = 3
    """Once, for the reply that the API starts."""
    early_priming: int | None = None
    early_until: str = ""
    """The priming before that day (ISO date, UTC)."""
    assistant_text: int = 0
    """More for each assistant message with text in the history."""
    header: str = ""
    """Text before a leading system message that definitions or a schema are joined to."""
    block: int = -1
    """A block of tool definitions, beside its text."""
    hidden: int = 0
    """Text that the API adds unseen once tools are offered."""
    hidden_undescribed: int = 0
    """The same when the first function has no description."""
    renderer: Literal["typescript", "0613"] = "typescript"
    """Of tool definitions."""
    forced: int = 7
    """A function chosen by name, beside ``"." + name``; -1: the choice costs nothing, not even the name."""
    none_choice: int = 1
    """Tool choice ``none`` with tools."""
    odd_arguments: int = 0
    """More for a call whose arguments are not a JSON object."""
    name_is_role: bool = False
    """A name stands in the place of the role."""
    call: int = 6
    """Around one call: role, recipient and separators."""
    result: int = 6
    """Around its result."""
    parallel: int = 20
    """Around several calls in one message together with their results."""
    open_call: int = 0
    """More for a message with calls after the last user message."""
    closed_call: int = 0
    """More for a message with calls before it."""
    beside_call: int = 4
    """Around text in a message that also calls."""
    schema_reply: bool = True
    """Whether the reply that the API starts names the JSON schema (2 tokens and the name)."""
    definitions_doubt: str = ""
    """Why counts with tool definitions or a JSON schema are ``estimated``."""
    calls_doubt: str = ""
    """Why counts with tool calls in the history are ``estimated``."""
    doubt: str = ""
    """Why counts of this family are ``estimated``; empty: they are not."""
    like: str = ""
    """Of a user's own family: the one it started from, whose rules it keeps where it says nothing else."""

    @property
    def base(self) -> str:
        """The family whose rows it has in tables that go by family."""
        return self.like or self.name

    def hidden_for(self, *, described: bool) -> int:
        """Hidden text once tools are offered."""
        return self.hidden if described else self.hidden_undescribed

    def primed(self, timestamp: float | None) -> int:
        """Priming on the day of the request (seconds since 1970, UTC; unknown: the later rule)."""
        if self.early_priming is None or timestamp is None or timestamp >= _seconds(self.early_until):
            return self.priming
        return self.early_priming


@cache
def _seconds(day: str) -> float:
    from datetime import UTC, datetime

    return datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("tokcount.framing").joinpath("data", name).read_text("utf-8"))


FAMILIES: dict[str, Family] = {
    name: msgspec.convert({"name": name, **constants}, Family)
    for name, constants in _table("families.toml").items()
}
"""Family name → constants."""

_PATTERNS = [(re.compile(row["match"]), str(row["family"])) for row in _table("family_names.toml")["pattern"]]


@cache
def family_of(model: str) -> tuple[str, bool]:
    """The family of a model name, and whether a pattern knows it (otherwise ``chat`` is the nearest).

    Fine-tuned models (``ft:BASE:…``, ``BASE:ft-…``) have the family of their base. Use the served name where
    it is known: the alias ``gpt-4`` has long been served as ``gpt-4-0613``.
    """
    name = model.strip().lower().removeprefix("ft:")
    for pattern, family in _PATTERNS:
        if pattern.search(name):
            return family, True
    return "chat", False
