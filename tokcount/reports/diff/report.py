"""The report of `tokcount diff`."""

from __future__ import annotations

from typing import Literal

import msgspec

from tokcount.reports.report import ByBasis, Count, Report

Status = Literal["grew", "shrank", "unchanged", "new", "removed"]


class DiffSide(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two things that are compared."""

    path: str
    records: Count
    skipped: Count
    under_fallback: Count
    """Records that are counted under the fallback."""
    uncounted: Count
    """Records whose input tokens are neither counted nor billed; they are in no sum."""
    content_tokens: int
    framing_tokens: int
    input_tokens: int
    """As billed where the log has usage, else as counted."""
    output_tokens: int | None
    """`None`: no record has an answer."""
    basis: ByBasis
    """Records in the sums."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """The input tokens of something before and after."""

    name: str | None
    """`None`: not known."""
    old: int | None
    """`None`: it was not there."""
    new: int | None
    """`None`: it is not there any more."""
    difference: int
    change: float | None
    """(new - old) / old; `None` where there was nothing."""
    status: Status
    old_records: Count
    new_records: Count


class ChangedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record that has more or fewer input tokens than before. Its place is that on the new side."""

    source: str
    line: Count
    index: Count
    model: str | None
    old: int
    new: int
    difference: int
    change: float | None
    """(new - old) / old; `None` where there was nothing."""


class DiffReport(Report, frozen=True, kw_only=True, tag="diff"):
    """Input tokens of two logs, files or folders: in total, by file, model and kind of text, and of single records."""

    old: DiffSide
    new: DiffSide
    reference: str
    """What both are counted under; `own`: each record's own model."""
    fallback: str | None
    """What counts the records that name no known model; `None`: they are not counted."""
    difference: int
    change: float | None
    """(new - old) / old of the input tokens."""
    sources: list[Change]
    """Files, those that grew most first; the unchanged ones are left out."""
    unchanged_sources: Count
    models: list[Change]
    """Models, those that grew most first."""
    classes: list[Change]
    """Content by text class, then framing, then what is not broken down; they add up to the input tokens."""
    matched: Count
    """Records that were found on both sides: those of files that have as many records as before."""
    changed: list[ChangedRecord]
    """The matched records that changed, those that grew most first."""
    more_changed: Count
    """Changed records that are not listed."""
