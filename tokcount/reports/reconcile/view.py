"""`tokcount reconcile`: how many records are counted as billed, and where the others differ."""

from __future__ import annotations

from typing import Protocol

from tokcount.document.blocks import Badge, Block, Blocks, Cell, Column, Line, Table, Title
from tokcount.document.rows import Row, flat
from tokcount.document.values import integer, share
from tokcount.reports.phrases import counted, facts, flags, location, skipped, sureness, uncompared
from tokcount.reports.reconcile.report import (
    BasisAgreement,
    Billed,
    Constant,
    LabelGroup,
    ModelGroup,
    OddBills,
    Proposal,
    ReconcileReport,
    ShapeGroup,
)

SHAPE_COLUMNS = (
    Column("shape"),
    Column("endpoint"),
    Column("n", "int"),
    Column("exact", "int"),
    Column("share", "share"),
    Column("min", "change"),
    Column("p50", "change"),
    Column("max", "change"),
)
GROUP_COLUMNS = (Column("model"), Column("month"), *SHAPE_COLUMNS)
MOST_GROUPS = 20
LABEL_COLUMNS = (
    Column("feature"),
    Column("of"),
    Column("endpoint"),
    Column("n", "int"),
    Column("judged", "int"),
    Column("exact", "int"),
    Column("share", "share"),
    Column("label"),
    Column("recordings", "int"),
    Column("exact of them", "int"),
    Column("projects", "int"),
)
WORST_COLUMNS = (
    Column("record"),
    Column("model"),
    Column("shape"),
    Column("counted", "int"),
    Column("billed", "int"),
    Column("residual", "change"),
    Column("basis"),
)


class HasAgreement(Protocol):
    """How many of some records are counted exactly as billed."""

    @property
    def compared(self) -> int:
        """The records."""
        ...

    @property
    def exact(self) -> int:
        """Those counted as billed."""
        ...


def blocks(report: ReconcileReport) -> Blocks:
    """The verdict first, then constants, groups, the largest residuals, and how sure the counts are."""
    return [
        Title(_title(report), _badge(report), facts(report)),
        *skipped(report),
        *flags(report),
        *_verdict(report),
        *[Line(_constant(entry), "warning") for entry in report.constants],
        *[Line(_proposal(entry), "note") for entry in report.proposals],
        *(_labels(report.evidence) if report.evidence else _groups(report)),
        *_worst(report),
        *([sureness(report.basis_tokens, report.reasons)] if report.compared else []),
    ]


def rows(report: ReconcileReport) -> list[Row]:
    """One row per model, shape, endpoint and month, or one per row of the evidence table."""
    return [flat(group) for group in report.evidence or report.groups]


def _title(report: ReconcileReport) -> str:
    return _exactly(report) if report.compared else "No record can be compared"


def _badge(report: ReconcileReport) -> Badge:
    if not report.compared:
        return Badge("unknown", "not known")
    return Badge("pass", "agrees") if report.exact == report.compared else Badge("warn", "differs")


def _verdict(report: ReconcileReport) -> list[Line]:
    lines = []
    if report.compared:
        lines.append(Line(f"Input: {_exactly(report)}. {_bases(report.by_basis)}"))
        lines.append(Line(_billed(report.billed)))
        lines += _odd_bills(report.odd_bills)
    else:
        lines.append(Line("No record can be compared.", "warning"))
    if report.output.compared:
        lines.append(Line(f"Output, with reasoning tokens as logged: {_exactly(report.output)}."))
    return lines + uncompared(report.uncompared.records, report.uncompared.reasons, "note")


def _exactly(agreement: HasAgreement) -> str:
    of = counted(agreement.compared, "record", "records")
    part = share(agreement.exact / agreement.compared)
    return f"{integer(agreement.exact)} of {of} counted exactly as billed ({part})"


def _bases(by_basis: list[BasisAgreement]) -> str:
    parts = [
        f"{entry.basis} {integer(entry.exact)} of {integer(entry.compared)}"
        for entry in by_basis
        if entry.compared
    ]
    return f"By basis: {', '.join(parts)}."


def _billed(billed: Billed) -> str:
    details = (
        (billed.cached_tokens, "read from a cache"),
        (billed.cache_write_tokens, "written to a cache"),
        (billed.audio_tokens, "audio"),
    )
    parts = [f"{integer(n)} {words}" for n, words in details if n]
    including = f", including {', '.join(parts)}" if parts else ""
    return f"Billed for these records: {integer(billed.input_tokens or 0)} input tokens{including}."


