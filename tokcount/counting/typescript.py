"""Function definitions as the TypeScript-like text that the API shows to the model."""

from __future__ import annotations

import json
from typing import Any

Schema = dict[str, Any]


def comment_lines(text: str) -> list[str]:
    """A description as comment lines, each line trimmed.

    >>> comment_lines("Get it.\\n\\n  In UTC. ")
    ['// Get it.', '//', '// In UTC.']
    """
    return [f"// {line.strip()}".rstrip() for line in text.strip().split("\n")]


def render_functions(functions: list[Schema], render_parameters: Any) -> str:
    """The ``namespace functions`` text of a list of function definitions."""
    lines = ["namespace functions {", ""]
    for function in functions:
        description = function.get("description")
        if isinstance(description, str) and description.strip():
            lines += comment_lines(description)
        lines += [f"type {function.get('name')} = ({render_parameters(function)}) => any;", ""]
    return "\n".join([*lines, "} // namespace functions"])


def parameters(function: Schema) -> str:
    """``_: {…}``, or nothing for a function without parameters."""
    schema = function.get("parameters")
    if not isinstance(schema, dict) or not _properties(schema):
        return ""
    printer = Printer(schema)
    return "_: " + printer.root()


def _properties(schema: Schema) -> Schema:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _text(schema: Schema, key: str) -> str:
    value = schema.get(key)
    return value if isinstance(value, str) and value.strip() else ""


class Printer:
    """Prints one function's parameter schema."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._multi = self._commented(root, 0)

    def root(self) -> str:
        title, description = _text(self._root, "title"), _text(self._root, "description")
        lines = _comment(title, [f"// {description}"] if description else [])
        return "".join(line + "\n" for line in lines) + self._object(self._root, 0)

    def _resolve(self, schema: Any) -> Schema:
        if not isinstance(schema, dict):
            return {}
        ref = schema.get("$ref")
        if not isinstance(ref, str) or not ref.startswith("#/"):
            return schema
        target: Any = self._root
        for key in ref[2:].split("/"):
            target = target.get(key) if isinstance(target, dict) else None
        if not isinstance(target, dict):
            return schema
        return self._resolve({**target, **{key: value for key, value in schema.items() if key != "$ref"}})

    def _commented(self, schema: Schema, depth: int) -> bool:
        if depth > 20:
            return False
        for value in _properties(schema).values():
            inner = self._resolve(value)
            if _text(inner, "title") or _text(inner, "description") or "default" in inner:
                return True
            if any(key in inner for key in ("minimum", "maximum", "format")):
                return True
            if self._commented(inner, depth + 1):
                return True
        items = schema.get("items")
        return isinstance(items, dict) and self._commented(items, depth + 1)

    def _object(self, schema: Schema, depth: int) -> str:
        required = schema.get("required")
        required = required if isinstance(required, list) else []
        entries: list[tuple[str, str, Schema]] = []
        for name, value in _properties(schema).items():
            inner = self._resolve(value)
            if inner.get("type") == "object" and not _properties(inner) and "enum" not in inner:
                continue
            mark = "" if name in required else "?"
            entries.append((name + mark, self._type(inner, depth + 1, top=True), inner))
        if not self._multi:
            return "{ " + ", ".join(f"{name}: {text}" for name, text, _ in entries) + " }"
        lines = ["{"]
        for name, text, inner in entries:
            lines += _comment(_text(inner, "title"), _description(inner))
            blank = "" if text.startswith("\n") and depth else " "
            lines.append(f"{name}:{blank}{text}," + _trailing(inner))
        return "\n".join([*lines, "}"])

    def _type(self, schema: Schema, depth: int, *, top: bool = False) -> str:
        if depth > 20:
            return "any"
        enum = schema.get("enum")
        if isinstance(enum, list) and enum:
            return " | ".join(json.dumps(member, ensure_ascii=False) for member in enum)
        if "const" in schema:
            return json.dumps(schema["const"], ensure_ascii=False)
        variants = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(variants, list):
            return self._union([self._resolve(variant) for variant in variants], depth)
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._union([{**schema, "type": single} for single in kind], depth)
        if kind in ("integer", "number"):
            return "number"
        if kind in ("string", "boolean", "null"):
            return str(kind)
        if kind == "array":
            return self._array(schema, depth)
        if kind == "object" and _properties(schema):
            return self._object(schema, depth)
        if kind == "object":
            return "object"
        return "any"

    def _array(self, schema: Schema, depth: int) -> str:
        if not isinstance(schema.get("items"), dict):
            return "any[]"
        items = self._resolve(schema["items"])
        text = self._type(items, depth + 1)
        is_object = items.get("type") == "object" and bool(_properties(items))
        own = _comment(_text(items, "title"), _description(items))
        if self._multi and is_object and (own or self._commented(items, 0)):
            return "\n".join(["Array<", *own, text, ">"])
        return text + "[]"

    def _union(self, variants: list[Schema], depth: int) -> str:
        variants = [v for v in variants if not (v.get("type") == "object" and not _properties(v))]
        described = any(_text(v, "description") or _trailing(v) for v in variants)
        if not described:
            return " | ".join(self._type(v, depth + 1) for v in variants)
        indent = "  " * (depth - 1)
        if depth > 1:
            indent += " " * 0
        lines = []
        for variant in variants:
            notes = ([_text(variant, "description")] if _text(variant, "description") else []) + _bounds(variant)
            note = " // " + ", ".join(notes) if notes else ""
            lines.append(f"\n{indent} | {self._type(variant, depth + 1)}{note}")
        return "".join(lines)


def _comment(title: str, description: list[str]) -> list[str]:
    if not title:
        return description
    return [f"// {title}", *(["//", *description] if description else [])]


def _description(schema: Schema) -> list[str]:
    description = _text(schema, "description")
    return comment_lines(description) if description else []


def _bounds(schema: Schema) -> list[str]:
    notes = []
    for key in ("minimum", "maximum"):
        value = schema.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            notes.append(f"{key}: {float(value)}")
    if isinstance(schema.get("format"), str):
        notes.append(f"format: {json.dumps(schema['format'])}")
    return notes


def _trailing(schema: Schema) -> str:
    notes = _bounds(schema)
    if "default" in schema:
        notes.insert(0, f"default: {json.dumps(schema['default'], ensure_ascii=False)}")
    return " // " + ", ".join(notes) if notes else ""
