"""Warnings about targets: models that are shut down or will be soon."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tokcount.cli.inputs import say
from tokcount.cli.options import RunGroup

if TYPE_CHECKING:
    from tokcount.scanning.plan import ScanPlan


def warn(plan: ScanPlan, run: RunGroup, today: date) -> None:
    """Warn about targets that are shut down or will be soon, naming replacements, and about outdated price data."""
    from tokcount.models.catalog import stale_notice
    from tokcount.models.lifecycle import shutdown_warning

    targets = plan.references if plan.own else plan.references[1:]
    named = [found for reference in targets if (found := reference.resolution)]
    lines = [shutdown_warning(found.model, today, plan.catalog, found.host) for found in named]
    if named or plan.own or plan.auto:
        lines.append(stale_notice(today))
    for line in filter(None, lines):
        say(line, run)
