"""The prompts of a completions request: texts, token ids, or a list of either."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tokcount.reports.migrate.parameters.token_ids import decode

NULL_PROMPT: Final = "no prompt: the completions API starts such a text itself, a chat cannot"
NOT_TEXT: Final = "a prompt that is neither text nor tokens"


class Prompt(msgspec.Struct, frozen=True):
    """One prompt of a record: its place among them and its text, or the `reason` why it has none."""

    place: int
    text: str = ""
    reason: str = ""
    special: bool = False


def read_prompts(prompt: Any, encoding: str | None) -> list[Prompt]:
    """The prompts of a request: a text, token ids, or a list of either; each a request of its own."""
    if prompt is None:
        return [Prompt(0, reason=NULL_PROMPT)]
    if not isinstance(prompt, list) or (prompt and all(type(item) is int for item in prompt)):
        return [_read_prompt(0, prompt, encoding)]
    return [_read_prompt(place, item, encoding) for place, item in enumerate(prompt)]


def _read_prompt(place: int, prompt: Any, encoding: str | None) -> Prompt:
    if isinstance(prompt, str):
        return Prompt(place, prompt)
    if not isinstance(prompt, list) or not all(type(item) is int for item in prompt):
        return Prompt(place, reason=NOT_TEXT)
    decoded = decode(prompt, encoding)
    return Prompt(place, decoded.text, decoded.reason, decoded.special)
