"""The budget language: what it says, and what it says of mistakes."""

from __future__ import annotations

import contextlib
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tokcount.errors import UsageError
from tokcount.reports.budgets.language import Amount, Budget, Limit, parse
from tokcount.reports.budgets.metric import Metric
from tokcount.reports.budgets.metrics import METRICS
from tokcount.scanning.selection import Condition, Field


@pytest.mark.parametrize(
    "text",
    [
        "input_tokens.max <= 8000",
        "output_tokens.p95 <= 1200",
        "cost.total <= $25",
        "cost.per_month <= $900",
        "drift.total <= 15%",
        "framing.share <= 10%",
        "context.max <= 90%",
        "residual.exact >= 98%",
        "cost.total <= baseline + 5%",
        "input_tokens.p50 <= baseline + 40",
        "skipped.total <= 0",
        'cost.mean < $0.02 where model = "gpt-4o*" and tag = "prod" for gpt-5.6-luna',
    ],
)
def test_the_budgets_of_the_documentation_are_budgets(text: str) -> None:
    assert parse(text).text == text


@pytest.mark.parametrize(
    ("written", "value", "kind"),
    [
        ("input_tokens.max <= 8000", "8000", "number"),
        ("input_tokens.max<=8_000", "8000", "number"),
        ("input_tokens.max <= 8,000", "8000", "number"),
        ("input_tokens.max <= 8k", "8000", "number"),
        ("input_tokens.total <= 1.5M", "1500000", "number"),
        ("input_tokens.total <= 1,234,567.5", "1234567.5", "number"),
        ("framing_tokens.min >= -3", "-3", "number"),
        ("drift.total <= 15%", "0.15", "percent"),
        ("drift.total <= -20.5 %", "-0.205", "percent"),
        ("cost.total <= $25", "25", "money"),
        ("cost.total <= $ 1,200.50", "1200.50", "money"),
        ("cost.total <= $2k", "2000", "money"),
        ("cost.total >= -$3", "-3", "money"),
    ],
)
def test_limits_are_exact_numbers(written: str, value: str, kind: str) -> None:
    assert parse(written).limit == Limit(Amount(Decimal(value), kind))  # type: ignore[arg-type] # one of the words


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("cost.total <= baseline", None),
        ("cost.total <= baseline + 5%", Amount(Decimal("0.05"), "percent")),
        ("cost.total <= baseline-$3", Amount(Decimal(-3), "money")),
        ("input_tokens.p50 <= baseline + 40", Amount(Decimal(40), "number")),
        ("drift.p95 <= baseline + 2%", Amount(Decimal("0.02"), "percent")),
    ],
)
def test_limits_can_be_relative_to_a_baseline(written: str, amount: Amount | None) -> None:
    assert parse(written).limit == Limit(amount, is_relative=True)


def test_where_and_for_come_in_either_order() -> None:
    first = parse("input_tokens.max <= 1 where kind = chat and tag != 'a b' for \"my model\"")
    second = parse('input_tokens.max <= 1 for "my model" where kind=chat and tag!="a b"')

    assert first.where == (Condition("kind", True, "chat"), Condition("tag", False, "a b"))
    assert first.target == "my model"
    assert (first.where, first.target) == (second.where, second.target)


