"""Untrusted YAML: plain data only, and no expansion of aliases into gigabytes.

Python objects are never created (PyYAML's safe loader). An alias repeats what it refers to wherever it is used,
so a few lines can expand to gigabytes ("billion laughs"): such a text is rejected before anything is built.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

MOST_EXPANDED: Final = 10
"""How many times its own length a text may expand to, once that is more than `ALWAYS_FINE` characters."""
ALWAYS_FINE: Final = 16 << 20


@cache
def _loader() -> Any:
    """PyYAML's safe loader, which also knows `!binary`, as Ruby writes it."""
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = type("_Loader", (base,), {})
    loader.add_constructor("!binary", base.construct_yaml_binary)  # type: ignore[attr-defined]  # of PyYAML's loaders
    return loader


class Document:
    """One YAML document: its root node, and the values of its nodes.

    Raises `ImportError` without PyYAML, and `ValueError` for text that is not YAML,
    contains itself, or expands too much.
    """

    def __init__(self, text: str) -> None:
        import yaml

        try:
            self._loader = _loader()(text)
            self.root = self._loader.get_single_node()
            most = max(ALWAYS_FINE, MOST_EXPANDED * len(text))
            if self.root is not None and _expanded(self.root, {}) > most:
                raise ValueError(f"aliases that expand to more than {most >> 20} MB")
        except (yaml.YAMLError, RecursionError, TypeError) as error:
            raise ValueError(f"broken YAML ({type(error).__name__})") from None

    def value(self, node: Any) -> Any:
        """The value of a node. Raises `ValueError` when it is not plain data."""
        try:
            return self._loader.construct_object(node, deep=True)
        except Exception as error:  # noqa: BLE001 - the loader raises many exceptions for unexpected scalars (`!!bool x`)
            raise ValueError(f"broken YAML ({type(error).__name__})") from None


def _expanded(node: Any, known: dict[int, int]) -> int:
    """Characters of a node after its aliases are expanded."""
    if isinstance(node.value, str):
        return len(node.value) + 1
    if id(node) not in known:
        known[id(node)] = 1 << 60  # met again below itself: it has no end
        parts = (part for item in node.value for part in (item if isinstance(item, tuple) else (item,)))
        known[id(node)] = 1 + sum(_expanded(part, known) for part in parts)
    return known[id(node)]
