"""Framing constants of the user's own, for models that tokcount does not know or that a log shows to be billed
otherwise; `tokcount calibrate` proposes them.

    [families."gpt-7"]
    like = "gpt5"             # the family it starts from
    encoding = "o200k_base"   # only where the catalog does not know the model
    priming = 4               # any constant of `tokcount.framing.families.Family`
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from tokcount.errors import UsageError, suggest
from tokcount.framing.families import FAMILIES, Family
from tokcount.tokens import encodings

CALIBRATED: Final = "calibrated: framing constants of the user's own"
OWN_KEYS: Final = ("like", "encoding")
CONSTANTS: Final = tuple(
    field.name
    for field in msgspec.structs.fields(Family)
    if field.type is int or field.name == "early_priming"
)


class UserFamily(msgspec.Struct, frozen=True):
    """The framing of one model name, as a user's file says it."""

    model: str
    """Lower-case, as logs name it."""
    family: Family
    encoding: str | None = None


def load(path: Path) -> tuple[UserFamily, ...]:
    """The families of a TOML file. Raises `UsageError` for anything wrong in it, naming file and key."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{path}: the families file cannot be read: {reason}") from None
    tables = document.get("families", {})
    if not isinstance(tables, dict) or not tables:
        raise UsageError(f'{path}: no table [families."MODEL"] in it.')
    return tuple(_family(path, name, table) for name, table in tables.items())


def _family(path: Path, name: str, table: Any) -> UserFamily:
    where = f"{path}: families.{name}"
    if not isinstance(table, Mapping):
        raise UsageError(f"{where}: a table of constants is wanted.")
    _reject_unknown(where, table)
    like = table.get("like", "chat")
    if like not in FAMILIES:
        raise UsageError(f"{where}.like: unknown family {like!r}. {suggest(like, FAMILIES)}")
    encoding = table.get("encoding")
    constants = {key: _constant(where, key, table[key]) for key in CONSTANTS if key in table}
    family = msgspec.structs.replace(
        FAMILIES[like], name=f"{name} (calibrated)", like=like, doubt=CALIBRATED, **constants
    )
    return UserFamily(name.strip().lower(), family, encodings.check_name(encoding) if encoding else None)


def _reject_unknown(where: str, table: Mapping[str, Any]) -> None:
    known = (*OWN_KEYS, *CONSTANTS)
    for key in table:
        if key not in known:
            raise UsageError(f"{where}.{key}: no such constant. {suggest(key, known)}")


def _constant(where: str, key: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise UsageError(f"{where}.{key}: a whole number of tokens is wanted.")
    return value


def as_toml(model: str, like: str, constants: Mapping[str, int], encoding: str | None = None) -> str:
    """One table of such a file.

    >>> print(as_toml("gpt-7", "gpt5", {"priming": 4}), end="")
    [families."gpt-7"]
    like = "gpt5"
    priming = 4
    """
    escaped = model.replace("\\", "\\\\").replace('"', '\\"')
    lines = [f'[families."{escaped}"]', f'like = "{like}"']
    if encoding:
        lines.append(f'encoding = "{encoding}"')
    lines += [f"{key} = {value}" for key, value in constants.items()]
    return "\n".join(lines) + "\n"
