"""What to count: the references of a run, and what else each row needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from tokcount.errors import UsageError
from tokcount.framing.family import UserFamily
from tokcount.models.catalog import Catalog
from tokcount.models.references import AUTO, OWN, Reference, parse_reference
from tokcount.scanning.selection import Selection
from tokcount.tokens.engines.base import EngineName

DEFAULT_ENCODINGS: Final = ("p50k_base", "cl100k_base", "o200k_base")
REPLACEMENT_ENCODING: Final = "o200k_base"
"""The encoding of nearly all recommended replacements: counted together with the others when `auto` is a target."""


class ScanPlan(msgspec.Struct, frozen=True):
    """Everything that a worker needs to count records; picklable, and the same in every worker.

    `own` adds the record's own model as a reference, labelled `own`. `auto` adds the replacement of that model which
    is recommended on this day, labelled `auto`, as the last reference. `assume_model` is used where a record names no
    model or an unknown one, but not for another vendor's model; `catalog` and `families` are the user's own models and
    framing constants.

    The features that a report asks for: `roles`, content by message role; `scripts`, the dominant script of each
    record's text; `shapes`, the shape of each request; `answers`, what the answers of Responses calls consist of;
    `evidence`, the rows of the evidence table that decide the label of each record under its own model; `parts`, what
    an audit needs (see `tokcount.scanning.features.parts`); `verdicts`, what the targets do with the parameters of each
    request (see `tokcount.scanning.features.verdicts`), and the output tokens that it asks for.

    `selection`: the records to count; `None`: all of them.
    """

    references: tuple[Reference, ...]
    own: bool = False
    auto: date | None = None
    assume_model: str | None = None
    engine: EngineName = "auto"
    catalog: Catalog | None = None
    families: tuple[UserFamily, ...] = ()
    roles: bool = False
    scripts: bool = False
    shapes: bool = False
    answers: bool = False
    evidence: bool = False
    parts: bool = False
    verdicts: bool = False
    selection: Selection | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of all references in report order, the baseline first."""
        labels = tuple(reference.label for reference in self.references)
        return (*((OWN,) if self.own else ()), *labels, *((AUTO,) if self.auto else ()))

    @property
    def assumed(self) -> str | None:
        """The model that is assumed for records without a known one, where their own model matters."""
        return self.assume_model if self.own or self.auto else None

    @property
    def baseline(self) -> str:
        """Label of the baseline."""
        return self.labels[0]

    @property
    def encodings(self) -> tuple[str, ...]:
        """The distinct encodings of the named references, in their order, and that of most replacements for `auto`."""
        named = (reference.encoding for reference in self.references)
        return tuple(dict.fromkeys((*named, *((REPLACEMENT_ENCODING,) if self.auto else ()))))


def make_plan(
    *,
    from_: str | None = None,
    to: Sequence[str] = (),
    assume_model: str | None = None,
    engine: EngineName = "auto",
    catalog: Catalog | None = None,
    families: tuple[UserFamily, ...] = (),
    by: Sequence[str] = (),
    shapes: bool = False,
    today: date | None = None,
) -> ScanPlan:
    """A plan from the names that a user gave.

    With neither `from_` nor `to`: the three encodings, `p50k_base` as the baseline. With only targets, the
    baseline is each record's own model. `today` is the day of the recommendations that `auto` follows, by default the
    current date in UTC. Raises `UsageError` for an unknown name.
    """
    to = (to,) if isinstance(to, str) else to
    auto = auto_day(from_, to, today)
    named = [name for name in to if name.strip() != AUTO]
    names = [name for name in (from_, *named) if name]
    if assume_model:
        parse_reference(assume_model, catalog)
    references = [parse_reference(name, catalog) for name in names or (() if auto else DEFAULT_ENCODINGS)]
    if from_ and not to:
        references += [parse_reference(name, catalog) for name in DEFAULT_ENCODINGS if name != from_]
    _reject_repeats(references)
    return ScanPlan(
        references=tuple(references),
        own=bool(to) and not from_,
        auto=auto,
        assume_model=assume_model,
        engine=engine,
        catalog=catalog,
        families=families,
        roles="role" in by,
        scripts="script" in by,
        shapes=shapes,
    )


def auto_day(from_: str | None, to: Iterable[str], today: date | None = None) -> date | None:
    """The day of the recommendations, where `auto` is a target; `today` or the current date in UTC.

    Raises `UsageError` for `auto` as a baseline.
    """
    if from_ and from_.strip() == AUTO:
        raise UsageError(
            "auto is a target only; a baseline is a model or an encoding, or each record's own model."
        )
    is_asked = any(name.strip() == AUTO for name in to)
    return (today or datetime.now(tz=UTC).date()) if is_asked else None


def _reject_repeats(references: list[Reference]) -> None:
    labels = [reference.label for reference in references]
    for label in labels:
        if labels.count(label) > 1:
            raise UsageError(f"reference {label!r} is given twice: name every baseline and target once.")


def priced_plan(plan: ScanPlan, from_: str | None, to: Sequence[str]) -> ScanPlan:
    """The part of a plan of `make_plan` that has prices: baseline and targets; without targets, the baseline only.

    With neither, it is each record's own model. Raises `UsageError` for an encoding.
    """
    if not from_ and not to:
        own = own_plan(
            assume_model=plan.assume_model, engine=plan.engine, catalog=plan.catalog, families=plan.families
        )
        return msgspec.structs.replace(own, scripts=plan.scripts, selection=plan.selection)
    references = plan.references if to else plan.references[:1]
    for reference in references:
        if reference.model is None:
            option = "--from" if from_ and reference is references[0] else "--to"
            message = f"{reference.label}: an encoding has no price; name a model"
            raise UsageError(
                f"{message}.", command_line=f"{option} {message}, or compare encodings with drift."
            )
    return msgspec.structs.replace(plan, references=references)


def own_plan(
    *,
    assume_model: str | None = None,
    engine: EngineName = "auto",
    catalog: Catalog | None = None,
    families: tuple[UserFamily, ...] = (),
    evidence: bool = False,
) -> ScanPlan:
    """A plan that counts each record under its own model only, with all that a comparison with the bill needs."""
    if assume_model:
        parse_reference(assume_model, catalog)
    return ScanPlan(
        references=(),
        own=True,
        assume_model=assume_model,
        engine=engine,
        catalog=catalog,
        families=families,
        shapes=True,
        answers=True,
        evidence=evidence,
    )
