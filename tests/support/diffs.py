"""Reports of `tokcount diff`."""

from __future__ import annotations

from tokcount.reports.diff.report import Change, ChangedRecord, DiffReport, DiffSide, Status
from tokcount.reports.report import ByBasis


def change(name: str | None, old: int | None, new: int | None, status: Status) -> Change:
    """A change with the sums that follow from both sides."""
    difference = (new or 0) - (old or 0)
    return Change(
        name=name,
        old=old,
        new=new,
        difference=difference,
        change=difference / old if old else None,
        status=status,
        old_records=int(old is not None),
        new_records=int(new is not None),
    )


def side(path: str, tokens: int, *, skipped: int = 0, under_fallback: int = 1) -> DiffSide:
    """One side with three records."""
    return DiffSide(
        path=path,
        records=3,
        skipped=skipped,
        under_fallback=under_fallback,
        uncounted=0,
        content_tokens=tokens - 12,
        framing_tokens=12,
        input_tokens=tokens,
        output_tokens=None,
        basis=ByBasis(2, 1, 0),
    )


def diffs(hostile: str) -> dict[str, DiffReport]:
    """A report in which everything happens, and one in which nothing does. `hostile`: the name of a file."""
    same = DiffReport(
        old=side("old", 300, under_fallback=0),
        new=side("new", 300, under_fallback=0),
        reference="gpt-4o",
        fallback=None,
        difference=0,
        change=0.0,
        sources=[],
        unchanged_sources=3,
        models=[change("gpt-4o", 300, 300, "unchanged")],
        classes=[change("latin", 288, 288, "unchanged"), change("framing", 12, 12, "unchanged")],
        matched=3,
        changed=[],
        more_changed=0,
    )
    grown = DiffReport(
        old=side("old", 300, skipped=2),
        new=side("new", 340),
        reference="own",
        fallback="o200k_base",
        difference=40,
        change=40 / 300,
        sources=[
            change(hostile, 200, 250, "grew"),
            change("new/added.md", None, 20, "new"),
            change("new/gone.md", 30, None, "removed"),
        ],
        unchanged_sources=1,
        models=[change("gpt-4o", 200, 250, "grew"), change(None, 100, 90, "shrank")],
        classes=[
            change("latin", 280, 320, "grew"),
            change("framing", 12, 12, "unchanged"),
            change("not broken down", 8, 8, "unchanged"),
        ],
        matched=2,
        changed=[
            ChangedRecord(
                source=hostile,
                line=line,
                index=0,
                model="gpt-4o",
                old=100,
                new=100 + grown,
                difference=grown,
                change=grown / 100,
            )
            for line, grown in ((7, 30), (9, 20))
        ],
        more_changed=4,
    )
    return {"diff": grown, "diff_same": same}
