"""The evidence table: what confirms a count as exact, and what takes the word back."""

from datetime import date
from typing import Any

import pytest

from tokcount.framing import evidence
from tokcount.framing.evidence import ANY, MODEL, Evidence, EvidenceTable, bundled, line_of
from tokcount.framing.families import FAMILIES
from tokcount.framing.features import IMAGE, MESSAGES, TOOLS
from tokcount.framing.rules import layout
from tokcount.models.resolve import resolve

HELLO = {"messages": [{"role": "user", "content": "Hello!"}]}
PLAIN = frozenset({MESSAGES})


def row(endpoint: str, scope: str, feature: str, exact: int = 60, of: int = 60, **more: Any) -> Evidence:
    numbers = {"projects": 3, "definitions": 9, **more}
    return Evidence(endpoint=endpoint, scope=scope, feature=feature, exact=exact, recordings=of, **numbers)


MODEL_ROW = row(ANY, "chat/gpt-4o", MODEL)
MESSAGES_ROW = row("chat", "chat", MESSAGES)


def doubts(
    *rows: Evidence, features: frozenset[str] = PLAIN, model: str = "gpt-4o", at: float | None = None
) -> Any:
    table = EvidenceTable([MODEL_ROW, MESSAGES_ROW, *rows])
    return table.doubts("chat", "chat", "typescript", model, features, table.period(at))


@pytest.mark.parametrize(
    ("numbers", "confirms"),
    [
        ({"exact": 5, "of": 5, "projects": 2, "definitions": 5}, True),
        ({"exact": 500, "of": 500, "projects": 1, "definitions": 50}, False),
        ({"exact": 50, "of": 50, "projects": 5, "definitions": 4}, False),
        ({"exact": 48, "of": 49}, False),
        ({"exact": 49, "of": 50}, True),
        ({"exact": 298, "of": 300}, False),
        ({"exact": 398, "of": 400}, True),
        ({"exact": 0, "of": 0, "projects": 0, "definitions": 0}, False),
    ],
)
def test_a_row_confirms_with_two_projects_five_definitions_and_hardly_a_miss(
    numbers: dict[str, int], confirms: bool
) -> None:
    assert row("chat", "chat", TOOLS, **numbers).confirms == confirms


@pytest.mark.parametrize(
    ("exact", "of", "contradicts"), [(0, 1, False), (0, 2, True), (18, 20, False), (17, 20, True)]
)
def test_a_row_contradicts_when_several_recordings_differ(exact: int, of: int, contradicts: bool) -> None:
    assert row("chat", "gpt-4o", TOOLS, exact, of).contradicts == contradicts


@pytest.mark.parametrize(
    ("model", "line"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-3.5-turbo-0125", "gpt-3.5-turbo"),
        ("gpt-4-0125-preview", "gpt-4"),
        ("ft:gpt-4o-mini-2024-07-18:team::1", "gpt-4o-mini"),
        ("openai/gpt-5-chat-latest", "gpt-5-chat"),
        ("gpt-5.4-nano", "gpt-5.4-nano"),
        ("", ""),
    ],
)
def test_snapshots_of_a_model_share_their_evidence(model: str, line: str) -> None:
    assert line_of(model) == line


def test_a_model_and_all_features_of_a_request_have_to_be_confirmed() -> None:
    with_tools = frozenset({MESSAGES, TOOLS})
    assert doubts() == ()
    assert doubts(features=with_tools) == (TOOLS,)
    assert doubts(row("chat", "chat", TOOLS), features=with_tools) == ()
    assert doubts(model="gpt-9") == ("recordings of gpt-9 are too few or disagree",)


def test_recordings_of_a_feature_on_a_model_may_contradict_those_of_its_family() -> None:
    with_tools = frozenset({MESSAGES, TOOLS})
    found = doubts(row("chat", "chat", TOOLS), row("chat", "gpt-4o", TOOLS, 3, 9), features=with_tools)
    assert found == ("tools on gpt-4o",)


