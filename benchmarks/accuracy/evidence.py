"""Makes the evidence table of the package, and shows how honest its labels are on projects it was not made from.

    python benchmarks/accuracy/evidence.py RECORDINGS... [-o tokcount/framing/evidence.csv] [--misses]

A miss is blamed on the feature whose recordings disagree most: step by step, the feature with the smallest share
counted as billed is taken out with its recordings, until all that are left are confirmed (`Evidence.confirms`) by
recordings without a doubtful feature. Then features are let back in that turn out to be confirmed after all.
Recordings flagged as suspect are no evidence, but they count when the labels are judged.
Without ``-o`` nothing is written. The shares printed are blind: the labels of a project are from all other projects.
"""

from __future__ import annotations

import argparse
import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from score import KINDS, definition, load, score
from tables import markdown, percent

from tokcount.framing.evidence import Evidence, EvidenceTable, Key, keys_of, line_of
from tokcount.framing.features import MESSAGES
from tokcount.framing.rules import unlabelled

PERIODS = (
    (("responses", "chat", MESSAGES), date(2025, 3, 1), date(2025, 4, 1)),
    (("responses", "o", MESSAGES), date(2025, 3, 1), date(2025, 4, 1)),
)
"""Row, first day, first day after: times that billed differently than the rules say, by docs/framing-responses.md."""


class Case(NamedTuple):
    """A recording: what it depends on, and whether it is counted as billed."""

    project: str
    definition: str
    endpoint: str
    family: str
    renderer: str
    model: str
    features: frozenset[str]
    timestamp: float | None
    basis: str
    """Without the label that the evidence gives."""
    suspect: bool
    residual: int
    beyond: tuple[int, int] | None
    """The range of what a partial count leaves out."""
    where: str

    @property
    def line(self) -> str:
        """The model without its date."""
        return line_of(self.model)

    @property
    def wide(self) -> frozenset[Key]:
        """The rows that have to confirm it."""
        return frozenset(keys_of(self.endpoint, self.family, self.renderer, self.model, self.features))

    @property
    def narrow(self) -> frozenset[Key]:
        """The rows that may contradict it: its features on its model."""
        return frozenset((self.endpoint, self.line, feature) for feature in self.features)


class Keyed(NamedTuple):
    """A recording with its rows."""

    case: Case
    wide: frozenset[Key]
    narrow: frozenset[Key]


def cases(paths: Iterable[str]) -> Iterator[Case]:
    """The recordings of files, without those that were edited."""
    for path in paths:
        for record in load(path):
            if "edited-request" not in record["flags"]:
                yield _case(record)


def _case(record: dict[str, Any]) -> Case:
    scored = score(record, unlabelled)
    family = scored.family
    return Case(
        project=project(record["source"]["repo"]),
        definition=definition(record["request"]),
        endpoint=KINDS[record["endpoint"]],
        family=family.name,
        renderer=family.renderer,
        model=record["model"],
        features=scored.features,
        timestamp=scored.timestamp,
        basis="estimated" if family.estimated and scored.basis == "exact" else scored.basis,
        suspect="suspect" in record["flags"],
        residual=scored.residual,
        beyond=scored.beyond,
        where=f"{record['source']['repo']} {record['category']} {record['model']} {record['id']}",
    )


def project(repository: str) -> str:
    """The project of a repository: forks share their name, and a package has that of its project.

    >>> project("somebody/req_llm"), project("pypi:langchain_openai-1.7.4")
    ('req_llm', 'langchain_openai')
    """
    return repository.rpartition("/")[2].removeprefix("pypi:").partition("-1.")[0].lower()


