"""References made ready for counting, and which of them frame a record alike."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from tokcount.framing.families import FAMILIES
from tokcount.framing.family import Family
from tokcount.logs.record import Kind
from tokcount.models.references import OWN, Reference
from tokcount.models.resolve import find
from tokcount.scanning.plan import ScanPlan

PROMPT_KINDS: Final = frozenset({"completions", "text"})
NO_MODEL: Final = "no model in the record"


class CountingTarget(msgspec.Struct, frozen=True):
    """A reference made ready: its encoding, framing family, and the model name that the image rules use.

    `is_encoding`: an encoding does not specify an endpoint, so a prompt stays a prompt under it.
    """

    label: str
    encoding: str
    family: Family
    model: str = ""
    is_encoding: bool = False
    place: int = -1
    """Of the encoding among those that are counted together; -1: it is counted separately."""
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


class FramingGroup(NamedTuple):
    """A family and a model, and the targets that frame a record with them, each with its place in the row."""

    family: Family
    model: str
    targets: list[tuple[int, CountingTarget]]


class Framings(NamedTuple):
    """All framing groups of the records of one kind and model; `reason`: why there is no count under its own model."""

    groups: tuple[FramingGroup, ...]
    reason: str | None = None


class Targets:
    """The references of a plan for every record; `encodings` are those that are counted together."""

    def __init__(self, plan: ScanPlan, encodings: tuple[str, ...]) -> None:
        self._plan = plan
        self._encodings = encodings
        self._calibrated = {user.model: user for user in plan.families}
        self._named = tuple(map(self._target, plan.references))
        self._known: dict[tuple[Kind, str | None, str | None], Framings] = {}

    def groups(self, kind: Kind, served: str | None, asked: str | None) -> Framings:
        """The framing groups of a record of `kind` that names these models."""
        key = (kind, served, asked) if self._plan.own else (kind, None, None)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._grouped(kind, served, asked)
        return found

    def _grouped(self, kind: Kind, served: str | None, asked: str | None) -> Framings:
        own = self._own(served, asked) if self._plan.own else None
        row = [own, *self._named] if self._plan.own else list(self._named)
        groups: dict[tuple[str, str], FramingGroup] = {}
        for place, target in enumerate(row):
            if isinstance(target, CountingTarget):
                family = target.family_for(kind)
                key = family.name, target.model
                group = groups.setdefault(key, FramingGroup(family, target.model, []))
                group.targets.append((place, target))
        return Framings(tuple(groups.values()), own if isinstance(own, str) else None)

    def _target(self, reference: Reference) -> CountingTarget:
        name = reference.model.name if reference.model else ""
        calibrated = self._calibrated.get(reference.label.lower()) or self._calibrated.get(name)
        family = calibrated.family if calibrated else FAMILIES[reference.family]
        place = self._encodings.index(reference.encoding)
        return CountingTarget(
            reference.label, reference.encoding, family, name, reference.model is None, place
        )

    def _own(self, served: str | None, asked: str | None) -> CountingTarget | str:
        """A record's own model as a target, or the reason why there is none."""
        named = served or asked
        for name in filter(None, (served, asked, self._plan.assume_model)):
            found = find(name, self._plan.catalog)
            calibrated = self._calibrated.get(name.lower())
            if calibrated and (calibrated.encoding or found):
                encoding = calibrated.encoding or (found.model.encoding if found else "")
                return self._own_as(encoding, calibrated.family, name)
            if found is not None:
                assumed = named and name not in (served, asked)
                doubt = f"unknown model {named!r}, counted as {name}" if assumed else ""
                model = found.model
                return self._own_as(model.encoding, FAMILIES[model.family], model.name, doubt)
        return f"unknown model {named!r}" if named else NO_MODEL

    def _own_as(self, encoding: str, family: Family, name: str, doubt: str = "") -> CountingTarget:
        place = self._encodings.index(encoding) if encoding in self._encodings else -1
        return CountingTarget(OWN, encoding, family, name, place=place, doubt=doubt)
