"""The law of accounting: a text anywhere in a body is counted, in the table of free fields, or named as not read."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from support.strategies import places
from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import Layout
from tokcount.framing.replies import layout_output
from tokcount.framing.rules import layout
from tokcount.logs.accounting.schema import KEYWORDS
from tokcount.logs.accounting.tables import NODES
from tokcount.logs.accounting.unread import FURTHER, UNNAMED

MARK = "zebra quartz falcon walks over the frozen lake at night"
FAMILY = FAMILIES["chat"]
INSIDE = frozenset().union(*(node.free for node in NODES.values() if not node.is_body)) | KEYWORDS
BODIES = {
    "chat": ("chat request", "chat answer"),
    "responses": ("responses request", "responses answer"),
}
WHOLE = frozenset(NODES["media part"].counted) | {"schema", "encrypted_content", "summary"}
"""Fields whose rule counts them or reports why it cannot."""


def laid_out(kind: str, body: dict[str, Any], *, is_answer: bool) -> Layout:
    if is_answer:
        return layout_output(kind, body, FAMILY)
    return layout(kind, body, FAMILY, model="gpt-4o")


def marked(body: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The body with the mark in place of each of its texts, and under a new name in each of its objects."""
    for path in [(), *places(body)]:
        changed = copy.deepcopy(body)
        found: Any = changed
        for key in path[:-1]:
            found = found[key]
        value = found[path[-1]] if path else changed
        if isinstance(value, str):
            found[path[-1]] = MARK
            yield path, changed
        elif isinstance(value, dict):
            value["remark"] = MARK
            yield (*path, "remark"), changed


def unaccounted(kind: str, body: dict[str, Any], *, is_answer: bool) -> list[tuple[Any, ...]]:
    """The places where a text would be in no number and in no reason."""
    return [
        path
        for path, changed in marked(body)
        if not _is_free(kind, path, is_answer=is_answer)
        and not _is_accounted(laid_out(kind, changed, is_answer=is_answer), path)
    ]


def _is_free(kind: str, path: tuple[Any, ...], *, is_answer: bool) -> bool:
    """Whether a table says that the field costs nothing, or what its rule makes of it."""
    top, *names = [key for key in path if isinstance(key, str)]
    body = NODES[BODIES.get(kind, ("completions request", "chat answer"))[is_answer]]
    return top in body.free or any(name in INSIDE or name in WHOLE for name in names)


def _is_accounted(laid: Layout, path: tuple[Any, ...]) -> bool:
    names = [key for key in path if isinstance(key, str)]
    if any(MARK in text.replace("\\n", "\n") for text in (*laid.texts, *laid.content)):
        return True
    told = " ".join(laid.reasons)
    return laid.basis == "partial" and any(name in told for name in (*names, UNNAMED, FURTHER, "not counted"))
