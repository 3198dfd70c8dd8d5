"""Which forms of JSON Schema are known to be shown as the API shows them, and which are not confirmed."""

from __future__ import annotations

from typing import Any

from tokcount.framing.tools.schema_tree import MAX_DEPTH, Schema

GUESSED = {
    "allOf": "allOf in a tool's schema",
    "const": "const in a tool's schema",
    "examples": "examples in a tool's schema",
    "if": "if in a tool's schema",
    "not": "not in a tool's schema",
    "oneOf": "oneOf in a tool's schema",
    "patternProperties": "patternProperties in a tool's schema",
    "prefixItems": "prefixItems in a tool's schema",
    "propertyNames": "propertyNames in a tool's schema",
}
"""Keyword → reason."""


def guesses(schema: Any, depth: int = 0) -> set[str]:
    """Reasons why the text of a schema is not confirmed; empty when every form in it is."""
    if depth > MAX_DEPTH:
        return {"a tool's schema is nested too deeply"}
    if not isinstance(schema, dict):
        return {"a tool's schema is not an object"}
    found = {reason for keyword, reason in GUESSED.items() if keyword in schema} | _shapes(schema)
    inner = [schema[key] for key in ("items",) if key in schema]
    for key in ("properties", "$defs", "definitions"):
        named = schema.get(key)
        inner += named.values() if isinstance(named, dict) else []
    for key in ("anyOf", "oneOf", "allOf"):
        listed = schema.get(key)
        inner += listed if isinstance(listed, list) else []
    return found.union(*(guesses(value, depth + 1) for value in inner))


def _shapes(schema: Schema) -> set[str]:
    found = set()
    if isinstance(schema.get("additionalProperties"), dict) or schema.get("additionalProperties") is True:
        found.add("additionalProperties in a tool's schema")
    if not all(isinstance(member, str) for member in _listed(schema, "enum")):
        found.add("an enum with values that are not strings in a tool's schema")
    if any(
        isinstance(variant, dict) and variant.get("type") == "array" for variant in _listed(schema, "anyOf")
    ):
        found.add("a union with arrays in a tool's schema")
    kinds = _listed(schema, "type")
    if kinds and ("array" in kinds or "object" in kinds or {"minimum", "maximum", "format"} & schema.keys()):
        found.add("a list of types in a tool's schema")
    items = schema.get("items")
    if isinstance(items, dict) and (items.get("type") == "array" or _listed(items, "enum")):
        found.add("an array of arrays or enums in a tool's schema")
    named = schema.get("properties")
    if isinstance(named, dict) and not all(name.isidentifier() for name in named):
        found.add("a property whose name is not an identifier")
    return found


def _listed(schema: Schema, key: str) -> list[Any]:
    value = schema.get(key)
    return value if isinstance(value, list) else []
