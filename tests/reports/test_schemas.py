"""Reports match the shipped schemas, which reject a report that breaks its contract."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
from support.rendering import render
from support.reports import DRIFT, REPORTS

from tokcount.reports.registry import COMMANDS
from tokcount.reports.schema import schema


@pytest.mark.parametrize("command", COMMANDS)
def test_every_schema_is_a_valid_schema(command: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(command))


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_matches_its_schema(name: str) -> None:
    document = json.loads(render(REPORTS[name], "json"))

    jsonschema.validate(document, schema(REPORTS[name].command), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_the_document_in_python_has_the_numbers_of_the_document_in_json(name: str) -> None:
    assert with_floats(REPORTS[name].document()) == json.loads(render(REPORTS[name], "json"))


def with_floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_floats(part) for key, part in value.items()}
    if isinstance(value, list):
        return [with_floats(part) for part in value]
    return float(value) if isinstance(value, Decimal) else value


@pytest.mark.parametrize("key", ["schema_version", "records", "references", "worst"])
def test_a_report_without_one_of_its_keys_is_refused(key: str) -> None:
    document = DRIFT.document()
    del document[key]

    with pytest.raises(jsonschema.ValidationError, match=key):
        jsonschema.validate(document, schema("drift"), jsonschema.Draft202012Validator)
