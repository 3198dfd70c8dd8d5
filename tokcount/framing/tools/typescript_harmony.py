"""Function definitions as gpt-oss sees them in the published harmony form."""

from __future__ import annotations

from tokcount.framing.tools.schema_tree import Node, Schema, literal
from tokcount.framing.tools.typescript import Printer


def parameters_harmony(function: Schema) -> str:
    """What a function takes: `_: {…}`, or nothing without a schema."""
    schema = function.get("parameters")
    return "_: " + HarmonyPrinter(schema).text() if isinstance(schema, dict) and schema else ""


class HarmonyPrinter(Printer):
    """One property per line, nested ones indented by four spaces per level; defaults, but no bounds."""

    def _object(self, node: Node, depth: int) -> str:
        margin = "    " * depth
        lines = ["{"]
        for name, inner in self._tree.properties(node):
            text = self._type(inner, depth + 1, multi=True)
            note = f" // default: {literal(inner.schema['default'])}" if "default" in inner.schema else ""
            lines += [margin + line for line in inner.comment]
            lines.append(f"{margin}{name}: {text},{note}")
        return "\n".join([*lines, margin + "}"])

    def _array(self, node: Node, depth: int, multi: bool) -> str:
        items = self._tree.items(node)
        return "any[]" if items is None else self._type(items, depth, multi) + "[]"
