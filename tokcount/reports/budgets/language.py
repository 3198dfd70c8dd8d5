"""The budget language: ``METRIC.AGGREGATE OP LIMIT [where …] [for TARGET] [each source] [allow unknown]``.

    budget     = metric "." aggregate operator limit { clause }
    operator   = "<=" | "<" | ">=" | ">" | "=="
    limit      = amount | "baseline" [ ("+" | "-") amount ]
    amount     = number [ "k" | "M" ] | number "%" | "$" number
    clause     = "where" condition { "and" condition } | "for" name | "each" group | "allow" "unknown"
    group      = "source" | "tag"
    condition  = field ("=" | "!=") name
    name       = word | '"' text '"' | "'" text "'"

A number may have `_` or `,` between its thousands. A mistake is a `UsageError` that names the column.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final, Literal, get_args

import msgspec

from tokcount.errors import UsageError, suggest
from tokcount.reports.budgets.metric import Metric, Unit
from tokcount.reports.budgets.metrics import METRICS
from tokcount.scanning.selection import NAME, Condition, ConditionReader, unquoted

Operator = Literal["<=", "<", ">=", ">", "=="]
AmountKind = Literal["number", "percent", "money"]
Group = Literal["source", "tag"]
"""What a budget may apply to each of: the files of a log, or the tags of its records."""

OPERATORS: Final[tuple[Operator, ...]] = ("<=", ">=", "==", "<", ">")
ABSOLUTE: Final[dict[Unit, AmountKind]] = {
    "tokens": "number",
    "records": "number",
    "share": "percent",
    "usd": "money",
}
"""Unit → how its limits are written."""


class Amount(msgspec.Struct, frozen=True):
    """A signed number of a limit; a percentage as a fraction."""

    value: Decimal
    kind: AmountKind


class Limit(msgspec.Struct, frozen=True):
    """What is allowed: an amount, or the baseline plus an amount (`None`: the baseline itself)."""

    amount: Amount | None
    is_relative: bool = False


class Budget(msgspec.Struct, frozen=True):
    """One budget as it was written, and what it means.

    `target`: the model or encoding after `for`. `each`: it applies to every file or tag, not to the whole.
    `allow_unknown`: it is judged by the records that have a value.
    """

    text: str
    metric: str
    aggregate: str
    operator: Operator
    limit: Limit
    where: tuple[Condition, ...] = ()
    target: str | None = None
    each: Group | None = None
    allow_unknown: bool = False

    @property
    def unit(self) -> Unit:
        """The unit of its value and its limit."""
        return METRICS[self.metric].unit_of(self.aggregate)

    def key(self, target: str | None) -> str:
        """What is judged, in canonical form: `value_key`, and what it applies to each of."""
        return f"{self.value_key(target)}{f' each {self.each}' if self.each else ''}"

    def value_key(self, target: str | None) -> str:
        """What is measured, in canonical form: metric, selection and target, without operator and limit.

        Baselines are stored under it. It does not contain the path of the log.
        """
        where = f" where {' and '.join(map(str, sorted(self.where)))}" if self.where else ""
        return f"{self.metric}.{self.aggregate}{where}{f' for {target}' if target else ''}"


def is_over(value: Decimal, operator: Operator, limit: Decimal) -> bool:
    """For a value that breaks its limit: is it too large, rather than too small?"""
    return operator in ("<=", "<") or (operator == "==" and value > limit)


def holds(value: Decimal, operator: Operator, limit: Decimal) -> bool:
    """Whether ``value operator limit``, exactly."""
    if operator == "==":
        return value == limit
    if operator in ("<=", ">=") and value == limit:
        return True
    return value < limit if operator.startswith("<") else value > limit


MULTIPLES: Final = {"": 1, "k": 10**3, "M": 10**6}
EXAMPLES: Final[dict[AmountKind, str]] = {"number": "8000", "percent": "15%", "money": "$25"}
GROUPS: Final[tuple[Group, ...]] = get_args(Group)
CLAUSES: Final = {"where": "where", "for": "target", "each": "each", "allow": "allow_unknown"}
"""Word that begins a clause → the field of `Budget` that it sets."""
LONGEST: Final = 1000
LARGEST: Final = 10**18

_WORD: Final = re.compile(r"[A-Za-z_]\w*")
_DOT: Final = re.compile(r"\.")
_OPERATOR: Final = re.compile("|".join(OPERATORS))
_DOLLAR: Final = re.compile(r"\$")
_PERCENT: Final = re.compile("%")
_GLUED: Final = re.compile(r"[\w.,%$]")
_SIGN: Final = re.compile(r"[+-]")
_NUMBER: Final = re.compile(r"(\d{1,3}(?:,\d{3})+(?![\d,])|\d[\d_]*)(\.\d+)?")
_MULTIPLE: Final = re.compile(r"[kM](?!\w)")


def parse(text: str) -> Budget:
    """Parse a budget. Raises `UsageError` with the column and close matches when the text is not a budget."""
    if len(text) > LONGEST:
        raise UsageError(f"budget {text[:40]!r}…: longer than {LONGEST} characters")
    return _Parser(text, "budget").budget()


class _Parser(ConditionReader):
    """Reads a budget from left to right; `_at` is the offset of the next character."""

    def budget(self) -> Budget:
        metric = self._metric()
        aggregate = self._aggregate(metric)
        operator = self._operator()
        limit = self._limit(metric, aggregate)
        budget = Budget(self._text.strip(), metric.name, aggregate, operator, limit)
        return msgspec.structs.replace(budget, **self._clauses(metric))

    def _metric(self) -> Metric:
        start, name = self._expect(_WORD, f"a metric: {', '.join(METRICS)}")
        if name not in METRICS:
            self._fail(start, f"unknown metric {name!r}. {suggest(name, METRICS)}")
        return METRICS[name]

    def _aggregate(self, metric: Metric) -> str:
        choice = ", ".join(f"{metric.name}.{word}" for word in metric.aggregates)
        if self._take(_DOT) is None:
            self._fail(self._at, f"add an aggregate: {choice}")
        start, word = self._expect(_WORD, f"an aggregate: {choice}")
        if word not in metric.aggregates:
            self._fail(start, f"{metric.name} has no aggregate {word!r}. {suggest(word, metric.aggregates)}")
        return word

    def _operator(self) -> Operator:
        start, found = self._expect(_OPERATOR, f"one of {' '.join(OPERATORS)}")
        if self._text[start + len(found) :][:1] in ("=", "<", ">"):
            self._fail(start, f"expected one of {' '.join(OPERATORS)}")
        return next(operator for operator in OPERATORS if operator == found)

    def _limit(self, metric: Metric, aggregate: str) -> Limit:
        unit = metric.unit_of(aggregate)
        start = self._start()
        word = self._take(_WORD)
        if word == "baseline":
            return Limit(self._offset(unit), is_relative=True)
        if word is not None:
            self._fail(start, _no_limit(word, EXAMPLES[ABSOLUTE[unit]]))
        amount = self._amount(start, _sign(self._take(_SIGN)))
        if amount.kind != ABSOLUTE[unit]:
            self._fail(start, f"{metric.name}.{aggregate} needs a limit like {EXAMPLES[ABSOLUTE[unit]]}")
        return Limit(amount)

    def _offset(self, unit: Unit) -> Amount | None:
        start = self._start()
        sign = self._take(_SIGN)
        if sign is None:
            return None
        amount = self._amount(self._start(), _sign(sign))
        if amount.kind not in (ABSOLUTE[unit], "percent"):
            examples = " or ".join(
                dict.fromkeys((f"baseline {sign} {EXAMPLES[ABSOLUTE[unit]]}", f"{sign} 5%"))
            )
            self._fail(start, f"write {examples}")
        return amount

    def _amount(self, start: int, sign: int) -> Amount:
        is_money = self._take(_DOLLAR) is not None
        _, digits = self._expect(_NUMBER, "a number, such as 8000, 8_000, 8k, 15% or $25")
        value = sign * Decimal(digits.replace(",", "").replace("_", ""))
        value *= MULTIPLES[self._take(_MULTIPLE) or ""]
        is_percent = self._take(_PERCENT) is not None
        if is_percent and is_money:
            self._fail(start, "an amount is money or a percentage, not both")
        if abs(value) >= LARGEST:
            self._fail(start, "the number is too large")
        if _GLUED.match(self._text, self._at):
            self._fail(
                start, f"{self._text[start:].split()[0]!r} is not a number; write 8000, 8_000, 8k or 1.5M"
            )
        if is_percent:
            return Amount(value / 100, "percent")
        return Amount(value, "money" if is_money else "number")

    def _clauses(self, metric: Metric) -> dict[str, Any]:
        """The clauses after the limit, as fields of a `Budget`."""
        found: dict[str, Any] = {}
        while (start := self._start()) < len(self._text):
            word = self._take(_WORD)
            name = CLAUSES.get(word or "")
            if name is None or name in found:
                self._fail(start, _no_clause(self._text[start:].split()[0]))
            found[name] = getattr(self, f"_{name}")(metric, start)
        return found

    def _each(self, metric: Metric, start: int) -> Group:
        if not metric.selectable:
            self._fail(start, f"{metric.name} describes the whole log, so it cannot have 'each'")
        place, word = self._expect(_WORD, f"one of {', '.join(GROUPS)} after 'each'")
        group = next((group for group in GROUPS if group == word), None)
        if group is None:
            self._fail(place, f"budgets apply to each {' or each '.join(GROUPS)}. {suggest(word, GROUPS)}")
        return group

    def _allow_unknown(self, _metric: Metric, start: int) -> bool:
        if self._take(_WORD) != "unknown":
            self._fail(start, "write 'allow unknown'")
        return True

    def _where(self, metric: Metric, start: int) -> tuple[Condition, ...]:
        if not metric.selectable:
            self._fail(start, f"{metric.name} describes the whole log, so it cannot have 'where'")
        return self._conditions()

    def _target(self, metric: Metric, start: int) -> str:
        if not metric.per_model:
            self._fail(start, f"{metric.name} does not depend on a model, so it cannot have 'for'")
        place, name = self._expect(NAME, "a model or an encoding after 'for'")
        name = unquoted(name).strip()
        if not name:
            self._fail(place, "expected a model or an encoding after 'for'")
        return name


def _no_limit(word: str, example: str) -> str:
    """The message for a word where a limit is expected."""
    hint = suggest(word, ["baseline"], instead="")
    return f"expected a limit, e.g. {example} or baseline + 5%, not {word!r}. {hint}".rstrip()


def _no_clause(word: str) -> str:
    """The message for what cannot follow a limit."""
    hint = suggest(word, CLAUSES, instead="")
    return (
        f"unexpected {word!r}; only where, for, each and allow unknown may follow, each once. {hint}".rstrip()
    )


def _sign(text: str | None) -> int:
    return -1 if text == "-" else 1
