"""JSON Schema as the tool renderers read it: references followed, variants listed, comments found."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

Schema = dict[str, Any]

MAX_REFS = 2
"""References followed inside one another; a deeper one is not."""
MAX_DEPTH = 40
"""Levels of nesting that are looked at."""

_OF_A_TYPE = frozenset({"type", "properties", "required", "items", "enum", "const", "additionalProperties"})

_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SHOWN_OBJECTS = frozenset({"enum", "propertyNames"})
"""Keywords with which an object without properties is shown."""


class Node(NamedTuple):
    """A schema at its place in the tree."""

    schema: Schema
    refs: int = 0
    """References followed on the way here."""
    whole: Node | None = None
    """The only member of an `allOf`, whose keywords `schema` has taken over."""
    listed: bool = False
    """One type of a list of types."""

    def text(self, key: str) -> str:
        """The string under a keyword; empty when there is none or it is blank."""
        value = self.schema.get(key)
        return value if isinstance(value, str) and value.strip() else ""

    @property
    def kind(self) -> str:
        kind = self.schema.get("type")
        return kind if isinstance(kind, str) else ""

    @property
    def properties(self) -> Schema:
        found = self.schema.get("properties")
        return found if isinstance(found, dict) else {}

    @property
    def is_bare_object(self) -> bool:
        """An object that says nothing of its properties: it is not shown."""
        return self.kind == "object" and not self.properties and not _SHOWN_OBJECTS & self.schema.keys()

    @property
    def comment(self) -> list[str]:
        """Title, description and examples as comment lines."""
        title, description = self.text("title"), comment_lines(self.text("description"))
        lines = [f"// {title}"] if title else []
        if title and description:
            lines.append("//")
        lines += description
        examples = self.schema.get("examples")
        if isinstance(examples, list) and examples:
            lines += ["// Examples:", *(f"// - {literal(example)}" for example in examples)]
        return lines

    @property
    def bounds(self) -> list[str]:
        """Bounds of numbers and the format of strings: `minimum: 0.0`, `format: "date"`."""
        if self.kind in ("integer", "number"):
            found = [(key, self.schema.get(key)) for key in _BOUNDS]
            as_sent = self.listed or self.kind == "integer"
            return [f"{key}: {_bound(value, as_sent)}" for key, value in found if _is_number(value)]
        if self.kind == "string" and isinstance(self.schema.get("format"), str):
            return [f"format: {literal(self.schema['format'])}"]
        return []

    @property
    def notes(self) -> list[str]:
        """The comment after a property: its default and its bounds."""
        default = [f"default: {literal(self.schema['default'])}"] if "default" in self.schema else []
        return default + self.bounds


class Tree:
    """The parameters of one function."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self.root = Node(root)

    def node(self, schema: Any, refs: int) -> Node:
        """A schema with its reference or its single `allOf` followed; keywords next to them take precedence."""
        if not isinstance(schema, dict):
            return Node({}, refs)
        members = schema.get("allOf")
        if isinstance(members, list) and len(members) == 1:
            whole = self.node(members[0], refs)
            return Node({**whole.schema, **schema}, whole.refs, whole)
        if not isinstance(schema.get("$ref"), str):
            return Node(schema, refs)
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        target = self._target(schema["$ref"]) if refs < MAX_REFS else None
        return self.node({**target, **siblings}, refs + 1) if target is not None else Node(siblings, refs)

    def _target(self, ref: str) -> Schema | None:
        target: Any = self._root
        for key in ref.removeprefix("#").split("/"):
            if key:
                target = target.get(key) if isinstance(target, dict) else None
        return target if isinstance(target, dict) else None

    def items(self, node: Node) -> Node | None:
        """The schema of an array's items; `None`: any."""
        items = node.schema.get("items")
        return self.node(items, node.refs) if isinstance(items, dict) else None

    def properties(self, node: Node) -> list[tuple[str, Node]]:
        """The properties that are shown, with `?` after the names of optional ones."""
        required = node.schema.get("required")
        required = required if isinstance(required, list) else []
        found = [(name, self.node(value, node.refs)) for name, value in node.properties.items()]
        shown = ((name, inner) for name, inner in found if not inner.is_bare_object)
        return [(name if name in required else name + "?", inner) for name, inner in shown]

    def variants(self, node: Node) -> list[Node] | None:
        """The variants of `anyOf`, `oneOf`, a list of types or `nullable`; `None`: a single type."""
        schema = node.schema
        kinds = schema.get("type")
        for key in ("anyOf", "oneOf"):
            if isinstance(schema.get(key), list):
                found = [self.node(variant, node.refs) for variant in schema[key]]
                break
        else:
            if isinstance(kinds, list):
                found = [
                    Node({**schema, "type": kind, "nullable": False}, node.refs, listed=True)
                    for kind in kinds
                ]
            elif schema.get("nullable") is True:
                found = [Node({key: schema[key] for key in schema if key in _OF_A_TYPE}, node.refs)]
            else:
                return None
        if schema.get("nullable") is True and all(variant.kind != "null" for variant in found):
            found.append(Node({"type": "null"}, node.refs))
        return [variant for variant in found if not variant.is_bare_object]

    def commented(self, node: Node, depth: int = 0) -> bool:
        """Whether anything inside a schema, itself aside, needs a comment."""
        if depth > MAX_DEPTH:
            return False
        inner = [value for _, value in self.properties(node)] + (self.variants(node) or [])
        if any(value.notes for value in inner):
            return True
        items = self.items(node)
        if items is not None:
            inner.append(items)
        return any(value.comment or self.commented(value, depth + 1) for value in inner)


def comment_lines(text: str) -> list[str]:
    r"""A description as comment lines, each trimmed; none for an empty one.

    >>> comment_lines("Get it.\n\n  In UTC. ")
    ['// Get it.', '//', '// In UTC.']
    """
    return [f"// {line.strip()}".rstrip() for line in text.strip().split("\n")] if text else []


def literal(value: Any) -> str:
    """A value as JSON, other than ASCII as it is."""
    return json.dumps(value, ensure_ascii=False)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bound(value: Any, as_sent: bool) -> str:
    """Bounds are shown as floats, but those of integers and of lists of types as they were sent."""
    try:
        return str(value) if as_sent else str(float(value))
    except (OverflowError, ValueError):
        return "inf"
