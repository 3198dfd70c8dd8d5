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
