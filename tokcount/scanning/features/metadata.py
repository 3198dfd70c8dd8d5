"""Metadata of a call that findings need in addition to its counts: small numbers, never text."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Final, NamedTuple

from tokcount.framing.content import read_content
from tokcount.logs.record import Record
from tokcount.logs.scalars import Json

HEAD: Final = 8_192
"""Characters at the start of a request without a system message that count as its head; any 1,024 tokens of prose
have fewer."""

_MARKER: Final = re.compile(
    r"^[ \t#*\[<]*(system|user|human|assistant|ai|bot)\b[\]>*]*[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_FEWEST_MARKERS: Final = 2
_SIDES: Final = {"system": 0, "user": 1, "human": 1, "assistant": 2, "ai": 2, "bot": 2}
_MODEL_ITEMS: Final = frozenset({"function_call", "custom_tool_call", "reasoning"})


class Prefix(NamedTuple):
    """The start of a request that an earlier one may have had too: its fingerprint and the texts in it."""

    fingerprint: int
    texts: list[str]


class Starts(NamedTuple):
    """How many messages are in the starts of a request."""

    lead: int
    history: int


def metadata_of(record: Record, request: Json | None) -> dict[str, int]:
    """What is known of: `cut_off` (1: the answer stopped at a limit), and `role_markers` (lines such as `User:` in the
    prompt or the last message, if at least two sides speak).
    """
    found: dict[str, int] = {}
    if record.response is not None and is_cut_off(record.response):
        found["cut_off"] = 1
    if request is not None and (lines := role_markers(_spoken(request))):
        found["role_markers"] = lines
    return found


def prefixes_of(request: Json) -> dict[str, Prefix]:
    """The starts of a request that a cache may know, by name: `lead`, `history`, `request`.

    `lead`: its leading system messages, or the first `HEAD` characters of a single text that is longer;
    `history`: what was sent to get the last answer in it; `request`: all of it.
    """
    messages = _messages(request)
    if not messages:
        return {}
    try:
        return _prefixes(messages)
    except RecursionError:
        return {}


def starts_of(messages: list[Any]) -> Starts:
    """How many messages are in the starts of a request."""
    return Starts(_lead(messages), _history(messages))


def prefixes_with(starts: Starts, messages: list[Any], texts: list[str]) -> dict[str, Prefix]:
    """The starts of a request by name, given how many messages are in each, and the texts of all."""
    lead, history = starts
    found: dict[str, Prefix] = {}
    if len(messages) == 1 and len(texts[0]) > HEAD:
        head = texts[0][:HEAD]
        found["lead"] = Prefix(_number(_hashed(head)), [head])
    digest = hashlib.blake2b(digest_size=8)
    for place, message in enumerate(messages):
        if place == lead and lead:
            found["lead"] = Prefix(_number(digest), texts[:lead])
        if place == history and history:
            found["history"] = Prefix(_number(digest), texts[:history])
        digest.update(repr(message).encode("utf-8", "replace"))
    found["request"] = Prefix(_number(digest), texts)
    return found


def _prefixes(messages: list[Any]) -> dict[str, Prefix]:
    return prefixes_with(starts_of(messages), messages, [_text(message) for message in messages])


def _messages(request: Json) -> list[Any]:
    """Messages, input items or prompts, the instructions first."""
    items: Any = next((request[key] for key in ("messages", "input", "prompt") if request.get(key)), None)
    items = items if isinstance(items, list) else [items] if isinstance(items, str) else []
    instructions = request.get("instructions")
    return [{"role": "system", "content": instructions}, *items] if isinstance(instructions, str) else items


def _lead(messages: list[Any]) -> int:
    """How many messages at the start are system messages; 0 when there is nothing else."""
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ("system", "developer"):
            return place
    return 0


def _history(messages: list[Any]) -> int:
    """How many messages were sent to get the last answer among them."""
    place = len(messages)
    while place > 0 and not _is_of_model(messages[place - 1]):
        place -= 1
    while place > 0 and _is_of_model(messages[place - 1]):
        place -= 1
    return place


def _is_of_model(message: Any) -> bool:
    if not isinstance(message, dict):
        return False
    return message.get("role") == "assistant" or str(message.get("type")) in _MODEL_ITEMS


def _text(message: Any) -> str:
    if isinstance(message, str):
        return message
    return read_content(message.get("content"))[0] if isinstance(message, dict) else ""


def _hashed(text: str) -> Any:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8)


def _number(digest: Any) -> int:
    return int.from_bytes(digest.digest(), "little", signed=True)


def is_cut_off(response: Json) -> bool:
    """Whether an answer stopped at a limit."""
    choices = response.get("choices")
    if isinstance(choices, list):
        return any(isinstance(choice, dict) and choice.get("finish_reason") == "length" for choice in choices)
    details = response.get("incomplete_details")
    return isinstance(details, dict) and details.get("reason") == "max_output_tokens"


def _spoken(request: Json) -> list[str]:
    """The prompts of a request, or its last message."""
    messages = _messages(request)
    return [_text(message) for message in (messages if request.get("prompt") is not None else messages[-1:])]


def role_markers(texts: list[str]) -> int:
    """How many lines of the texts begin with a role, if at least two sides speak."""
    if sum([text.count(":") for text in texts]) < _FEWEST_MARKERS:
        return 0
    found = [word.lower() for text in texts for word in _MARKER.findall(text)]
    return len(found) if len({_SIDES[word] for word in found}) > 1 else 0
