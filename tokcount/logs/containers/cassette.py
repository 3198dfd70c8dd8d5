"""The interactions of a YAML cassette, with their lines (with the extra `tokcount[yaml]`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tokcount.errors import UsageError
from tokcount.logs.adapt.yaml_text import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tokcount.logs.scalars import Json

LISTS: Final = ("interactions", "http_interactions")
"""Where a cassette keeps its interactions: vcrpy and pydantic-ai, Ruby's VCR."""


def values(source: str) -> Iterator[tuple[int, Json]]:
    """The interactions of a YAML cassette, each with its line.

    Raises `UsageError` when the YAML library is not installed, `ValueError` when the text is not a YAML cassette.
    """
    try:
        document = Document(source)
    except ImportError:
        raise UsageError("reading YAML cassettes needs the extra: pip install 'tokcount[yaml]'") from None
    for name, node in _pairs(document.root):
        if name.value in LISTS:
            for item in _items(node):
                value = document.value(item)
                if isinstance(value, dict):
                    yield item.start_mark.line + 1, value


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    """The pairs of a mapping; nothing else has any."""
    return node.value if node is not None and node.id == "mapping" else []


def _items(node: Any) -> list[Any]:
    return node.value if node.id == "sequence" else []
