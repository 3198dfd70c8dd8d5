"""Plain calls, which are nearly all records: chats of messages with a role and a text, answered with text.

The rows of two such calls differ in their texts, numbers, times and users, if both have the same model, roles, day and
the like: the same `key`. The first call with a key is laid out like any record (`RecordCounter`); what its row has
besides the tokens of its texts is kept as a `Frame`, and the rows of all others with this key are put together from it.
So there is one set of rules. `tests/scanning/test_plain.py` shows that rows with and without frames are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from tokcount.framing.replies import has_reasoned
from tokcount.logs.accounting.unread import plain_choices, unread_around
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json
from tokcount.scanning.laid_out import LaidOut
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.schema import MISSING
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.packing import MASK, PackedCounts

if TYPE_CHECKING:
    from tokcount.scanning.features.audit import Features

MOST_FRAMES: Final = 4_096
"""Frames that are remembered."""

Key: TypeAlias = tuple[object, ...]

DAY: Final = 86_400
"""Seconds."""
_SHAPING: Final = frozenset(
    {"tools", "functions", "response_format", "text", "web_search_options", "data_sources", "dataSources"}
)
"""Fields of a request that change how it or its answer is laid out, or what is charged for it."""


class Counters(NamedTuple):
    """What counts the texts of requests, and those of answers; the same where both are counted alike."""

    texts: TextCounter
    answers: TextCounter


class PlainCall(NamedTuple):
    """A plain call: what its row depends on besides its texts and numbers, and its texts."""

    key: Key
    asked: list[str]
    answered: list[str]


class FramedReference(NamedTuple):
    """What a reference adds to the tokens of the texts of a call.

    `shift`: of its encoding in the packed counts of texts, and `shift_answered` in those of answers; -1 if it is not
    among those that are counted together. `output`: the framing of the answer; `None`: there is no answer.
    """

    shift: int
    shift_answered: int
    encoding: str
    framing: int
    output: int | None
    basis: int


class Frame(NamedTuple):
    """What the rows of all plain calls with the same key have in common.

    `codes`: of its strings, which belong to the columns that are being built. `references`: in the order of the row;
    the numbers themselves for one that cannot count the call. `extra`: columns that are 1 for these calls. `alone`:
    encodings that not all calls are counted under. `features`: only for a plan that asks for parts or verdicts; then
    the codes are those of a row without verdicts.
    """

    codes: tuple[int, ...]
    basis: int
    references: Sequence[FramedReference | tuple[int, ...]]
    extra: Sequence[str]
    alone: Sequence[str]
    features: Features | None = None


def has_frames(plan: ScanPlan) -> bool:
    """Whether rows depend on no more than the key, the texts, and what the features of an audit are for."""
    return not (plan.roles or plan.scripts)


def plain_call(record: Record) -> PlainCall | None:
    """The call of a record, if it is a plain one.

    Everything that the counting of a plain call depends on must be in the key: its labels and flags, the day (rules
    and evidence change by the day), the role of each message, and how the answer ended.
    """
    request, usage = record.request, record.usage
    if record.kind != "chat" or request is None or record.field is not None or record.variables:
        return None
    if usage is not None and (usage.requests != 1 or usage.web_searches is not None):
        return None
    messages = request.get("messages")
    if type(messages) is not list or not _SHAPING.isdisjoint(request) or unread_around("chat", request):
        return None
    roles, asked = [], []
    for message in messages:
        if type(message) is not dict or len(message) != 2:
            return None
        role, text = message.get("role"), message.get("content")
        if type(role) is not str or type(text) is not str or not text:
            return None
        roles.append(role)
        asked.append(text)
    answered: list[str] = []
    ending = None
    if record.response is not None and (ending := _ending(record.response, answered)) is None:
        return None
    time = record.timestamp
    key = (
        *(record.format, record.served_model, record.model, record.tier, record.region),
        *(record.host, record.flags, None if time is None else time // DAY, ending, *roles),
    )
    return PlainCall(key, asked, answered)


def _ending(response: Json, answered: list[str]) -> tuple[object, ...] | None:
    """What the framing of an answer depends on, if it is text alone; its texts are added to `answered`."""
    choices = plain_choices(response)
    if not choices:
        return None
    ended = 0
    for choice in choices:
        if text := choice["message"]["content"]:
            answered.append(text)
            ended += choice.get("finish_reason") != "length"
    return ended, type(response.get("usage")) is dict, has_reasoned(response)


def framed_references(
    call: PlainCall, laid: LaidOut, counters: Counters, uncounted: list[tuple[int, ...]]
) -> list[FramedReference | tuple[int, ...]] | None:
    """The references of a frame by the layouts of a call; `None`: one has more than its texts, or not all of them.

    `uncounted`: the numbers of each reference where it cannot count a call.
    """
    references: list[FramedReference | tuple[int, ...]] = list(uncounted)
    for framed in laid.framed:
        asked = framed.input
        if (
            asked is None
            or not asked.plain
            or asked.content != call.asked
            or framed.answer.texts != call.answered
        ):
            return None
        output = None if laid.record.response is None else framed.answer.constant
        for place, target in framed.group.targets:
            shift, answered = (
                counter.shift(target.place) if target.place >= 0 else -1 for counter in counters
            )
            basis = laid.basis(asked, target)
            references[place] = FramedReference(
                shift, answered, target.encoding, asked.constant, output, basis
            )
    return references


def numbers_of(
    frame: Frame, call: PlainCall, counters: Counters, asked: PackedCounts, answered: PackedCounts
) -> list[int]:
    """The numbers of all references for a call, given the packed counts of its texts."""
    numbers: list[int] = []
    for reference in frame.references:
        if not isinstance(reference, FramedReference):
            numbers += reference
            continue
        shift, shift_answered, encoding, framing, output, basis = reference
        if shift >= 0:
            content, reply = asked >> shift & MASK, answered >> shift_answered & MASK
        else:
            content = counters.texts.all_tokens(encoding, call.asked)
            reply = counters.answers.all_tokens(encoding, call.answered)
        numbers += (content, framing, MISSING if output is None else output + reply, MISSING, MISSING, basis)
    return numbers
