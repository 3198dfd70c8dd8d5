"""A request laid out as the API encodes it: which texts, and how many tokens around them.

The layout depends on the framing family, not on the encoding: a request is laid out once and then measured under
as many encodings as wanted.

    input = constant + Σ tok(text) for texts
    content = Σ tok(text) for content
    framing = input - content

For plain messages ``texts`` *is* ``content`` (the same list), so nothing is encoded twice.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class LayoutBuilder:
    """Collects texts, constants and doubts; `finish` makes the `Layout` of them."""

    __slots__ = ("_doubts", "_gaps", "constant", "content", "roles", "texts")

    def __init__(self) -> None:
        self.constant = 0
        self.content: list[str] = []
        self.texts: list[str] = []
        self.roles: list[str] = []
        self._doubts: list[str] = []
        self._gaps: list[str] = []

    def add_text(self, role: str, text: str) -> None:
        """Text of a message, encoded as it is."""
        if text:
            self.add_content_only(role, text)
            self.texts.append(text)

    def add_content_only(self, role: str, text: str) -> None:
        """Text of a message that is encoded in another form; the caller adds that form with `encode`."""
        if text:
            self.content.append(text)
            self.roles.append(role)

    def add_encoded(self, text: str) -> None:
        """Text that the API adds or reformats."""
        if text:
            self.texts.append(text)

    def mark_estimated(self, reason: str) -> None:
        """The rule is not confirmed for this shape."""
        if reason not in self._doubts:
            self._doubts.append(reason)

    def mark_partial(self, reason: str) -> None:
        """Something here cannot be counted."""
        if reason not in self._gaps:
            self._gaps.append(reason)

    def finish(self, *, roles: bool = False) -> Layout:
        return Layout(
            constant=self.constant,
            content=self.content,
            texts=self.texts,
            basis="partial" if self._gaps else "estimated" if self._doubts else "exact",
            reasons=(*self._gaps, *self._doubts),
            roles=self.roles if roles else None,
        )


Basis = Literal["exact", "estimated", "partial"]
"""``exact``: rule confirmed against billed recordings. ``estimated``: rule known, not confirmed for this shape.
``partial``: something in the record cannot be counted; the number is a floor."""

BASIS_ORDER: tuple[Basis, ...] = ("exact", "estimated", "partial")


class Layout(msgspec.Struct):
    """The texts that are encoded and the tokens added around them.

    ``content``: the text that the user wrote, message by message. ``texts``: what is encoded, where rules join,
    repeat or reformat it. ``token_ids``: tokens that the log gives as ids, counted as they are.
    ``reasons`` says, in a few words each, why the basis is not exact.
    """

    constant: int
    content: list[str]
    texts: list[str]
    basis: Basis = "exact"
    reasons: tuple[str, ...] = ()
    roles: list[str] | None = None
    """Role of each text of ``content`` (``user``, ``system``, ``prompt``, …), filled only when asked for."""
    token_ids: int = 0
    """Number of token ids given instead of text; they are content."""
