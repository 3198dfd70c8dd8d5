"""The JSON Schema of each command's report, derived from its type."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import msgspec
from msgspec.inspect import (
    DictType,
    ListType,
    Metadata,
    StructType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from tokcount.document.amounts import PATTERN
from tokcount.reports.registry import call_of, report_type
from tokcount.reports.report import ENVELOPE

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(command: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `tokcount COMMAND -f json` writes.

    Titles and descriptions are those of the types: the docstring of a class describes its object, the docstring of a
    field its property. Raises `UsageError` for a command that makes no report.
    """
    kind = report_type(command)
    _, definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    for struct in set(_structs(type_info(kind))):
        _describe(definitions[struct.__name__], struct)
    definitions = _with_numbers(definitions)
    report = definitions.pop(kind.__name__)
    properties = report["properties"]
    report["properties"] = {key: properties[key] for key in dict.fromkeys((*ENVELOPE, *properties))}
    return {
        "$schema": DIALECT,
        **report,
        "title": f"tokcount {call_of(command)} -f json",
        "$defs": definitions,
    }


def _with_numbers(schema: Any) -> Any:
    """The schema with amounts of money as the numbers that they are in JSON."""
    if isinstance(schema, list):
        return [_with_numbers(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("pattern") == PATTERN:
        return {**{key: value for key, value in schema.items() if key != "pattern"}, "type": "number"}
    return {key: _with_numbers(value) for key, value in schema.items()}


def _structs(found: Type) -> Iterator[type[msgspec.Struct]]:
    """The struct classes that a type is built of."""
    match found:
        case StructType(cls, fields):
            yield cls
            inner = [field.type for field in fields]
        case UnionType(types):
            inner = list(types)
        case ListType(item_type=item) | VarTupleType(item_type=item) | DictType(value_type=item):
            inner = [item]
        case Metadata(item):
            inner = [item]
        case _:
            inner = []
    for part in inner:
        yield from _structs(part)


def _describe(definition: dict[str, Any], struct: type[msgspec.Struct]) -> None:
    """Add the docstrings of the fields. What has a default may be left out in Python, but is always written."""
    texts = _field_docs(struct)
    for field in msgspec.structs.fields(struct):
        entry = definition["properties"][field.encode_name]
        if field.name in texts:
            entry["description"] = texts[field.name]
        if "default" in entry:
            del entry["default"]
            definition["required"].append(field.encode_name)


def _field_docs(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Field → its docstring, which is the string below it in the source of the class or of a base class."""
    found: dict[str, str] = {}
    for base in reversed(struct.__mro__[: struct.__mro__.index(msgspec.Struct)]):
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        for above, below in pairwise(getattr(body, "body", ())):
            match above, below:
                case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                    found[name] = inspect.cleandoc(text)
    return found
