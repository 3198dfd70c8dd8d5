"""The ids that join calls to their results: those of the log, and made ones where it has none."""

from __future__ import annotations

from typing import Any, Final

from tokcount.reports.migrate.request import Loss, Message, NotMigratedError, Result, Turn

BAD_CALL: Final = "a call without a name that the API takes"
LONE_RESULT: Final = "a result without its call"
UNANSWERED: Final = "a call without its result"
MADE: Final = Loss(
    "tool_calls", "rewritten", "calls without an id, or with a longer one than the API takes, get one"
)
LONGEST_ID: Final = 64
"""The longest id that Responses take (openai/openai-openapi: FunctionToolCall)."""
LONGEST_CHAT_ID: Final = 40
"""Chat refuses longer ones ("string too long. Expected a string with maximum length 40")."""


class CallIds:
    """Gives each call its id, and each result that of the call that it answers."""

    def __init__(self, losses: list[Loss]) -> None:
        self._losses = losses
        self._calls = 0
        self._waiting: list[tuple[Any, Any, str]] = []
        """Calls without a result: the id in the log, the name, and the id that is written."""

    def called(self, identity: Any, name: Any) -> str:
        """The id to write for a call."""
        self._calls += 1
        written = identity if _is_id(identity) else f"call_{self._calls}"
        if written != identity:
            self._losses.append(MADE)
        self._waiting.append((identity, name, written))
        return written

    def answered(self, identity: Any, name: Any = None) -> str:
        """The id to write for a result: of the call with its id, else of the first one that fits its name."""
        for place, (logged, called, written) in enumerate(self._waiting):
            if logged == identity if identity is not None else name in (None, called):
                del self._waiting[place]
                return written
        raise NotMigratedError(LONE_RESULT)


def _is_id(identity: Any) -> bool:
    return isinstance(identity, str) and 0 < len(identity) <= LONGEST_ID


def shorter_ids(turns: list[Turn], losses: list[Loss]) -> dict[str, str]:
    """The ids that are too long for chat, and those to write instead."""
    ids = [call.id for turn in turns if isinstance(turn, Message) for call in turn.calls]
    shorter = {long: f"call_{number}" for number, long in enumerate(ids, 1) if len(long) > LONGEST_CHAT_ID}
    if shorter:
        losses.append(MADE)
    return shorter


def check_results(turns: list[Turn]) -> None:
    """Raise `NotMigratedError` unless every call has a result: the API refuses a request with open calls."""
    waiting: set[str] = set()
    for turn in turns:
        if isinstance(turn, Message):
            waiting.update(call.id for call in turn.calls)
        elif isinstance(turn, Result):
            waiting.discard(turn.call_id)
    if waiting:
        raise NotMigratedError(UNANSWERED)
