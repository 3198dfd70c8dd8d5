"""The usual format: every value is complete by itself, nothing waits for a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tokcount.logs.formats.interface import Item, Place
    from tokcount.logs.record import Json


class Single:
    """Base of formats that need no group: they say `items`, and `matches` where the keys alone do not decide."""

    grouped = False

    def matches(self, value: Json) -> bool:  # noqa: ARG002 - the keys decided
        """The keys alone decide, unless a format says more."""
        return True

    def items(self, value: Json, place: Place) -> Iterable[Item]:
        """The records of one value."""
        raise NotImplementedError

    def read(self, value: Json, place: Place, group: Json) -> Iterable[Item]:  # noqa: ARG002 - nothing waits
        """See `tokcount.logs.formats.interface.Format`."""
        return self.items(value, place)

    def finish(self, group: Json) -> Iterable[Item]:  # noqa: ARG002 - nothing waits
        """See `tokcount.logs.formats.interface.Format`."""
        return ()
