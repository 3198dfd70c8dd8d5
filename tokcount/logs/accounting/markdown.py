"""The tables of fields as docs/accounting.md shows them."""

from __future__ import annotations

from collections.abc import Iterable

from tokcount.logs.accounting.node import Node
from tokcount.logs.accounting.schema import NOT_SHOWN, SHOWN
from tokcount.logs.accounting.tables import AROUND, EVERYWHERE, NODES, PARAMETERS, PROMPT_NAMES


def tables() -> str:
    """All tables in Markdown: one row for each kind of object, then the lists that several of them share."""
    rows = [
        "| object | counted | free | source |",
        "|---|---|---|---|",
        *(
            f"| {name} | {_names(node.counted)} | {_free(node)} | {node.source} |"
            for name, node in NODES.items()
        ),
    ]
    lists = [
        f"**Parameters**: {_names(PARAMETERS)}.",
        f"**Metadata** next to a body: {_names(AROUND)}.",
        f"**Labels** of any object inside a body: {_names(EVERYWHERE)}.",
        f"**Names of prompts**, which are reported next to a body however short they are: {_names(PROMPT_NAMES)}.",
        f"**Keywords of JSON Schema** that the model is shown: {_names(SHOWN)}.",
        f"**Keywords that it is not shown**: {_names(NOT_SHOWN)}.",
    ]
    return "\n".join(rows) + "\n\n" + "\n\n".join(lists)


_SHARED = {"parameters": PARAMETERS, "metadata": AROUND, "labels": EVERYWHERE}


def _free(node: Node) -> str:
    """The free fields, with the name of a shared list instead of its fields."""
    if node.whole:
        return "all"
    shared = [name for name, fields in _SHARED.items() if fields <= node.free]
    own = node.free.difference(*(_SHARED[name] for name in shared))
    repeated = [f"`{name}` next to `{other}`" for name, other in node.repeats.items()]
    return ", ".join([*shared, *([_names(own)] if own else []), *repeated])


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
