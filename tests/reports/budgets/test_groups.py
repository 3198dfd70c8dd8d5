"""Values for each file and tag: what changed against the baseline, and which changes are to blame."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.budget_log import LOG, OVERVIEW, source

from tokcount.reports.budgets import compute
from tokcount.reports.budgets.baseline import SavedBaseline
from tokcount.reports.budgets.groups import Part, changes, project_name
from tokcount.reports.budgets.language import Group, parse
from tokcount.reports.budgets.report import CheckedBudget
from tokcount.reports.budgets.sources import from_scan
from tokcount.reports.budgets.verdict import CheckOptions

FILES = LOG.with_columns(
    source=pl.Series(["a.md", "a.md", "b.md", "c.md", "c.md", "new.md", "d.md"]), tags=pl.lit("x,y")
)
"""Input tokens by file: a 316, b 308 (311 billed), c 508, new 600, d 0."""
KEY = "input_tokens.total"


def saved(key: str = KEY, total: int = 1000, **files: int) -> SavedBaseline:
    sources = {name.replace("_", "."): {key: Decimal(value)} for name, value in files.items()}
    return SavedBaseline(values={key: Decimal(total)}, sources=sources)


def checked(text: str, baseline: SavedBaseline | None = None, log: pl.DataFrame = FILES) -> CheckedBudget:
    options = CheckOptions(fail=(parse(text),), baseline=baseline, accepted_unread=Decimal(1))
    return compute.report(compute.judge(source(log), options), OVERVIEW).budgets[0]


def blamed(entry: CheckedBudget) -> list[str | None]:
    return [record.group for record in entry.records]


def test_growth_is_blamed_and_not_size() -> None:
    before = saved(a_md=16, b_md=308, c_md=508, new_md=600, d_md=0, total=1432)
    assert blamed(checked(f"{KEY} <= baseline + 5%", before)) == ["a.md"]


def test_of_a_sum_the_fewest_files_that_make_up_the_excess_are_blamed() -> None:
    before = saved(a_md=216, b_md=298, c_md=508, new_md=100, total=1122)

    assert blamed(checked(f"{KEY} <= baseline + 30%", before)) == ["new.md"]
    assert blamed(checked(f"{KEY} <= baseline + 5%", before)) == ["new.md", "a.md"]


def test_of_an_average_every_file_that_grew_is_blamed() -> None:
    before = saved("input_tokens.mean", total=100, a_md=158, b_md=100, c_md=254, new_md=100, d_md=0)

    assert blamed(checked("input_tokens.mean <= baseline", before)) == ["new.md", "b.md"]


def test_a_maximum_names_the_record_and_not_the_file() -> None:
    entry = checked("input_tokens.max <= baseline", saved("input_tokens.max", total=500, new_md=100))

    assert [(record.source, record.group, record.value) for record in entry.records] == [
        ("new.md", None, 600)
    ]


def test_too_small_a_value_is_blamed_on_what_shrank() -> None:
    before = saved(a_md=1000, b_md=308, c_md=508, new_md=600, d_md=0, total=2416)

    assert blamed(checked(f"{KEY} >= baseline - 5%", before)) == ["a.md"]


def test_a_limit_that_the_baseline_breaks_itself_is_not_blamed_on_growth() -> None:
    entry = checked(f"{KEY} <= 10", saved(a_md=300, b_md=308, c_md=508, new_md=600, d_md=0, total=1716))

    assert {record.group for record in entry.records} == {None}


@pytest.mark.parametrize("files", [{"a_md": 900}, {"before_md": 900}])
def test_a_log_of_one_file_or_of_other_files_names_records(files: dict[str, int]) -> None:
    log = FILES.with_columns(source=pl.lit("a.md")) if "a_md" in files else FILES
    entry = checked(f"{KEY} <= baseline", saved(total=900, **files), log)

    assert entry.records
    assert {record.group for record in entry.records} == {None}


def test_new_and_removed_files_are_in_the_groups() -> None:
    entry = checked(f"{KEY} <= baseline", saved(a_md=316, b_md=311, c_md=508, d_md=0, gone_md=50, total=1185))
    found = {group.name: (group.baseline, group.value) for group in entry.groups}

    assert found["new.md"] == (None, 600)
    assert found["gone.md"] == (50, None)
    assert [group.name for group in entry.groups][::5] == ["new.md", "gone.md"]


@pytest.mark.parametrize(
    ("text", "passed", "value", "limit", "names"),
    [
        (f"{KEY} <= 550 each source", False, 600, 550, ["new.md"]),
        (f"{KEY} <= 600 each source", True, 600, 600, []),
        (f"{KEY} <= 400 each source", False, 600, 400, ["new.md", "c.md"]),
        (f"{KEY} >= 100 each source", False, 0, 100, ["d.md"]),
        (f"{KEY} <= baseline + 10% each source", False, 508, 440, ["c.md"]),
        (f"{KEY} <= baseline + 30% each source", True, 508, 520, []),
    ],
)
def test_a_budget_for_each_file_shows_the_worst_and_lists_those_that_break_it(
    text: str, passed: bool, value: int, limit: int, names: list[str]
) -> None:
    entry = checked(text, saved(a_md=316, b_md=311, c_md=400))

    assert (entry.passed, entry.value, entry.limit, blamed(entry)) == (passed, value, limit, names)


def test_files_that_are_new_are_not_judged_by_a_budget_relative_to_the_baseline() -> None:
    entry = checked(f"{KEY} <= baseline each source", SavedBaseline())

    assert (entry.passed, entry.limit, entry.is_new) == (True, None, True)


def test_a_budget_for_each_tag_counts_a_record_under_all_its_tags() -> None:
    log = LOG.with_columns(tags=pl.Series(["a,b", "a", "b", "", None, "c", "a,a"]))
    entry = checked(f"{KEY} <= 500 each tag", log=log)

    assert {group.name: group.value for group in entry.groups} == {"c": 600, "b": 419, "a": 316}
    assert blamed(entry) == ["c"]


def test_no_file_breaks_a_budget_without_a_value() -> None:
    entry = checked(f"{KEY} <= 5 each tag", log=LOG.with_columns(tags=pl.lit("")))

    assert (entry.passed, entry.value, entry.reason) == (False, None, "no file or tag has a value")


def test_values_for_each_file_are_those_of_the_files_alone() -> None:
    texts = [
        *(f"{metric}.{aggregate} <= {limit}" for metric, limit in (("input_tokens", "1"), ("cost", "$1"))
          for aggregate in ("total", "mean", "max", "min", "p50", "p95")),
        *("framing.share <= 1%", "records.total <= 1", "residual.exact <= 1%", "context.p95 <= 1%"),
    ]  # fmt: skip
    for budget in map(parse, texts):
        for part in source(FILES).parts(budget, None, "source"):
            alone = source(FILES.filter(pl.col("source") == part.name)).measure(budget, None)
            assert part.value == alone.value, (budget.text, part.name)


def test_more_files_than_are_kept_have_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(from_scan, "MOST_GROUPS", 4)

    assert source(FILES).parts(parse(f"{KEY} <= 1"), None, "source") == []


def test_changes_add_up_to_the_change_of_the_whole() -> None:
    parts = [Part("a", Decimal(5), "a", 1, 0, None), Part("b", None, "b", 1, 0, None)]
    found = changes(parts, {"b": {"k": Decimal(2)}, "c": {"k": Decimal(3)}, "d": {"other": Decimal(9)}}, "k")

    assert [(change.name, change.growth) for change in found] == [("a", 5), ("b", -2), ("c", -3)]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("prompts/a.md", "prompts/a.md"),
        ("./prompts//a.md", "prompts/a.md"),
        ("prompts/../a.md", "a.md"),
        ("../other/a.md", "a.md"),
        ("/somewhere/else/a.md", "a.md"),
        ("-", "-"),
    ],
)
def test_a_file_is_kept_by_its_path_in_the_folder_of_the_run(path: str, name: str) -> None:
    assert project_name(path) == name


def test_an_absolute_path_in_the_folder_of_the_run_is_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert project_name(str(tmp_path / "prompts" / "a.md")) == "prompts/a.md"


@pytest.mark.parametrize("group", ["source", "tag"])
def test_a_metric_of_the_whole_log_has_no_parts(group: Group) -> None:
    budget: Any = parse("skipped.total <= 1")

    assert source(FILES).parts(budget, None, group) == []
