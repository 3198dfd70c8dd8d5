"""The report of `tokcount count`."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.reports.report import Count, Report


class CountedInput(msgspec.Struct, frozen=True, kw_only=True):
    """One file, or standard input."""

    path: str
    bytes: Count
    tokens: dict[str, Count]
    """Column (encoding or model) → tokens."""
    values: Count | UnsetType = UNSET
    """Values of the field that was counted; missing when whole files were."""
    missing: Count | UnsetType = UNSET
    """Rows without the field."""


class CountedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """The files, or the sections of files, that have a key in common."""

    key: str
    """A suffix, a folder, or the headings of a section: `README.md: Setup > Linux`."""
    files: Count
    bytes: Count
    tokens: dict[str, Count]


class Bucket(msgspec.Struct, frozen=True):
    """Texts with `least` to `most` tokens."""

    least: Count
    most: Count
    texts: Count


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How the tokens of texts are distributed under one encoding."""

    column: str
    unit: Literal["files", "lines", "values"]
    texts: Count
    mean: float
    percentiles: dict[str, Count]
    """`min`, `p50`, `p90`, `p95`, `p99`, `max`: the tokens of a text, by the nearest rank."""
    buckets: list[Bucket]
    """The first one has empty texts, each further one twice the range of the one before."""


class CountReport(Report, frozen=True, kw_only=True, tag="count"):
    """Tokens of plain text."""

    inputs: list[CountedInput]
    total: dict[str, Count]
    """Column (encoding or model) → tokens of all inputs, those that are not shown included."""
    total_bytes: Count | UnsetType = UNSET
    """Bytes of all inputs; missing in reports of version 0.1."""
    groups: list[CountedGroup] | UnsetType = UNSET
    """With `--by`."""
    spread: list[Spread] | UnsetType = UNSET
    """With `--hist`."""
    layout: Literal["list", "tree", "total"] = "list"
