"""The lists of a report as flat tables."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from support.reports import REPORTS

from tokcount.document.tables import table_names, tables_of
from tokcount.reports.registry import COMMANDS, report_type


def lists_in(value: Any, path: str = "") -> Iterator[tuple[str, list[Any]]]:
    """The lists of objects in a JSON document, with their path; a list in a list comes once for each outer entry."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from lists_in(part, f"{path}.{key}".removeprefix("."))
    elif isinstance(value, list) and all(isinstance(part, dict) for part in value):
        yield path, value
        for part in value:
            yield from lists_in(part, path)


def numbers_of(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The numbers of some rows or objects, without those that are not known."""
    return [
        {
            key: value
            for key, value in entry.items()
            if isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        }
        for entry in entries
    ]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_table_has_the_numbers_of_its_list_in_json(name: str) -> None:
    document = REPORTS[name].document()
    tables = tables_of(REPORTS[name])
    expected: dict[str, list[dict[str, Any]]] = {}
    for path, entries in lists_in(document):
        if path in tables:
            expected.setdefault(path, []).extend(entries)

    for path, entries in expected.items():
        rows = tables[path].rows
        if not any("references" in entry for entry in entries):
            assert len(rows) == len(entries)
            for row, numbers in zip(rows, numbers_of(entries), strict=True):
                assert numbers.items() <= row.items()


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_an_entry_is_repeated_with_the_numbers_of_each_reference(name: str) -> None:
    tables = tables_of(REPORTS[name])

    for path, entries in lists_in(REPORTS[name].document()):
        if path in tables and entries and all("references" in entry for entry in entries):
            every = [(entry, reference) for entry in entries for reference in entry["references"]]
            assert len(tables[path].rows) == len(every)
            for row, (entry, reference) in zip(tables[path].rows, every, strict=True):
                (outer,), (inner,) = numbers_of([entry]), numbers_of([reference])
                assert {**outer, **inner}.items() <= row.items()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_tables_of_a_command_do_not_depend_on_the_report(command: str) -> None:
    names = table_names(report_type(command))

    for report in REPORTS.values():
        if report.command == command:
            assert list(tables_of(report)) == names


def test_columns_do_not_depend_on_what_is_in_the_log() -> None:
    full, empty = tables_of(REPORTS["drift"]), tables_of(REPORTS["empty"])

    for name in ("worst", "references", "skipped_at", "models"):
        assert set(empty[name].columns) <= set(full[name].columns)


def test_rows_of_an_inner_list_begin_with_the_texts_of_the_outer_row() -> None:
    tables = tables_of(REPORTS["audit"])
    first, *_ = tables["findings.records"].rows
    finding = tables["findings"].rows[0]

    assert tables["findings.records"].columns[:4] == ["id", "level", "parameter", "source"]
    assert {key: first[key] for key in ("id", "level")} == {key: finding[key] for key in ("id", "level")}
