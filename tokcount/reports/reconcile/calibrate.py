"""Calibrate: propose the framing constants of a model family that tokcount does not know, from a log with usage.

The framing of plain messages is `priming + (per_message + 1) · messages`, so the number of tokens that a count lacks is
`Δpriming + Δper_message · messages`: the pair that makes most plain records exact is proposed. Offered tools and a tool
chosen by name add one constant each, found afterwards in the records of their shape. Constants are proposed only when
they make more records exact, together with the evidence. The values are the user's own measurement, and counts made
with them are marked `calibrated`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import polars as pl
from msgspec import structs

from tokcount.framing.families import FAMILIES
from tokcount.models.references import OWN
from tokcount.reports.overview import SkippedSummary, overview
from tokcount.reports.reconcile.report import CalibrateReport, Evidence, Proposal
from tokcount.reports.reconcile.residuals import with_residuals

PLAIN: Final = "plain"
SHAPE_CONSTANTS: Final = (("tools", "hidden"), ("forced tool", "forced"))
"""Shape of a request → the constant of `ChatFraming` that it adds to those of the shapes before it."""
STEPS: Final = range(-3, 4)
"""Changes of ``per_message`` that are tried; a message has never cost more than a few tokens."""
FEWEST: Final = 5

Pair = tuple[int, int]
"""Messages of a record, and tokens that were billed but not counted."""


CountedAs = Callable[[str], tuple[str, bool] | None]
"""Model name → the family it was counted as, and whether the catalog has the model; `None`: propose nothing."""


def report(
    frame: pl.DataFrame, skipped: SkippedSummary, *, label: str = OWN, counted_as: CountedAs
) -> CalibrateReport:
    """Proposals for every model of the log whose residuals have a pattern."""
    rows = with_residuals(frame, label)
    found = structs.asdict(overview(frame, skipped))
    compared = int(rows["residual_input_tokens"].is_not_null().sum())
    return CalibrateReport(**found, compared=compared, proposals=proposals(rows, counted_as))


def proposals(rows: pl.DataFrame, counted_as: CountedAs) -> list[Proposal]:
    """A proposal for every model of rows with residuals for which constants make more records exact."""
    chat = rows.filter(
        pl.col("residual_input_tokens").is_not_null(),
        pl.col("endpoint") == "chat",
        pl.col("model").is_not_null(),
    )
    models = sorted(chat.group_by("model"), key=lambda group: str(group[0][0]))
    found = (_proposal(str(model), records, counted_as) for (model,), records in models)
    return [proposal for proposal in found if proposal is not None]


def _proposal(model: str, records: pl.DataFrame, counted_as: CountedAs) -> Proposal | None:
    """What to change for one model; nothing when that makes no more records exact."""
    counted = counted_as(model)
    if counted is None:
        return None
    family, known = FAMILIES[counted[0]], counted[1]
    plain = _pairs(records, PLAIN)
    step, priming = best_constants(plain)
    changes = {"per_message": step, "priming": priming}
    evidence = [_evidence(PLAIN, [missed for _, missed in plain], [m - step * n - priming for n, m in plain])]
    explained = priming
    for shape, field in SHAPE_CONSTANTS:
        pairs = _pairs(records, shape)
        rest = [missed - step * messages for messages, missed in pairs]
        changes[field] = _common(rest, explained) if getattr(family.chat, field) >= 0 else 0
        explained += changes[field]
        evidence.append(_evidence(shape, [missed for _, missed in pairs], [n - explained for n in rest]))
    if not any(entry.exact_after > entry.exact_before for entry in evidence):
        return None
    constants = {field: getattr(family.chat, field) + change for field, change in changes.items() if change}
    shown = [entry for entry in evidence if entry.n]
    return Proposal(model=model, like=family.name, known=known, constants=constants, evidence=shown)


def _pairs(records: pl.DataFrame, shape: str) -> list[Pair]:
    """The pairs of the records of a shape."""
    rows = records.filter(pl.col("shape") == shape)
    return rows.select("messages", -pl.col("residual_input_tokens")).rows()


def best_constants(pairs: Sequence[Pair]) -> Pair:
    """``(Δper_message, Δpriming)`` that explains most records; of equals, the one that changes a message least.

    (0, 0) with too few records, or when no pair explains more than half of them.
    With one number of messages throughout, all goes into the priming.

    >>> best_constants([(1, 3), (2, 4), (3, 5), (4, 6), (5, 7), (9, 0)])
    (1, 2)
    """
    if len(pairs) < FEWEST:
        return 0, 0
    tried = []
    for step in sorted(STEPS, key=abs):
        rest = Counter(missed - step * messages for messages, missed in pairs)
        priming, explained = max(rest.items(), key=lambda item: (item[1], -abs(item[0]), item[0]))
        tried.append((explained, step, priming))
    explained, step, priming = max(tried, key=lambda trial: (trial[0], -abs(trial[1])))
    return (step, priming) if explained > len(pairs) / 2 else (0, 0)


def _common(missed: Sequence[int], explained: int) -> int:
    """The tokens that more than half of the records lack beyond those explained; 0 with too few records."""
    if len(missed) < FEWEST:
        return 0
    value, n = Counter(missed).most_common(1)[0]
    return value - explained if n > len(missed) / 2 else 0


def _evidence(shape: str, before: Sequence[int], after: Sequence[int]) -> Evidence:
    exact_before, exact_after = (sum(missed == 0 for missed in side) for side in (before, after))
    return Evidence(shape=shape, n=len(before), exact_before=exact_before, exact_after=exact_after)
