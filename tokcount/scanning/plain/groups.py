"""Plain calls whose values have a known form: counted in batches, column by column, without a record for each.

Calls of one model (`tokcount.logs.alike`) with the same frame (`tokcount.scanning.plain.frames`) are a `Group`: their
rows differ in what a `Call` has. The record of the first one shows which frame it is, and all that could give a call
another one is in the key of the group. `tests/scanning/plain/test_groups.py` shows that rows are those of the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

from tokcount.logs.accounting.unread import unread_around
from tokcount.logs.alike.form import Alike, Model
from tokcount.logs.alike.skeleton import Parts, Path, getter
from tokcount.logs.record import Record
from tokcount.scanning.columns import NOT_BILLED, ColumnBuilder, units
from tokcount.scanning.copies import identity, identity_of
from tokcount.scanning.plain.frames import DAY, MOST_FRAMES, Counters, Frame, FramedReference, Key, plain_call
from tokcount.scanning.plain.rows import CallColumns, rows_of
from tokcount.scanning.schema import MISSING
from tokcount.tokens.packing import MASK, PackedCounts

_MEANINGLESS: Final = frozenset({"id", "created", "system_fingerprint", "object"})
"""Fields of an answer that its framing never depends on."""


_BILLED: Final = {"cost_usd": "billed_usd"}
_TRIES: Final = 16
"""Values of a model that are looked at for the form of plain calls."""


class Call(NamedTuple):
    """A call of a group: its value and its texts."""

    value: Alike
    asked: list[str]
    answered: list[str]


class Group:
    """Calls with the same frame that wait to be counted."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.calls: list[Call] = []

    def rows(self, columns: ColumnBuilder, counters: Counters) -> Iterator[tuple[int, ...] | Record]:
        """The rows of the calls, in order; the record itself of a call whose texts have a flag. Forgets the calls."""
        calls, self.calls = self.calls, []
        asked = [counters.texts.packed(call.asked) for call in calls]
        answered = [counters.answers.packed(call.answered) for call in calls]
        flagged = counters.texts.shift(len(counters.texts.encodings))
        rows = rows_of(
            _columns([call.value for call in calls], [len(call.asked) for call in calls]),
            columns,
            self.frame.codes,
            self.frame.basis,
            self._counts(calls, counters, asked, answered),
        )
        for call, packed, row in zip(calls, asked, rows, strict=True):
            yield call.value.record() if packed >> flagged else row

    def _counts(
        self,
        calls: Sequence[Call],
        counters: Counters,
        asked: Sequence[PackedCounts],
        answered: Sequence[PackedCounts],
    ) -> Iterator[Iterable[int]]:
        """The columns of the references: see `numbers_of`."""
        for reference in self.frame.references:
            if not isinstance(reference, FramedReference):
                yield from map(repeat, reference)
                continue
            shift, shift_answered, encoding, framing, output, basis = reference
            if shift >= 0:
                yield [packed >> shift & MASK for packed in asked]
                replies = [packed >> shift_answered & MASK for packed in answered]
            else:
                yield [counters.texts.all_tokens(encoding, call.asked) for call in calls]
                replies = [counters.answers.all_tokens(encoding, call.answered) for call in calls]
            yield repeat(framing)
            yield repeat(MISSING) if output is None else [output + reply for reply in replies]
            yield from map(repeat, (MISSING, MISSING, basis))


def _columns(values: Sequence[Alike], messages: Iterable[int]) -> CallColumns:
    """What the rows of values of one model are made of besides their counts."""
    model, record = values[0].model, values[0].model.record
    columns = zip(*[value.values for value in values], strict=True)
    found: dict[str, Sequence[Any]] = dict(zip((*model.fields, *model.counts), columns, strict=True))
    if "cost_usd" in found:
        found["cost_usd"] = [
            NOT_BILLED if (cost := units(amount)) is None else cost for amount in found["cost_usd"]
        ]
    return CallColumns(
        [value.source for value in values],
        [value.line for value in values],
        found.get("tags", repeat(record.tags)),
        found.get("user", repeat(record.user)),
        found.get("timestamp", repeat(record.timestamp)),
        messages,
        _identities(values, found),
        record.usage,
        {_BILLED.get(name, f"billed_{name}_tokens"): found[name] for name in model.counts},
    )


def _identities(values: Sequence[Alike], found: Mapping[str, Sequence[Any]]) -> Iterable[int]:
    """The identities of calls; only those whose ids no provider made need their records."""
    record = values[0].record()
    if not (record.id or record.custom_id):
        return repeat(0)
    usage = record.usage
    answered = (record.response or {}).get("id")
    place = _place(values[0].parts, answered) if isinstance(answered, str) else None
    if usage is None or (answered is not None and place is None):
        return [identity(value.record()) for value in values]
    answers = repeat(None) if place is None else [value.parts[place] for value in values]
    ids = zip(answers, found.get("id", repeat(record.id)), strict=False)
    billed = zip(
        found.get("input", repeat(usage.input)), found.get("output", repeat(usage.output)), strict=False
    )
    return [
        identity_of(both, *numbers) or identity(value.record())
        for value, both, numbers in zip(values, ids, billed, strict=False)
    ]


