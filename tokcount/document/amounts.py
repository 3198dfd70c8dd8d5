"""Amounts of money: exact decimal strings in typed reports, numbers with the same digits in JSON.

Where a report has amounts is known from its type: they are the fields of type `Usd`.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Final

import msgspec
from msgspec.inspect import (
    DictType,
    FloatType,
    ListType,
    Metadata,
    StrType,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

PATTERN: Final = r"^-?\d+(\.\d+)?$"
Usd = Annotated[str, msgspec.Meta(pattern=PATTERN)]
"""An exact amount of money in US dollars, as a decimal string; a number in JSON."""
Change = Callable[[Any], Any]


MOST_DIGITS: Final = 60
"""Digits before the decimal point, and after it, of the numbers that are read."""


def is_plain(number: Decimal) -> bool:
    """Whether a number can be written out: `1e-300000000` would take 300 MB."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MOST_DIGITS and number.adjusted() <= MOST_DIGITS


def as_numbers(data: Any, kind: type) -> Any:
    """The JSON data of an object of type `kind` with its amounts as `Decimal`."""
    return _changed(
        data, _type_info(kind), lambda amount: Decimal(amount) if isinstance(amount, str) else amount
    )


def as_text(data: Any, kind: type) -> Any:
    """JSON data, in which fractions are `Decimal`, with its amounts as strings, as in an object of type `kind`."""
    return _changed(data, _type_info(kind), _text)


def _text(amount: Any) -> Any:
    is_number = isinstance(amount, int | Decimal) and not isinstance(amount, bool)
    return (
        f"{amount:f}" if is_number and isinstance(amount, Decimal) else str(amount) if is_number else amount
    )


@cache
def _type_info(kind: type) -> Type:
    return type_info(kind)


def _changed(value: Any, kind: Type, change: Change) -> Any:
    """A value with `change` applied to every amount in it."""
    match kind:
        case StrType(pattern=pattern) if pattern == PATTERN:
            return change(value)
        case StructType(fields=fields) if isinstance(value, dict):
            types = {field.encode_name: _decided(field.type, value) for field in fields}
            return {
                key: _changed(part, types[key], change) if key in types else part
                for key, part in value.items()
            }
        case ListType(item_type=item) | VarTupleType(item_type=item) if isinstance(value, list):
            return [_changed(part, item, change) for part in value]
        case DictType(value_type=item) if isinstance(value, dict):
            return {key: _changed(part, item, change) for key, part in value.items()}
        case Metadata(type=inner):
            return _changed(value, inner, change)
        case UnionType(types=kinds):
            for inner in kinds:
                value = _changed(value, inner, change)
    return value


def _decided(kind: Type, entry: dict[str, Any]) -> Type:
    """The type of a field that is an amount or another number, depending on the `unit` of its entry."""
    if not isinstance(kind, UnionType) or not any(isinstance(inner, FloatType) for inner in kind.types):
        return kind
    if entry.get("unit") == "usd":
        return kind
    return UnionType(tuple(inner for inner in kind.types if not isinstance(inner, StrType)))
