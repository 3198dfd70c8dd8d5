"""One record in, one row of counts out: where logs, models and counting meet.

Records are laid out as they come and counted some megabytes of text at a time: counting many texts at once costs
less than one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from tokcount.framing.billing_anomalies import named_residual
from tokcount.framing.content import ROLES
from tokcount.framing.layout import BASIS_ORDER, Basis, Layout
from tokcount.framing.replies import layout_output
from tokcount.framing.rules import layout
from tokcount.logs.format import Item
from tokcount.logs.record import FLAGS, Record, Skipped
from tokcount.logs.scalars import Json
from tokcount.scanning.columns import NULL, Cell, Columns, RecordDoubts
from tokcount.scanning.features.shape import shape_of
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.result import SkippedSummary
from tokcount.scanning.targets import CountingTarget, FramingGroup, Targets
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.packing import Counted

if TYPE_CHECKING:
    from tokcount.scanning.features.parts import PartsCounter


class Kernel:
    """Counts records under a plan. Pure but for its bounded cache of counted texts, which lives as long as it does.

    Not safe to share between threads. Making one loads the vocabularies of the plan.
    """

    def __init__(self, plan: ScanPlan) -> None:
        self._counter = RowCounter(plan)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the engine has to say, one line each."""
        return tuple(self._counter.warnings)

    def count(self, items: Iterable[Item]) -> tuple[Columns, SkippedSummary]:
        """One row for each record, in order, and the sum of what was skipped.

        Texts are learnt a batch of records at a time; memory beside the columns is bounded by the batch. Never raises
        for what a log may hold; what ``items`` raises goes through, and the rows of that call are lost.
        """
        self._counter.discard()
        skipped = SkippedSummary()
        for item in items:
            if isinstance(item, Skipped):
                skipped.add(item)
            else:
                self._counter.add(item)
        return self._counter.take(), skipped


UNCOUNTED_FLAGS: Final = frozenset({"truncated", "redacted"})
DOUBTS: Final[dict[str, Basis]] = {
    "hidden_context": "partial",
    "reserialised": "estimated",
    "non_openai": "estimated",
}
"""Flag → the best that a count of such a record can be."""
ESTIMATED, PARTIAL = (BASIS_ORDER.index(word) for word in ("estimated", "partial"))

BATCH_TEXT: Final = 1_000_000
"""Characters of text that wait to be counted together, beside at most one record more."""
BATCH_RECORDS: Final = 2_000
"""Records that wait for each other at most, however short they are."""
EMPTY: Final = Cell()
_NOTHING: Final = Layout(0, [], [])


class Laid(msgspec.Struct):
    """A record under one way to frame it: the input, if it can be counted, and the answer."""

    way: FramingGroup
    input: Layout | None
    answer: Layout


class Waiting(msgspec.Struct):
    """A record that is laid out and waits to be counted."""

    record: Record
    request: Json | None
    """What can be counted of the request."""
    notes: RecordDoubts
    laid: list[Laid]


