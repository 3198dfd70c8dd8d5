"""A user's `--families` file: the framing of models that tokcount does not know, or that a log shows to be billed
differently. It has the tables of a bundled family under the name of a model; `tokcount calibrate` suggests them.

    [families."gpt-7"]
    like = "gpt5"             # the family it starts from; default "chat"
    encoding = "o200k_base"   # only for a model that the catalog does not have
    [families."gpt-7".chat]
    priming = 4
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tokcount import tables
from tokcount.errors import UsageError, suggest
from tokcount.framing.families import FAMILIES, laid_over
from tokcount.framing.family import ChatRules, Family, FamilyTable, UserFamily
from tokcount.framing.periods import Rules, seconds
from tokcount.tokens import encodings

CALIBRATED: Final = "calibrated: framing constants from the families file"

_CHAT_FIELDS: Final = frozenset(ChatRules.__struct_fields__).difference(Rules.__struct_fields__)


class _FamilyName(str):
    __slots__ = ()


class _EncodingName(str):
    __slots__ = ()


class _UserTable(FamilyTable, frozen=True, kw_only=True, forbid_unknown_fields=True):
    like: _FamilyName
    encoding: _EncodingName | None = None


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    families: dict[str, _UserTable]


def load(path: Path) -> tuple[UserFamily, ...]:
    """The families of a TOML file. Raises `UsageError` with all mistakes in it, each with its line and key."""
    document = tables.load(path, "families file")
    given = document.data.get("families")
    if not given and document.data.keys() <= {"families"}:
        raise UsageError(f'{path}: the file has no table [families."MODEL"].')
    if isinstance(given, dict):
        complete = {name: _complete(table) for name, table in given.items()}
        document = msgspec.structs.replace(document, data={**document.data, "families": complete})
    found = tables.convert(document, _File, hook=_known_name, checks=[_all_unusable]).families
    return tuple(_user_family(name, table) for name, table in found.items())


def _complete(table: Any) -> Any:
    """A table with what it leaves out. Constants of `[chat]` may also be in the table itself, as in version 0.1."""
    if not isinstance(table, dict):
        return table
    own: dict[str, Any] = {"like": "chat", "estimated": CALIBRATED, **table}
    constants = {key: own.pop(key) for key in _CHAT_FIELDS & own.keys()}
    if constants and isinstance(own.setdefault("chat", {}), dict):
        own["chat"] = {**constants, **own["chat"]}
    return laid_over(own["like"] if own["like"] in FAMILIES else "chat", own)


def _known_name(kind: Any, value: Any) -> Any:
    """Checks the names of families and encodings."""
    if not isinstance(value, str):
        raise ValueError(f"a name was expected, not {value!r}")  # noqa: TRY004 - the message of a mistake
    if kind is _EncodingName:
        try:
            encodings.check_name(value)
        except UsageError as error:
            raise ValueError(str(error)) from None
    elif value not in FAMILIES:
        raise ValueError(f"unknown family {value!r}. {suggest(value, FAMILIES)}")
    return kind(value)


def _all_unusable(file: _File) -> Iterator[tables.Mistake]:
    for name, table in file.families.items():
        yield from _unusable(("families", name), table)


def _unusable(key: tables.Key, table: _UserTable) -> Iterator[tables.Mistake]:
    """Patterns and days that have the right type but that counting could not use."""
    places: dict[tables.Key, Sequence[Rules]] = {
        ("chat", "models"): table.chat.models,
        ("responses", "models"): table.responses.models,
        ("images",): table.images,
        ("hosted",): table.hosted,
    }
    for place, rows in places.items():
        for index, row in enumerate(rows):
            yield from _unusable_row((*key, *place, index), row)


def _unusable_row(key: tables.Key, row: Rules) -> Iterator[tables.Mistake]:
    try:
        re.compile(row.match)
    except re.error as error:
        text = f"{tables.shown(row.match)} is not a regular expression: {error}"
        yield tables.Mistake((*key, "match"), text)
    for name in ("since", "until", "base_until"):
        day = getattr(row, name, "")
        try:
            seconds(day or "2026-01-31")
        except ValueError:
            text = f"a day like 2026-01-31 was expected, not {tables.shown(day)}"
            yield tables.Mistake((*key, name), text)


def _user_family(name: str, table: _UserTable) -> UserFamily:
    fields = {field: getattr(table, field) for field in FamilyTable.__struct_fields__}
    return UserFamily(name.strip().lower(), Family(name=f"{name} (calibrated)", **fields), table.encoding)


def as_toml(model: str, like: str, constants: Mapping[str, int], encoding: str | None = None) -> str:
    """The table of one model in such a file; `constants` are those of `[chat]`.

    >>> print(as_toml("gpt-7", "gpt5", {"priming": 4}), end="")
    [families."gpt-7"]
    like = "gpt5"
    [families."gpt-7".chat]
    priming = 4
    """
    escaped = model.replace("\\", "\\\\").replace('"', '\\"')
    lines = [f'[families."{escaped}"]', f'like = "{like}"']
    if encoding:
        lines.append(f'encoding = "{encoding}"')
    lines += [f'[families."{escaped}".chat]', *(f"{key} = {value}" for key, value in constants.items())]
    return "\n".join(lines) + "\n"
