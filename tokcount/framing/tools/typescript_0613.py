"""The older form of function definitions, still used for gpt-4 and the other models of June 2023."""

from __future__ import annotations

from tokcount.framing.tools.schema_tree import Node, Schema, comment_lines
from tokcount.framing.tools.typescript import Printer


def parameters_0613(function: Schema) -> str:
    """What a function takes: `_: {…}`, or nothing."""
    schema = function.get("parameters")
    if not isinstance(schema, dict) or not Node(schema).properties:
        return ""
    return "_: " + Printer0613(schema).text()


class Printer0613(Printer):
    """No titles, bounds or defaults, never on one line, comments at the top level only, nested properties indented."""

    def text(self) -> str:
        return self._object(self._tree.root, 0)

    def _object(self, node: Node, depth: int) -> str:
        lines = ["{"]
        for name, inner in self._tree.properties(node):
            text = self._type(inner, depth + 1, multi=True)
            if depth:
                lines.append(f"{'  ' * depth}{name}: {text},")
                continue
            lines += comment_lines(inner.text("description"))
            lines.append(f"{name}: {text},")
        return "\n".join([*lines, "}"])

    def _array(self, node: Node, depth: int, multi: bool) -> str:
        items = self._tree.items(node)
        return "any[]" if items is None else self._type(items, depth, multi) + "[]"
