"""The table of evidence: what recordings confirm, what a miss is blamed on, and how labels are judged."""

from __future__ import annotations

from typing import Any

import pytest

# The scripts of benchmarks/accuracy are no package; pytest has their folder on its path.
evidence = pytest.importorskip("evidence", reason="benchmarks/accuracy is not next to the tests")

TOOLS = frozenset({"messages", "tools"})


def case(
    number: int, *, residual: int = 0, features: frozenset[str] = frozenset({"messages"}), **other: Any
) -> Any:
    fields = {
        "project": f"project {number % 3}",
        "definition": f"definition {number}",
        "endpoint": "chat",
        "family": "chat",
        "renderer": "typescript",
        "model": "gpt-4o-2024-08-06",
        "features": features,
        "timestamp": None,
        "basis": "exact",
        "suspect": False,
        "residual": residual,
        "beyond": None,
        "where": "",
    }
    return evidence.Case(**{**fields, **other})


def confirmed(cases: list[Any]) -> set[str]:
    return {row.feature for row in evidence.table(cases) if row.confirms}


def test_recordings_of_several_projects_confirm_what_they_have() -> None:
    assert confirmed([case(n, features=TOOLS) for n in range(9)]) == {"messages", "model", "tools"}
    assert confirmed([case(3 * n, features=TOOLS) for n in range(9)]) == set()


def test_misses_are_blamed_on_the_feature_that_they_share() -> None:
    plain = [case(n) for n in range(9)]
    with_tools = [case(n, features=TOOLS, residual=n % 2) for n in range(20, 29)]

    assert confirmed(plain + with_tools) == {"messages", "model"}


def test_misses_of_one_model_are_blamed_on_it() -> None:
    good = [case(n, features=TOOLS) for n in range(20)]
    bad = [case(n, features=TOOLS, residual=3, model="gpt-4o-mini") for n in range(30, 36)]
    rows = evidence.table(good + bad)

    assert {row.feature for row in rows if row.confirms} == {"messages", "model", "tools"}
    assert [row.scope for row in rows if not (row.confirms or row.since)] == ["chat/gpt-4o-mini"]


def test_what_is_suspect_or_partial_is_no_evidence() -> None:
    good = [case(n) for n in range(9)]
    others = [case(n, residual=5, suspect=True) for n in range(9)] + [
        case(n, basis="partial") for n in range(9)
    ]

    assert evidence.table(good + others) == evidence.table(good)


def test_features_that_always_come_together_are_confirmed_together() -> None:
    both = frozenset({"messages", "a name", "text parts"})
    plain = [case(n) for n in range(9)]
    thin = [case(3 * n, features=both) for n in range(4)]

    assert confirmed(plain + thin) == {"messages", "model"}
    assert confirmed(plain + thin + [case(n, features=both) for n in range(40, 46)]) == both | {"model"}


def test_a_project_is_labelled_by_the_evidence_of_the_others() -> None:
    shared = [case(n) for n in range(9)]
    own = [case(n, features=TOOLS, project="alone") for n in range(9)]
    labels = {one.case.project: one.basis for one in evidence.blind(shared + own)}

    assert labels["alone"] == "estimated"
    assert labels["project 1"] == "exact"


def test_the_report_on_honesty_counts_bills_in_the_range() -> None:
    partial = [
        case(1, basis="partial", residual=-50, beyond=(40, 60)),
        case(2, basis="partial", residual=-9, beyond=(40, 60)),
    ]
    seen = [evidence.Labelled(one, one.basis) for one in [case(3), *partial]]

    assert evidence.honesty(seen).splitlines()[2:] == [
        "| exact | 1 | 100 | 0 | 0.00 | 0 | – |",
        "| partial | 2 | 0 | 0 | 29.50 | 2 | 50.0 |",
    ]
    assert "| chat | 1 | 100 | 1 | 100 | 100 | 100 |" in evidence.by_endpoint(seen)


@pytest.mark.parametrize(
    ("repository", "name"),
    [
        ("somebody/req_llm", "req_llm"),
        ("neilberkman/req_llm", "req_llm"),
        ("pypi:langchain_openai-1.7.4", "langchain_openai"),
    ],
)
def test_forks_are_one_project(repository: str, name: str) -> None:
    assert evidence.project(repository) == name
