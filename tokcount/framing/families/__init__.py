"""The bundled framing families: one TOML file here per family.

`tokcount.framing.family.FamilyTable` is their schema. A file is read when its family is first asked for. A family
named `chat/0613` is the file `0613.toml` in the folder `chat`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from tokcount.framing.family import ChatRules, Family, FamilyTable, ResponsesRules
from tokcount.framing.periods import Rules
from tokcount.framing.templates.rules import TemplateRules

_FOLDER: Final = Path(__file__).parent
_WITH_MODELS: Final[dict[str, type[Rules]]] = {
    "chat": ChatRules,
    "responses": ResponsesRules,
    "template": TemplateRules,
}


class _Families(Mapping[str, Family]):
    """Family name → family, each loaded on first use."""

    def __getitem__(self, name: str) -> Family:
        if name not in _names():
            raise KeyError(name)
        return _bundled(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())

    def __contains__(self, name: object) -> bool:
        return name in _names()


FAMILIES: Final[Mapping[str, Family]] = _Families()
"""The bundled families."""


def laid_over(like: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """The table of the bundled family `like` with the values of `own`, which may be of any type.

    Tables are merged key by key, lists replaced as a whole; each table of `chat.models` starts from `[chat]`, and each
    of `responses.models` from `[responses]`.
    """
    merged = _merged(_table(like), own)
    for key, rules in _WITH_MODELS.items():
        if isinstance(merged.get(key), dict) and isinstance(merged[key].get("models"), list):
            merged[key] = _complete(merged[key], rules)
    return merged


def _complete(table: Mapping[str, Any], rules: type[Rules]) -> dict[str, Any]:
    keys = set(rules.__struct_fields__).difference(Rules.__struct_fields__)
    shared = {key: table[key] for key in keys & table.keys()}
    return {
        **table,
        "models": [{**shared, **row} if isinstance(row, dict) else row for row in table["models"]],
    }


@cache
def _names() -> tuple[str, ...]:
    return tuple(
        sorted(path.relative_to(_FOLDER).with_suffix("").as_posix() for path in _FOLDER.rglob("*.toml"))
    )


@cache
def _bundled(name: str) -> Family:
    table = msgspec.convert(laid_over(name, {}), FamilyTable)
    return Family(name=name, **msgspec.structs.asdict(table))


@cache
def _table(name: str) -> dict[str, Any]:
    """The file of a family, merged with that of the family it is like."""
    own = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    return _merged(_table(own["like"]), own) if "like" in own else own


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**base, **own}
    for key in base.keys() & own.keys():
        if isinstance(base[key], dict) and isinstance(own[key], dict):
            merged[key] = _merged(base[key], own[key])
    return merged
