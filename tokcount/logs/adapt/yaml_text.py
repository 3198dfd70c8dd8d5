"""YAML from strangers: plain data only, and not much more of it than its text is long.

Objects of Python are never made (the safe loader of PyYAML). Aliases stand for what they name wherever they are used,
so a few lines can stand for gigabytes ("billion laughs"): a text that does is refused before anything is built.
"""

from __future__ import annotations

from typing import Any, Final

MOST_EXPANDED: Final = 10
"""Times its own length that a text may stand for, once that is more than `ALWAYS_FINE` characters."""
ALWAYS_FINE: Final = 16 << 20


class Document:
    """One YAML document: its root node, and the values that nodes stand for.

    Raises `ImportError` without PyYAML, and `ValueError` for what is no YAML, holds itself, or expands too much.
    """

    def __init__(self, text: str) -> None:
        import yaml

        base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            self._loader = base(text)
            self.root = self._loader.get_single_node()
            most = max(ALWAYS_FINE, MOST_EXPANDED * len(text))
            if self.root is not None and _expanded(self.root, {}) > most:
                raise ValueError(f"aliases that expand to more than {most >> 20} MB")
        except (yaml.YAMLError, RecursionError, TypeError) as error:
            raise ValueError(f"broken YAML ({type(error).__name__})") from None

    def value(self, node: Any) -> Any:
        """What a node stands for. Raises `ValueError` when it is no plain data."""
        try:
            return self._loader.construct_object(node, deep=True)
        except Exception as error:  # noqa: BLE001 - the loader trips over odd scalars in many ways (``!!bool x``)
            raise ValueError(f"broken YAML ({type(error).__name__})") from None


def _expanded(node: Any, known: dict[int, int]) -> int:
    """Characters that a node stands for, with what its aliases name in their places."""
    if isinstance(node.value, str):
        return len(node.value) + 1
    if id(node) not in known:
        known[id(node)] = 1 << 60  # met again below itself: it has no end
        parts = (part for item in node.value for part in (item if isinstance(item, tuple) else (item,)))
        known[id(node)] = 1 + sum(_expanded(part, known) for part in parts)
    return known[id(node)]
