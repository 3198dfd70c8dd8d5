"""Two saved reports compared: their totals under one reference, and their groups by file or by model."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from tokcount.errors import UsageError, suggest
from tokcount.reports.diff.changes import Amount, changes_of, total_change
from tokcount.reports.diff.report import DiffReport, DiffSide
from tokcount.reports.drift.report import DriftReport
from tokcount.reports.inspect.count_report import CountReport
from tokcount.reports.report import ByBasis, Report

NOT_THERE: Final = "reports of drift and count can be compared; for others, compare the logs"
_KEYS: Final = ("source", "model")


class Held(NamedTuple):
    """What a report holds under one reference: its totals, and key → name → tokens and records of each group."""

    side: DiffSide
    groups: dict[str, dict[str | None, Amount]]


def compared(old: Report, new: Report, paths: tuple[str, str], reference: str | None) -> DiffReport:
    """The report; `reference`: what to compare under, by default the first one that both reports have.

    Raises `UsageError` for reports of different commands, of a command whose reports hold no tokens of records, and
    without a reference in common.
    """
    if type(old) is not type(new):
        raise UsageError(
            f"{paths[0]} is a report of {old.command}, {paths[1]} of {new.command}; make both the same way."
        )
    label = _reference(old, new, reference)
    before, after = (_held(report, path, label) for report, path in zip((old, new), paths, strict=True))
    totals = total_change(before.side, after.side)
    named = {key: changes_of(before.groups.get(key, {}), after.groups.get(key, {})) for key in _KEYS}
    return DiffReport(
        old=before.side,
        new=after.side,
        reference=label,
        fallback=None,
        difference=totals.difference,
        change=totals.change,
        sources=[each for each in named["source"] if each.status != "unchanged"],
        unchanged_sources=sum(each.status == "unchanged" for each in named["source"]),
        models=named["model"],
        classes=[],
        matched=0,
        changed=[],
        more_changed=0,
    )


def _reference(old: Report, new: Report, asked: str | None) -> str:
    names = [_labels(report) for report in (old, new)]
    common = [name for name in names[0] if name in names[1]]
    if asked is not None and asked not in common:
        raise UsageError(f"{asked}: not a reference of both reports. {suggest(asked, common)}")
    if not common:
        raise UsageError("the reports have no reference in common; make them with the same --from and --to.")
    return asked or common[0]


def _labels(report: Report) -> list[str]:
    if isinstance(report, DriftReport):
        return [entry.reference for entry in report.references]
    if isinstance(report, CountReport):
        return list(report.total)
    raise UsageError(f"a report of {report.command} holds no tokens of files; {NOT_THERE}.")


def _held(report: Report, path: str, label: str) -> Held:
    if isinstance(report, DriftReport):
        return _of_drift(report, path, label)
    assert isinstance(report, CountReport)  # noqa: S101 - `_labels` accepts no other
    return _of_count(report, path, label)


def _of_drift(report: DriftReport, path: str, label: str) -> Held:
    entry = next(each for each in report.references if each.reference == label)
    side = _side(
        path,
        records=report.records,
        skipped=report.skipped,
        uncounted=report.records - entry.counted,
        content_tokens=entry.content_tokens or 0,
        framing_tokens=entry.framing_tokens or 0,
        input_tokens=entry.input_tokens or 0,
        output_tokens=entry.output_tokens,
        basis=entry.basis,
    )
    if len(report.by) != 1:
        return Held(side, {})
    found: dict[str | None, Amount] = {}
    for group in report.groups:
        tokens = next(each.input_tokens for each in group.references if each.reference == label)
        found[group.keys(report.by)[report.by[0]]] = tokens or 0, group.records
    return Held(side, {report.by[0]: found})


def _of_count(report: CountReport, path: str, label: str) -> Held:
    tokens, files = report.total[label], len(report.inputs)
    side = _side(
        path,
        records=files,
        content_tokens=tokens,
        input_tokens=tokens,
        basis=ByBasis(files, 0, 0),
    )
    return Held(side, {"source": {each.path: (each.tokens[label], 1) for each in report.inputs}})


def _side(path: str, **numbers: Any) -> DiffSide:
    nothing = {"skipped": 0, "uncounted": 0, "framing_tokens": 0, "output_tokens": None}
    return DiffSide(path=path, under_fallback=0, **{**nothing, **numbers})
