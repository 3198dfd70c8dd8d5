"""One record laid out for all references of a plan: the texts to count, what the API adds, and what is in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tokcount.framing.layout import BASIS_ORDER, Layout
from tokcount.framing.replies import layout_output
from tokcount.framing.rules import layout
from tokcount.logs.accounting.contradiction import contradiction
from tokcount.logs.record import FLAGS, NON_OPENAI, Record
from tokcount.logs.scalars import Json
from tokcount.scanning.doubts import BASIS_OF_FLAG, RecordDoubts
from tokcount.scanning.features.evidence import evidence_columns
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.targets import CountingTarget, FramingGroup, Targets

UNCOUNTED_FLAGS: Final = frozenset({"truncated", "redacted"})
"""Flags of records whose text is not in the log."""
_ESTIMATED: Final = BASIS_ORDER.index("estimated")
_NOTHING: Final = Layout(0, [], [])


class Framed(msgspec.Struct):
    """A record laid out for one framing group: the input, if it can be counted, and the answer."""

    group: FramingGroup
    input: Layout | None
    answer: Layout


class LaidOut(msgspec.Struct):
    """A record that is laid out."""

    record: Record
    request: Json | None
    """The request, if it can be counted."""
    doubts: RecordDoubts
    framed: list[Framed]
    replacement: str | None
    """The model that `auto` is for this record."""

    def texts(self) -> Iterator[list[str]]:
        """All lists of texts of the input that have to be counted."""
        for framed in self.framed:
            asked = framed.input
            if asked is not None:
                yield asked.content
                if asked.texts is not asked.content:
                    yield asked.texts

    def answers(self) -> Iterator[list[str]]:
        """All lists of texts of the answer."""
        for framed in self.framed:
            yield framed.answer.texts

    def layouts(self) -> Iterator[tuple[CountingTarget, Layout]]:
        """Each reference that can count the input, with its layout."""
        for framed in self.framed:
            if framed.input is not None:
                for _, target in framed.group.targets:
                    yield target, framed.input

    def labelled(self) -> Iterator[tuple[str, str, Layout]]:
        """As `layouts`, with the label and the encoding of each reference."""
        for target, asked in self.layouts():
            yield target.label, target.encoding, asked

    def evidence(self) -> Iterator[str]:
        """The columns of the evidence that decides the label of the count under the own model."""
        for framed in self.framed:
            if framed.input is not None and framed.group.is_own:
                yield from evidence_columns(self.record.kind, framed.group, framed.input)

    def basis(self, asked: Layout, target: CountingTarget) -> int:
        """The basis of the input tokens under a reference."""
        least = max(self.doubts.least_basis, _ESTIMATED if target.doubt else 0)
        return max(BASIS_ORDER.index(asked.basis), least)


class Layouts:
    """Lays records out for the references of a plan; `encodings` are those that are counted together."""

    def __init__(self, plan: ScanPlan, encodings: tuple[str, ...]) -> None:
        self._targets = Targets(plan, encodings)
        self._roles = plan.roles or plan.parts

    def of(self, record: Record) -> LaidOut:
        """The layouts of a record. Never raises for what a log may hold."""
        request = None if UNCOUNTED_FLAGS.intersection(record.flags) else record.request
        groups, reasons, replacement = self._targets.groups(
            record.kind,
            record.served_model,
            record.model,
            foreign=NON_OPENAI in record.flags,
            host=record.host,
        )
        doubts = RecordDoubts(reasons=dict.fromkeys(reasons))
        for flag in record.flags:
            if flag in BASIS_OF_FLAG:
                doubts.limit(BASIS_OF_FLAG[flag], FLAGS[flag])
        if request is not None and record.response is not None:
            contradicted = contradiction(request, record.response)
            if contradicted is not None:
                doubts.limit("partial", contradicted)
        framed: list[Framed] = []
        for group in groups:
            framed.append(self._framed(group, record, request, doubts, framed[0] if framed else None))
        found = LaidOut(record, request, doubts, framed, replacement)
        for target, _ in found.layouts():
            if target.doubt:
                doubts.worsen("estimated", (target.doubt,))
        if record.field is not None:
            doubts.worsen("exact", (f"the prompt is taken from {record.field!r}",))
        if record.variables:
            doubts.worsen("estimated", (record.without_value,))
        return found

    def _framed(
        self,
        group: FramingGroup,
        record: Record,
        request: Json | None,
        doubts: RecordDoubts,
        first: Framed | None,
    ) -> Framed:
        """The layout of a record for a group; what was not read of it is known from the `first` group."""
        laid = None
        if request is not None:
            laid = layout(
                record.kind,
                request,
                group.family,
                model=group.model,
                timestamp=record.timestamp,
                roles=self._roles,
                response=record.response if group.is_own else None,
                unread=first.input.unread if first is not None and first.input is not None else None,
            )
            if laid.basis != "exact":
                doubts.worsen(laid.basis, laid.reasons)
                _note_unread(laid, doubts)
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
                _note_unread(answer, doubts)
        return Framed(group, laid, answer)


def _note_unread(laid: Layout, doubts: RecordDoubts) -> None:
    """Fields that were not read, of the request or of the answer, make the record partial."""
    if not_read := laid.not_read:
        doubts.worsen("partial", not_read)
        doubts.flag("not_read")
