"""The analyses of the command line as functions: rows of counts, and the reports of `drift`, `cost` and `audit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

import msgspec

from tokcount.api import Paths, as_list
from tokcount.errors import DataError, UsageError, suggest

if TYPE_CHECKING:
    from decimal import Decimal
    from typing import Unpack

    import polars as pl

    from tokcount.logs.options import Unit
    from tokcount.logs.record import Kind
    from tokcount.reports.audit.report import AuditReport
    from tokcount.reports.cost.charges import CostOptions
    from tokcount.reports.cost.charging.answers import Answers
    from tokcount.reports.cost.charging.logged import CostFrom
    from tokcount.reports.cost.report import CostReport
    from tokcount.reports.drift.report import DriftReport
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import SkippedSummary
    from tokcount.tokens.engines.base import EngineName

Names = Sequence[str] | str
"""One name, or several."""


class ScanOptions(TypedDict, total=False):
    """What the functions of this module accept in addition to their paths; the options of the commands.

    `from_` is the baseline and `to` the targets: models or encodings, and as a target `auto`, the recommended
    replacement of each record's own model. With neither, the encodings `p50k_base`, `cl100k_base` and `o200k_base`
    are compared; without `from_` the baseline is each record's own model, labelled
    `own`. `assume_model` is used for records that name no model or an unknown one, but not for another vendor's
    model. `aliases` says which model a name in the log is, such as a deployment; `*` in a name is any text. `prices` is
    a TOML file with models and prices of your own, and `today` the day of the prices of named models (default: the
    date in UTC).

    `where`, `since` and `until` select records: conditions such as `model = "gpt-4*"`, and days (`2026-11-01`, both
    included) or ISO 8601 times. A call that is logged several times is counted once, unless `keep_copies`.

    `families` is a TOML file with framing constants of your own. `engine` is the tokenizer: `auto`, `fast` or
    `tiktoken`. `jobs` is the number of processes; with more than one, each process imports the caller's main module,
    so a script needs the usual `if __name__ == "__main__":`.

    `reasoning_tokens` and `output_scale` are assumptions on the answers of targets, which change their costs: the
    reasoning tokens of each answer, instead of those billed, as a number (`int`) or as a share of the visible answer
    (`Decimal`), and the tokens of visible answers as a multiple of those in the log.

    `input_format` names the log format, which is detected otherwise. `text=True` reads every file as one plain text,
    and `unit` says which requests a stored conversation stands for. The other options are JMESPath expressions that
    map the fields of an unknown format; `kind` is the endpoint of its records.
    """

    from_: str | None
    to: Names
    assume_model: str | None
    aliases: Mapping[str, str]
    prices: str | Path | None
    today: date | None
    where: Names
    since: str | date | None
    until: str | date | None
    keep_copies: bool
    reasoning_tokens: int | Decimal | None
    output_scale: Decimal | None
    families: str | Path | None
    engine: EngineName
    jobs: int
    input_format: str | None
    unit: Unit
    text: bool | None
    kind: Kind | None
    records_path: str | None
    messages_path: str | None
    prompt_path: str | None
    completion_path: str | None
    model_path: str | None
    usage_path: str | None
    time_path: str | None
    id_path: str | None
    tag_path: str | None


class Pricing(TypedDict, total=False):
    """How `cost` and `audit` price records.

    `as_of` prices everything as on that day; otherwise records are priced at their own day and named models at
    `today`. `batch` uses batch rates. `cached_share` (0 to 1) is the part of prompts of 1,024 tokens or more that is
    taken to be cached where the log does not say. `monthly` projects costs to a month from the dates of the log,
    `records_per_month` from a number of records. `cost_from`: the cost of the log from prices, from the amounts in the
    `log`, or (`auto`) from prices and the log where there is no price.
    """

    as_of: date | None
    batch: bool
    cached_share: Decimal | None
    monthly: bool
    records_per_month: int | None
    cost_from: CostFrom


class PricedOptions(ScanOptions, Pricing, total=False):
    """The options of `cost` and `audit`."""


def scan(paths: Paths, **options: Unpack[ScanOptions]) -> pl.DataFrame:
    """Count every record of logs under a baseline and targets: the rows of `drift --per-record`, in input order.

    Columns: `source, line, index, format, kind, model, timestamp` (UTC), `basis, flags`; for every reference R its
    tokens `R:content_tokens`, `R:framing_tokens`, `R:hidden_tokens`, `R:input_tokens` (their sum) and
    `R:output_tokens`, `R:drift` (a signed fraction of the baseline's input tokens), `R:cost_usd` (an exact
    `Decimal`), `R:estimated_low` and `R:estimated_high` (the likely range of the input tokens of a partial record
    without a bill); then `reason`, which explains a basis that is not `exact`. Null means not known.

    Raises `UsageError` for a missing file, an unknown model or a wrong argument, never because of the content of a
    log. What is not a record is not in the frame: `read` yields it, with a reason. See `ScanOptions` for the options.
    """
    from tokcount.reports.per_record import money_of, record_rows

    plan = _plan(options)
    frame, _ = _count(paths, plan, options)
    return record_rows(frame, plan, money_of(plan, _today(options), answers=_answers(options)))


def drift(paths: Paths, *, by: Names = (), top: int = 5, **options: Unpack[ScanOptions]) -> DriftReport:
    """The report of `tokcount drift`: the tokens of logs under a baseline and targets.

    `by` groups records: by `model`, `vendor`, `kind`, `role`, `script`, `day`, `week`, `month`, `source`, `tag` or
    `user`. `top` is the number of records listed for each target, those that grow most first. Counts are integers,
    drift is a signed fraction, money a decimal string in US dollars, and `None` means not known. `report.document()`
    is the report as the values of `-f json`: dictionaries, lists, strings and numbers, money as `Decimal`.

    Raises `UsageError` as `scan` does, and `DataError` if nothing in the logs can be counted.
    """
    from tokcount.reports.drift.compute import DriftOptions, report
    from tokcount.reports.per_record import money_of, references_of

    keys = _keys(by)
    plan = _plan(options, keys)
    money = money_of(plan, _today(options), answers=_answers(options))
    counted = _count_some(paths, plan, options)
    baseline, *targets = references_of(plan)
    asked = DriftOptions(baseline, tuple(targets), keys, top, money, plan.assumed)
    return report(*counted, asked, plan.catalog)


def cost(paths: Paths, *, by: Names = (), **options: Unpack[PricedOptions]) -> CostReport:
    """The report of `tokcount cost`: what logs cost, and what they would cost on other models, in US dollars.

    Without `from_` and `to` it is the cost of each record under its own model. `by` groups records as in `drift`,
    except by `role`. Amounts are decimal strings with all their digits; `None` means that nothing is priced.

    Raises `UsageError` as `scan` does and for an encoding, which has no price; `DataError` if nothing can be counted.
    """
    from tokcount.reports.cost.compute import report
    from tokcount.scanning.plan import priced_plan

    keys = _keys(by)
    plan = priced_plan(_plan(options, keys), options.get("from_"), options.get("to", ()))
    money = _money(plan, options, keys)
    return report(*_count_some(paths, plan, options), money, plan.catalog)


def audit(paths: Paths, *, top: int = 10, why: bool = True, **options: Unpack[PricedOptions]) -> AuditReport:
    """The report of `tokcount audit`: what moving logs to other models means.

    Tokens, causes of drift, costs, context windows and findings under the targets `to`; without any, under the
    recommended replacement of each record's model (`auto`). `why=False` leaves out the causes and the findings that
    need them, in a half to a third of the time. `top` is the number of records listed for each target. Units are
    those of `drift` and `cost`.

    Raises `UsageError` as `scan` does, and `DataError` if nothing can be counted.
    """
    from tokcount.models.references import AUTO
    from tokcount.reports.audit.compute import AuditOptions, report
    from tokcount.reports.per_record import references_of
    from tokcount.tokens.engines.choose import choose

    options["to"] = options.get("to") or AUTO
    plan = msgspec.structs.replace(_plan(options), shapes=True, parts=why, verdicts=True)
    money = _money(plan, options)
    counted = _count_some(paths, plan, options)
    baseline, *targets = references_of(plan)
    asked = AuditOptions(
        baseline=baseline, targets=tuple(targets), money=money, top=top, engine=choose(plan.engine).name
    )
    return report(*counted, asked, plan.catalog)


def _plan(options: ScanOptions, by: tuple[str, ...] = ()) -> ScanPlan:
    from tokcount.framing.families.user_file import load
    from tokcount.models.overrides import effective
    from tokcount.scanning.plan import make_plan
    from tokcount.scanning.selection import selection_of

    prices, families = options.get("prices"), options.get("families")
    plan = make_plan(
        from_=options.get("from_"),
        to=options.get("to", ()),
        assume_model=options.get("assume_model"),
        engine=options.get("engine", "auto"),
        catalog=effective(files=[prices] if prices else (), aliases=options.get("aliases")),
        families=load(Path(families)) if families else (),
        by=by,
        today=_today(options),
    )
    selected = selection_of(options.get("where", ()), options.get("since"), options.get("until"))
    return msgspec.structs.replace(plan, selection=selected)


def _money(plan: ScanPlan, options: PricedOptions, by: tuple[str, ...] = ()) -> CostOptions:
    """How to price; takes its part of the options out."""
    from tokcount.reports.cost.charges import CostOptions, check
    from tokcount.reports.period import span_of

    given = cast("dict[str, Any]", options)
    money = CostOptions(
        baseline=plan.baseline,
        targets=plan.labels[1:],
        today=_today(options),
        assume_model=plan.assumed,
        by=by,
        answers=_answers(options),
        span=span_of(plan.selection, _today(options)),
        **{name: given.pop(name) for name in Pricing.__annotations__ if name in given},
    )
    check(money)
    return money


def _answers(options: ScanOptions) -> Answers:
    from decimal import Decimal

    from tokcount.reports.cost.charging.answers import Answers

    scale, reasoning = options.get("output_scale"), options.get("reasoning_tokens")
    answers = Answers(
        scale=None if scale is None else Decimal(str(scale)),
        reasoning=reasoning if reasoning is None or isinstance(reasoning, int) else Decimal(str(reasoning)),
    )
    answers.check()
    return answers


def _today(options: ScanOptions) -> date:
    return options.get("today") or datetime.now(tz=UTC).date()


def _keys(by: Names) -> tuple[str, ...]:
    from tokcount.reports.groups import DIMENSIONS

    keys = (by,) if isinstance(by, str) else tuple(by)
    for key in keys:
        if key not in DIMENSIONS and key != "role":
            raise UsageError(f"by={key!r}: unknown key. {suggest(key, (*DIMENSIONS, 'role'))}")
    return tuple(dict.fromkeys(keys))


def _count(paths: Paths, plan: ScanPlan, options: ScanOptions) -> tuple[pl.DataFrame, SkippedSummary]:
    """Count the logs: one row per record, and a summary of what was skipped."""
    from tokcount.logs import source as files
    from tokcount.logs.options import Mapping, ReadOptions
    from tokcount.scanning.run import run

    taken = ScanOptions.__annotations__.keys() - set(Mapping.__struct_fields__)
    mapping: dict[str, Any] = {name: value for name, value in options.items() if name not in taken}
    asked = ReadOptions(
        input_format=options.get("input_format"),
        mapping=Mapping(**mapping),
        unit=options.get("unit", "conversation"),
        text=options.get("text"),
    )
    result = run(files.expand(as_list(paths)), plan, asked, jobs=options.get("jobs", 1))
    return result.counted(keep_copies=options.get("keep_copies", False))


def _count_some(paths: Paths, plan: ScanPlan, options: ScanOptions) -> tuple[pl.DataFrame, SkippedSummary]:
    frame, skipped = _count(paths, plan, options)
    if not frame.height:
        raise DataError(f"nothing countable was found in {', '.join(as_list(paths))}")
    return frame, skipped
