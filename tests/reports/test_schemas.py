"""Reports match the shipped schemas, which reject a report that breaks its contract."""

from __future__ import annotations

import json

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


@pytest.mark.parametrize("key", ["schema_version", "records", "references", "worst"])
def test_a_report_without_one_of_its_keys_is_refused(key: str) -> None:
    document = DRIFT.document()
    del document[key]

    with pytest.raises(jsonschema.ValidationError, match=key):
        jsonschema.validate(document, schema("drift"), jsonschema.Draft202012Validator)
