"""Which records of a log are counted: `--where`, `--since`, `--until`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tokcount.cli.options import ReadGroup, option

if TYPE_CHECKING:
    from tokcount.scanning.selection import Selection


@dataclass(frozen=True, kw_only=True)
class SelectGroup(ReadGroup):
    """How logs are read, and which of their records are counted."""

    where: Annotated[
        list[str] | None,
        option(
            "--where",
            help_text="Count only records that meet the condition, such as 'model = gpt-4* and tag != test'; "
            "repeatable.",
            metavar="CONDITION",
        ),
    ] = None
    since: Annotated[
        str | None,
        option(
            "--since",
            help_text="Count only records since this day (2026-11-01) or time (2026-11-01T08:00), in UTC.",
            metavar="DATE",
        ),
    ] = None
    until: Annotated[
        str | None,
        option(
            "--until", help_text="Count only records until the end of this day, or this time.", metavar="DATE"
        ),
    ] = None


def selection_of(group: SelectGroup) -> Selection | None:
    """What the options select; `None`: every record. Raises `UsageError` for a wrong condition or date."""
    if not group.where and group.since is None and group.until is None:
        return None
    from tokcount.scanning import selection

    return selection.selection_of(group.where or (), group.since, group.until)
