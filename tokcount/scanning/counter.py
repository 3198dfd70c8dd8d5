"""One record in, one row of counts out: where logs, models and counting meet.

Records are laid out as they come and counted about a megabyte of text at a time: counting many texts at once costs
less than one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from tokcount.framing.content import ROLES
from tokcount.framing.layout import BASIS_ORDER, Layout
from tokcount.logs.alike.form import Alike
from tokcount.logs.record import Record
from tokcount.scanning.columns import NO_CODE, ColumnBuilder, Columns
from tokcount.scanning.features.answer import answer_items
from tokcount.scanning.features.on_demand import audit_features
from tokcount.scanning.features.request_shape import shape_of
from tokcount.scanning.laid_out import Framed, LaidOut, Layouts
from tokcount.scanning.plain.frames import (
    MOST_FRAMES,
    Counters,
    Frame,
    FramedReference,
    Key,
    PlainCall,
    framed_references,
    has_frames,
    numbers_of,
    plain_call,
)
from tokcount.scanning.plain.groups import Group, Groups
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.schema import MISSING
from tokcount.scanning.targets import CountingTarget
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.packing import Counted

PARTIAL: Final = BASIS_ORDER.index("partial")

BATCH_TEXT: Final = 1_000_000
"""Characters of text that wait to be counted together, plus at most one record."""
BATCH_RECORDS: Final = 2_000
"""Records that wait for each other at most, however short they are."""


class _Plain(NamedTuple):
    """A plain call that waits to be counted."""

    record: Record
    frame: Frame
    call: PlainCall


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
        self._answers = TextCounter(plan.encodings, self._texts.engine) if plan.parts else self._texts
        self._counters = Counters(self._texts, self._answers)
        self.warnings = tuple(self._texts.warnings)
        """Warnings of the tokenizer engine, one line each."""
        self._flags = self._texts.shift(len(self._texts.encodings))
        self._layouts = Layouts(plan, self._texts.encodings)
        self._width = len(plan.labels)
        self._has_frames = has_frames(plan)
        self._no_tokens = self._texts.count_all(())
        self._no_roles = (MISSING,) * len(ROLES) if plan.roles else ()
        self._uncounted = (*(MISSING,) * 5, *self._no_roles, NO_CODE)
        self._features = audit_features(plan, self._texts)
        self._takes_alike = self._has_frames and self._features is None and not plan.evidence
        self._groups = Groups()
        self.discard()

    def process(self, records: Iterable[Record | Alike]) -> Columns:
        """One row per record, in order.

        Memory in addition to the columns is bounded by the batch. Never raises for what a log may hold; what
        `records` raises goes through, and the rows of that call are lost.
        """
        self.discard()
        for record in records:
            if isinstance(record, Alike):
                self.add_alike(record)
            else:
                self.add(record)
        return self.take()

    def add_alike(self, value: Alike) -> None:
        """Add the record of a value with a known form."""
        found = self._groups.call(value) if self._takes_alike else None
        if found is None:
            self.add(value.record())
            return
        key, call = found
        group = self._groups.get(key)
        if group is not None:
            group.calls.append(call)
            self._wait(group, call.asked, call.answered)
            return
        record = value.record()
        first = plain_call(record)
        self._add(record, first)
        if first is not None and (frame := self._frames.get(first.key)) is not None:
            self._groups.begin(key, frame)

    def add(self, record: Record) -> None:
        """Add one record. Never raises for what a log may hold."""
        self._add(record, plain_call(record) if self._has_frames else None)

    def _add(self, record: Record, call: PlainCall | None) -> None:
        frame = None if call is None else self._frames.get(call.key)
        if call is not None and frame is not None:
            self._wait(_Plain(record, frame, call), call.asked, call.answered)
        else:
            laid = self._layouts.of(record)
            if call is not None:
                self._remember(call, laid)
            asked, answered = (list(chain.from_iterable(each)) for each in (laid.texts(), laid.answers()))
            self._wait(laid, asked, answered)

    def take(self) -> Columns:
        """The rows of all records added so far; counting goes on with new columns."""
        self._count_waiting()
        columns = self._columns.finish()
        self.discard()
        return columns

    def discard(self) -> None:
        """Forget the rows and the records so far, but not the texts that were counted."""
        self._frames: dict[Key, Frame] = {}
        self._groups.discard()
        self._wait_anew()
        self._columns = ColumnBuilder(self._plan.labels, ROLES if self._plan.roles else ())

    def _wait_anew(self) -> None:
        self._waiting: list[LaidOut | _Plain | Group] = []
        self._awaited: list[str] = []
        self._answered = self._awaited if self._answers is self._texts else []
        self._size = 0

    def _remember(self, call: PlainCall, laid: LaidOut) -> None:
        """Keep the frame of the first call with its key, if it has one."""
        references = framed_references(call, laid, self._counters, [self._uncounted] * self._width)
        if references is None:
            return
        if len(self._frames) >= MOST_FRAMES:
            self._frames.clear()
        shape = shape_of(laid.record.kind, laid.record.request) if self._plan.shapes else None
        codes = self._columns.codes(laid.record, laid.doubts, shape=shape, replacement=laid.replacement)
        extra = tuple(laid.evidence()) if self._plan.evidence else ()
        features = None if self._features is None else self._features.in_common(laid, shape)
        alone = {one.encoding for one in references if isinstance(one, FramedReference) and one.shift < 0}
        self._frames[call.key] = Frame(codes, laid.doubts.basis, references, extra, sorted(alone), features)

    def _wait(self, waiting: LaidOut | _Plain | Group, asked: list[str], answered: list[str]) -> None:
        """Count something later, together with others; now, if much waits."""
        self._waiting.append(waiting)
        self._awaited += asked
        self._answered += answered
        self._size += sum(map(len, asked)) + sum(map(len, answered))
        if self._size > BATCH_TEXT or len(self._waiting) == BATCH_RECORDS:
            self._count_waiting()

    def _count_waiting(self) -> None:
        self._texts.learn(self._awaited)
        if self._answered is not self._awaited:
            self._answers.learn(self._answered)
        self._learn_alone()
        ready: list[tuple[int, ...]] = []
        rows: dict[Group, Iterator[tuple[int, ...] | Record]] = {}
        for waiting in self._waiting:
            if not isinstance(waiting, Group):
                self._append_after(ready, waiting)
                continue
            if waiting not in rows:
                rows[waiting] = waiting.rows(self._columns, self._counters)
            row = next(rows[waiting])
            if isinstance(row, Record):
                self._append_after(ready, self._layouts.of(row))
            else:
                ready.append(row)
        self._columns.append_all(ready)
        self._wait_anew()

    def _learn_alone(self) -> None:
        """Count the texts of plain calls under the encodings that only some calls need."""
        asked: dict[str, list[str]] = {}
        answered: dict[str, list[str]] = {}
        groups = {each for each in self._waiting if isinstance(each, Group)}
        known = [(group.frame, call.asked, call.answered) for group in groups for call in group.calls]
        known += [(one.frame, *one.call[1:]) for one in self._waiting if isinstance(one, _Plain)]
        for frame, questions, answers in known:
            for encoding in frame.alone:
                asked.setdefault(encoding, []).extend(questions)
                answered.setdefault(encoding, []).extend(answers)
        for encoding, texts in asked.items():
            self._texts.learn(texts, encoding)
            self._answers.learn(answered[encoding], encoding)

    def _append_after(self, ready: list[tuple[int, ...]], waiting: LaidOut | _Plain) -> None:
        """Append the rows that are ready, and then that of something else."""
        self._columns.append_all(ready)
        ready.clear()
        if isinstance(waiting, LaidOut):
            self._append(waiting)
        else:
            self._append_plain(*waiting)

    def _append(self, laid: LaidOut) -> None:
        record, plan = laid.record, self._plan
        counts = [self._uncounted] * self._width
        for framed in laid.framed:
            self._fill(counts, framed, laid)
        script = self._script(laid) if plan.scripts else None
        shape = shape_of(record.kind, record.request) if plan.shapes else None
        if plan.answers and record.kind == "responses" and record.response is not None:
            for name, number in answer_items(record.response).items():
                self._columns.put(name, number)
        for name in laid.evidence() if plan.evidence else ():
            self._columns.put(name, 1)
        verdicts = None if self._features is None else self._features.put(self._columns, laid)
        codes = self._columns.codes(
            record,
            laid.doubts,
            shape=shape,
            script=script,
            replacement=laid.replacement,
            verdicts=verdicts,
        )
        self._columns.append(record, codes, laid.doubts.basis, chain.from_iterable(counts))

    def _append_plain(self, record: Record, frame: Frame, call: PlainCall) -> None:
        asked = self._texts.packed(call.asked)
        if asked >> self._flags:
            self._append(self._layouts.of(record))
            return
        for name in frame.extra:
            self._columns.put(name, 1)
        codes = frame.codes
        if self._features is not None and frame.features is not None:
            codes = self._features.put_plain(self._columns, record, call.asked, frame.features)
        numbers = numbers_of(frame, call, self._counters, asked, self._answers.packed(call.answered))
        self._columns.append(record, codes, frame.basis, numbers)

    def _fill(self, counts: list[tuple[int, ...]], framed: Framed, laid: LaidOut) -> None:
        """The counts of all references of a framing group: each the numbers of its columns."""
        count_all, answered = self._texts.count_all, laid.record.response is not None
        asked = framed.input
        content = texts = self._no_tokens
        if asked is not None:
            content = texts = count_all(asked.content)
            if asked.texts is not asked.content:
                texts = count_all(asked.texts)
            if content.special:
                laid.doubts.flag("special_token_text")
            if content.repaired:
                laid.doubts.flag("surrogate_repaired")
        answer = self._answers.count_all(framed.answer.texts) if answered else self._no_tokens
        output = MISSING
        for place, target in framed.group.targets:
            if answered:
                tokens = self._tokens(self._answers, framed.answer.texts, answer, target)
                output = framed.answer.constant + tokens
            if asked is None:
                counts[place] = (MISSING, MISSING, output, MISSING, MISSING, *self._no_roles, NO_CODE)
            else:
                counts[place] = self._numbers(asked, content, texts, output, target, laid)

    def _numbers(
        self,
        asked: Layout,
        content: Counted,
        texts: Counted,
        output: int,
        target: CountingTarget,
        laid: LaidOut,
    ) -> tuple[int, ...]:
        """The numbers of a record under a reference that can count its input, in the order of the columns."""
        tokens = total = self._tokens(self._texts, asked.content, content, target)
        if asked.texts is not asked.content:
            total = self._tokens(self._texts, asked.texts, texts, target)
        low = high = MISSING
        if asked.beyond is not None and laid.doubts.least_basis < PARTIAL:
            low, high = (asked.constant + total + beyond for beyond in asked.beyond)
        by_role = self._by_role(asked, target) if self._plan.roles else ()
        framing = asked.constant + total - tokens
        return (tokens + asked.token_ids, framing, output, low, high, *by_role, laid.basis(asked, target))

    @staticmethod
    def _tokens(counter: TextCounter, texts: list[str], counted: Counted, target: CountingTarget) -> int:
        """The sum over texts, from the packed counts where the encoding is one of those counted together."""
        if target.place >= 0:
            return counted.counts[target.place]
        return sum(counter.tokens(target.encoding, text) for text in texts)

    def _by_role(self, asked: Layout, target: CountingTarget) -> Iterable[int]:
        totals = dict.fromkeys(ROLES, 0)
        for role, text in zip(asked.roles or (), asked.content, strict=True):
            counted = self._texts.count_all((text,))
            totals[role if role in totals else "other"] += self._tokens(self._texts, [text], counted, target)
        totals["prompt"] += asked.token_ids
        return totals.values()

    @staticmethod
    def _script(laid: LaidOut) -> str | None:
        from tokcount.scanning.features.script import dominant_script

        first = laid.framed[0].input if laid.framed else None
        return dominant_script(first.content if first else [])
