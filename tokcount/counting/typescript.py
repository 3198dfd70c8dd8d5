"""Function definitions as the TypeScript-like text that the API shows to the model.

Nothing here is documented by the API; the forms are those that reproduce the billed tokens of recorded calls
(docs/framing.md lists the evidence for each).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

MAX_REFS = 2
"""References followed inside one another; a deeper one shows as ``any``."""
MAX_DEPTH = 40
"""Levels of nesting shown; a deeper one shows as ``any``."""


def render_functions(functions: list[Schema], parameters: Callable[[Schema], str]) -> str:
    """The ``namespace functions`` text of function definitions, ``parameters`` printing what each takes."""
    lines = ["namespace functions {", ""]
    for function in functions:
        lines += comment_lines(text_of(function, "description"))
        lines += [f"type {function.get('name')} = ({parameters(function)}) => any;", ""]
    return "\n".join([*lines, "} // namespace functions"])


def parameters(function: Schema) -> str:
    """What a function takes: ``_: {…}``, or nothing.

    >>> parameters({"parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}})
    '_: { city: string }'
    """
    schema = function.get("parameters")
    return "_: " + Printer(schema).root() if isinstance(schema, dict) and properties_of(schema) else ""


def comment_lines(text: str) -> list[str]:
    """A description as comment lines, each trimmed; none for a blank description.

    >>> comment_lines("Get it.\\n\\n  In UTC. ")
    ['// Get it.', '//', '// In UTC.']
    """
    return [f"// {line.strip()}".rstrip() for line in text.strip().split("\n")] if text else []


def text_of(schema: Schema, key: str) -> str:
    """The string under a key; empty when there is none or it is blank."""
    value = schema.get(key)
    return value if isinstance(value, str) and value.strip() else ""


def properties_of(schema: Schema) -> Schema:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def variants_of(schema: Schema) -> list[Any] | None:
    """The variants of ``anyOf`` or ``oneOf``, of a list of types, and of ``nullable``; ``None``: a single type."""
    for key in ("anyOf", "oneOf"):
        if isinstance(schema.get(key), list):
            return [*schema[key], *_null(schema)]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": single, "nullable": False} for single in schema["type"]]
    if schema.get("nullable") is True:
        return [{key: value for key, value in schema.items() if key in _TYPE_KEYS}, *_null(schema)]
    return None


def _null(schema: Schema) -> list[Schema]:
    return [{"type": "null"}] if schema.get("nullable") is True else []


_TYPE_KEYS = frozenset({"type", "properties", "required", "items", "enum", "const", "additionalProperties", "$ref"})


def is_bare_object(schema: Schema) -> bool:
    """An object that names no properties: the API leaves it out."""
    return schema.get("type") == "object" and not properties_of(schema) and "enum" not in schema


def bounds(schema: Schema) -> list[str]:
    """Bounds as floats and the format: ``minimum: 0.0``, ``format: "date"``."""
    notes = []
    for key in ("minimum", "maximum"):
        value = schema.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            notes.append(f"{key}: {float(value)}")
    if isinstance(schema.get("format"), str):
        notes.append(f"format: {literal(schema['format'])}")
    return notes


def trailing(schema: Schema) -> str:
    """The comment after a property: its default and its bounds."""
    notes = [f"default: {literal(schema['default'])}"] if "default" in schema else []
    notes += bounds(schema)
    return " // " + ", ".join(notes) if notes else ""


def literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _is_tall(schema: Schema, text: str) -> bool:
    """Whether the default of a value stands above it: objects, and arrays whose items carry a comment."""
    return variants_of(schema) is None and (schema.get("type") == "object" or text.startswith("Array<\n//"))


class Printer:
    """Prints the parameters of one function."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def root(self) -> str:
        """The comment of the whole and its object."""
        schema = {**self._root, "$refs": 0}
        return "".join(line + "\n" for line in self._comment(schema)) + self._object(schema, 0)

    def _resolve(self, schema: Any, refs: int) -> Schema:
        """A schema with its reference followed; ``$refs`` counts references on the way."""
        if not isinstance(schema, dict):
            return {"$refs": refs}
        only = schema.get("allOf")
        if isinstance(only, list) and len(only) == 1 and "$whole" not in schema:
            whole = self._resolve(only[0], refs)
            return {**whole, **schema, "$refs": whole["$refs"], "$whole": whole}
        ref = schema.get("$ref")
        if not isinstance(ref, str):
            return {**schema, "$refs": refs}
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        target = self._target(ref)
        if refs >= MAX_REFS or target is None:
            return {**rest, "$refs": refs}
        return self._resolve({**target, **rest}, refs + 1)

    def _target(self, ref: str) -> Schema | None:
        target: Any = self._root
        for key in ref.removeprefix("#").strip("/").split("/"):
            target = target.get(key) if isinstance(target, dict) and key else target
        return target if isinstance(target, dict) else None

    def _comment(self, schema: Schema) -> list[str]:
        """Title, description and examples above a property, an item or the whole."""
        title, description = text_of(schema, "title"), comment_lines(text_of(schema, "description"))
        lines = [f"// {title}"] if title else []
        if title and description:
            lines.append("//")
        lines += description
        examples = schema.get("examples")
        if isinstance(examples, list) and examples:
            lines += ["// Examples:", *(f"// - {literal(example)}" for example in examples)]
        return lines

    def _commented(self, schema: Schema, depth: int = 0) -> bool:
        """Whether anything inside a schema, itself aside, needs a comment."""
        refs = schema["$refs"]
        if depth > MAX_DEPTH:
            return False
        inner = [self._resolve(value, refs) for value in properties_of(schema).values()]
        inner += [self._resolve(variant, refs) for variant in variants_of(schema) or []]
        if any(trailing(value) for value in inner):
            return True
        if isinstance(schema.get("items"), dict):
            inner.append(self._resolve(schema["items"], refs))
        return any(self._comment(value) or self._commented(value, depth + 1) for value in inner)

    def _object(self, schema: Schema, depth: int) -> str:
        required = schema.get("required")
        required = required if isinstance(required, list) else []
        multi = self._commented(schema)
        entries: list[str] = []
        for name, value in properties_of(schema).items():
            inner = self._resolve(value, schema["$refs"])
            if is_bare_object(inner):
                continue
            mark = "" if name in required else "?"
            text = self._type(inner, depth + 1, multi)
            if multi:
                entries += self._comment(inner)
                note = trailing(inner)
                if note and _is_tall(inner, text):
                    entries.append(note.lstrip())
                    note = ""
                entries.append(f"{name}{mark}: {text},{note}")
            else:
                entries.append(f"{name}{mark}: {text}")
        if schema.get("additionalProperties") is True:
            entries.append("[key: string]: any" + ("," if multi else ""))
        return "\n".join(["{", *entries, "}"]) if multi else "{ " + ", ".join(entries) + " }"

    def _type(self, schema: Schema, depth: int, multi: bool) -> str:
        if depth > MAX_DEPTH:
            return "any"
        if "$whole" in schema:
            text = self._type(schema["$whole"], depth, multi)
            return f"\n | {text}" if multi and self._comment(schema["$whole"]) else text
        variants = variants_of(schema)
        if variants is not None:
            return self._union([self._resolve(variant, schema["$refs"]) for variant in variants], depth)
        enum = schema.get("enum")
        if isinstance(enum, list) and enum:
            return " | ".join(map(literal, enum))
        if "const" in schema:
            return literal(schema["const"])
        kind = schema.get("type")
        if kind == "array":
            return self._array(schema, depth, multi)
        if kind == "object" or properties_of(schema):
            return self._object(schema, depth) if properties_of(schema) else "object"
        return {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}.get(
            str(kind), "any"
        )

    def _array(self, schema: Schema, depth: int, multi: bool) -> str:
        if not isinstance(schema.get("items"), dict):
            return "any[]"
        items = self._resolve(schema["items"], schema["$refs"])
        text = self._type(items, depth + 1, multi)
        own = self._comment(items)
        if own or self._commented(items):
            return "\n".join(["Array<", *own, text, ">"])
        if variants_of(items) is not None:
            return f"Array<\n{text}\n>" if multi else f"Array<{text}>"
        return text + "[]"

    def _union(self, variants: list[Schema], depth: int) -> str:
        variants = [variant for variant in variants if not is_bare_object(variant)]
        notes = [self._notes(variant) for variant in variants]
        if not any(notes) and not any(self._commented(variant) for variant in variants):
            return " | ".join(self._type(variant, depth + 1, False) for variant in variants)
        lines = [
            self._type(variant, depth + 1, True) + (f" // {', '.join(note)}" if note else "")
            for variant, note in zip(variants, notes, strict=True)
        ]
        return "\n | " + f"\n{'  ' * (depth - 1)} | ".join(lines)

    def _notes(self, variant: Schema) -> list[str]:
        texts = [text_of(variant, "title"), text_of(variant, "description")]
        return [text for text in texts if text] + bounds(variant)
