"""References made ready for counting, and which of them frame a record alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

import msgspec

from tokcount.framing.families import FAMILIES
from tokcount.framing.family import Family
from tokcount.logs.record import Kind
from tokcount.models.lifecycle import recommended
from tokcount.models.model import ENCODINGS, UNKNOWN_FAMILY, Model, Resolution
from tokcount.models.references import AUTO, OWN, Reference, uncountable
from tokcount.models.resolve import AZURE_SPELLING, find, may_assume
from tokcount.scanning.plan import ScanPlan
from tokcount.vendors import vendor_of

PROMPT_KINDS: Final = frozenset({"completions", "text"})
NO_MODEL: Final = "no model in the record"
OTHER_API: Final = "the request is written for the API of another vendor"


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
        """The framing family for a record of this kind: under a chat model, a prompt is one user message."""
        if kind in PROMPT_KINDS and self.is_encoding:
            return FAMILIES["completions"]
        return self.family


class FramingGroup(NamedTuple):
    """A family and a model, and the targets that frame a record with them, each with its place in the row."""

    family: Family
    model: str
    targets: list[tuple[int, CountingTarget]]

    @property
    def is_own(self) -> bool:
        """Whether records are counted as they were billed, among others."""
        return self.targets[0][1].label == OWN


class Framings(NamedTuple):
    """All framing groups of the records of one kind and model.

    `reasons`: why there is no count under the own model or its replacement. `replacement`: the model that `auto` is.
    """

    groups: tuple[FramingGroup, ...]
    reasons: tuple[str, ...] = ()
    replacement: str | None = None


class OwnModel(NamedTuple):
    """The model of a record, if it is known, and how it is counted under it."""

    target: CountingTarget
    model: Model | None
    name: str


def _billed_as(found: Resolution) -> str:
    """The name whose rules and evidence hold: Azure's `gpt-35-turbo` is billed differently than `gpt-3.5-turbo`."""
    return found.asked.strip().lower() if AZURE_SPELLING in found.steps else found.model.name


