"""Which forms of JSON Schema a definition has: how well each is confirmed is in `tokcount.framing.evidence`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tokcount.framing.features import OF_RESPONSE_SCHEMA, OF_TOOL_SCHEMA
from tokcount.framing.tools.schema_tree import MAX_DEPTH, Schema

_EVERYWHERE: Final = frozenset(
    {"type", "description", "properties", "items", "required", "enum", "$defs", "definitions"}
)
"""Keywords that say nothing by themselves: `_shapes` names what is special about their values."""
_KEYWORDS: Final = frozenset(
    {
        *("$anchor", "$comment", "$dynamicRef", "$id", "$ref", "$schema", "allOf", "anyOf", "const"),
        *("additionalItems", "additionalProperties", "contains", "contentEncoding", "contentMediaType"),
        *("default", "dependencies", "dependentRequired", "dependentSchemas", "deprecated", "discriminator"),
        *("else", "example", "examples", "exclusiveMaximum", "exclusiveMinimum", "format", "if"),
        *("maxItems", "maxLength", "maxProperties", "maximum", "minItems", "minLength", "minProperties"),
        *("minimum", "multipleOf", "not", "nullable", "oneOf", "pattern", "patternProperties", "prefixItems"),
        *("propertyNames", "readOnly", "strict", "then", "title", "unevaluatedItems"),
        *("unevaluatedProperties", "uniqueItems", "writeOnly"),
    }
)
"""Keywords of JSON Schema and OpenAPI that are named; any other is `an unknown keyword`."""
_SCHEMAS: Final = ("items", "additionalProperties", "not", "if", "then", "else", "contains")
_NAMED: Final = ("properties", "$defs", "definitions", "patternProperties")
_LISTED: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_SCALARS: Final = (str, int, float, type(None))


def tool_forms(schema: Any) -> set[str]:
    """The forms in the parameters of a function."""
    return {form + OF_TOOL_SCHEMA for form in _forms(schema, 0)}


def response_forms(schema: Any) -> set[str]:
    """The forms in the schema of a response format, which is shown as JSON: its keywords are all that matters."""
    return {form + OF_RESPONSE_SCHEMA for found in _schemas(schema, 0) for form in _keywords(found)}


def _forms(schema: Any, depth: int) -> set[str]:
    if schema and not isinstance(schema, dict):
        return {"no object"}
    root = {"a description of the root"} if schema and schema.get("description") else set()
    return root.union(*(_special(found) | set(_shapes(found)) for found in _schemas(schema, depth)))


def _schemas(schema: Any, depth: int) -> Iterator[Schema]:
    """A schema and all schemas in it, as deep as they are shown."""
    if not isinstance(schema, dict) or depth > MAX_DEPTH:
        return
    yield schema
    inner = [schema.get(key) for key in _SCHEMAS]
    for key in _NAMED:
        named = schema.get(key)
        inner += named.values() if isinstance(named, dict) else []
    for key in _LISTED:
        inner += _list(schema, key)
    for value in inner:
        yield from _schemas(value, depth + 1)


def _keywords(schema: Schema) -> set[str]:
    """The special keywords of one schema. A definition is a form only where it is used."""
    special = schema.keys() - _EVERYWHERE
    if schema.get("additionalProperties") is False:
        special -= {"additionalProperties"}
    known = special & _KEYWORDS
    return known | {"an unknown keyword"} if special - known else set(known)


def _shapes(schema: Schema) -> Iterator[str]:
    """What is special about the values of common keywords."""
    kind, named = schema.get("type"), schema.get("properties")
    if kind == "object" and not named:
        yield "an object without properties"
    if isinstance(named, dict) and not all(str(name).isidentifier() for name in named):
        yield "a property whose name is not an identifier"
    if not all(isinstance(member, str) for member in _list(schema, "enum")):
        yield "an enum with values that are not strings"
    yield from _of_unions(schema, kind)
    yield from _of_arrays(schema, kind)


def _special(schema: Schema) -> set[str]:
    """The keywords of one schema, with what is special about their values in the place of some."""
    found = _keywords(schema)
    kind = schema.get("type")
    is_large = not isinstance(schema.get("default"), _SCALARS)
    is_any = schema.get("additionalProperties") in (True, {})
    more_special = (
        ({"minimum", "maximum"}, kind == "integer", "bounds of an integer"),
        ({"default"}, is_large, "a default that is a list or an object"),
        ({"format"}, kind != "string", "a format of no string"),
        ({"additionalProperties"}, is_any, "any additionalProperties"),
    )
    for keywords, is_special, form in more_special:
        if is_special and found & keywords:
            found = found - keywords | {form}
    return found


def _of_unions(schema: Schema, kind: Any) -> Iterator[str]:
    variants = (*_list(schema, "anyOf"), *_list(schema, "oneOf"))
    for variant in (variant for variant in variants if isinstance(variant, dict)):
        if variant.get("type") == "array":
            yield "a union with arrays"
        elif variant.get("properties") or "$ref" in variant:
            yield "a union with objects"
        elif variant.get("type") == "object":
            yield "a union with an object without properties"
    if isinstance(kind, list):
        if "array" in kind or "object" in kind:
            yield "a list of types with array or object"
        elif {"minimum", "maximum", "format", "exclusiveMinimum", "enum"} & schema.keys():
            yield "a list of types with bounds or an enum"
        else:
            yield "a list of types"


def _of_arrays(schema: Schema, kind: Any) -> Iterator[str]:
    items = schema.get("items")
    if kind == "array" and not items:
        yield "an array without items"
    if not isinstance(items, dict):
        return
    if items.get("type") == "array":
        yield "an array of arrays"
    elif _list(items, "enum"):
        yield "an array of enums"
    elif items.get("properties") or "$ref" in items:
        yield "an array of objects"
    elif {"anyOf", "oneOf"} & items.keys():
        yield "an array of unions"


def _list(schema: Schema, key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []
