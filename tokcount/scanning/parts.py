"""The content of a request in parts that add up to it: by text class, by role, and by position in the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tokcount.counting.layout import Layout
from tokcount.counting.text_parts import ClassCounter, by_class, total

ROLES: Final = ("system", "developer", "user", "assistant", "tool", "function", "prompt", "other")
"""Roles that a report tells apart; any other role is ``other``."""
SYSTEM_ROLES: Final = frozenset({"system", "developer"})
GIVEN_AS_IDS: Final = "given_as_ids"
"""The class of tokens that the log gives as ids, without a text."""


def content_parts(laid: Layout, encoding: str, counter: ClassCounter) -> dict[str, int]:
    """``class[C]``, ``role[R]`` and ``position[P]`` → tokens, each of the three adding up to the content.

    Positions: ``system``, ``history`` (messages before the last one), ``last`` and, of completions, ``prompt``. The
    layout has to be made with roles.
    """
    roles = laid.roles or ["other"] * len(laid.content)
    counts = [counter.count(encoding, text) for text in laid.content]
    parts = {f"class[{name}]": tokens for name, tokens in by_class(sum(counts)).items()}
    for role, position, packed in zip(roles, _positions(roles), counts, strict=True):
        _add(parts, f"role[{role if role in ROLES else 'other'}]", total(packed))
        _add(parts, f"position[{position}]", total(packed))
    if laid.token_ids:
        for name in (f"class[{GIVEN_AS_IDS}]", "role[prompt]", "position[prompt]"):
            _add(parts, name, laid.token_ids)
    return parts


def _positions(roles: Sequence[str]) -> list[str]:
    last = len(roles) - 1
    return [_position(role, is_last=place == last) for place, role in enumerate(roles)]


def _position(role: str, *, is_last: bool) -> str:
    if role in SYSTEM_ROLES:
        return "system"
    if role == "prompt":
        return "prompt"
    return "last" if is_last else "history"


def _add(parts: dict[str, int], name: str, tokens: int) -> None:
    parts[name] = parts.get(name, 0) + tokens
