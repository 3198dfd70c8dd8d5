"""Rules for some models or for some time."""

import base64

import pytest
from support.families import family_of

from tokcount.framing.families import FAMILIES
from tokcount.framing.family import ChatRules
from tokcount.framing.layout import UNDATED
from tokcount.framing.periods import Rules, first_match, seconds, timeline
from tokcount.framing.rules import layout

BASE = ChatRules(priming=3, call=6)
SUMMER, AUTUMN = seconds("2025-07-01"), seconds("2025-10-01")


def test_rules_without_exceptions_hold_for_every_model_at_any_time() -> None:
    found = timeline(BASE, (), "gpt-4o")
    assert {found.at(time) for time in (None, 0.0, AUTUMN)} == {BASE}
    assert not found.varied


def test_an_exception_holds_from_its_first_day_and_not_on_its_last() -> None:
    row = ChatRules(priming=5, call=6, since="2025-07-01", until="2025-10-01")
    found = timeline(BASE, (row,), "gpt-4o")
    times = (SUMMER - 1, SUMMER, AUTUMN - 1, AUTUMN)
    assert [found.at(time).priming for time in times] == [3, 5, 5, 3]
    assert not found.varied


def test_a_rule_that_another_replaced_for_good_is_named() -> None:
    assert timeline(BASE, (ChatRules(priming=5, call=6, until="2025-10-01"),), "x").varied == {"priming"}
    assert timeline(BASE, (ChatRules(priming=3, call=9, since="2025-10-01"),), "x").varied == {"call"}


def test_without_a_time_the_latest_rule_holds() -> None:
    old = ChatRules(priming=5, call=6, until="2025-10-01")
    new = ChatRules(priming=3, call=7, since="2025-07-01")
    latest = timeline(BASE, (old, new), "gpt-4o").at(None)
    assert (latest.priming, latest.call) == (3, 7)


def test_exceptions_add_up_and_the_first_wins_where_they_differ() -> None:
    rows = (
        ChatRules(priming=3, call=9, match="gpt-4o"),
        ChatRules(priming=5, call=8),
        ChatRules(priming=7, call=7, match="gpt-5"),
    )
    found = timeline(BASE, rows, "ft:gpt-4o:acme").at(None)
    assert (found.priming, found.call) == (5, 9)


@pytest.mark.parametrize(("time", "expected"), [(None, "new"), (SUMMER, "old"), (AUTUMN, "new")])
def test_the_first_row_that_holds_at_the_time_is_chosen(time: float | None, expected: str) -> None:
    rows = [Rules(match="gpt", until="2025-10-01", evidence="old"), Rules(evidence="new")]
    found = first_match(rows, "GPT-4o ", time)
    assert found is not None
    assert found.evidence == expected


def test_a_request_without_a_time_is_estimated_where_a_rule_it_needs_has_changed() -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    request = {"messages": [{"role": "user", "content": "Hi."}], "tools": tools, "tool_choice": "required"}
    bases = [
        layout(
            "chat", {**request, "tool_choice": choice}, FAMILIES["chat"], model="gpt-4o", timestamp=time
        ).basis
        for choice, time in (("required", None), ("required", AUTUMN), ("auto", None))
    ]
    assert bases == ["estimated", "exact", "exact"]


@pytest.mark.parametrize(("model", "undated"), [("gpt-5-mini", True), ("gpt-4o", False), ("gpt-5.4", False)])
def test_an_image_of_a_request_without_a_time_is_estimated_where_its_cost_has_changed(
    model: str, undated: bool
) -> None:
    gif = base64.b64encode(b"GIF89a" + bytes([64, 0, 64, 0]) + b"\0" * 8).decode()
    part = {"type": "image_url", "image_url": {"url": f"data:image/gif;base64,{gif}"}}
    request = {"messages": [{"role": "user", "content": [part]}]}
    family = family_of(model)
    assert (UNDATED in layout("chat", request, family, model=model).reasons) == undated
    assert UNDATED not in layout("chat", request, family, model=model, timestamp=AUTUMN).reasons


def test_custom_tools_of_a_request_without_a_time_are_estimated() -> None:
    request = {"input": "Run it.", "tools": [{"type": "custom", "name": "run"}]}
    assert UNDATED in layout("responses", request, FAMILIES["gpt5"], model="gpt-5").reasons
    assert (
        UNDATED not in layout("responses", request, FAMILIES["gpt5"], model="gpt-5", timestamp=AUTUMN).reasons
    )


def test_a_plain_request_without_a_time_is_estimated_where_its_priming_has_changed() -> None:
    request = {"messages": [{"role": "user", "content": "Hi."}]}
    assert layout("chat", request, FAMILIES["0301"]).basis == "estimated"
    assert layout("chat", request, FAMILIES["0301"], timestamp=SUMMER).basis == "exact"
