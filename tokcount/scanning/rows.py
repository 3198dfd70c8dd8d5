"""One record in, one row of counts out: where logs, models and counting meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from tokcount.counting.families import FAMILIES, Family
from tokcount.counting.framing import layout
from tokcount.counting.layout import BASIS_ORDER, Basis, Layout
from tokcount.counting.odd_billing import named_residual
from tokcount.counting.output import layout_output
from tokcount.counting.text import Counted, TextCounter
from tokcount.logs.record import FLAGS, Json, Kind, Record
from tokcount.models.names import find
from tokcount.models.references import Reference
from tokcount.scanning.columns import NULL, Cell, Columns, Notes
from tokcount.scanning.parts_counter import PartsCounter
from tokcount.scanning.plan import OWN, ScanPlan
from tokcount.scanning.scripts import dominant_script
from tokcount.scanning.shapes import shape_of

PROMPT_KINDS = frozenset({"completions", "text"})
UNCOUNTED_FLAGS = frozenset({"truncated", "redacted"})
ROLES = ("system", "developer", "user", "assistant", "tool", "function", "prompt", "other")
NO_MODEL = "no model in the record"
DOUBTS: dict[str, Basis] = {
    "hidden_context": "partial",
    "reserialised": "estimated",
    "non_openai": "estimated",
}
"""Flag → the best that a count of such a record can be."""
ESTIMATED, PARTIAL = (BASIS_ORDER.index(word) for word in ("estimated", "partial"))


class Target(msgspec.Struct, frozen=True):
    """A reference made ready: its encoding, framing family, and the model name that image rules go by.

    ``is_encoding``: an encoding says nothing of the endpoint, so a prompt stays a prompt under it.
    """

    label: str
    encoding: str
    family: Family
    model: str = ""
    is_encoding: bool = False
    place: int = -1
    """Of the encoding among those that are counted together; -1: it is counted by itself."""
    doubt: str = ""
    """Why no count under it is exact."""

    def family_for(self, kind: Kind) -> Family:
        """The framing family for a record of this kind.

        A completions call counted under its own model was sent to the completions endpoint, which frames nothing.
        """
        if kind == "completions" and self.label == OWN:
            return FAMILIES["completions"]
        if kind in PROMPT_KINDS and self.is_encoding:
            return FAMILIES["completions"]
        return self.family


class RowCounter:
    """Counts records under the references of a plan and appends one row each to `columns`.

    Not safe to share between threads; every worker has its own, with its own cache of counted texts.
    """

    def __init__(self, plan: ScanPlan) -> None:
        self.plan = plan
        self.counter = TextCounter(plan.encodings, engine=plan.engine)
        self._calibrated = {user.model: user for user in plan.families}
        self.targets = tuple(self._target(reference) for reference in plan.references)
        self.columns = self.fresh_columns()
        self._parts = PartsCounter(self.counter.engine) if plan.parts else None
        self._own: dict[tuple[str | None, str | None], Target | str] = {}

    @property
    def warnings(self) -> list[str]:
        """What the engine has to say, one line each."""
        return self.counter.warnings

    def fresh_columns(self) -> Columns:
        """Empty columns for the next block."""
        return Columns(self.plan.labels, ROLES if self.plan.roles else ())

    def take(self) -> Columns:
        """The rows so far; counting goes on in fresh columns."""
        done, self.columns = self.columns, self.fresh_columns()
        return done.finished()

    def add(self, record: Record) -> None:
        """Count one record and append its row. Never raises for what a log may hold."""
        request = None if UNCOUNTED_FLAGS.intersection(record.flags) else record.request
        call = _Call(self.counter, record, request, roles=self.plan.roles, parts=self.plan.parts)
        targets = self._targets(record, call.notes)
        cells = [call.cell(target) for target in targets]
        script = dominant_script(call.content_texts()) if self.plan.scripts else None
        shape = shape_of(record.kind, record.request) if self.plan.shapes else None
        note = _bill_note(record, cells[0]) if self.plan.own and self.plan.shapes else None
        notes = call.finished_notes()
        if self._parts is not None:
            self._parts.add(self.columns.sparse, len(self.columns), record, request, call.laid_out(targets))
        self.columns.append(record, cells, notes, shape=shape, script=script, bill_note=note)

    def _target(self, reference: Reference) -> Target:
        name = reference.model.name if reference.model else ""
        calibrated = self._calibrated.get(reference.label.lower()) or self._calibrated.get(name)
        family = calibrated.family if calibrated else FAMILIES[reference.family]
        place = self.counter.encodings.index(reference.encoding)
        return Target(reference.label, reference.encoding, family, name, reference.model is None, place)

    def _targets(self, record: Record, notes: Notes) -> tuple[Target | None, ...]:
        if not self.plan.own:
            return self.targets
        own = self._own_target(record.served_model, record.model)
        if isinstance(own, str):
            notes.reasons[own] = None
            return (None, *self.targets)
        return (own, *self.targets)

    def _own_target(self, served: str | None, asked: str | None) -> Target | str:
        """The record's own model as a target, or the reason why there is none."""
        key = (served, asked)
        target = self._own.get(key)
        if target is None:
            target = self._own[key] = self._resolve_own(served, asked)
        return target

    def _resolve_own(self, served: str | None, asked: str | None) -> Target | str:
        named = served or asked
        for name in filter(None, (served, asked, self.plan.assume_model)):
            found = find(name, self.plan.catalog)
            calibrated = self._calibrated.get(name.lower())
            if calibrated and (calibrated.encoding or found):
                encoding = calibrated.encoding or (found.model.encoding if found else "")
                return self._own_as(encoding, calibrated.family, name)
            if found is not None:
                doubt = (
                    f"unknown model {named!r}, counted as {name}"
                    if named and name not in (served, asked)
                    else ""
                )
                return self._own_as(
                    found.model.encoding, FAMILIES[found.model.family], found.model.name, doubt
                )
        return f"unknown model {named!r}" if named else NO_MODEL

    def _own_as(self, encoding: str, family: Family, name: str, doubt: str = "") -> Target:
        known = self.counter.encodings
        place = known.index(encoding) if encoding in known else -1
        return Target(OWN, encoding, family, name, place=place, doubt=doubt)


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


