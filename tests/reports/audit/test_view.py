"""The sentence of an audit that a team passes on: what it says, and what it leaves out when it does not know."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import msgspec
import pytest
from support.audit_reports import AUDIT

from tokcount.document.amounts import as_text
from tokcount.reports.audit.report import AuditReport
from tokcount.reports.audit.view import summary


@pytest.fixture
def data() -> dict[str, Any]:
    return AUDIT.data


def sentences(data: dict[str, Any]) -> list[str]:
    return summary(msgspec.convert(as_text(data, AuditReport), AuditReport))


def test_one_sentence_per_target(data: dict[str, Any]) -> None:
    assert len(sentences(data)) == len(data["references"]) - 1
    assert all(sentence.startswith("Moving these ") for sentence in sentences(data))


def test_without_a_target_it_only_says_what_was_counted(data: dict[str, Any]) -> None:
    del data["references"][1:]

    (sentence,) = sentences(data)
    assert sentence.endswith("no target was named.")


def test_without_a_record_that_both_sides_count_nothing_is_compared(data: dict[str, Any]) -> None:
    data["references"][1]["drift"] = None

    assert sentences(data)[0].endswith(": no record can be compared.")


def test_a_log_that_names_no_model_says_which_was_assumed(data: dict[str, Any]) -> None:
    data["baseline"] = "own"
    for entry in data["models"]:
        entry["model"] = None
    assumed, unknown = deepcopy(data), deepcopy(data)
    assumed["made"]["assumed_model"] = "gpt-4"
    unknown["made"]["assumed_model"] = None

    assert " from gpt-4 to " in sentences(assumed)[0]
    assert " from models that are not named to " in sentences(unknown)[0]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a"], "from a to"),
        (["a", "b"], "from a and b to"),
        (["a", "b", "c"], "from a and 2 other models to"),
    ],
)
def test_models_are_named_up_to_two(data: dict[str, Any], names: list[str], said: str) -> None:
    data["baseline"] = "own"
    data["models"] = [{"model": name, "records": 1} for name in names]

    assert said in sentences(data)[0]


def test_unchanged_framing_is_not_mentioned(data: dict[str, Any]) -> None:
    changed = sentences(data)[0]
    for why in data["why"]:
        why["classes"][-1]["difference"] = 0

    assert "framing tokens" in changed
    assert "framing tokens" not in sentences(data)[0]


def test_costs_that_cannot_be_compared_are_left_out(data: dict[str, Any]) -> None:
    for entry in data["cost"]["references"]:
        entry["difference_share"] = None

    assert "$" not in sentences(data)[0].split(";")[0]
