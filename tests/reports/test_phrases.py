"""Sentences that views share: the most frequent first, and never longer than a screen takes."""

from __future__ import annotations

from tokcount.reports.phrases import skipped_sentence, sureness, uncompared
from tokcount.reports.report import ByBasis, SkippedItems, SkippedPlace

MANY = {f"unknown model 'm{n}'": n for n in range(1, 41)}


def entry(line: int, reason: str, detail: str = "") -> SkippedPlace:
    return SkippedPlace("a.jsonl", line, reason, detail)


def test_the_most_frequent_reasons_stand_first_and_the_others_are_counted() -> None:
    line = sureness(ByBasis(1, 3, 0), MANY).text

    assert line == (
        "Basis of the input tokens: exact 25.0 %, estimated 75.0 %. Not exact: unknown model 'm40' (40 records), "
        "unknown model 'm39' (39 records), unknown model 'm38' (38 records), unknown model 'm37' (37 records), "
        "unknown model 'm36' (36 records) and 35 more reasons."
    )


def test_so_it_is_with_records_that_are_not_compared() -> None:
    (line,) = uncompared(820, MANY, "warning")

    assert line.text.endswith("36 unknown model 'm36' and 35 more reasons")
    assert uncompared(0, {}, "note") == []


def test_what_was_skipped_is_told_by_reason_with_the_first_place_of_each() -> None:
    places = [entry(7, "error", "HTTP 429"), entry(2, "unparsed", "cut off"), entry(3, "unparsed")]
    items = SkippedItems(9, {"error": 1, "unparsed": 8}, places)

    assert skipped_sentence(items) == (
        "9 skipped (8 unreadable or cut-off lines, 1 failed call): a.jsonl:2 cut off; a.jsonl:7 HTTP 429; "
        "and 7 more (--skipped FILE lists all)"
    )


def test_a_single_place_is_all_there_is() -> None:
    items = SkippedItems(1, {"empty": 1}, [entry(7, "empty")])

    assert skipped_sentence(items) == "1 skipped (1 empty entry): a.jsonl:7"
    assert skipped_sentence(SkippedItems(1, {"empty": 1}, [])) == "1 skipped (1 empty entry)"