def table(found: Iterable[Case]) -> list[Evidence]:
    """The rows of the table, from recordings."""
    usable = [
        Keyed(case, case.wide, case.narrow) for case in found if case.basis == "exact" and not case.suspect
    ]
    periods = [_period(usable, *period) for period in PERIODS]
    usable = [one for one in usable if not any(_is_in(one.case, row) for row in periods)]
    confirmed, contradicted = _blamed(usable)
    sound = [one for one in usable if not one.narrow & contradicted]
    confirmed = _let_back_in(sound, confirmed)
    rows = _rows(sound, lambda one: _judged(one.wide, confirmed))
    rows |= _rows((one for one in usable if one.wide <= confirmed), lambda one: one.narrow & contradicted)
    return sorted(
        (*rows.values(), *periods), key=lambda row: (row.endpoint, row.scope, row.feature, row.span)
    )


def _period(usable: Sequence[Keyed], key: Key, since: date, until: date) -> Evidence:
    row = _evidence(key, [], since, until)
    return _evidence(key, [one.case for one in usable if _is_in(one.case, row)], since, until)


def _is_in(case: Case, row: Evidence) -> bool:
    same = (case.endpoint, case.family) == (row.endpoint, row.scope) and row.feature in case.features
    return same and case.timestamp is not None and row.covers(case.timestamp)


def _evidence(
    key: Key, found: Sequence[Case], since: date | None = None, until: date | None = None
) -> Evidence:
    endpoint, scope, feature = key
    return Evidence(
        endpoint=endpoint,
        scope=scope,
        feature=feature,
        since=since,
        until=until,
        projects=len({case.project for case in found}),
        definitions=len({case.definition for case in found}),
        recordings=len(found),
        exact=sum(case.residual == 0 for case in found),
    )


def _rows(found: Iterable[Keyed], keys_of: Callable[[Keyed], Iterable[Key]]) -> dict[Key, Evidence]:
    by_key: dict[Key, list[Case]] = defaultdict(list)
    for one in found:
        for key in keys_of(one):
            by_key[key].append(one.case)
    return {key: _evidence(key, of_key) for key, of_key in by_key.items()}


def _judged(keys: frozenset[Key], confirmed: set[Key]) -> frozenset[Key]:
    """The rows that a recording is evidence for: all if they are confirmed, else the only one that is not."""
    doubtful = keys - confirmed
    return doubtful if len(doubtful) == 1 else frozenset() if doubtful else keys


def _blamed(found: Sequence[Keyed]) -> tuple[set[Key], set[Key]]:
    """The rows that the recordings confirm, and the narrow ones that they contradict."""
    contradicted: set[Key] = set()
    while True:
        wide = _rows(found, lambda one: one.wide)
        thin = {key for key, row in wide.items() if row.exact == row.recordings and not row.confirms}
        if thin:
            found = [one for one in found if not one.wide & thin]
            continue
        missed = [one for one in found if one.case.residual]
        suspected = {key for one in missed for key in one.narrow}
        narrow = _rows(found, lambda one: one.narrow & suspected)  # noqa: B023 - used at once
        suspects = [(row.exact / row.recordings, key) for key, row in wide.items() if not row.confirms]
        suspects += [(row.exact / row.recordings, key) for key, row in narrow.items() if row.contradicts]
        if not suspects:
            return set(wide), contradicted
        _, worst = min(suspects)
        contradicted |= {worst} & narrow.keys() - wide.keys()
        found = [one for one in found if worst not in one.wide and worst not in one.narrow]


def _let_back_in(found: Sequence[Keyed], confirmed: set[Key]) -> set[Key]:
    """The confirmed rows with those that are confirmed too, alone or with others that always come with them."""
    doubted = {one.wide - confirmed for one in found}
    for rows in sorted(doubted, key=lambda rows: (len(rows), sorted(rows))):
        together = confirmed | rows
        fresh = [one for one in found if one.wide <= together and one.wide & rows]
        if not all(row.confirms for row in _rows(fresh, lambda one: one.wide & rows).values()):  # noqa: B023
            continue
        known = [one for one in found if one.wide <= together] if any(o.case.residual for o in fresh) else []
        if all(row.confirms for row in _rows(known, lambda one: one.wide).values()):
            confirmed = together
    return confirmed


