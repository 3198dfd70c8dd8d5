"""What to count: the references of a run, and which of them share a layout and an encoding."""

from __future__ import annotations

import msgspec

from tokcount.models.references import Reference

OWN = "own"
"""Label of the baseline that is each record's own model."""


class ScanPlan(msgspec.Struct, frozen=True):
    """Everything that a worker needs to count records; picklable, and the same in every worker.

    ``own`` adds the record's own model as a reference, labelled ``own``; ``assume_model`` stands in where a record
    names no model or one that is not known. ``roles`` asks for content by message role, ``scripts`` for the
    dominant script of each record's text, ``shapes`` for the shape of each request.
    """

    references: tuple[Reference, ...]
    own: bool = False
    assume_model: str | None = None
    engine: str = "auto"
    roles: bool = False
    scripts: bool = False
    shapes: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of all references in report order, the own model first."""
        labels = tuple(reference.label for reference in self.references)
        return (OWN, *labels) if self.own else labels

    @property
    def encodings(self) -> tuple[str, ...]:
        """The distinct encodings of the named references, in their order."""
        return tuple(dict.fromkeys(reference.encoding for reference in self.references))
