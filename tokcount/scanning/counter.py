"""One record in, one row of counts out: where logs, models and counting meet.

Records are laid out as they come and counted about a megabyte of text at a time: counting many texts at once costs
less than one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import msgspec

from tokcount.framing.content import ROLES
from tokcount.framing.layout import BASIS_ORDER, Layout
from tokcount.framing.replies import layout_output
from tokcount.framing.rules import layout
from tokcount.logs.accounting.contradiction import contradiction
from tokcount.logs.record import FLAGS, NON_OPENAI, Record
from tokcount.logs.scalars import Json
from tokcount.scanning.columns import BASIS_OF_FLAG, NO_CODE, ColumnBuilder, Columns, RecordDoubts
from tokcount.scanning.features.answer import answer_items
from tokcount.scanning.features.evidence import evidence_columns
from tokcount.scanning.features.on_demand import parts_counter, request_verdicts
from tokcount.scanning.features.request_shape import shape_of
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.schema import MISSING
from tokcount.scanning.targets import CountingTarget, FramingGroup, Targets
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.packing import Counted

UNCOUNTED_FLAGS: Final = frozenset({"truncated", "redacted"})
"""Flags of records whose text is not in the log."""
ESTIMATED: Final = BASIS_ORDER.index("estimated")
PARTIAL: Final = BASIS_ORDER.index("partial")

BATCH_TEXT: Final = 1_000_000
"""Characters of text that wait to be counted together, plus at most one record."""
BATCH_RECORDS: Final = 2_000
"""Records that wait for each other at most, however short they are."""
_NOTHING: Final = Layout(0, [], [])


class _Framed(msgspec.Struct):
    """A record laid out for one framing group: the input, if it can be counted, and the answer."""

    group: FramingGroup
    input: Layout | None
    answer: Layout


class _Waiting(msgspec.Struct):
    """A record that is laid out and waits to be counted."""

    record: Record
    request: Json | None
    """The request, if it can be counted."""
    doubts: RecordDoubts
    framed: list[_Framed]
    replacement: str | None
    """The model that `auto` is for this record."""


class RecordCounter:
    """Counts records under the references of a plan, one row per record.

    Pure except for its bounded cache of counted texts, which lives as long as the counter. Not safe to share between
    threads. Making one loads the vocabularies of the plan.
    """

    def __init__(self, plan: ScanPlan) -> None:
        self._plan = plan
        self.selection = plan.selection
        """The records to count; `None`: all of them."""
        self._texts = TextCounter(plan.encodings, engine=plan.engine, classes=plan.parts)
        self.warnings = tuple(self._texts.warnings)
        """Warnings of the tokenizer engine, one line each."""
        self._targets = Targets(plan, self._texts.encodings)
        self._width = len(plan.labels)
        self._no_tokens = self._texts.count_all(())
        self._no_roles = (MISSING,) * len(ROLES) if plan.roles else ()
        self._uncounted = (*(MISSING,) * 5, *self._no_roles, NO_CODE)
        self._parts = parts_counter(plan, self._texts)
        self._verdicts = request_verdicts(plan)
        self.discard()

    def process(self, records: Iterable[Record]) -> Columns:
        """One row per record, in order.

        Memory in addition to the columns is bounded by the batch. Never raises for what a log may hold; what
        `records` raises goes through, and the rows of that call are lost.
        """
        self.discard()
        for record in records:
            self.add(record)
        return self.take()

    def add(self, record: Record) -> None:
        """Add one record. Never raises for what a log may hold."""
        request = None if UNCOUNTED_FLAGS.intersection(record.flags) else record.request
        groups, reasons, replacement = self._targets.groups(
            record.kind, record.served_model, record.model, foreign=NON_OPENAI in record.flags
        )
        doubts = RecordDoubts(reasons=dict.fromkeys(reasons))
        for flag in record.flags:
            if flag in BASIS_OF_FLAG:
                doubts.limit(BASIS_OF_FLAG[flag], FLAGS[flag])
        if request is not None and record.response is not None:
            contradicted = contradiction(request, record.response)
            if contradicted is not None:
                doubts.limit("partial", contradicted)
        framed: list[_Framed] = []
        for group in groups:
            framed.append(self._lay_out(group, record, request, doubts, framed[0] if framed else None))
        self._waiting.append(_Waiting(record, request, doubts, framed, replacement))
        if self._size > BATCH_TEXT or len(self._waiting) == BATCH_RECORDS:
            self._count_waiting()

    def take(self) -> Columns:
        """The rows of all records added so far; counting goes on with new columns."""
        self._count_waiting()
        columns = self._columns.finish()
        self.discard()
        return columns

    def discard(self) -> None:
        """Forget the rows and the records so far, but not the texts that were counted."""
        self._waiting: list[_Waiting] = []
        self._awaited: list[str] = []
        self._size = 0
        self._columns = ColumnBuilder(self._plan.labels, ROLES if self._plan.roles else ())

    def _lay_out(
        self,
        group: FramingGroup,
        record: Record,
        request: Json | None,
        doubts: RecordDoubts,
        first: _Framed | None,
    ) -> _Framed:
        """The layout of a record for a group; what was not read of it is known from the `first` group."""
        laid = None
        if request is not None:
            laid = layout(
                record.kind,
                request,
                group.family,
                model=group.model,
                timestamp=record.timestamp,
                roles=self._plan.roles or self._plan.parts,
                response=record.response if group.is_own else None,
                unread=first.input.unread if first is not None and first.input is not None else None,
            )
            if laid.basis != "exact":
                doubts.worsen(laid.basis, laid.reasons)
                self._note_unread(laid, doubts)
            self._await(laid.content)
            if laid.texts is not laid.content:
                self._await(laid.texts)
        answer = _NOTHING
        if record.response is not None:
            answer = layout_output(
                record.kind,
                record.response,
                group.family,
                request=record.request,
                unread=None if first is None else first.answer.unread,
            )
            if answer.basis == "partial":
                self._note_unread(answer, doubts)
            self._await(answer.texts)
        return _Framed(group, laid, answer)

    @staticmethod
    def _note_unread(laid: Layout, doubts: RecordDoubts) -> None:
        """Fields that were not read, of the request or of the answer, make the record partial."""
        if not_read := laid.not_read:
            doubts.worsen("partial", not_read)
            doubts.flag("not_read")

    def _await(self, texts: list[str]) -> None:
        self._awaited += texts
        self._size += sum(map(len, texts))

    def _count_waiting(self) -> None:
        self._texts.learn(self._awaited)
        for waiting in self._waiting:
            self._append(waiting)
        self._waiting, self._awaited, self._size = [], [], 0

    def _append(self, waiting: _Waiting) -> None:
        record, plan = waiting.record, self._plan
        counts = [self._uncounted] * self._width
        for framed in waiting.framed:
            self._fill(counts, framed, record, waiting.doubts)
        script = self._script(waiting) if plan.scripts else None
        shape = shape_of(record.kind, record.request) if plan.shapes else None
        if plan.answers and record.kind == "responses" and record.response is not None:
            for name, number in answer_items(record.response).items():
                self._columns.put(name, number)
        if plan.evidence:
            for name in _evidence(record, waiting.framed):
                self._columns.put(name, 1)
        if self._parts is not None:
            for name, number in self._parts.numbers(record, waiting.request, _layouts(waiting.framed)):
                self._columns.put(name, number)
        verdicts = None
        if self._verdicts is not None:
            verdicts = self._verdicts.of(record, waiting.replacement)
            if (limit := self._verdicts.output(record)) is not None:
                self._columns.put("max_tokens", limit)
        if record.field is not None:
            waiting.doubts.worsen("exact", (f"the prompt is taken from {record.field!r}",))
        if record.variables:
            waiting.doubts.worsen("estimated", (record.without_value,))
        self._columns.append(
            record,
            chain.from_iterable(counts),
            waiting.doubts,
            shape=shape,
            script=script,
            replacement=waiting.replacement,
            verdicts=verdicts,
        )

    def _fill(
        self, counts: list[tuple[int, ...]], framed: _Framed, record: Record, doubts: RecordDoubts
    ) -> None:
        """The counts of all references of a framing group: each the numbers of its columns."""
        count_all = self._texts.count_all
        asked = framed.input
        content = texts = answer = self._no_tokens
        if asked is not None:
            content = texts = count_all(asked.content)
            if asked.texts is not asked.content:
                texts = count_all(asked.texts)
            if content.special:
                doubts.flag("special_token_text")
            if content.repaired:
                doubts.flag("surrogate_repaired")
        if record.response is not None:
            answer = count_all(framed.answer.texts)
        output = MISSING
        for place, target in framed.group.targets:
            if record.response is not None:
                output = framed.answer.constant + self._tokens(framed.answer.texts, answer, target)
            if asked is None:
                counts[place] = (MISSING, MISSING, output, MISSING, MISSING, *self._no_roles, NO_CODE)
            else:
                counts[place] = self._numbers(asked, content, texts, output, target, doubts)

    def _numbers(
        self,
        asked: Layout,
        content: Counted,
        texts: Counted,
        output: int,
        target: CountingTarget,
        doubts: RecordDoubts,
    ) -> tuple[int, ...]:
        """The numbers of a record under a reference that can count its input, in the order of the columns."""
        tokens = total = self._tokens(asked.content, content, target)
        if asked.texts is not asked.content:
            total = self._tokens(asked.texts, texts, target)
        low = high = MISSING
        if asked.beyond is not None and doubts.least_basis < PARTIAL:
            low, high = (asked.constant + total + beyond for beyond in asked.beyond)
        basis = max(BASIS_ORDER.index(asked.basis), doubts.least_basis)
        if target.doubt:
            doubts.worsen("estimated", (target.doubt,))
            basis = max(basis, ESTIMATED)
        by_role = self._by_role(asked, target) if self._plan.roles else ()
        framing = asked.constant + total - tokens
        return (tokens + asked.token_ids, framing, output, low, high, *by_role, basis)

    def _tokens(self, texts: list[str], counted: Counted, target: CountingTarget) -> int:
        """The sum over texts, from the packed counts where the encoding is one of those counted together."""
        if target.place >= 0:
            return counted.counts[target.place]
        return sum(self._texts.tokens(target.encoding, text) for text in texts)

    def _by_role(self, asked: Layout, target: CountingTarget) -> Iterable[int]:
        totals = dict.fromkeys(ROLES, 0)
        for role, text in zip(asked.roles or (), asked.content, strict=True):
            counted = self._texts.count_all((text,))
            totals[role if role in totals else "other"] += self._tokens([text], counted, target)
        totals["prompt"] += asked.token_ids
        return totals.values()

    def _script(self, waiting: _Waiting) -> str | None:
        from tokcount.scanning.features.script import dominant_script

        first = waiting.framed[0].input if waiting.framed else None
        return dominant_script(first.content if first else [])


def _evidence(record: Record, framed: list[_Framed]) -> Iterator[str]:
    for one in framed:
        if one.input is not None and one.group.is_own:
            yield from evidence_columns(record.kind, one.group, one.input)


def _layouts(framed: list[_Framed]) -> Iterator[tuple[str, str, Layout]]:
    """Label, encoding and layout of each reference that can count the input."""
    for one in framed:
        if one.input is not None:
            for _, target in one.group.targets:
                yield target.label, target.encoding, one.input
