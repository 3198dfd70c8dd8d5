"""The features that few reports ask for; their modules are imported when a plan asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.scanning.plan import ScanPlan
from tokcount.tokens.counter import TextCounter

if TYPE_CHECKING:
    from tokcount.scanning.features.parts import PartsCounter
    from tokcount.scanning.features.verdicts import RequestVerdicts


def parts_counter(plan: ScanPlan, texts: TextCounter) -> PartsCounter | None:
    """What counts the parts of a record, if the plan asks for them."""
    if not plan.parts:
        return None
    from tokcount.scanning.features.parts import PartsCounter

    return PartsCounter(texts)


def request_verdicts(plan: ScanPlan) -> RequestVerdicts | None:
    """What judges requests for the targets, if the plan asks for it."""
    if not plan.verdicts:
        return None
    from tokcount.scanning.features.verdicts import RequestVerdicts

    return RequestVerdicts(plan)
