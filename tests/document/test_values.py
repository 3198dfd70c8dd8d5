"""Numbers as text for people."""

from __future__ import annotations

import pytest

from tokcount.document.blocks import Badge, Bar, Cell, CellKind, Measured, Places, Span
from tokcount.document.values import money_places, plain, show


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
        (Badge("fail", "breaks"), "text", "✗ breaks"),
        (Places(("a:1", "a:3"), 1200), "code", "a:1, a:3 and 1,200 more"),
        (Places((), 2), "code", "2 more"),
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


@pytest.mark.parametrize(
    ("amounts", "places"),
    [
        ([], 2),
        (["0"], 2),
        (["0.2417", "0.0112", "0.0045"], 4),
        (["15.77", "0.0222"], 3),
        (["15.77", "0.000222"], 4),
        (["147.3", "0.0222"], 2),
        (["0.0000042", "0"], 7),
        (["0.0691", "0.000102"], 5),
        (["0.0691", "0.0000001"], 5),
        (["-0.5"], 2),
    ],
)
def test_all_amounts_of_a_report_have_as_many_decimals(amounts: list[str], places: int) -> None:
    assert money_places(amounts) == places


@pytest.mark.parametrize(
    ("amount", "kind", "text"),
    [
        ("0.2417", "usd", "$0.2417"),
        ("1204.5", "usd", "$1,204.5000"),
        ("0.00001", "usd", "<$0.0001"),
        ("-0.00001", "usd_change", "<−$0.0001"),
        ("0.5", "usd_change", "+$0.5000"),
        ("0", "usd_change", "$0.0000"),
        ("0.1234567", "price", "$0.123"),
    ],
)
def test_an_amount_has_the_decimals_of_its_report(amount: str, kind: CellKind, text: str) -> None:
    assert show(amount, kind, 4) == text


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (Bar((Span(0, 8),), 0, 8), "█" * 16),
        (Bar((Span(4, 8),), 0, 8), " " * 8 + "█" * 8),
        (Bar((Span(0, 1e-9),), 0, 1), "▏"),
        (Bar((Span(0, -4), Span(0, 2)), -4, 4), "█" * 8 + "│"),
        (Bar((Span(0, 2),), -4, 4), " " * 8 + "│████"),
        (Bar((), 0, 8), ""),
        (Bar((Span(0, 0),), 0, 0), ""),
    ],
)
def test_a_bar_shows_its_first_span_on_a_scale_that_marks_zero(shown: Bar, text: str) -> None:
    assert show(shown, "bar") == text
