"""The older way to show function definitions, still used for gpt-4 and the other models of June 2023."""

from __future__ import annotations

from tokcount.counting.typescript import (
    Printer,
    Schema,
    comment_lines,
    is_bare_object,
    properties_of,
    text_of,
    trailing,
)


def parameters_0613(function: Schema) -> str:
    schema = function.get("parameters")
    return "_: " + Printer0613(schema).root() if isinstance(schema, dict) and properties_of(schema) else ""


class Printer0613(Printer):
    """No titles, never inline, comments at the top level only, nested properties indented."""

    def _comment(self, schema: Schema) -> list[str]:
        return comment_lines(text_of(schema, "description"))

    def _object(self, schema: Schema, depth: int) -> str:
        required = schema.get("required")
        required = required if isinstance(required, list) else []
        lines = ["{"]
        for name, value in properties_of(schema).items():
            inner = self._resolve(value, schema["$refs"])
            if is_bare_object(inner):
                continue
            lines += [] if depth else self._comment(inner)
            mark = "" if name in required else "?"
            note = "" if depth else trailing(inner)
            lines.append(f"{'  ' * depth}{name}{mark}: {self._type(inner, depth + 1, True)},{note}")
        return "\n".join([*lines, "}"])

    def _array(self, schema: Schema, depth: int, multi: bool) -> str:
        if not isinstance(schema.get("items"), dict):
            return "any[]"
        return self._type(self._resolve(schema["items"], schema["$refs"]), depth, multi) + "[]"