class PlainForm:
    """Where the texts of a plain call are among the parts of its value, and what its frame depends on."""

    def __init__(self, messages: int, answers: Sequence[int], dependent: Sequence[int], model: Model) -> None:
        self._messages = messages
        self._answers = answers
        self._dependent: Callable[[Parts], Sequence[Any]] = getter(dependent)
        self._time = model.fields.index("timestamp") if "timestamp" in model.fields else None
        self._fixed_time = model.record.timestamp

    def call(self, value: Alike) -> tuple[Key, Call] | None:
        """What decides the frame of a call, and the call; `None` if a text is empty, which makes it another one."""
        parts = value.parts
        messages = parts[self._messages]
        asked = [message["content"] for message in messages]
        answered = [parts[place] for place in self._answers]
        if not (all(asked) and all(answered)):
            return None
        time = self._fixed_time if self._time is None else value.values[self._time]
        roles = [message["role"] for message in messages]
        day = None if time is None else time // DAY
        return (value.model, day, *roles, *self._dependent(parts)), Call(value, asked, answered)


class Groups:
    """The groups of calls that are being counted."""

    def __init__(self) -> None:
        self._forms: dict[Model, PlainForm] = {}
        self._tried: dict[Model, int] = {}
        """Values of which it could not be said what form of plain calls they have."""
        self._groups: dict[Key, Group] = {}

    def call(self, value: Alike) -> tuple[Key, Call] | None:
        """The call of a value and the key of its group; `None` for one that is not plain."""
        form = self._forms.get(value.model)
        if form is None:
            tried = self._tried.get(value.model, 0)
            if tried == _TRIES or (form := plain_form(value)) is None:
                self._tried[value.model] = min(tried + 1, _TRIES)
                return None
            self._forms[value.model] = form
        return form.call(value)

    def get(self, key: Key) -> Group | None:
        """The group with a key."""
        return self._groups.get(key)

    def begin(self, key: Key, frame: Frame) -> None:
        """Make a group of the calls with a key, which have this frame."""
        if len(self._groups) >= MOST_FRAMES:
            self._groups.clear()
        self._groups[key] = Group(frame)

    def discard(self) -> None:
        """Forget the groups, whose frames belong to columns that are finished."""
        self._groups.clear()


def plain_form(value: Alike) -> PlainForm | None:
    """The form of plain calls that a value has; `None` if it is none, or this value does not show which."""
    record = value.record()
    if plain_call(record) is None or record.request is None:
        return None
    messages = _place(value.parts, record.request["messages"])
    choices = [] if record.response is None else record.response["choices"]
    answers = [_answer_place(value, choice["message"]) for choice in choices]
    if messages is None or None in answers:
        return None
    texts = {messages, *answers}
    frame_parts = _Bodies(value, record)
    dependent = [place for place in value.model.free if place not in texts and frame_parts.has(place)]
    if any(isinstance(value.parts[place], list) for place in dependent):
        return None
    return PlainForm(messages, [place for place in answers if place is not None], dependent, value.model)


def _place(parts: Parts, part: Any) -> int | None:
    """Where a part is; `None` where several are the same, as texts of one character may be, or an empty one."""
    places = [place for place, each in enumerate(parts) if each is part]
    is_sure = len(places) == 1 and not (isinstance(part, str) and len(part) < 2)
    return places[0] if is_sure else None


def _answer_place(value: Alike, message: Any) -> int | None:
    """Where the text of a message of the answer is."""
    for place, path in value.model.free.items():
        if path[-1] == "content" and _holder(value, path) is message:
            return place
    return _place(value.parts, message["content"])


def _holder(value: Alike, path: Path) -> Any:
    """The object or list that has the leaf at a path."""
    holder = value.parts[value.model.value]
    for step in path[:-1]:
        holder = holder[step]
    return holder


class _Bodies:
    """The parts of a value on which the frame of its call may depend, although no field of its record has them."""

    def __init__(self, value: Alike, record: Record) -> None:
        self._value = value
        self._request = record.request or {}
        self._holders = {id(each) for each in _holders([record.request, record.response])}

    def has(self, place: int) -> bool:
        """Whether the frame may depend on the part in a place."""
        path = self._value.model.free[place]
        name, holder = path[-1], _holder(self._value, path)
        part, asked = holder[name], self._request.get(str(name))
        if name in _MEANINGLESS or not (id(holder) in self._holders or asked is part):
            return False
        if asked is not part:
            return True
        bodies = ({**self._request, name: text} for text in ("", "a"))
        return isinstance(part, str) and any(unread_around("chat", body) for body in bodies)


def _holders(waiting: list[Any]) -> Iterator[Any]:
    """All objects and lists inside others."""
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, dict | list):
            yield holder
            waiting += holder.values() if isinstance(holder, dict) else holder
