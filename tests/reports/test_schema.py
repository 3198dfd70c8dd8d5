"""JSON Schemas that are derived from the types of reports."""

from __future__ import annotations

from support.reports import DRIFT

from tokcount.reports.schema import schema


def test_properties_are_in_the_order_of_the_document() -> None:
    document = DRIFT.document()

    assert [name for name in schema("drift")["properties"] if name in document] == list(document)


def test_every_key_that_is_always_written_is_required() -> None:
    assert set(schema("drift")["required"]) == set(DRIFT.document())
    assert schema("drift")["$defs"]["DriftGroup"]["required"] == ["records", "references"]


def test_descriptions_are_the_docstrings_of_the_types() -> None:
    found = schema("drift")

    assert found["description"].startswith("Tokens of a log under a baseline")
    assert found["$defs"]["PricedMeasures"]["properties"]["counted"]["description"] == (
        "Records in the sums."
    )
