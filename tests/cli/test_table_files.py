"""`--tables DIR`: each list of a report as one CSV file."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.inside import Inside
from support.paths import ROOT, SAMPLES

from tokcount.document.tables import table_names
from tokcount.reports.audit.report import AuditReport


def table(folder: str, name: str) -> list[dict[str, str]]:
    with Path(folder, f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def figures(entry: dict[str, Any]) -> dict[str, Decimal]:
    """The numbers of an object of the JSON report."""
    return {key: value for key, value in entry.items() if type(value) in {int, Decimal}}


def test_the_tables_of_an_audit_have_the_numbers_of_its_json(inside: Inside) -> None:
    done = inside("audit", SAMPLES, "-q", "-f", "json", "--tables", "new/tables")
    report = json.loads(done.out, parse_float=Decimal)

    assert {path.stem for path in Path("new/tables").iterdir()} == set(table_names(AuditReport))
    by_model = [(group, entry) for group in report["by_model"] for entry in group["references"]]
    by_month = [(one, entry) for one in report["timeline"]["periods"] for entry in one["references"]]
    for name, expected in {
        "references": report["references"],
        "worst": report["worst"],
        "findings": report["findings"],
        "windows": report["windows"],
        "cost.references": report["cost"]["references"],
        "auto": report["auto"],
        "by_model": [{**group, **entry} for group, entry in by_model],
        "timeline.periods": [{**one, **entry} for one, entry in by_month],
    }.items():
        rows = table("new/tables", name)
        assert [figures(entry) for entry in expected] == [
            {key: Decimal(row[key]) for key in figures(entry)}
            for row, entry in zip(rows, expected, strict=True)
        ]


def test_a_list_without_entries_is_a_file_with_its_header(inside: Inside) -> None:
    inside.write("a.jsonl", '{"model": "gpt-4o", "prompt": "a"}\n')
    inside("audit", "a.jsonl", "-q", "--to", "gpt-4o-mini", "--tables", "tables")

    assert Path("tables/auto.csv").read_text() == "model,replacement,records,source,checked\n"


def test_every_command_over_logs_and_saved_reports_write_tables(inside: Inside) -> None:
    inside("cost", SAMPLES, "-q", "--by", "model", "-o", "cost.json", "--tables", "cost")
    inside("render", "cost.json", "--tables", "again")
    inside("check", SAMPLES, "-q", "--budget", "input_tokens.max <= 1", "--tables", "check", "--decimal", ",")

    assert table("cost", "groups")
    for path in Path("cost").iterdir():
        assert path.read_bytes() == Path("again", path.name).read_bytes()
    assert Path("check/budgets.csv").read_text().startswith("budget;level;")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--tables", "tables"), "tables/worst.csv is an input file; choose a different output path."),
        (("--tables", "other", "-o", "other/why.csv"), "--output and --tables both write other/why.csv"),
        (("--tables", "a.jsonl"), "--tables a.jsonl: not a folder; name a folder."),
        (
            ("--tables", "new", "--per-record"),
            "--tables writes the lists of the report: remove it or --per-record.",
        ),
    ],
)
def test_a_folder_that_cannot_be_meant_is_one_error_before_anything_is_read(
    inside: Inside, arguments: tuple[str, ...], message: str
) -> None:
    log = '{"model": "gpt-4o", "prompt": "a"}\n'
    inside.write("a.jsonl", log)
    inside.write("tables/worst.csv", "prompt,model\na,gpt-4o\n")

    done = inside("audit", "a.jsonl", "tables/worst.csv", *arguments)

    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert Path("tables/worst.csv").read_text() == "prompt,model\na,gpt-4o\n"
    assert not Path("new").exists()


def test_the_guide_lists_the_tables_of_an_audit() -> None:
    guide = (ROOT / "docs" / "audit.md").read_text("utf-8")
    listed = guide.partition("## Tables")[2].partition("\n## ")[0]

    for name in table_names(AuditReport):
        assert f"`{name}`" in listed
