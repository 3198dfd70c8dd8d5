"""A layout in the making, shared by the rules of Chat Completions and of Responses."""

from __future__ import annotations

from tokcount.counting.layout import Layout


class Draft:
    """Collects texts, constants and doubts; `finish` makes the `Layout` of them."""

    __slots__ = ("_doubts", "_gaps", "constant", "content", "roles", "texts")

    def __init__(self) -> None:
        self.constant = 0
        self.content: list[str] = []
        self.texts: list[str] = []
        self.roles: list[str] = []
        self._doubts: list[str] = []
        self._gaps: list[str] = []

    def say(self, role: str, text: str) -> None:
        """Text of a message, encoded as it is."""
        if text:
            self.remember(role, text)
            self.texts.append(text)

    def remember(self, role: str, text: str) -> None:
        """Text of a message that is encoded in another form; the caller adds that form with `encode`."""
        if text:
            self.content.append(text)
            self.roles.append(role)

    def encode(self, text: str) -> None:
        """Text that the API adds or reformats."""
        if text:
            self.texts.append(text)

    def doubt(self, reason: str) -> None:
        """The rule is not confirmed for this shape."""
        if reason not in self._doubts:
            self._doubts.append(reason)

    def miss(self, reason: str) -> None:
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
