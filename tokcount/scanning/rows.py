"""One record in, one row of counts out: where logs, models and counting meet."""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.counting.families import FAMILIES, Family
from tokcount.counting.framing import layout
from tokcount.counting.layout import BASIS_ORDER, Layout
from tokcount.counting.output import layout_output
from tokcount.counting.text import TextCounter
from tokcount.errors import UsageError
from tokcount.logs.record import Json, Kind, Record
from tokcount.models.names import resolve
from tokcount.scanning.columns import Cell, Columns, Notes
from tokcount.scanning.plan import OWN, ScanPlan
from tokcount.scanning.scripts import dominant_script
from tokcount.scanning.shapes import shape_of

PROMPT_KINDS = frozenset({"completions", "text"})
UNCOUNTED_FLAGS = frozenset({"truncated", "redacted"})
ROLES = ("system", "developer", "user", "assistant", "tool", "function", "prompt", "other")
NO_MODEL = "no model in the record"


class Target(msgspec.Struct, frozen=True):
    """A reference made ready: its encoding, framing family, and the model name that image rules go by.

    ``is_encoding``: an encoding says nothing of the endpoint, so a prompt stays a prompt under it.
    """

    label: str
    encoding: str
    family: str
    model: str = ""
    is_encoding: bool = False
    assumed: str | None = None

    def family_for(self, kind: Kind) -> Family:
        """The framing family for a record of this kind.

        A completions call counted under its own model was sent to the completions endpoint, which frames nothing.
        """
        if kind == "completions" and self.label == OWN:
            return FAMILIES["completions"]
        if kind in PROMPT_KINDS and self.is_encoding:
            return FAMILIES["completions"]
        return FAMILIES[self.family]


class RowCounter:
    """Counts records under the references of a plan and appends one row each to `columns`.

    Not safe to share between threads; every worker has its own, with its own cache of counted texts.
    """

    def __init__(self, plan: ScanPlan) -> None:
        self.plan = plan
        self.counter = TextCounter(plan.encodings, engine=plan.engine)
        self.targets = tuple(
            Target(
                reference.label,
                reference.encoding,
                reference.family,
                reference.model.name if reference.model else "",
                reference.model is None,
            )
            for reference in plan.references
        )
        self.columns = self.fresh_columns()
        self._own: dict[tuple[str | None, str | None], Target | str] = {}

    def fresh_columns(self) -> Columns:
        """Empty columns for the next block."""
        return Columns(self.plan.labels, ROLES if self.plan.roles else ())

    def take(self) -> Columns:
        """The rows so far; counting goes on in fresh columns."""
        done, self.columns = self.columns, self.fresh_columns()
        return done

    def add(self, record: Record) -> None:
        """Count one record and append its row. Never raises for what a log may hold."""
        request = None if UNCOUNTED_FLAGS.intersection(record.flags) else record.request
        notes = Notes()
        layouts: dict[tuple[str, str], Layout] = {}
        cells = [
            self._cell(target, record, request, layouts, notes) for target in self._targets(record, notes)
        ]
        plan = self.plan
        script = dominant_script(_first_content(layouts)) if plan.scripts else None
        shape = shape_of(record.kind, record.request) if plan.shapes else None
        self.columns.append(record, cells, notes, shape=shape, script=script)

    def _targets(self, record: Record, notes: Notes) -> list[Target | None]:
        if not self.plan.own:
            return list(self.targets)
        own = self._own_target(record.served_model, record.model)
        if isinstance(own, str):
            notes.reasons[own] = None
            return [None, *self.targets]
        return [own, *self.targets]

    def _own_target(self, served: str | None, asked: str | None) -> Target | str:
        """The record's own model as a target, or the reason why there is none."""
        key = (served, asked)
        if key not in self._own:
            self._own[key] = self._resolve_own(served, asked)
        return self._own[key]

    def _resolve_own(self, served: str | None, asked: str | None) -> Target | str:
        for name in (served, asked, self.plan.assume_model):
            if not name:
                continue
            try:
                model = resolve(name).model
            except UsageError:
                continue
            return Target(OWN, model.encoding, model.family, model.name)
        named = served or asked
        return f"unknown model {named!r}" if named else NO_MODEL

    def _cell(
        self,
        target: Target | None,
        record: Record,
        request: Json | None,
        layouts: dict[tuple[str, str], Layout],
        notes: Notes,
    ) -> Cell:
        if target is None:
            return Cell()
        family = target.family_for(record.kind)
        cell = Cell()
        if request is not None:
            laid = self._layout(family, target.model, record, request, layouts)
            notes.worsen(laid.basis, laid.reasons)
            self._measure(laid, target.encoding, cell, notes)
            cell.basis = BASIS_ORDER.index(laid.basis)
        if record.response is not None:
            answer = layout_output(record.kind, record.response, family, request=record.request)
            cell.output = answer.constant + self._sum(answer.texts, target.encoding)
        return cell

    def _layout(
        self,
        family: Family,
        model: str,
        record: Record,
        request: Json,
        layouts: dict[tuple[str, str], Layout],
    ) -> Layout:
        key = (family.name, model)
        if key not in layouts:
            layouts[key] = layout(
                record.kind,
                request,
                family,
                model=model,
                timestamp=record.timestamp,
                roles=self.plan.roles,
            )
        return layouts[key]

    def _measure(self, laid: Layout, encoding: str, cell: Cell, notes: Notes) -> None:
        content = self._sum(laid.content, encoding)
        total = content if laid.texts is laid.content else self._sum(laid.texts, encoding)
        cell.content = content + laid.token_ids
        cell.framing = laid.constant + total - content
        if laid.roles is not None:
            cell.by_role = self._by_role(laid, encoding)

    def _sum(self, texts: list[str], encoding: str) -> int:
        tokens = self.counter.tokens
        return sum(tokens(encoding, text) for text in texts)

    def _by_role(self, laid: Layout, encoding: str) -> dict[str, int]:
        totals = dict.fromkeys(ROLES, 0)
        for role, text in zip(laid.roles or (), laid.content, strict=False):
            totals[role if role in totals else "other"] += self.counter.tokens(encoding, text)
        totals["prompt" if not laid.roles else "other"] += laid.token_ids
        return totals


def _first_content(layouts: dict[Any, Layout]) -> list[str]:
    return next(iter(layouts.values())).content if layouts else []