class RowCounter:
    """Counts records under the references of a plan, one row each.

    Not safe to share between threads; every worker has its own, with its own cache of counted texts.
    """

    def __init__(self, plan: ScanPlan) -> None:
        self.plan = plan
        self.counter = TextCounter(plan.encodings, engine=plan.engine)
        self._targets = Targets(plan, self.counter.encodings)
        self._width = len(plan.labels)
        self._columns = self._fresh_columns()
        self._waiting: list[Waiting] = []
        self._texts: list[str] = []
        self._size = 0
        self._nothing = self.counter.count_all(())
        self._parts = _parts_counter(self.counter) if plan.parts else None

    @property
    def warnings(self) -> list[str]:
        """What the engine has to say, one line each."""
        return self.counter.warnings

    def add(self, record: Record) -> None:
        """Take one record in. Never raises for what a log may hold."""
        request = None if UNCOUNTED_FLAGS.intersection(record.flags) else record.request
        notes = RecordDoubts()
        for flag in record.flags:
            if flag in DOUBTS:
                notes.doubt(DOUBTS[flag], FLAGS[flag])
        ways, reason = self._targets.ways(record.kind, record.served_model, record.model)
        if reason is not None:
            notes.reasons[reason] = None
        laid = [self._lay_out(way, record, request, notes) for way in ways]
        self._waiting.append(Waiting(record, request, notes, laid))
        if self._size > BATCH_TEXT or len(self._waiting) == BATCH_RECORDS:
            self._count_waiting()

    def take(self) -> Columns:
        """The rows of all records so far; counting goes on in fresh columns."""
        self._count_waiting()
        done, self._columns = self._columns, self._fresh_columns()
        return done.finished()

    def discard(self) -> None:
        """Forget the rows and the records so far, but not the texts that were counted."""
        self._waiting, self._texts, self._size = [], [], 0
        self._columns = self._fresh_columns()

    def _fresh_columns(self) -> Columns:
        return Columns(self.plan.labels, ROLES if self.plan.roles else ())

    def _lay_out(self, way: FramingGroup, record: Record, request: Json | None, notes: RecordDoubts) -> Laid:
        laid = None
        if request is not None:
            laid = layout(
                record.kind,
                request,
                way.family,
                model=way.model,
                timestamp=record.timestamp,
                roles=self.plan.roles or self.plan.parts,
            )
            if laid.basis != "exact":
                notes.worsen(laid.basis, laid.reasons)
            self._expect(laid.content)
            if laid.texts is not laid.content:
                self._expect(laid.texts)
        answer = _NOTHING
        if record.response is not None:
            answer = layout_output(record.kind, record.response, way.family, request=record.request)
            self._expect(answer.texts)
        return Laid(way, laid, answer)

    def _expect(self, texts: list[str]) -> None:
        self._texts += texts
        self._size += sum(map(len, texts))

    def _count_waiting(self) -> None:
        self.counter.learn(self._texts)
        for waiting in self._waiting:
            self._append(waiting)
        self._waiting, self._texts, self._size = [], [], 0

    def _append(self, waiting: Waiting) -> None:
        record, notes = waiting.record, waiting.notes
        cells = [EMPTY] * self._width
        for laid in waiting.laid:
            self._fill(cells, laid, record, notes)
        script = self._script(waiting) if self.plan.scripts else None
        shape = shape_of(record.kind, record.request) if self.plan.shapes else None
        note = _bill_note(record, cells[0]) if self.plan.own and self.plan.shapes else None
        if self._parts is not None:
            row = len(self._columns)
            self._parts.add(self._columns.sparse, row, record, waiting.request, _layouts(waiting.laid))
        self._columns.append(record, cells, notes, shape=shape, script=script, bill_note=note)

    def _fill(self, cells: list[Cell], laid: Laid, record: Record, notes: RecordDoubts) -> None:
        """The cells of all references that frame the record alike."""
        count_all = self.counter.count_all
        asked = laid.input
        content = texts = answer = self._nothing
        if asked is not None:
            content = texts = count_all(asked.content)
            if asked.texts is not asked.content:
                texts = count_all(asked.texts)
            if content.special or content.repaired:
                notes.flag(special=content.special > 0, repaired=content.repaired > 0)
        if record.response is not None:
            answer = count_all(laid.answer.texts)
        for place, target in laid.way.targets:
            cell = cells[place] = Cell()
            if asked is not None:
                self._fill_input(cell, asked, content, texts, target, notes)
            if record.response is not None:
                cell.output = laid.answer.constant + self._tokens(laid.answer.texts, answer, target)

    def _fill_input(
        self,
        cell: Cell,
        asked: Layout,
        content: Counted,
        texts: Counted,
        target: CountingTarget,
        notes: RecordDoubts,
    ) -> None:
        tokens = total = self._tokens(asked.content, content, target)
        if asked.texts is not asked.content:
            total = self._tokens(asked.texts, texts, target)
        cell.content = tokens + asked.token_ids
        cell.framing = asked.constant + total - tokens
        cell.basis = max(BASIS_ORDER.index(asked.basis), notes.least_basis)
        if target.doubt:
            notes.worsen("estimated", (target.doubt,))
            cell.basis = max(cell.basis, ESTIMATED)
        if self.plan.roles:
            cell.by_role = self._by_role(asked, target)

    def _tokens(self, texts: list[str], counted: Counted, target: CountingTarget) -> int:
        """The sum over texts, from the packed counts where the encoding is one of those counted together."""
        if target.place >= 0:
            return counted.counts[target.place]
        return sum(self.counter.tokens(target.encoding, text) for text in texts)

    def _by_role(self, asked: Layout, target: CountingTarget) -> dict[str, int]:
        totals = dict.fromkeys(ROLES, 0)
        for role, text in zip(asked.roles or (), asked.content, strict=True):
            counted = self.counter.count_all((text,))
            totals[role if role in totals else "other"] += self._tokens([text], counted, target)
        totals["prompt"] += asked.token_ids
        return totals

    def _script(self, waiting: Waiting) -> str | None:
        from tokcount.scanning.features.script import dominant_script

        first = waiting.laid[0].input if waiting.laid else None
        return dominant_script(first.content if first else [])


def _layouts(laid: list[Laid]) -> Iterator[tuple[str, str, Layout]]:
    """Label, encoding and layout of each reference that can count the input."""
    for one in laid:
        if one.input is not None:
            for _, target in one.way.targets:
                yield target.label, target.encoding, one.input


def _parts_counter(counter: TextCounter) -> PartsCounter:
    from tokcount.scanning.features.parts import PartsCounter

    return PartsCounter(counter.engine)


def _bill_note(record: Record, own: Cell) -> str | None:
    """Why a Responses call was billed otherwise than it is counted under its own model, where that is known.

    A count that is not of the whole request explains nothing.
    """
    if record.kind != "responses" or record.usage is None or record.response is None:
        return None
    billed = record.usage.input
    if billed is None or record.usage.requests != 1 or own.content == NULL or own.basis == PARTIAL:
        return None
    return named_residual(billed, own.content + own.framing, record.response, record.timestamp)