class Targets:
    """The references of a plan for every record; `encodings` are those that are counted together."""

    def __init__(self, plan: ScanPlan, encodings: tuple[str, ...]) -> None:
        self._plan = plan
        self._encodings = encodings
        self._calibrated = {user.model: user for user in plan.families}
        self._named = tuple(map(self._target, plan.references))
        self._known: dict[tuple[Kind, str | None, str | None, bool, str | None], Framings] = {}

    def groups(
        self,
        kind: Kind,
        served: str | None,
        asked: str | None,
        *,
        foreign: bool = False,
        host: str | None = None,
    ) -> Framings:
        """The framing groups of a record of `kind` that names these models.

        `foreign`: another vendor answered. `host`: who served the model, as gateways write it in front of its name.
        """
        by_model = self._plan.own or self._plan.auto
        is_single = by_model or foreign
        key = (kind, served, asked, foreign, host) if is_single else (kind, None, None, False, None)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._grouped(kind, served, asked, foreign=foreign, host=host)
        return found

    def _grouped(
        self, kind: Kind, served: str | None, asked: str | None, *, foreign: bool, host: str | None
    ) -> Framings:
        plan = self._plan
        own = self._own(served, asked, foreign=foreign, host=host) if plan.own or plan.auto else NO_MODEL
        auto = self._replacement(own, plan.auto) if plan.auto else NO_MODEL
        row: list[CountingTarget | str] = [
            *([own if isinstance(own, str) else own.target] if plan.own else []),
            *(self._translated(served, asked) if foreign else self._named),
            *([auto] if plan.auto else []),
        ]
        groups: dict[tuple[str, str], FramingGroup] = {}
        for place, target in enumerate(row):
            if isinstance(target, CountingTarget):
                family = target.family_for(kind)
                key = family.name, target.model
                group = groups.setdefault(key, FramingGroup(family, target.model, []))
                group.targets.append((place, target))
        reasons = tuple(dict.fromkeys(target for target in row if isinstance(target, str)))
        return Framings(
            tuple(groups.values()), reasons, auto.model if isinstance(auto, CountingTarget) else None
        )

    def _translated(self, served: str | None, asked: str | None) -> Iterator[CountingTarget]:
        """The named references for a record that another vendor answered: no count under those of others is exact."""
        known = (find(name, self._plan.catalog) for name in (served, asked) if name)
        vendor = next((found.model.vendor for found in known if found), None)
        for target, reference in zip(self._named, self._plan.references, strict=True):
            is_own = reference.model is not None and reference.model.vendor == vendor
            doubt = target.doubt if is_own else target.doubt or OTHER_API
            yield msgspec.structs.replace(target, doubt=doubt)

    def _target(self, reference: Reference) -> CountingTarget:
        name = reference.model.name if reference.model else ""
        calibrated = self._calibrated.get(reference.label.lower()) or self._calibrated.get(name)
        family = calibrated.family if calibrated else _family_of(reference)
        place = self._encodings.index(reference.encoding)
        doubt = _doubt(reference.label, reference.resolution) if calibrated is None else ""
        return CountingTarget(
            reference.label, reference.encoding, family, name, reference.model is None, place, doubt
        )

    def _own(
        self, served: str | None, asked: str | None, *, foreign: bool, host: str | None
    ) -> OwnModel | str:
        """A record's own model, or the reason why there is none."""
        named = served or asked
        assumed = None if foreign or not may_assume((served, asked)) else self._plan.assume_model
        for name in filter(None, (served, asked, assumed)):
            found = find(name, self._plan.catalog)
            calibrated = self._calibrated.get(name.lower())
            if calibrated and (calibrated.encoding or found):
                encoding = calibrated.encoding or (found.model.encoding if found else "")
                target = self._place(CountingTarget(OWN, encoding, calibrated.family, name))
                return OwnModel(target, found.model if found else None, name)
            if found is not None:
                if why := uncountable(found.model):
                    return f"{found.model.name}: {why}"
                is_other = named not in (None, "", name)
                reason = f"unknown model {named!r}, counted as {name}"
                doubt = reason if is_other else _doubt(name, found)
                model = found.model
                hosted = find(f"{host}/{name}", self._plan.catalog) if host else None
                family = FAMILIES[(hosted or found).model.family]
                target = CountingTarget(OWN, model.encoding, family, _billed_as(found), doubt=doubt)
                return OwnModel(self._place(target), model, name)
        if not named:
            return NO_MODEL
        vendor = vendor_of(named)
        return f"unknown model {named!r}" + (f" of {vendor}" if vendor else "")

    def _replacement(self, own: OwnModel | str, today: date) -> CountingTarget | str:
        """The recommended replacement of a record's own model, or the reason why there is none."""
        if isinstance(own, str):
            return own
        model = own.model and recommended(own.model, today, self._plan.catalog)
        if model is None:
            return f"no recommended replacement of {own.name}"
        if why := uncountable(model):
            return f"{model.name}: {why}"
        calibrated = self._calibrated.get(model.name)
        family = calibrated.family if calibrated else FAMILIES[model.family]
        return self._place(CountingTarget(AUTO, model.encoding, family, model.name, doubt=own.target.doubt))

    def _place(self, target: CountingTarget) -> CountingTarget:
        """The target with the place of its encoding, if that is counted together with others."""
        if target.encoding not in self._encodings:
            return target
        return msgspec.structs.replace(target, place=self._encodings.index(target.encoding))


def _family_of(reference: Reference) -> Family:
    """The framing family of a reference: that of the folder's chat template when it is the folder of a model."""
    if reference.family != UNKNOWN_FAMILY:
        return FAMILIES[reference.family]
    from tokcount.framing.templates.model_folder import family_of

    return family_of(reference.encoding) or FAMILIES[UNKNOWN_FAMILY]


def _doubt(name: str, found: Resolution | None) -> str:
    """Why no count under a model is exact: the catalog knows only other dates of it, or its tokenizer is assumed."""
    if found is None:
        return ""
    if found.assumed:
        return f"{name!r} is not in the catalog (--prices adds it), counted as {found.model.name}"
    if found.model.encoding_basis == "assumed" and found.model.encoding not in ENCODINGS:
        return f"{found.model.name} is counted with the tokenizer of the models before it"
    return ""
