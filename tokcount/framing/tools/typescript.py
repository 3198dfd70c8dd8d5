"""Function definitions as the TypeScript-like text that the API shows to the model.

It is not documented; these forms reproduce the billed tokens of recorded calls, and docs/framing.md has the evidence
for each.
"""

from __future__ import annotations

from collections.abc import Callable

from tokcount.framing.tools.schema_tree import MAX_DEPTH, Node, Schema, Tree, comment_lines, literal

SIMPLE = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean", "null": "null"}


def render_functions(functions: list[Schema], parameters: Callable[[Schema], str]) -> str:
    """The `namespace functions` text of function definitions; `parameters` prints what each takes."""
    lines = ["namespace functions {", ""]
    for function in functions:
        lines += comment_lines(Node(function).text("description"))
        custom = function.get("type") == "custom"
        if custom:
            lines += comment_lines(grammar_of(function))
        lines += [
            f"type {function.get('name')} = ({'FREEFORM' if custom else parameters(function)}) => any;",
            "",
        ]
    return "\n".join([*lines, "} // namespace functions"])


def grammar_of(tool: Schema) -> str:
    """The grammar that the input of a custom tool must follow; empty: any text."""
    found = tool.get("format")
    if not isinstance(found, dict):
        return ""
    grammar = found.get("grammar", found)
    return Node(grammar).text("definition") if isinstance(grammar, dict) else ""


def parameters(function: Schema) -> str:
    """What a function takes: `_: {…}`, or nothing.

    >>> parameters({"parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}})
    '_: { city: string }'
    """
    schema = function.get("parameters")
    if not isinstance(schema, dict) or not Node(schema).properties:
        return ""
    return "_: " + Printer(schema).text()


class Printer:
    """Prints the parameters of one function."""

    def __init__(self, root: Schema) -> None:
        self._tree = Tree(root)

    def text(self) -> str:
        root = self._tree.root
        return "\n".join([*root.comment, self._object(root, 0)])

    def _object(self, node: Node, depth: int) -> str:
        """On one line, or one property per line when anything inside needs a comment; never indented."""
        multi = self._tree.commented(node)
        entries: list[str] = []
        for name, inner in self._tree.properties(node):
            text = self._type(inner, depth + 1, multi)
            entries += self._property(name, inner, text) if multi else [f"{name}: {text}"]
        if node.schema.get("additionalProperties") is True:
            entries.append("[key: string]: any" + ("," if multi else ""))
        return "\n".join(["{", *entries, "}"]) if multi else "{ " + ", ".join(entries) + " }"

    def _property(self, name: str, inner: Node, text: str) -> list[str]:
        note = "// " + ", ".join(inner.notes) if inner.notes else ""
        if note and self._is_above(inner):
            return [*inner.comment, note, f"{name}: {text},"]
        return [*inner.comment, f"{name}: {text},{' ' + note if note else ''}"]

    def _is_above(self, inner: Node) -> bool:
        """Defaults of objects, and of arrays of objects or of items with a comment, are above them."""
        if self._tree.variants(inner) is not None:
            return False
        items = self._tree.items(inner) if inner.kind == "array" else None
        return inner.kind == "object" or (items is not None and bool(items.comment or items.kind == "object"))

    def _type(self, node: Node, depth: int, multi: bool) -> str:
        if depth > MAX_DEPTH:
            return "any"
        if node.whole is not None:
            text = self._type(node.whole, depth, multi)
            return f"\n | {text}" if multi and node.whole.comment else text
        variants = self._tree.variants(node)
        if variants is not None:
            return self._union(variants, depth)
        enum = node.schema.get("enum")
        if isinstance(enum, list) and enum:
            return " | ".join(map(literal, enum))
        if "const" in node.schema:
            return literal(node.schema["const"])
        if node.kind == "array":
            return self._array(node, depth, multi)
        if node.properties:
            return self._object(node, depth)
        return "object" if node.kind == "object" else SIMPLE.get(node.kind, "any")

    def _array(self, node: Node, depth: int, multi: bool) -> str:
        items = self._tree.items(node)
        if items is None:
            return "any[]"
        text = self._type(items, depth + 1, multi)
        if items.comment or self._tree.commented(items):
            return "\n".join(["Array<", *items.comment, text, ">"])
        enum = items.schema.get("enum")
        if self._tree.variants(items) is not None or (isinstance(enum, list) and len(enum) > 1):
            return f"Array<\n{text}\n>" if multi else f"Array<{text}>"
        return text + "[]"

    def _union(self, variants: list[Node], depth: int) -> str:
        """On one line, or one variant per line when any has a comment; only the later ones are indented."""
        notes = [
            [text for key in ("title", "description") if (text := v.text(key))] + v.bounds for v in variants
        ]
        if not any(notes) and not any(self._tree.commented(variant) for variant in variants):
            return " | ".join(self._type(variant, depth + 1, multi=False) for variant in variants)
        lines = [
            self._type(variant, depth + 1, multi=True) + (f" // {', '.join(note)}" if note else "")
            for variant, note in zip(variants, notes, strict=True)
        ]
        return "\n | " + f"\n{'  ' * (depth - 1)} | ".join(lines)
