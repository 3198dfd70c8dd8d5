"""A request laid out as the API encodes it: the texts, and how many tokens the API adds.

The layout depends on the framing family, not on the encoding: a request is laid out once and then counted under any
number of encodings.

    input = constant + Σ tok(text) for texts
    content = Σ tok(text) for content
    framing = input - content

For plain messages `texts` *is* `content` (the same list), so nothing is encoded twice.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tokcount.framing.features import MESSAGES, PLAIN

UNDATED = "a rule that changed over time, for a request without a time"
NOT_READ = "not read: "
"""Begins the reason that names a field."""


Range = tuple[int, int]
"""The fewest and the most tokens."""


class LayoutBuilder:
    """Collects texts, constants and reasons for a `Layout`."""

    __slots__ = ("_beyond", "_estimated", "_features", "_partial", "constant", "content", "roles", "texts")

    def __init__(self) -> None:
        self.constant = 0
        self.content: list[str] = []
        self.texts: list[str] = []
        self.roles: list[str] = []
        self._features = {MESSAGES}
        self._estimated: list[str] = []
        self._partial: list[str] = []
        self._beyond: list[Range | None] = []

    def add_text(self, role: str, text: str) -> None:
        """Adds text of a message that is encoded unchanged."""
        if text:
            self.add_content_only(role, text)
            self.texts.append(text)

    def add_content_only(self, role: str, text: str) -> None:
        """Adds text of a message that is encoded in another form; the caller adds that form with `add_encoded`."""
        if text:
            self.content.append(text)
            self.roles.append(role)

    def add_encoded(self, text: str) -> None:
        """Adds text that the API adds or reformats."""
        if text:
            self.texts.append(text)

    def uses(self, *features: str) -> None:
        """The request has these features; `tokcount.framing.evidence` knows how well their rules are confirmed."""
        self._features.update(features)

    def mark_estimated(self, reason: str) -> None:
        """Part of the request is not what the API takes, so no rule can be confirmed for it."""
        if reason not in self._estimated:
            self._estimated.append(reason)

    def mark_partial(self, reason: str, beyond: Range | None = None) -> None:
        """Part of the request cannot be counted; `beyond`: the range of its tokens, where that is known."""
        self._beyond.append(beyond)
        if reason not in self._partial:
            self._partial.append(reason)

    def finish(self, *, roles: bool = False) -> Layout:
        return Layout(
            constant=self.constant,
            content=self.content,
            texts=self.texts,
            basis="partial" if self._partial else "estimated" if self._estimated else "exact",
            reasons=(*self._partial, *self._estimated),
            roles=self.roles if roles else None,
            features=frozenset(self._features),
            beyond=_total(self._beyond) if self._partial else None,
        )


def _total(ranges: list[Range | None]) -> Range | None:
    known = [one for one in ranges if one is not None]
    if len(known) < len(ranges):
        return None
    return sum(low for low, _ in known), sum(high for _, high in known)


Basis = Literal["exact", "estimated", "partial"]
"""`exact`: the rule is confirmed by billed recordings. `estimated`: the rule is known, but not confirmed for this kind
of request. `partial`: part of the record cannot be counted; the number is a lower bound."""

BASIS_ORDER: tuple[Basis, Basis, Basis] = ("exact", "estimated", "partial")
EXACT, ESTIMATED, PARTIAL = BASIS_ORDER


class Layout(msgspec.Struct):
    """The texts that are encoded, and the tokens that the API adds.

    `content`: the text that the user wrote, message by message. `texts`: what is encoded, after rules joined, repeated
    or reformatted it. `reasons`: why the basis is not exact, a few words each.
    """

    constant: int
    content: list[str]
    texts: list[str]
    basis: Basis = "exact"
    reasons: tuple[str, ...] = ()
    roles: list[str] | None = None
    """Role of each text of `content` (`user`, `system`, `prompt`, …); only on request."""
    token_ids: int = 0
    """Number of token ids that the log has instead of text; they are content."""
    features: frozenset[str] = PLAIN
    """What the request has of which the rules are confirmed or not: see `tokcount.framing.evidence`."""
    beyond: Range | None = None
    """The tokens that are not counted, where their range is known from recorded calls; only of a partial layout."""

    unread: tuple[str, ...] = ()
    """Paths of fields that hold something and were not read; see `tokcount.logs.accounting`."""

    plain: bool = False
    """The texts are those of the messages, unchanged; all else depends on their roles and the day of the call alone."""

    @property
    def not_read(self) -> tuple[str, ...]:
        """The reasons that name these fields."""
        return tuple([NOT_READ + path for path in self.unread])

    def mark_unread(self, fields: tuple[str, ...]) -> Layout:
        """Make the layout a lower bound when there are `fields` that were not read; returns it."""
        if fields:
            self.unread, self.beyond = fields, None
            self.basis, self.reasons = "partial", (*self.not_read, *self.reasons)
        return self
