"""What each target does with the parameters of a request: refuses, renames or understands them differently.

Only keys and values of parameters are looked at, never the text of a prompt. What a row holds is the same for all
requests that ask for the same, so that a log has few different ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, get_args

import msgspec

from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.models.compatibility import EFFORT_NAMES, Compatibility, Verdict, compatibility_of
from tokcount.models.compatibility.request import Asked, asked, moved
from tokcount.models.compatibility.rules import Input
from tokcount.models.model import Model
from tokcount.models.references import AUTO
from tokcount.models.resolve import first_known
from tokcount.scanning.plan import ScanPlan

SentTo = Literal["completions", "chat", "responses"]
KINDS: Final[frozenset[str]] = frozenset(get_args(SentTo))
"""Kinds of records whose requests have parameters; the kind is the endpoint."""
MAX_CACHED: Final = 16_384
NONE: Final = "[]"
"""The text of no verdicts."""
OUTPUT_LIMITS: Final = ("max_completion_tokens", "max_tokens", "max_output_tokens")
_LARGEST: Final = 2**31 - 1


class TargetVerdict(msgspec.Struct, frozen=True, array_like=True):
    """What a target does with a request, or with one of its parameters."""

    reference: str
    """The label of the target."""
    model: str
    status: Literal["endpoint", "refused", "renamed", "changed", "unknown"]
    """`endpoint`: the model is not served at the endpoint of the request."""
    parameter: str = ""
    """Empty: the whole request. Of `unknown`: nothing is known about the model."""
    endpoint: str = ""
    """Where the request goes under the target."""
    to: str = ""
    why: str = ""


_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(tuple[TargetVerdict, ...])


def verdicts_in(text: str) -> tuple[TargetVerdict, ...]:
    """The verdicts of a row."""
    return _DECODER.decode(text)


class RequestVerdicts:
    """Judges requests for the references of a plan, as far as they are models, and for recommended replacements."""

    def __init__(self, plan: ScanPlan) -> None:
        self._plan = plan
        self._named = [(one.label, one.model) for one in plan.references if one.model is not None]
        self._judges: dict[tuple[str, str, str], _Judge] = {}

    def of(self, record: Record, replacement: str | None) -> str | None:
        """The verdicts on a request as text; `None` when there is no request to judge."""
        if record.request is None or record.kind not in KINDS:
            return None
        sent_to: Any = record.kind
        request = asked(sent_to, record.request)
        found: list[TargetVerdict] = []
        for label, model in self._targets(replacement):
            found += self._judge(label, model, sent_to).verdicts(request)
        if any(verdict.status == "changed" for verdict in found):
            usual = self._usual(record, request, sent_to)
            found = [one for one in found if one.status != "changed" or one.parameter not in usual]
        return _ENCODER.encode(found).decode() if found else NONE

    def looked_at(self, record: Record, replacement: str | None) -> dict[str, bool]:
        """The parameters that the verdicts on a chat request, and its `output`, depend on; `True`: on their values too.

        They are the same for all chat requests of the same model with this replacement.
        """
        judges = [self._judge(label, model, "chat") for label, model in self._targets(replacement)]
        if (own := self._own(record)) is not None:
            judges.append(self._judge("", own, "chat"))
        found = dict.fromkeys(OUTPUT_LIMITS, True)
        for judge in judges:
            for name, by_value in judge.looked_at().items():
                found[name] = by_value or found.get(name, False)
        return found

    @staticmethod
    def output(record: Record) -> int | None:
        """See `requested_output`."""
        return requested_output(record.request)

    def _usual(self, record: Record, request: Asked, sent_to: SentTo) -> set[str]:
        """The parameters that mean under the own model what they mean under models that change them."""
        own = self._own(record)
        if own is None:
            return set()
        verdicts = self._judge("", own, sent_to).verdicts(request)
        return {verdict.parameter for verdict in verdicts if verdict.status == "changed"}

    def _own(self, record: Record) -> Model | None:
        names = (record.served_model, record.model, self._plan.assume_model)
        found = first_known(names, self._plan.catalog)
        return None if found is None else found.model

    def _targets(self, replacement: str | None) -> Iterator[tuple[str, Model]]:
        yield from self._named
        found = first_known((replacement,), self._plan.catalog) if replacement else None
        if found is not None:
            yield AUTO, found.model

    def _judge(self, label: str, model: Model, sent_to: SentTo) -> _Judge:
        key = (label, model.name, sent_to)
        if key not in self._judges:
            self._judges[key] = _Judge(label, compatibility_of(model, self._plan.catalog), sent_to)
        return self._judges[key]


class _Judge:
    """The verdicts of one target on requests to one endpoint; remembers those on single values."""

    def __init__(self, label: str, model: Compatibility, sent_to: SentTo) -> None:
        self._label = label
        self._model = model
        self._sent_to: SentTo = sent_to
        self._endpoint = model.endpoint_for(sent_to)
        self._at = model.at(self._endpoint)
        self._is_moved = self._endpoint != sent_to
        self._known = {*self._at.parameters, *EFFORT_NAMES, *get_args(Input)}
        self._remembered: dict[tuple[object, ...], tuple[TargetVerdict, ...]] = {}
        self._always = tuple(self._of_model())

    def _of_model(self) -> Iterator[TargetVerdict]:
        """What holds for every request."""
        served = self._model.served
        if served and self._sent_to not in served:
            yield self._verdict("endpoint", "", to=self._endpoint if self._is_moved else ", ".join(served))
        if not self._model.is_known:
            yield self._verdict("unknown", "")

    def looked_at(self) -> dict[str, bool]:
        """The parameters that verdicts depend on; `True`: on their values, not only on their types."""
        return {name: name in self._at.by_value for name in {*self._known, *self._at.by_value}}

    def verdicts(self, request: Asked) -> list[TargetVerdict]:
        """What a person should know of a request under the target."""
        found = list(self._always)
        if request.inputs:
            found += self._worth_saying(self._at.of_inputs(request))
        parameters = request.parameters
        if self._is_moved:
            parameters = moved(parameters, self._sent_to, self._endpoint)
        effort, by_value = request.effort, self._at.by_value
        remembered = self._remembered
        for name, value in parameters.items():
            kept = (tuple(value) if type(value) is list else value) if name in by_value else None
            key = (name, type(value), kept, effort)
            try:
                found += remembered[key]
            except KeyError:
                found += self._remember(key, name, value, effort)
            except TypeError:
                found += self._worth_saying(self._at.both(name, value, effort))
        return found

    def _remember(
        self, key: tuple[object, ...], name: str, value: Any, effort: str | None
    ) -> tuple[TargetVerdict, ...]:
        if len(self._remembered) >= MAX_CACHED:
            self._remembered.clear()
        found = self._remembered[key] = self._worth_saying(self._at.both(name, value, effort))
        return found

    def _worth_saying(self, verdicts: Iterable[Verdict]) -> tuple[TargetVerdict, ...]:
        return tuple(
            self._verdict(one.status, one.parameter, to=one.to, why=one.why)
            for one in verdicts
            if one.status in ("refused", "changed")
            or (one.status == "renamed" and not self._is_moved)
            or (one.status == "unknown" and self._model.is_known and one.parameter in self._known)
        )

    def _verdict(self, status: Any, parameter: str, *, to: str = "", why: str = "") -> TargetVerdict:
        return TargetVerdict(self._label, self._model.model.name, status, parameter, self._endpoint, to, why)


def requested_output(request: Json | None) -> int | None:
    """The most output tokens that a request asks for; `None`: it sets no limit that can be one."""
    limits = ((request or {}).get(key) for key in OUTPUT_LIMITS)
    return next((n for n in limits if type(n) is int and 0 < n <= _LARGEST), None)