def test_images_are_confirmed_model_by_model() -> None:
    with_image = frozenset({MESSAGES, IMAGE})
    assert doubts(row(ANY, "gpt-4o", IMAGE), features=with_image) == ()
    assert doubts(row(ANY, "gpt-4.1", IMAGE), features=with_image) == (IMAGE,)


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (None, ()),
        (1_740_787_199.0, ()),  # the last second of February 2025
        (1_740_787_200.0, ("messages, March 2025",)),
        (1_743_465_599.0, ("messages, March 2025",)),
        (1_743_465_600.0, ()),
    ],
)
def test_a_period_that_billed_differently_is_not_exact(at: float | None, found: tuple[str, ...]) -> None:
    march = {"since": date(2025, 3, 1), "until": date(2025, 4, 1)}
    assert doubts(row("chat", "chat", MESSAGES, 1, 9, **march), at=at) == found


def test_an_encoding_needs_no_evidence_of_a_model() -> None:
    assert doubts(model="") == ()


@pytest.mark.parametrize(
    ("model", "basis"),
    [
        ("gpt-4o", "exact"),
        ("gpt-4o-2024-08-06", "exact"),
        ("gpt-9", "estimated"),
        ("", "exact"),
    ],
)
def test_a_plain_request_is_exact_on_models_with_recordings(model: str, basis: str) -> None:
    assert layout("chat", HELLO, FAMILIES["chat"], model=model).basis == basis


def test_a_new_family_is_estimated_until_there_are_recordings() -> None:
    laid = layout("responses", {"input": "Hello!"}, FAMILIES["0301"])
    assert (laid.basis, laid.reasons) == ("estimated", (MESSAGES,))


def test_gpt_oss_is_estimated_as_its_published_template_renders_it() -> None:
    family = FAMILIES[resolve("gpt-oss-120b").model.family]
    laid = layout("chat", HELLO, family, model="gpt-oss-120b")
    assert (laid.basis, laid.constant) == ("estimated", 67)
    assert laid.reasons == (family.estimated,)


@pytest.mark.parametrize(
    ("family", "model", "basis"),
    [
        ("claude", "claude-sonnet-4-5-20250929", "exact"),
        ("claude", "claude-9", "estimated"),
        ("gemini-vertex", "gemini-2.5-pro", "exact"),
        ("gemini", "gemini-2.5-pro", "estimated"),
        ("gpt-oss-cerebras", "cerebras/gpt-oss-120b", "exact"),
        ("qwen", "qwen3-32b", "estimated"),
    ],
)
def test_a_plain_request_to_another_vendor_is_exact_where_its_host_and_model_have_recordings(
    family: str, model: str, basis: str
) -> None:
    assert layout("chat", HELLO, FAMILIES[family], model=model).basis == basis


def test_keywords_that_nobody_recorded_make_a_count_estimated() -> None:
    function = {
        "name": "f",
        "parameters": {"type": "object", "properties": {"x": {"contains": {"type": "string"}}}},
    }
    laid = layout("chat", {**HELLO, "tools": [{"type": "function", "function": function}]}, FAMILIES["chat"])
    assert laid.basis == "estimated"
    assert "contains in a tool's schema" in laid.reasons


def test_the_bundled_table_names_only_what_it_can_tell_apart() -> None:
    rows = bundled().rows
    assert len({(one.endpoint, one.scope, one.feature, one.since) for one in rows}) == len(rows)
    assert all(0 <= one.exact <= one.recordings for one in rows)
    assert all((one.since is None) == (one.until is None) for one in rows)


def test_a_table_is_read_as_it_is_written() -> None:
    lines = [
        "endpoint,scope,feature,since,until,projects,definitions,recordings,exact",
        "chat,chat,tools,,,2,5,9,9",
    ]
    assert evidence.read(lines) == [row("chat", "chat", TOOLS, 9, 9, projects=2, definitions=5)]
