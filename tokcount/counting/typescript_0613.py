"""The older way to show function definitions, still used for gpt-4 and the other models of June 2023."""

from __future__ import annotations

from typing import Any

from tokcount.counting.typescript import Printer, _description, _properties, _text, _trailing

Schema = dict[str, Any]


def parameters_0613(function: Schema) -> str:
    schema = function.get("parameters")
    if not isinstance(schema, dict) or not _properties(schema):
        return ""
    return "_: " + Printer0613(schema).root()


class Printer0613(Printer):
    """No titles, never inline, comments at the top level only, nested properties indented."""

    def __init__(self, root: Schema) -> None:
        super().__init__(root)
        self._multi = True

    def root(self) -> str:
        lines = [f"// {_text(self._root, 'description')}"] if _text(self._root, "description") else []
        return "".join(line + "\n" for line in lines) + self._object(self._root, 0)

    def _object(self, schema: Schema, depth: int) -> str:
        required = schema.get("required")
        required = required if isinstance(required, list) else []
        pad = "  " * (depth // 1 if depth else 0)
        lines = ["{"]
        for name, value in _properties(schema).items():
            inner = self._resolve(value)
            if inner.get("type") == "object" and not _properties(inner) and "enum" not in inner:
                continue
            if depth == 0:
                lines += _description(inner)
            mark = "" if name in required else "?"
            note = _trailing(inner) if depth == 0 else ""
            lines.append(f"{pad}{name}{mark}: {self._type(inner, depth + 1)},{note}")
        return "\n".join([*lines, "}"])

    def _array(self, schema: Schema, depth: int) -> str:
        if not isinstance(schema.get("items"), dict):
            return "any[]"
        return self._type(self._resolve(schema["items"]), depth) + "[]"
