"""What the Responses API adds around the pieces of a request, per family and generation of models.

The numbers stand in ``data/responses.toml``; docs/framing-responses.md says what they rest on.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from tokcount.framing.families import Family


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Constants in tokens, explained in ``data/responses.toml``."""

    family: str
    models: str = ""
    tools: int = 3
    tools_undescribed: int | None = None
    forced: int = -1
    none_choice: int = 0
    schema: int = 0
    call: int = 9
    stored_call: int = 0
    parallel: int = 0
    call_basis: Literal["exact", "estimated"] = "exact"
    raw_arguments: bool = False
    interim: int = 0
    serial: int = 0
    given_tools: int | None = None
    old_reasoning: bool = False


class Hosted(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of the hidden text that a hosted tool brings along."""

    family: str
    tool: str
    tokens: int
    models: str = ""
    beside_functions: int = 0
    """More when functions are offered too."""
    forced: int = 0
    """More when ``tool_choice`` names the tool."""
    basis: Literal["exact", "estimated"] = "exact"
    results: bool = False
    """What the tool finds while the request runs is billed as input too."""


class _Table(msgspec.Struct, frozen=True):
    rules: tuple[Rules, ...]
    hosted: tuple[Hosted, ...] = ()


@cache
def _table() -> _Table:
    text = resources.files("tokcount.framing").joinpath("data", "responses.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _Table)


@cache
def rules_for(family: Family, model: str) -> tuple[Rules, bool]:
    """The constants for a family and a served model, and whether they are its own.

    A family without a row (one of the user's own, or one that Responses never served) has those of the family
    that frames most like it.
    """
    rows = [row for row in _table().rules if row.family == family.base]
    nearest = rows or [row for row in _table().rules if row.family == _nearest(family)]
    return next((row for row in nearest if _matches(row.models, model)), nearest[-1]), bool(rows)


def _nearest(family: Family) -> str:
    if family.hidden:
        return "gpt5"
    return "o" if family.header else "chat"


@cache
def hosted_tool(family: str, model: str, tool: str) -> Hosted | None:
    """What is known of a hosted tool (its ``type``); ``None``: nothing is."""
    for row in _table().hosted:
        if row.family == family and row.tool == tool and _matches(row.models, model):
            return row
    return None


def _matches(pattern: str, model: str) -> bool:
    return not pattern or re.search(pattern, model.strip().lower().removeprefix("ft:")) is not None
