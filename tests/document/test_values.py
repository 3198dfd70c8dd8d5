"""Numbers as text for people."""

from __future__ import annotations

import pytest

from tokcount.document.blocks import Cell, CellKind, Measured
from tokcount.document.values import plain, show


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "int", "–"),
        (None, "usd", "–"),
        (True, "text", "yes"),
        (4812007, "int", "4,812,007"),
        (-3, "int", "−3"),
        (-2.5, "int", "−2.5"),
        (2.0, "int", "2"),
        (1200.456, "int", "1,200.46"),
        (0.015, "points", "+1.5 points"),
        (Measured("41.9", "usd", "at least "), "text", "at least $41.90"),
        (Measured(None, "usd", "at least "), "text", "–"),
        (-0.333, "percent", "−33.3 %"),
        (0.41, "percent", "+41.0 %"),
        (12.5, "percent", "+1,250.0 %"),
        (0.0, "percent", "0.0 %"),
        (0.00001, "percent", "+0.0 %"),
        (-0.00001, "percent", "−0.0 %"),
        (0.994, "share", "99.4 %"),
        (1.0, "share", "100 %"),
        (0, "share", "0 %"),
        (0.99999, "share", "> 99.9 %"),
        (0.00001, "share", "< 0.1 %"),
        (0.0005, "share", "0.1 %"),
        (12.5, "share", "1,250.0 %"),
        (-0.1, "share", "−10.0 %"),
        ("0", "usd", "$0.00"),
        ("1204.5", "usd", "$1,204.50"),
        ("1.005", "usd", "$1.01"),
        ("0.5", "usd", "$0.50"),
        ("0.0345", "usd", "$0.0345"),
        ("0.00000075", "usd", "$0.00000075"),
        ("0.00012345", "usd", "$0.000123"),
        ("-3.2", "usd", "−$3.20"),
        ("3.2", "usd_change", "+$3.20"),
        ("-0.0041", "usd_change", "−$0.0041"),
        ("0", "usd_change", "$0.00"),
        (812, "bytes", "812 B"),
        (1_400_000, "bytes", "1.4 MB"),
        (999_999, "bytes", "1.0 MB"),
        (5_000_000_000_000_000, "bytes", "5000.0 TB"),
        ("plain", "text", "plain"),
    ],
)
def test_a_value_is_shown_by_its_kind(value: Cell, kind: CellKind, text: str) -> None:
    assert show(value, kind) == text


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (None, "int", ""),
        (4812007, "int", "4812007"),
        (-3, "change", "-3"),
        (2.5, "int", "2.5"),
        (-1 / 3, "percent", "-0.333333"),
        (1.0, "share", "1"),
        (0.000000123456789, "share", "0.000000123457"),
        ("1204.5000001", "usd", "1204.5000001"),
        ("0.0000000001", "usd_change", "0.0000000001"),
        (1_400_000, "bytes", "1400000"),
        ("4,812", "text", "4,812"),
        (True, "int", "yes"),
        (Measured("41.9", "usd", "at least "), "text", "41.9"),
        (Measured(-0.015, "points"), "text", "-0.015"),
        (Measured(None, "int"), "text", ""),
    ],
)
def test_programs_get_plain_digits(value: Cell, kind: CellKind, expected: str) -> None:
    assert plain(value, kind) == expected
