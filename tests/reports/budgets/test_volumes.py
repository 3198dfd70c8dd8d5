"""Volumes: calls a month and expected answers of prompts, by path or tag."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from support.budget_log import LOG
from support.frames import SKIPS

from tokcount.errors import UsageError
from tokcount.reports.budgets.language import parse
from tokcount.reports.budgets.metric import Measured
from tokcount.reports.budgets.sources.from_scan import BudgetContext, ScanSource
from tokcount.reports.budgets.sources.volumes import Volumes, load

PROMPTS = LOG.head(3).with_columns(
    pl.lit(None, pl.Int64).alias("billed_input_tokens"),
    pl.lit(None, LOG["own:output_tokens"].dtype).alias("own:output_tokens"),
    source=pl.Series(["prompts/a.md", "prompts/b.md", "other/c.md"]),
)
"""Three prompts without answers: 108, 208 and 308 tokens of gpt-4 ($30 in, $60 out for a million tokens)."""


def volumes(tmp_path: Path, text: str) -> Volumes:
    file = tmp_path / "usage.toml"
    file.write_text(text, encoding="utf-8")
    return load(file)


def monthly(found: Volumes, log: pl.DataFrame = PROMPTS, budget: str = "cost.per_month <= $1") -> Measured:
    context = BudgetContext(today=date(2026, 11, 22), volumes=found)
    return ScanSource(log, SKIPS, context).measure(parse(budget), None)


ALL = '[[volume]]\nsource = "*"\ncalls_per_month = 1000\noutput_tokens = 10\n'


def test_a_month_costs_what_the_calls_of_all_prompts_do(tmp_path: Path) -> None:
    found = monthly(volumes(tmp_path, ALL))

    assert found.value == Decimal("0.00003") * (108 + 208 + 308) * 1000 + Decimal("0.00006") * 30 * 1000
    assert (found.reason, found.undercounted, found.unknown) == ("", "", 0)
    assert found.made_from == "projected from 3,000 calls a month of 3 of 3 records (usage.toml)"


def test_deleting_a_prompt_lowers_the_cost_by_its_own(tmp_path: Path) -> None:
    found = volumes(tmp_path, ALL)
    whole, rest, deleted = (
        monthly(found, rows).value for rows in (PROMPTS, PROMPTS.tail(2), PROMPTS.head(1))
    )

    assert whole is not None
    assert rest is not None
    assert whole - rest == deleted


def test_the_first_volume_that_applies_counts(tmp_path: Path) -> None:
    text = '[[volume]]\nsource = "prompts/a*"\ncalls_per_month = 0\n'
    found = monthly(volumes(tmp_path, text + ALL), PROMPTS.head(2))

    assert found.value == (Decimal("0.00003") * 208 + Decimal("0.00006") * 10) * 1000


def test_volumes_of_a_tag_apply_to_records_that_have_it(tmp_path: Path) -> None:
    found = monthly(volumes(tmp_path, '[[volume]]\ntag = "prod"\ncalls_per_month = 10\n'))

    assert (found.reason, found.unknown) == ("1 of 3 records without a value", Decimal(1) / 3)


def test_a_prompt_without_a_volume_has_no_value_and_says_why(tmp_path: Path) -> None:
    found = volumes(tmp_path, '[[volume]]\nsource = "prompts/*"\ncalls_per_month = 10\n')
    source = ScanSource(PROMPTS, SKIPS, BudgetContext(today=date(2026, 11, 22), volumes=found))

    (record,) = source.violations(parse("cost.per_month <= $9"), None, None, 5).records

    assert (record.source, record.note) == ("other/c.md", "no volume in usage.toml")


def test_without_expected_answers_the_cost_is_a_lower_bound(tmp_path: Path) -> None:
    found = monthly(volumes(tmp_path, ALL.replace("output_tokens = 10\n", "")))

    assert (found.is_floor, found.undercounted) == (True, "no output in the log (3 of 3 records)")
    assert not monthly(volumes(tmp_path, ALL.replace("= 10\n", "= 0\n"))).is_floor


def test_expected_answers_are_in_costs_and_not_in_output_tokens(tmp_path: Path) -> None:
    found = volumes(tmp_path, ALL)

    assert monthly(found, budget="cost.max <= $1").value == Decimal("0.00003") * 308 + Decimal("0.00006") * 10
    assert monthly(found, budget="output_tokens.total <= 1").value is None


def test_a_month_of_many_calls_does_not_overflow(tmp_path: Path) -> None:
    many = monthly(volumes(tmp_path, ALL.replace("1000", "1_000_000_000_000")))

    assert many.value == (Decimal("0.00003") * 624 + Decimal("0.00006") * 30) * 10**12


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[volume]]\ncalls_per_month = 1", "usage.toml:1: volume[0]: name either source or tag"),
        ('[[volume]]\nsource = "a"\ntag = "b"\ncalls_per_month = 1', "usage.toml:1: volume[0]: name either"),
        ('[[volume]]\nsource = "a"\ncalls = 1', "volume[0].calls: no such key"),
        (
            '[[volume]]\nsource = "a"\ncalls_per_month = -1',
            "a whole number from 0 to 10^12 was expected, not -1",
        ),
        ("volume = 1", "volume: "),
        ("[", "not readable as TOML"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        volumes(tmp_path, text)

    assert message in str(caught.value)
