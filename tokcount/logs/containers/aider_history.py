"""aider's `.aider.llm.history`: what was sent to the model and what came back, every line behind its role.

    TO LLM 2026-01-01T10:00:00
    -------
    USER What is the capital of France?
    LLM RESPONSE 2026-01-01T10:00:02
    ASSISTANT Paris.

Source: aider, `aider/io.py` (`log_llm_history`) and `aider/utils.py` (`format_messages`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.lines import Lines
from tokcount.logs.containers.json_lines import Found, unparsed, unreadable

if TYPE_CHECKING:
    from tokcount.logs.bytes.stream import Stream

IS_HISTORY: Final = re.compile(r"\ATO LLM \d{4}-\d\d-\d\dT")
_MARK: Final = re.compile(r"(TO LLM|LLM RESPONSE) (\d{4}-\d\d-\d\dT\S+)\Z")
_ROLE: Final = re.compile(r"(SYSTEM|USER|ASSISTANT|TOOL|FUNCTION|DEVELOPER) ?(.*)\Z")
_BETWEEN: Final = "-------"


def history_values(stream: Stream, source: str, largest: int) -> Iterator[Found]:
    """A value for each call: `aider_time`, `messages` and `answer`, at the line on which it begins."""
    lines = Lines(stream, largest)
    call: dict[str, Any] | None = None
    start = 0
    begins = True
    for number, line in lines:
        if line is None:
            yield unparsed(source, number, f"a line of more than {largest >> 20} MB")
            continue
        text = text_encoding.noted(line, number, stream.notes).rstrip("\r\n")
        mark = _MARK.match(text)
        if mark and mark[1] == "TO LLM":
            if call is not None:
                yield start, 0, call
            call, start = {"aider_time": mark[2], "messages": []}, number
        elif mark and call is not None:
            call["answer"] = []
        elif call is not None:
            _add(call.get("answer", call["messages"]), text, begins=begins)
        begins = mark is not None or text == _BETWEEN
    if call is not None:
        yield start, 0, call
    if stream.problem is not None:
        yield unreadable(stream, source, lines.number)


def _add(messages: list[dict[str, str]], text: str, *, begins: bool) -> None:
    """Add a line to the message that it continues, or begin one after a separator."""
    role = _ROLE.match(text)
    if role is None:
        return
    if begins or not messages:
        messages.append({"role": role[1].lower(), "content": role[2]})
    else:
        messages[-1]["content"] += f"\n{role[2]}"
