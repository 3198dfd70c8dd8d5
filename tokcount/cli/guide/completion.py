"""What the shell completes after an option: models, encodings, keys and formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable

Complete = Callable[[str], list[str]]
"""From what was typed so far to the words that go on from it."""


def models(incomplete: str) -> list[str]:
    """Models, aliases and encodings."""
    from tokcount.models.catalog import default
    from tokcount.tokens.encodings import known_names

    catalog = default()
    return _of_list(incomplete, [*catalog.models, *catalog.aliases, *known_names()])


def targets(incomplete: str) -> list[str]:
    """As `models`, and `auto`."""
    return [*_of_list(incomplete, ["auto"]), *models(incomplete)]


def words(known: Iterable[str]) -> Complete:
    """The words of a table."""
    names = list(known)
    return lambda incomplete: _of_list(incomplete, names)


def _of_list(incomplete: str, known: Iterable[str]) -> list[str]:
    """Completions of the last item of a list with commas."""
    before, comma, last = incomplete.rpartition(",")
    return [f"{before}{comma}{word}" for word in known if word.startswith(last)]
