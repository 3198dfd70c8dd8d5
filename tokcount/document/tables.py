"""The lists of a typed report as flat tables, one for each list, for spreadsheets and databases.

A table has the name of its list in the JSON report, such as `cost.references`. A list inside the rows of another one
has a table of its own, whose rows begin with the texts of the row that they belong to. `references`, the numbers of a
row under each reference, are not apart: the row is repeated for each of them. So a table per model has one row for
each model and reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
from msgspec import NODEFAULT
from msgspec.inspect import (
    DateType,
    DictType,
    Field,
    ListType,
    LiteralType,
    Metadata,
    NoneType,
    StrType,
    StructType,
    Type,
    UnionType,
    type_info,
)

from tokcount.document.amounts import PATTERN
from tokcount.document.rows import Row, flat

Fields = tuple[Field, ...]
REPEATED: Final = "references"
"""The list that an entry is repeated for, instead of a table of its own."""
Keys = tuple[str, ...]
Holder = tuple[Row, msgspec.Struct]
"""An object, and the texts that its rows begin with."""


class FlatTable(NamedTuple):
    """One list. Its columns are those of its type, in that order, then those that only some rows have."""

    columns: list[str]
    rows: list[Row]


def tables_of(report: msgspec.Struct) -> dict[str, FlatTable]:
    """Name of a list in the JSON report → its table; a list without entries has one without rows."""
    return dict(_tables(_fields(type(report)), [({}, report)], ()))


def table_names(kind: type[msgspec.Struct]) -> list[str]:
    """The names of the tables that every report of a type has."""
    return [name for name, _ in _tables(_fields(kind), [], ())]


def _tables(
    fields: Fields, holders: list[Holder], keys: Keys, path: str = ""
) -> Iterator[tuple[str, FlatTable]]:
    """The tables of the lists in some objects; `keys` are the columns of the texts that their rows begin with."""
    for field in fields:
        name = f"{path}{field.encode_name}"
        values = [(texts, getattr(holder, field.name)) for texts, holder in holders]
        object_type, entry_type = _object(field.type), _entry(field.type)
        if object_type is not None:
            inner = [(texts, value) for texts, value in values if isinstance(value, msgspec.Struct)]
            yield from _tables(object_type.fields, inner, keys, f"{name}.")
        if entry_type is not None:
            entries = [(texts, entry) for texts, value in values for entry in value or ()]
            yield name, _table(entry_type, entries, keys)
            below = tuple(field for field in entry_type.fields if field.name != REPEATED)
            own = tuple(field.encode_name for field in below if _is_text(field))
            inner = [({**texts, **_part(entry, own)}, entry) for texts, entry in entries]
            yield from _tables(below, inner, (*keys, *own), f"{name}.")


def _table(kind: StructType, entries: list[Holder], keys: Keys) -> FlatTable:
    rows = [{**texts, **row} for texts, entry in entries for row in _rows(entry)]
    found = dict.fromkeys(name for row in rows for name, value in row.items() if value is not None)
    repeated = next((_entry(field.type) for field in kind.fields if field.name == REPEATED), None)
    fields = (*kind.fields, *(repeated.fields if repeated else ()))
    columns = [name for name, always in _columns(fields) if always or name in found]
    return FlatTable(list(dict.fromkeys((*keys, *columns, *found))), rows)


def _rows(entry: msgspec.Struct) -> list[Row]:
    """The row of an entry, repeated with the numbers of each reference."""
    row = flat(entry)
    references = getattr(entry, REPEATED, None)
    return [row] if references is None else [{**row, **flat(reference)} for reference in references]


def _part(entry: msgspec.Struct, names: Keys) -> Row:
    row = flat(entry)
    return {name: row.get(name) for name in names}


def _columns(fields: Fields) -> Iterator[tuple[str, bool]]:
    """The columns of a type, and whether every table has them; an inner object has one for each of its fields."""
    for field in fields:
        inner = _object(field.type)
        if inner is not None:
            parts = (part.encode_name for part in inner.fields if not _is_list(part))
            yield from ((f"{field.encode_name}.{name}", True) for name in parts)
        elif not _is_list(field):
            yield field.encode_name, not _is_optional(field)


def _is_list(field: Field) -> bool:
    """Whether a field has no column of its own name."""
    return any(isinstance(part, ListType | DictType) for part in _parts(field.type))


def _is_optional(field: Field) -> bool:
    """Whether a field may be missing, instead of having no value."""
    return not field.required and NODEFAULT is field.default is field.default_factory


def _is_text(field: Field) -> bool:
    """Whether a field is always there and a text or a day, which identify an entry; an amount is a number."""
    return not _is_optional(field) and all(
        isinstance(part, LiteralType | DateType | NoneType)
        or (isinstance(part, StrType) and part.pattern != PATTERN)
        for part in _parts(field.type)
    )


def _fields(kind: type[msgspec.Struct]) -> Fields:
    found = type_info(kind)
    return found.fields if isinstance(found, StructType) else ()


def _object(kind: Type) -> StructType | None:
    """The type of an inner object, which may be missing."""
    return next((part for part in _parts(kind) if isinstance(part, StructType)), None)


def _entry(kind: Type) -> StructType | None:
    """The type of the entries of a list of objects."""
    lists = (part for part in _parts(kind) if isinstance(part, ListType))
    return next((part.item_type for part in lists if isinstance(part.item_type, StructType)), None)


def _parts(kind: Type) -> Iterator[Type]:
    if isinstance(kind, Metadata):
        yield from _parts(kind.type)
    elif isinstance(kind, UnionType):
        for part in kind.types:
            yield from _parts(part)
    else:
        yield kind
