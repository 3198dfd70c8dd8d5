"""The features of audits; their modules are imported when a plan asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokcount.scanning.plan import ScanPlan
from tokcount.tokens.counter import TextCounter

if TYPE_CHECKING:
    from tokcount.scanning.features.audit import AuditFeatures


def audit_features(plan: ScanPlan, texts: TextCounter) -> AuditFeatures | None:
    """What puts the features of an audit, if the plan asks for any."""
    if not (plan.parts or plan.verdicts):
        return None
    from tokcount.scanning.features.audit import AuditFeatures

    return AuditFeatures(plan, texts)