def _odd_bills(odd: OddBills) -> list[Line]:
    """The records with a billing anomaly, by reason, and the share without them."""
    if not odd.records:
        return []
    named = counted(odd.records, "record", "records")
    reasons = "; ".join(f"{note} ({integer(n)})" for note, n in odd.notes.items())
    rest = f" Without them: {_exactly(odd.without)}." if odd.without.compared else ""
    return [Line(f"{named} with a billing anomaly: {reasons}.{rest}")]


def _constant(entry: Constant) -> str:
    who = " ".join(filter(None, (entry.model, entry.shape, entry.endpoint))) or "unnamed"
    quantity = integer(entry.n)
    how_many = f"all {quantity}" if entry.n == entry.of else f"{quantity} of {integer(entry.of)}"
    sign = "+" if entry.residual > 0 else ""
    residual = f"{sign}{integer(entry.residual)} {entry.side} tokens"
    return f"Always {residual}: {how_many} {who} records{_months(entry)}, an unknown framing constant."


def _months(entry: Constant) -> str:
    """The time of the records, where others of the group have no such residual."""
    if entry.n == entry.of or entry.first_month is None:
        return ""
    same = entry.first_month == entry.last_month
    return f" of {entry.first_month}" if same else f" of {entry.first_month} to {entry.last_month}"


def _proposal(entry: Proposal) -> str:
    constants = ", ".join(f"{field} = {value}" for field, value in entry.constants.items())
    before, after, of = (
        sum(getattr(e, name) for e in entry.evidence) for name in ("exact_before", "exact_after", "n")
    )
    return (
        f"With {constants} (like {entry.like}), {integer(after)} of {integer(of)} {entry.model} records would be "
        f"exact, now {integer(before)}: tokcount calibrate --export writes the file for --families."
    )


def _labels(evidence: list[LabelGroup]) -> list[Block]:
    """What the labels of the log's records rest on."""
    table = tuple(
        (
            group.feature,
            group.scope,
            group.endpoint,
            group.n,
            group.judged,
            group.exact,
            group.exact / group.judged if group.judged else None,
            group.label,
            group.recordings,
            group.recordings_exact,
            group.projects,
        )
        for group in evidence
    )
    wrong = [group.feature for group in evidence if group.is_contradicted]
    title = "What the labels rest on: this log, and the recorded calls that tokcount comes with"
    note = "judged: records in which nothing else is in doubt; exact, share: of them"
    found: list[Block] = [Table(LABEL_COLUMNS, table, title=title, note=note)]
    if wrong:
        names = ", ".join(dict.fromkeys(wrong))
        found.insert(
            0, Line(f"Confirmed by recorded calls, but not all as billed in this log: {names}.", "warning")
        )
    return found


def _groups(report: ReconcileReport) -> list[Block]:
    """All shapes over the models, then the groups of one model that are not all exact."""
    if not report.groups:
        return []
    note = "residual (min, p50, max): counted − billed"
    found: list[Block] = [Table(SHAPE_COLUMNS, tuple(map(_residuals, report.shapes)), note=note)]
    inexact = [group for group in report.groups if group.exact < group.n]
    if inexact:
        title = "By model and month, where not all records are exact"
        found.append(Table(GROUP_COLUMNS, tuple(map(_group, inexact[:MOST_GROUPS])), title=title))
    rest = (
        (len(inexact[MOST_GROUPS:]), "more"),
        (len(report.groups) - len(inexact), "with all records exact"),
    )
    others = [f"{counted(n, 'group', 'groups')} {what}" for n, what in rest if n]
    if others:
        found.append(
            Line(f"{' and '.join(others)} (model, shape, endpoint, month); -f csv lists all.", "note")
        )
    return found


def _group(group: ModelGroup) -> tuple[Cell, ...]:
    return (group.model or "not known", group.month or "", *_residuals(group))


def _residuals(group: ShapeGroup | ModelGroup) -> tuple[Cell, ...]:
    residuals = (group.residual_min, group.residual_p50, group.residual_max)
    return (group.shape, group.endpoint, group.n, group.exact, group.exact / group.n, *residuals)


def _worst(report: ReconcileReport) -> list[Block]:
    if not report.worst:
        return []
    table = tuple(
        (
            location(record),
            record.model,
            record.shape,
            record.counted_input_tokens,
            record.billed_input_tokens,
            record.residual_input_tokens,
            record.basis,
        )
        for record in report.worst
    )
    return [Table(WORST_COLUMNS, table, title="Largest residuals, the surest basis first")]
