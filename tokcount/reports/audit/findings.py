"""Findings: what someone who moves a log to another model should know before, each with its records.

A finding has an `id`, the reference it is about, the number of its records, the first of them, and a few numbers.
What it means and what to do about it is worded by the view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import polars as pl

from tokcount.framing.layout import PARTIAL
from tokcount.models import resolve as names
from tokcount.models.lifecycle import WARN_AHEAD, replacement_chain
from tokcount.models.references import OWN, is_encoding
from tokcount.reports.audit.caching import saving
from tokcount.reports.audit.finding import Case, Finding, breaks_of, spent
from tokcount.reports.audit.parameters import parameters
from tokcount.reports.audit.report import FindingNumbers, Level, ModelShutdown
from tokcount.reports.audit.windows import PROBLEMS, SIZES, only, with_windows
from tokcount.reports.columns import column, in_slices, models_of, tokens, total
from tokcount.reports.reconcile.residuals import with_residuals

UNKNOWN_MODEL: Final = "unknown model|no model in the record"
NO_TOKENIZER: Final = r"publishes no tokenizer|: tokenizer \S+ needs "
"""In the reasons of records of known models that cannot be counted (`tokcount.models.references.uncountable`)."""
"""Reasons why a scan has no baseline for a record, as a regular expression."""


def findings(case: Case) -> list[Finding]:
    """Everything that is found, target by target; `tokcount.reports.audit.finding.entries` puts it together."""
    return [finding for look in LOOKS for finding in look(case) if finding.rows.height]


def breaks(case: Case) -> list[Finding]:
    """The findings for which requests fail under the targets, without the rest of an audit."""
    found = (finding for look in (windows, parameters, shut_down) for finding in look(case))
    return breaks_of(finding for finding in found if finding.rows.height)


def windows(case: Case) -> Iterator[Finding]:
    """Requests that do not fit a target, the fullest first."""
    for label in case.targets:
        sized = with_windows(case.frame, label, case.catalog, case.money.assume_model)
        rows = sized.lazy().select(*case.kept, *PROBLEMS, *SIZES, "fill").collect()
        for problem in PROBLEMS:
            hit = rows.filter(pl.col(problem)).sort("fill", descending=True, maintain_order=True)
            window, takes, writes = (only(hit[name]) for name in SIZES)
            numbers = FindingNumbers(window=window, takes=takes, writes=writes)
            yield Finding(id=problem, level="breaks", rows=hit, reference=label, numbers=numbers)


def shut_down(case: Case) -> Iterator[Finding]:
    """Models of the log, and targets, that are shut down or will be within half a year."""
    counted = (
        case.frame["model"].drop_nulls().value_counts(name="n").sort("n", "model", descending=[True, False])
    )
    shut = [found for model in counted["model"] if (found := _shutdown(model, case))]
    for gone in (True, False):
        models = [model for model in shut if model.gone == gone]
        rows = case.where(pl.col("model").is_in([model.model for model in models]))
        yield Finding(
            id=f"log_model_{_fate(gone)}",
            level=_level(gone),
            rows=rows,
            numbers=FindingNumbers(models=[*models]),
        )
    for label in case.targets:
        for model, rows in _targets(label, case):
            if found := _shutdown(model, case):
                level, numbers = _level(found.gone), FindingNumbers(models=[found])
                name = f"target_{_fate(found.gone)}"
                yield Finding(id=name, level=level, rows=rows, reference=label, numbers=numbers)


def _targets(label: str, case: Case) -> list[tuple[str, pl.DataFrame]]:
    """The models that a target is, each with the records that move to it."""
    models, records = models_of(case.frame, label), case.records
    return [(model, records.filter(models == model)) for model in sorted(models.unique().drop_nulls())]


def _fate(gone: bool) -> str:
    return "gone" if gone else "going"


def _level(gone: bool) -> Level:
    return "breaks" if gone else "look"


def _shutdown(name: str, case: Case) -> ModelShutdown | None:
    resolved = names.find(name, case.catalog)
    day = resolved.model.shutdown_date if resolved else None
    if resolved is None or day is None or day - case.money.today > WARN_AHEAD:
        return None
    chain = replacement_chain(resolved.model, case.catalog)
    return ModelShutdown(name, day.isoformat(), day <= case.money.today, list(chain))


def _answers(case: Case) -> Iterator[Finding]:
    """Answers that were cut off, and answers that a limit would cut under a target."""
    frame = case.frame
    if "cut_off" in frame.columns:
        answered = int(frame[f"{case.baseline}:output_tokens"].count())
        yield Finding(
            id="cut_off",
            level="look",
            rows=case.where(pl.col("cut_off") > 0),
            numbers=FindingNumbers(answered=answered),
        )
    if "max_tokens" not in frame.columns:
        return
    limit = pl.col("max_tokens")
    fitted = (limit > 0) & (tokens(case.baseline, "output_tokens") <= limit)
    for label in case.targets:
        longer = fitted & (tokens(label, "output_tokens") > limit)
        yield Finding(id="limit_too_low", level="look", rows=case.where(longer), reference=label)


def _role_markers(case: Case) -> Iterator[Finding]:
    if "role_markers" in case.frame.columns:
        rows = case.where(pl.col("role_markers") > 0, "role_markers")
        yield Finding(
            id="role_markers",
            level="look",
            rows=rows,
            numbers=FindingNumbers(lines=int(rows["role_markers"].sum())),
        )


def _caching(case: Case) -> Iterator[Finding]:
    for label in case.targets:
        found = saving(case.frame, label, case.money, case.catalog)
        if found is not None:
            yield Finding(
                id="caching",
                level="costs",
                rows=found.hits,
                reference=label,
                numbers=found.numbers,
                amount_usd=found.amount_usd,
            )


def _repeats(case: Case) -> Iterator[Finding]:
    """Requests with exactly the text of an earlier one; and calls that are logged twice."""
    frame = case.frame
    duplicate = _flagged("duplicate")
    if "request_id" in frame.columns:
        again = (pl.col("request_id") != 0) & ~pl.struct("model", "request_id").is_first_distinct()
        rows = case.where(again & ~duplicate, column(case.baseline, "input_tokens"))
        sent = rows.select(total(tokens(case.baseline, "input_tokens"))).item()
        numbers = FindingNumbers(input_tokens=sent)
        yield Finding(
            id="same_request",
            level="costs",
            rows=rows,
            numbers=numbers,
            amount_usd=spent(case, rows).usd,
        )
    yield Finding(id="duplicate", level="unsure", rows=case.where(duplicate))


FLAG_FINDINGS: Final[dict[str, Level]] = {
    "special_token_text": "look",
    "truncated": "unsure",
    "redacted": "unsure",
    "no_text": "unsure",
    "hidden_context": "unsure",
    "non_openai": "unsure",
    "odd_content": "unsure",
}
"""Flag of a record that is a finding of the same name → its level."""


def _flags(case: Case) -> Iterator[Finding]:
    for flag, level in FLAG_FINDINGS.items():
        yield Finding(id=flag, level=level, rows=case.where(_flagged(flag)))
    media = case.where(_flagged("media") & (pl.col("basis") == PARTIAL))
    yield Finding(id="media_not_counted", level="unsure", rows=media)


def _flagged(flag: str) -> pl.Expr:
    return pl.col("flags").fill_null("").str.split("|").list.contains(flag)


def _uncounted(case: Case) -> Iterator[Finding]:
    """Records without a baseline, because their model is unknown or its tokenizer is not there."""
    if case.baseline != OWN:
        return
    for name, reason in (("unknown_model", UNKNOWN_MODEL), ("no_tokenizer", NO_TOKENIZER)):
        uncounted = pl.col("own:input_tokens").is_null() & pl.col("reason").str.contains(reason)
        rows = case.where(uncounted, "model")
        models = sorted(rows["model"].drop_nulls().unique())
        yield Finding(id=name, level="unsure", rows=rows, numbers=FindingNumbers(models=models))


def _not_countable(case: Case) -> Iterator[Finding]:
    """Records that cannot be counted under any reference and that no flag explains, such as answers without prompts."""
    explained = pl.any_horizontal(_flagged(flag) for flag in ("truncated", "redacted", "no_text"))
    nowhere = pl.all_horizontal(
        pl.col(f"{label}:input_tokens").is_null() for label in (case.baseline, *case.targets)
    )
    known = pl.col("reason").fill_null("").str.contains(f"{UNKNOWN_MODEL}|{NO_TOKENIZER}")
    yield Finding(id="not_countable", level="unsure", rows=case.where(nowhere & ~explained & ~known))


def _unpriced(case: Case) -> Iterator[Finding]:
    """Records without a price; an encoding never has one."""
    for label in (case.baseline, *case.targets):
        if is_encoding(label, case.catalog):
            continue
        name = f"{label}:cost_usd"
        if name in case.frame.columns:
            rows = case.where(pl.col(name).is_null() & _countable(label))
            yield Finding(id="unpriced", level="unsure", rows=rows, reference=label)


def _countable(label: str) -> pl.Expr:
    return pl.col(f"{label}:input_tokens").is_not_null() | pl.col("billed_input_tokens").is_not_null()


def _residuals(case: Case) -> Iterator[Finding]:
    if case.baseline != OWN or "shape" not in case.frame.columns:
        return
    residual = pl.col("residual_input_tokens")
    counts = ("residual_input_tokens", "counted_input_tokens", "billed_input_tokens")
    rows = in_slices(
        case.frame,
        lambda part: with_residuals(part).select(*case.kept, *counts).filter(residual.is_not_null()),
    )
    missed = rows.filter(residual != 0).sort(residual.abs(), descending=True, maintain_order=True)
    numbers = FindingNumbers(
        compared=rows.height,
        exact=rows.height - missed.height,
        counted_tokens=rows.select(total(pl.col("counted_input_tokens"))).item(),
        billed_tokens=rows.select(total(pl.col("billed_input_tokens"))).item(),
    )
    yield Finding(id="residuals", level="unsure", rows=missed.select(case.kept), numbers=numbers)


LOOKS: Final[tuple[Callable[[Case], Iterable[Finding]], ...]] = (
    windows,
    parameters,
    shut_down,
    _caching,
    _repeats,
    _answers,
    _role_markers,
    _flags,
    _uncounted,
    _not_countable,
    _unpriced,
    _residuals,
)
"""Everything that is looked for, in the order of a report within a level."""