class _Call:
    """One record while it is counted: each family's layout once, each list of texts once."""

    def __init__(
        self, counter: TextCounter, record: Record, request: Json | None, *, roles: bool, parts: bool
    ) -> None:
        self.notes = Notes()
        for flag in record.flags:
            if flag in DOUBTS:
                self.notes.doubt(DOUBTS[flag], FLAGS[flag])
        self._counter = counter
        self._record = record
        self._request = request
        self._by_roles = roles
        self._roles = roles or parts
        self._layouts: dict[tuple[str, str], _Laid] = {}
        self._answers: dict[str, _Laid] = {}

    def cell(self, target: Target | None) -> Cell:
        """The counts under one reference; an empty cell without one."""
        if target is None:
            return Cell()
        family = target.family_for(self._record.kind)
        cell = Cell()
        if self._request is not None:
            self._count_input(self._laid(family, target.model), target, cell)
        if self._record.response is not None:
            answer = self._answer(family)
            cell.output = answer.layout.constant + self._tokens(answer.layout.texts, answer.texts, target)
        return cell

    def laid_out(self, targets: Sequence[Target | None]) -> Iterator[tuple[str, str, Layout]]:
        """Label, encoding and layout of each reference that can count the input."""
        if self._request is None:
            return
        for target in targets:
            if target is not None:
                laid = self._laid(target.family_for(self._record.kind), target.model)
                yield target.label, target.encoding, laid.layout

    def content_texts(self) -> list[str]:
        """The text of the request, message by message."""
        return next(iter(self._layouts.values())).layout.content if self._layouts else []

    def finished_notes(self) -> Notes:
        """The notes with the flags that the texts themselves gave."""
        for laid in self._layouts.values():
            if laid.content.special or laid.content.repaired:
                special = ("special_token_text",) if laid.content.special else ()
                repaired = ("surrogate_repaired",) if laid.content.repaired else ()
                self.notes.flags = (*special, *repaired)
        return self.notes

    def _laid(self, family: Family, model: str) -> _Laid:
        key = (family.name, model)
        laid = self._layouts.get(key)
        if laid is None:
            record = self._record
            laid = self._layouts[key] = self._counted(
                layout(
                    record.kind,
                    self._request or {},
                    family,
                    model=model,
                    timestamp=record.timestamp,
                    roles=self._roles,
                )
            )
            self.notes.worsen(laid.layout.basis, laid.layout.reasons)
        return laid

    def _answer(self, family: Family) -> _Laid:
        answer = self._answers.get(family.name)
        if answer is None:
            record = self._record
            answer = self._answers[family.name] = self._counted(
                layout_output(record.kind, record.response or {}, family, request=record.request)
            )
        return answer

    def _counted(self, laid: Layout) -> _Laid:
        content = self._counter.count_all(laid.content)
        texts = content if laid.texts is laid.content else self._counter.count_all(laid.texts)
        return _Laid(laid, content, texts)

    def _count_input(self, laid: _Laid, target: Target, cell: Cell) -> None:
        layout = laid.layout
        content = total = self._tokens(layout.content, laid.content, target)
        if layout.texts is not layout.content:
            total = self._tokens(layout.texts, laid.texts, target)
        cell.content = content + layout.token_ids
        cell.framing = layout.constant + total - content
        cell.basis = max(BASIS_ORDER.index(layout.basis), self.notes.least_basis)
        if target.doubt:
            self.notes.worsen("estimated", (target.doubt,))
            cell.basis = max(cell.basis, ESTIMATED)
        if self._by_roles:
            cell.by_role = self._by_role(layout, target)

    def _tokens(self, texts: list[str], counted: Counted, target: Target) -> int:
        """The sum over texts, from the packed counts where the encoding is one of those counted together."""
        if target.place >= 0:
            return counted.counts[target.place]
        return sum(self._counter.tokens(target.encoding, text) for text in texts)

    def _text_tokens(self, text: str, target: Target) -> int:
        if target.place >= 0:
            return self._counter.count(text)[target.place]
        return self._counter.tokens(target.encoding, text)

    def _by_role(self, laid: Layout, target: Target) -> dict[str, int]:
        totals = dict.fromkeys(ROLES, 0)
        for role, text in zip(laid.roles or (), laid.content, strict=True):
            totals[role if role in totals else "other"] += self._text_tokens(text, target)
        totals["prompt"] += laid.token_ids
        return totals


class _Laid(msgspec.Struct):
    """A layout and the tokens of its texts under all encodings of the run."""

    layout: Layout
    content: Counted
    texts: Counted
