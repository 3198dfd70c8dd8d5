"""The framing family of a model name, as a scan finds it."""

from tokcount.framing.families import FAMILIES
from tokcount.framing.family import Family
from tokcount.models.resolve import find


def family_of(model: str) -> Family:
    """The family in the catalog; `chat` for a model that is not in it."""
    found = find(model)
    return FAMILIES[found.model.family if found else "chat"]