def test_equal_measurements_have_the_same_key() -> None:
    budget = parse("cost.total<=$25 for gpt-4o where tag='prod' and model != gpt-3*")

    assert budget.key("gpt-4o") == 'cost.total where model != "gpt-3*" and tag = "prod" for gpt-4o'
    assert budget.key(None) == 'cost.total where model != "gpt-3*" and tag = "prod"'


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("", "budget '', column 1: expected a metric: input_tokens, "),
        ("input_tokns.max <= 8", "column 1: unknown metric 'input_tokns'. Did you mean input_tokens"),
        ("zzz.max <= 8", "column 1: unknown metric 'zzz'. Known: input_tokens, output_tokens"),
        ("input_tokens <= 8", "column 13: add an aggregate: input_tokens.total, input_tokens.mean"),
        ("input_tokens. <= 8", "column 15: expected an aggregate: input_tokens.total"),
        ("input_tokens.maxx <= 8", "column 14: input_tokens has no aggregate 'maxx'. Did you mean max"),
        ("residual.total <= 8", "column 10: residual has no aggregate 'total'. Known: exact, mean, max"),
        ("input_tokens.max 8", "column 18: expected one of <= >= == < >"),
        ("input_tokens.max = 8", "column 18: expected one of <= >= == < >"),
        ("input_tokens.max <== 8", "column 18: expected one of <= >= == < >"),
        ("input_tokens.max <=", "column 20: expected a number, such as 8000, 8_000, 8k, 15% or $25"),
        ("input_tokens.max <= lots", "column 21: expected a limit, e.g. 8000 or baseline + 5%"),
        ("cost.total <= basline + 5%", "column 15: expected a limit, e.g. $25 or baseline + 5%, not 'basline'. D"),
        ("cost.total <= $5 each file", "column 23: budgets apply to each source or each tag. Known: source, tag."),
        ("cost.total <= $5 each", "column 22: expected one of source, tag after 'each'"),
        ("cost.total <= $5 each tag each tag", "column 27: unexpected 'each'"),
        ("skipped.total <= 5 each source", "column 20: skipped describes the whole log, so it cannot have 'each'"),
        ("cost.total <= $5 allow", "column 18: write 'allow unknown'"),
        ("input_tokens.max <= $25", "column 21: input_tokens.max needs a limit like 8000"),
        ("cost.total <= 25", "column 15: cost.total needs a limit like $25"),
        ("drift.total <= 15", "column 16: drift.total needs a limit like 15%"),
        ("cost.total <= $25%", "column 15: an amount is money or a percentage, not both"),
        ("input_tokens.max <= 8,00", "column 21: '8,00' is not a number; write 8000, 8_000, 8k or 1.5M"),
        ("input_tokens.max <= 8kb", "column 21: '8kb' is not a number"),
        ("input_tokens.max <= 1e9", "column 21: '1e9' is not a number"),
        ("input_tokens.max <= 9999999999999999999", "column 21: the number is too large"),
        ("cost.total <= baseline + 5", "column 24: write baseline + $25 or + 5%"),
        ("drift.total <= baseline + 5", "column 25: write baseline + 15% or + 5%"),
        ("cost.total <= baseline +", "column 25: expected a number"),
        ("cost.total <= $5 when model = x", "column 18: unexpected 'when'; only where, for, each and allow"),
        ("cost.total <= $5 for a for b", "column 24: unexpected 'for'"),
        ("cost.total <= $5 where modl = x", "column 24: unknown field 'modl'. Did you mean model"),
        ("cost.total <= $5 where model x", "column 30: expected = or != after model"),
        ("cost.total <= $5 where model =", 'column 31: expected a pattern for model, e.g. "gpt-4o*"'),
        ("cost.total <= $5 where model = 'x", "column 32: expected a pattern for model"),
        ("cost.total <= $5 where model = x and", "column 37: expected a field: model, kind"),
        ("cost.total <= $5 for", "column 21: expected a model or an encoding after 'for'"),
        ("cost.total <= $5 for ' '", "column 22: expected a model or an encoding after 'for'"),
        ("residual.max <= 5 for gpt-4o", "column 19: residual does not depend on a model, so it cannot have 'for'"),
        ("skipped.total <= 5 where kind = chat", "skipped describes the whole log, so it cannot have 'where'"),
        ("x" * 1001, "longer than 1000 characters"),
    ],
)  # fmt: skip
def test_a_mistake_is_reported_with_its_column_and_a_correction(written: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(written)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


WORDS = st.sampled_from(
    [
        *(
            "input_tokens",
            "cost",
            "drift",
            ".",
            "max",
            "total",
            "<=",
            ">",
            "==",
            "8",
            "k",
            "%",
            "$",
            "baseline",
        ),
        *(
            "+",
            "-",
            "where",
            "for",
            "and",
            "model",
            "=",
            "!=",
            '"',
            "'",
            "gpt-4o*",
            ",",
            "_",
            "\n",
            "\0",
            "é",
            "٣",
        ),
    ]
)


@given(
    st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join), st.lists(WORDS).map("".join))
)
@example("cost.total <= $٣")
def test_any_text_is_a_budget_or_a_usage_error(text: str) -> None:
    with contextlib.suppress(UsageError):
        budget = parse(text)

        assert budget.limit.is_relative or budget.limit.amount is not None
        assert parse(budget.text) == budget


NAMES = st.text(
    st.characters(blacklist_characters="\"'", blacklist_categories=["Cs"]), min_size=1, max_size=8
)
FIELDS = st.sampled_from(("model", "tag", "day"))
BUDGETS = st.sampled_from([(m, a) for m in METRICS.values() for a in m.aggregates if m.selectable])


@given(BUDGETS, st.lists(st.tuples(FIELDS, st.booleans(), NAMES), max_size=3))
def test_a_key_means_what_the_budget_measured(
    measured: tuple[Metric, str], conditions: list[tuple[Field, bool, str]]
) -> None:
    metric, aggregate = measured
    where = tuple(Condition(field, equal, name) for field, equal, name in conditions)
    budget = Budget("", metric.name, aggregate, "<=", Limit(None, is_relative=True), where)
    name, _, selection = budget.key(None).partition(" where ")

    again = parse(f"{name} <= baseline{' where ' if selection else ''}{selection}")

    assert again.key(None) == budget.key(None)
