"""Names of models and of fees of tools on both sides: one name for the spellings of one thing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from tokcount.models import catalog as catalogs
from tokcount.models.catalog import Catalog
from tokcount.models.resolve import find

_DATE: Final = re.compile(r"(.+?)-(?:\d{4}-\d{2}-\d{2}|\d{8})")
_MONTH_AND_DAY: Final = re.compile(r"(.+)-(\d{2})(\d{2})")
"""How Azure's meters write a snapshot: `gpt-4o-0806`."""
_SPACES: Final = re.compile(r"[\s_]+")
_FEES: Final = (
    (re.compile(r"file[ _-]search"), "file search tool calls"),
    (re.compile(r"code[ _-]interpreter"), "code interpreter sessions"),
    (re.compile(r"web[ _-]search|search_model"), "web search tool calls"),
)
"""A line item or a tool of a log → the name that its fees are compared under."""


def one_name(written: str, catalog: Catalog | None = None) -> str:
    """The name of the catalog for a model, without the prefix of a gateway; an unknown name in lower case.

    >>> one_name("openai/gpt-4o-2024-11-20"), one_name("GPT-4o mini"), one_name("gpt-4o-0806")
    ('gpt-4o-2024-11-20', 'gpt-4o-mini', 'gpt-4o-2024-08-06')
    """
    found = find(written, catalog)
    if found is not None and not found.assumed:
        return found.model.name
    plain = written.strip().lower()
    joined = _SPACES.sub("-", plain)
    if (spelled := find(joined, catalog)) is not None and not spelled.assumed:
        return spelled.model.name
    return _snapshot(joined, catalog or catalogs.default()) or plain.rpartition("/")[2] or plain


def _snapshot(name: str, catalog: Catalog) -> str | None:
    """The latest known snapshot of a model with this month and day."""
    match = _MONTH_AND_DAY.fullmatch(name)
    if match is None or find(match[1], catalog) is None:
        return None
    start, end = f"{match[1]}-", f"-{match[2]}-{match[3]}"
    known = [model for model in catalog.models if model.startswith(start) and model.endswith(end)]
    dated = [model for model in known if len(model) == len(start) + len("2024") + len(end)]
    return max(dated, default=None)


def merged(log: Iterable[str], invoice: Iterable[str]) -> dict[str, str]:
    """Snapshot → the name of its model, where they are compared as one.

    That is where a side writes the plain name, and the sides have different names of the model.
    """
    sides = set(log), set(invoice)
    snapshots: dict[str, set[str]] = defaultdict(set)
    for name in sides[0] | sides[1]:
        if match := _DATE.fullmatch(name):
            snapshots[match[1]].add(name)
    found: dict[str, str] = {}
    for model, dated in snapshots.items():
        names = {model, *dated}
        if any(model in side for side in sides) and sides[0] & names != sides[1] & names:
            found |= dict.fromkeys(dated, model)
    return found


def fee_in(written: str) -> str | None:
    """The name for the fees of a tool; `None` for anything else.

    >>> fee_in("Web search tool calls | gpt-4o"), fee_in("gpt-4o-search-preview, input")
    ('web search tool calls', None)
    """
    plain = written.lower()
    return next((name for pattern, name in _FEES if pattern.search(plain)), None)