class Labelled(NamedTuple):
    """A recording with the label that evidence gives it."""

    case: Case
    basis: str


def labelled(found: Iterable[Case], rows: Iterable[Evidence]) -> Iterator[Labelled]:
    """Recordings under the labels of a table."""
    known = EvidenceTable(rows)
    for case in found:
        period = known.period(case.timestamp)
        doubts = known.doubts(case.endpoint, case.family, case.renderer, case.model, case.features, period)
        yield Labelled(case, "estimated" if doubts and case.basis == "exact" else case.basis)


def blind(found: Sequence[Case]) -> list[Labelled]:
    """The recordings of each project, labelled by the evidence of all other projects."""
    seen: list[Labelled] = []
    for name in sorted({case.project for case in found}):
        own = [case for case in found if case.project == name]
        seen += labelled(own, table(case for case in found if case.project != name))
    return seen


def honesty(found: Sequence[Labelled]) -> str:
    """Of each label: recordings, share counted as billed, and how far the others are off."""
    head = ["label", "n", "as billed", "above the bill", "mean error", "with a range", "bill in the range"]
    lines = [head]
    for basis in ("exact", "estimated", "partial"):
        of_basis = [one.case for one in found if one.basis == basis]
        residuals = [case.residual for case in of_basis]
        ranged = [case for case in of_basis if case.beyond is not None]
        if residuals:
            above = sum(residual > 0 for residual in residuals)
            lines.append(
                [
                    *(basis, str(len(residuals)), _share(residuals.count(0), len(residuals))),
                    *(_share(above, len(residuals)), f"{sum(map(abs, residuals)) / len(residuals):.2f}"),
                    *(str(len(ranged)), _share(sum(map(_is_in_range, ranged)), len(ranged))),
                ]
            )
    return markdown(lines)


def _is_in_range(case: Case) -> bool:
    low, high = case.beyond or (0, 0)
    return low <= -case.residual <= high


def by_endpoint(found: Sequence[Labelled]) -> str:
    """Of each endpoint, without partial counts: recordings, share counted as billed, and the shares of its projects."""
    lines = [["endpoint", "n", "as billed", "projects", "median project", "called exact", "right of these"]]
    for endpoint in ("chat", "responses", "completions"):
        known = [one for one in found if one.case.endpoint == endpoint and one.basis != "partial"]
        if not known:
            continue
        right = [one for one in known if one.case.residual == 0]
        exact = [one for one in known if one.basis == "exact"]
        names = sorted({one.case.project for one in known})
        shares = [
            sum(one.case.project == name for one in right) / sum(one.case.project == name for one in known)
            for name in names
        ]
        lines.append(
            [
                *(endpoint, str(len(known)), _share(len(right), len(known)), str(len(names))),
                *(percent(median(shares)), _share(len(exact), len(known))),
                _share(sum(one.case.residual == 0 for one in exact), len(exact)),
            ]
        )
    return markdown(lines)


def _share(part: int, of: int) -> str:
    return percent(part / of) if of else "–"


def write(path: Path, rows: Iterable[Evidence]) -> None:
    """The table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Evidence.__struct_fields__)
        writer.writerows([getattr(row, name) for name in Evidence.__struct_fields__] for row in rows)


def main() -> None:
    """Make the table and print how it does."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recordings", nargs="+", help="files of recorded calls, gzipped JSON lines")
    parser.add_argument("-o", "--output", type=Path, help="write the table here")
    parser.add_argument("--misses", action="store_true", help="list what is called exact and is not, blind")
    options = parser.parse_args()
    found = list(cases(options.recordings))
    if options.output:
        write(options.output, table(found))
    seen = blind(found)
    print(f"{honesty(seen)}\n\n{by_endpoint(seen)}")
    for one in seen if options.misses else ():
        if one.basis == "exact" and one.case.residual:
            print(f"{one.case.residual:+6} {one.case.where} {sorted(one.case.features)}")


if __name__ == "__main__":
    main()
