"""The suffix of the output file chooses the format."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from support.inside import Inside
from support.running import SAMPLES

from tokcount.render.registry import RENDERERS

LOG = SAMPLES / "support-chat.jsonl"
SUFFIXES = [(name, suffix) for name, renderer in RENDERERS.items() for suffix in renderer.suffixes]


@pytest.mark.parametrize(("name", "suffix"), [pair for pair in SUFFIXES if pair[0] != "parquet"])
def test_the_suffix_chooses_the_format(inside: Inside, name: str, suffix: str) -> None:
    command = ("check", LOG, "--budget", "records.total >= 1", "-q")
    inside(*command, "-o", f"report{suffix.upper()}")
    inside(*command, "-f", name, "-o", "asked")

    assert Path(f"report{suffix.upper()}").read_bytes() == Path("asked").read_bytes()


def test_rows_go_to_parquet_by_suffix(inside: Inside) -> None:
    inside("drift", LOG, "--per-record", "-o", "rows.parquet")

    assert Path("rows.parquet").read_bytes().startswith(b"PAR1")


@pytest.mark.parametrize("command", ["drift", "cost", "formats"])
def test_an_unknown_suffix_is_one_error_before_anything_is_read(inside: Inside, command: str) -> None:
    done = inside(command, "missing.jsonl", "-o", "report.xlsx")

    assert (done.code, done.out) == (2, "")
    assert "'--output' / '-o': report.xlsx: no format has the suffix .xlsx; choose one with -f" in done.err
    assert len(done.err.splitlines()) == 1
    assert not Path("report.xlsx").exists()


def test_the_format_option_wins_over_the_suffix(inside: Inside) -> None:
    inside("drift", LOG, "-f", "json", "-o", "report.csv")
    inside("drift", LOG, "-o", "report.xlsx", "-f", "json")

    assert Path("report.csv").read_text().startswith("{")
    assert Path("report.xlsx").read_text().startswith("{")


def test_the_suffix_wins_over_the_configuration_which_decides_without_one(inside: Inside) -> None:
    inside.write("tokcount.toml", 'format = "json"\n')
    for name in ("report.csv", "report", "report.xlsx"):
        inside("drift", LOG, "-o", name)

    assert Path("report.csv").read_text().startswith("reference,")
    assert Path("report").read_text().startswith("{")
    assert Path("report.xlsx").read_text().startswith("{")


def test_a_name_without_a_suffix_is_a_table(inside: Inside) -> None:
    inside("drift", LOG, "-o", "report")

    assert "gpt-4o" in Path("report").read_text()


def test_a_format_that_the_command_does_not_have_is_refused_by_suffix_too(inside: Inside) -> None:
    assert "'sarif' is only for reports of check" in inside("drift", LOG, "-o", "x.sarif").err
    assert "add --per-record" in inside("drift", LOG, "-o", "x.parquet").err


def test_the_suffix_means_nothing_where_the_file_is_not_a_report(inside: Inside) -> None:
    assert inside("models", "--export", "-o", "prices.toml").code == 0
    assert inside("count", LOG, "--bare", "-o", "tokens.number").code == 0
    done = inside("migrate", SAMPLES / "completions-2023.jsonl", "--to", "gpt-4o", "-o", "new.json5", "-q")

    assert (done.code, "requests" in done.out) == (0, True)


@pytest.mark.parametrize("more", [(), ("--per-record",)])
def test_a_decimal_comma_separates_csv_by_semicolons_and_leaves_tabs(
    inside: Inside, more: tuple[str, ...]
) -> None:
    command = ("cost", LOG, "--to", "gpt-4o", "-q", *more)
    english = list(csv.reader(inside(*command, "-f", "csv").out.splitlines()))
    german = list(csv.reader(inside(*command, "-f", "csv", "--decimal", ",").out.splitlines(), delimiter=";"))
    tabs = list(csv.reader(inside(*command, "-f", "tsv").out.splitlines(), delimiter="\t"))

    assert tabs == english
    assert german[0] == english[0]
    costs = [name.endswith("cost_usd") for name in english[0]]
    for row, translated in zip(english[1:], german[1:], strict=True):
        numbers = [cell for cell, is_cost in zip(row, costs, strict=True) if is_cost]
        assert any("." in cell for cell in numbers)
        assert [cell for cell, is_cost in zip(translated, costs, strict=True) if is_cost] == [
            cell.replace(".", ",") for cell in numbers
        ]
