"""The registry: every file of this folder that has a ``FORMATS`` tuple, in the order in which they are asked."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from functools import cache
from typing import Any

from tokcount.errors import UsageError, suggest
from tokcount.logs.format import ENVELOPE, DatabaseFormat, Format


@cache
def all_formats() -> tuple[Format, ...]:
    """The formats of JSON values and rows: lower rank first, then the more particular keys, then the name."""
    found = [item for item in _declared() if hasattr(item, "keys")]
    return tuple(sorted(found, key=lambda item: (rank_of(item), -_particular(item), item.name)))


@cache
def database_formats() -> tuple[DatabaseFormat, ...]:
    """The formats of SQLite databases."""
    return tuple(item for item in _declared() if hasattr(item, "read_database"))


def rank_of(item: Format) -> int:
    """When a format is asked; see `tokcount.logs.format`."""
    return getattr(item, "rank", ENVELOPE)


def names_of(item: Format | DatabaseFormat) -> tuple[str, ...]:
    """The names of the records that a format emits."""
    emits: tuple[str, ...] = getattr(item, "emits", ())
    return emits or (item.name,)


def format_names() -> list[str]:
    """Every format name that ``--input-format`` takes, sorted."""
    items: tuple[Format | DatabaseFormat, ...] = (*all_formats(), *database_formats())
    return sorted({name for item in items for name in (item.name, *names_of(item))})


def describe_formats() -> dict[str, str]:
    """Every format name with what it reads, in one sentence: from its docstring, or from that of its file."""
    items: tuple[Format | DatabaseFormat, ...] = (*database_formats(), *all_formats())
    found: dict[str, str] = {}
    for item in items:
        for name in names_of(item):
            found.setdefault(name, _description(item, name))
    return dict(sorted(found.items()))


def _description(item: Format | DatabaseFormat, name: str) -> str:
    for text in (type(item).__doc__, sys.modules[type(item).__module__].__doc__):
        sentence = " ".join((text or "").split("\n\n")[0].split()).removeprefix(f"``{name}``").strip(" :.,")
        if sentence:
            return sentence.replace("``", "")
    return ""


def chosen_formats(name: str | None) -> tuple[Format, ...]:
    """The formats to ask: all of them, or those of one name or family (``openai``, ``openai.batch``).

    Raises `UsageError` for a name that nothing reads.
    """
    if name is None:
        return all_formats()
    family = name.rstrip(".") + "."
    chosen = [
        item
        for item in all_formats()
        if any(known == name or known.startswith(family) for known in (item.name, *names_of(item)))
    ]
    if not chosen and name not in format_names():
        close = suggest(name, format_names(), cutoff=0.4, instead="")
        raise UsageError(
            f"unknown input format {name!r}. {close} 'tokcount formats' lists all.".replace("  ", " ")
        )
    return tuple(chosen)


@cache
def _declared() -> tuple[Any, ...]:
    modules = [module.name for module in pkgutil.walk_packages(__path__, f"{__name__}.")]
    loaded = map(importlib.import_module, sorted(modules, key=lambda name: name.rpartition(".")[2]))
    return tuple(item for module in loaded for item in getattr(module, "FORMATS", ()))


def _particular(item: Format) -> int:
    return min(map(len, item.keys), default=0)
