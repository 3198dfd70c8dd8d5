"""The catalog of a run: bundled, or with the user's models and prices laid over it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tokcount.cli.options import PriceGroup

if TYPE_CHECKING:
    from tokcount.models.catalog import Catalog


def catalog_of(group: PriceGroup) -> Catalog:
    """The catalog with ``--price``, ``--prices``, ``TOKCOUNT_PRICES`` and the user's own file laid over it.

    Raises `UsageError` for anything wrong in them, naming file and key.
    """
    from tokcount.models.overrides import effective

    return effective(group.price or (), [group.prices] if group.prices else (), os.environ)
