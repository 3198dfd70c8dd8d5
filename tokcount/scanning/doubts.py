"""What is in doubt about the counts of a record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from tokcount.framing.layout import BASIS_ORDER, Basis

BASIS_OF_FLAG: Final[dict[str, Basis]] = {
    "hidden_context": "partial",
    "reserialised": "estimated",
    "unread_answer": "exact",
    "odd_content": "estimated",
    "template": "estimated",
    "fragment": "estimated",
}
"""Flag that is a reason → the best that the count of the input of such a record can be."""


class RecordDoubts(msgspec.Struct):
    """What counting one record found out besides numbers: the worst basis, the reasons, and flags of its texts."""

    basis: int = 0
    least_basis: int = 0
    """The flags of the record do not let the basis of any count be better than this."""
    reasons: dict[str, None] = {}
    flags: tuple[str, ...] = ()

    def flag(self, *names: str) -> None:
        """Add flags that only counting can find."""
        self.flags = tuple(sorted({*self.flags, *names}))

    def limit(self, basis: Basis, reason: str) -> None:
        """No count of this record is better than `basis`."""
        self.least_basis = max(self.least_basis, BASIS_ORDER.index(basis))
        self.worsen(basis, (reason,))

    def worsen(self, basis: Basis, reasons: Iterable[str]) -> None:
        """Keep the worse basis and all reasons, in order of appearance."""
        self.basis = max(self.basis, BASIS_ORDER.index(basis))
        self.reasons.update(dict.fromkeys(reasons))
