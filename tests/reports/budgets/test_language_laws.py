"""Laws of the budget language: a printed budget parses to itself; any text is parsed or rejected in one line."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from fuzz import targets
from hypothesis import given
from hypothesis import strategies as st

from tokcount.errors import UsageError
from tokcount.reports.budgets.language import (
    ABSOLUTE,
    LONGEST,
    OPERATORS,
    Amount,
    Budget,
    Limit,
    parse,
)
from tokcount.reports.budgets.metric import Metric
from tokcount.reports.budgets.metrics import METRICS
from tokcount.scanning.selection import FIELDS, Condition

names = st.text(
    st.characters(exclude_characters="\"'", exclude_categories=["Cs"]), min_size=1, max_size=12
).filter(str.strip)
values = st.decimals(min_value=0, max_value=10**9, places=3).map(lambda value: value.normalize())


@st.composite
def budgets(draw: st.DrawFn) -> Budget:
    """Any budget, of any metric, limit, selection and target."""
    metric: Metric = draw(st.sampled_from(list(METRICS.values())))
    aggregate = draw(st.sampled_from(metric.aggregates))
    kind = ABSOLUTE[metric.unit_of(aggregate)]
    relative = draw(st.booleans())
    amount: Amount | None = Amount(draw(values) * draw(st.sampled_from([1, -1])), kind)
    if relative:
        either = Amount(
            draw(values) * draw(st.sampled_from([1, -1])), draw(st.sampled_from([kind, "percent"]))
        )
        amount = draw(st.sampled_from([None, either]))
    conditions = st.builds(Condition, st.sampled_from(FIELDS), st.booleans(), names)
    where = tuple(draw(st.lists(conditions, max_size=3))) if metric.selectable else ()
    target = draw(st.none() | names.map(str.strip)) if metric.per_model else None
    return Budget(
        "", metric.name, aggregate, draw(st.sampled_from(OPERATORS)), Limit(amount, relative), where, target
    )


def printed(budget: Budget, space: str) -> str:
    """The budget as somebody writes it, with ``space`` between its words."""
    limit, amount = "baseline" if budget.limit.is_relative else "", budget.limit.amount
    if amount is not None:
        sign = "-" if amount.value < 0 else "+" if limit else ""
        limit += f"{sign}{_amount(amount)}"
    words = [f"{budget.metric}.{budget.aggregate}", budget.operator, limit]
    if budget.where:
        words += ["where", f"{space}and{space}".join(map(str, budget.where))]
    if budget.target is not None:
        words += ["for", f'"{budget.target}"']
    return space.join(words)


def _amount(amount: Amount) -> str:
    size = abs(amount.value)
    if amount.kind == "percent":
        return f"{size * 100:f}%"
    return f"${size:f}" if amount.kind == "money" else f"{size:f}"


@given(budgets(), st.sampled_from([" ", "  ", "\t", "\n "]))
def test_a_printed_budget_parses_to_the_same_budget(budget: Budget, space: str) -> None:
    text = printed(budget, space)
    if len(text) > LONGEST:
        return
    again = parse(text)

    assert (again.metric, again.aggregate, again.operator) == (
        budget.metric,
        budget.aggregate,
        budget.operator,
    )
    assert (again.limit, again.where, again.target) == (budget.limit, budget.where, budget.target)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_parse_or_give_a_one_line_error(data: bytes) -> None:
    targets.budget(data)


@given(budgets(), st.integers(0, 300), st.binary(max_size=3), st.integers(0, 5))
def test_a_mutated_budget_parses_or_gives_a_one_line_error(
    budget: Budget, at: int, junk: bytes, gone: int
) -> None:
    data = printed(budget, " ").encode("utf-8", "replace")
    targets.budget(data[:at] + junk + data[at + gone :])


REPEATED = [
    "1,",
    "1,234",
    "_",
    "8_",
    "'",
    '"',
    "a",
    " ",
    "and ",
    "where model = x ",
    "x=",
    "<",
    "cost.",
    "\0",
    "9",
    "é",
]


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize(
    "head", ["", "input_tokens.max <= ", "cost.total <= $5 where model = ", "drift.p95 <= baseline + "]
)
def test_parsing_the_longest_text_takes_milliseconds(head: str, piece: str) -> None:
    """No pattern of the language goes back over what it has read: a thousand characters are milliseconds."""
    text = (head + piece * LONGEST)[:LONGEST]
    start = time.process_time()
    try:
        parse(text)
    except UsageError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
    assert time.process_time() - start < 0.2


def test_a_text_of_a_million_characters_is_rejected_by_its_length() -> None:
    with pytest.raises(UsageError, match="longer than 1000 characters"):
        parse("input_tokens.max <= 1" + "0" * 1_000_000)


def test_a_limit_keeps_every_digit() -> None:
    assert parse("cost.total <= $0.1234567890123456789").limit.amount == Amount(
        Decimal("0.1234567890123456789"), "money"
    )
