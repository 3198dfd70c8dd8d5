"""Tables of how many recorded calls each counter counts exactly as billed, in Markdown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from counters import Call

ENDPOINTS = ("chat", "responses", "completions")
SHAPES = (
    "plain",
    "name",
    "text parts",
    "json_object",
    "tools",
    "tools, forced by name",
    "tool_call history",
    "json_schema",
    "completions",
)
"""Shapes compared; no tool claims media, hosted tools, server-side state or reasoning items."""
STRUCTURED = frozenset({"tools", "tools, forced by name", "tool_call history", "json_schema"})
FAMILIES = ("chat", "gpt5", "o", "completions")

Key = tuple[str, ...]
Table = list[list[str]]


class Scored(NamedTuple):
    """A call and the tokens that one tool counted for it; ``None``: an error or a refusal."""

    call: Call
    counted: int | None

    @property
    def exact(self) -> bool:
        """Counted as billed."""
        return self.counted == self.call.billed


def by_shape(call: Call) -> Key:
    """The row of a call: endpoint, shape, family."""
    return (call.endpoint, call.shape, call.family)


def grouped(rows: Iterable[Scored], key: Callable[[Call], Key]) -> dict[Key, list[Scored]]:
    """Rows by the key of their calls."""
    groups: dict[Key, list[Scored]] = defaultdict(list)
    for row in rows:
        groups[key(row.call)].append(row)
    return groups


def exact_share(rows: Sequence[Scored]) -> float:
    """The share counted as billed, of all rows."""
    return sum(row.exact for row in rows) / len(rows)


def exact_definitions(rows: Sequence[Scored]) -> float:
    """The share of distinct definitions that are exact on every recording."""
    whole: dict[str, bool] = {}
    for row in rows:
        whole[row.call.definition] = whole.get(row.call.definition, True) and row.exact
    return sum(whole.values()) / len(whole)


def answered_share(rows: Sequence[Scored]) -> float:
    """The share that the tool counted at all."""
    return sum(row.counted is not None for row in rows) / len(rows)


def mean_error(rows: Sequence[Scored]) -> float | None:
    """Mean absolute error in tokens, of what was answered."""
    errors = [abs(row.counted - row.call.billed) for row in rows if row.counted is not None]
    return sum(errors) / len(errors) if errors else None


def distinct(rows: Sequence[Scored]) -> int:
    """Distinct definitions."""
    return len({row.call.definition for row in rows})


def percent(share: float) -> str:
    """One decimal; only all is 100 and only nothing is 0."""
    if share in {0.0, 1.0}:
        return f"{share * 100:.0f}"
    return f"{min(max(share * 100, 0.1), 99.9):.1f}"


def _tokens(error: float | None) -> str:
    """A mean error; one that is not zero never reads as zero."""
    if error is None:
        return "–"
    return "< 0.01" if 0 < error < 0.005 else f"{error:.2f}"


def table(
    scored: dict[str, list[Scored]],
    measure: Callable[[Sequence[Scored]], float],
    head: str,
    size: Callable[[Sequence[Scored]], int],
    *,
    key: Callable[[Call], Key] = by_shape,
    labels: Sequence[str] = ("endpoint", "shape", "family"),
) -> Table:
    """One row for each key, one column for each tool, in percent; ``head`` names the column of ``size``."""
    groups = {name: grouped(rows, key) for name, rows in scored.items()}
    first = next(iter(groups.values()))
    rows = [
        [*found, str(size(first[found])), *(percent(measure(of_tool[found])) for of_tool in groups.values())]
        for found in sorted(first, key=_order)
    ]
    return [[*labels, head, *scored], *rows]


def error_table(scored: dict[str, list[Scored]]) -> Table:
    """Mean absolute error of the answered requests with tools, calls or schemas, by endpoint."""
    kept = {name: [row for row in rows if row.call.shape in STRUCTURED] for name, rows in scored.items()}
    groups = {name: grouped(rows, lambda call: (call.endpoint,)) for name, rows in kept.items()}
    first = next(iter(groups.values()))
    rows = []
    for key in sorted(first, key=_order):
        errors = (mean_error(of_tool[key]) for of_tool in groups.values())
        rows.append([*key, str(len(first[key])), *map(_tokens, errors)])
    return [["endpoint", "n", *scored], *rows]


def _order(key: Key) -> tuple[int, ...]:
    ranks = (ENDPOINTS, SHAPES, FAMILIES)
    places = zip(key, ranks, strict=False)
    return tuple(rank.index(word) if word in rank else len(rank) for word, rank in places)


def report(scored: dict[str, list[Scored]], versions: dict[str, str], today: str) -> str:
    """All tables, with what they rest on."""
    calls = [row.call for row in next(iter(scored.values()))]
    files = {call.file: sum(other.file == call.file for other in calls) for call in calls}
    structured = {
        name: [row for row in rows if row.call.shape in STRUCTURED] for name, rows in scored.items()
    }
    used = ", ".join(f"{name} {version}".strip() for name, version in versions.items())
    told = ", ".join(f"{n} of {file}" for file, n in files.items())
    sections = [
        f"{today} · {len(calls)} requests: {told} · {used}",
        "### Counted exactly as billed, percent of recordings",
        markdown(table(scored, exact_share, "n", len)),
        "### Counted exactly as billed, percent of distinct definitions",
        markdown(table(scored, exact_definitions, "definitions", distinct)),
        "### Answered, percent of recordings",
        markdown(table(scored, answered_share, "n", len)),
        "### Tools, calls and schemas by file of recordings, percent of recordings exact",
        markdown(
            table(
                structured,
                exact_share,
                "n",
                len,
                key=lambda call: (call.endpoint, call.file),
                labels=("endpoint", "recordings"),
            )
        ),
        "### Mean error in tokens on tools, calls and schemas, of what was answered",
        markdown(error_table(scored)),
        _suspects(scored),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _suspects(scored: dict[str, list[Scored]]) -> str:
    """Plain Chat requests of the chat families with and without the recordings flagged as suspect."""
    plain = {name: grouped(rows, by_shape)[("chat", "plain", "chat")] for name, rows in scored.items()}
    suspects = sum(row.call.suspect for row in next(iter(plain.values())))
    if not suspects:
        return ""
    shares = ", ".join(
        f"{name} {percent(exact_share([row for row in rows if not row.call.suspect]))}"
        for name, rows in plain.items()
    )
    return f"Without recordings flagged as suspect ({suspects}), plain Chat requests of the chat families: {shares}."


def markdown(rows: Table) -> str:
    """A table in Markdown, numbers on the right."""
    numbers = ["---" if cell[:1].isalpha() else "---:" for cell in rows[1]]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], f"| {' | '.join(numbers)} |", *lines[1:]])
