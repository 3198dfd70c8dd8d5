"""What a target refuses is replaced or left out, and what a request cannot do without keeps it from being written."""

from __future__ import annotations

from typing import Any

import pytest
from support.migration_records import called, chat, function, migrator, record, responses, target, user

from tokcount.reports.migrate.requests import Migrated


def migrated(found: Any, name: str, endpoint: Any = None) -> Migrated:
    return migrator(target(name, endpoint)).migrate(found)


def lost(result: Migrated) -> dict[str, str]:
    return {loss.parameter: loss.effect for loss in result.losses if loss.effect != "rewritten"}


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-5.1", "gpt-5.2", "gpt-5.4"])
def test_sampling_is_kept_where_the_target_takes_it(name: str) -> None:
    result = migrated(chat(temperature=0.2, top_p=0.5), name)

    assert (result.lines[0]["temperature"], result.lines[0]["top_p"]) == (0.2, 0.5)
    assert lost(result) == {}


@pytest.mark.parametrize(
    ("parameters", "takes"),
    [
        ({"temperature": 2.1}, "it takes 0 to 2"),
        ({"temperature": -1}, "it takes 0 to 2"),
        ({"top_p": 5}, "it takes 0 to 1"),
        ({"presence_penalty": 9}, "it takes -2 to 2"),
        ({"frequency_penalty": -2.5}, "it takes -2 to 2"),
        ({"stop": ["a", "b", "c", "d", "e"]}, "it takes at most 4 items"),
        ({"logprobs": True, "top_logprobs": 21}, "it takes 0 to 20"),
    ],
)
def test_a_value_out_of_range_is_dropped_with_the_range(parameters: dict[str, Any], takes: str) -> None:
    result = migrated(chat(**parameters), "gpt-4o")

    assert result.lines == [{"model": "gpt-4o", "messages": [user("Say hi.")]}]
    assert [loss.reason for loss in result.losses] == [f"refused by the model: {takes}"]


@pytest.mark.parametrize("endpoint", ["chat", "responses"])
@pytest.mark.parametrize("name", ["gpt-5", "gpt-6.1-sol", "o3"])
def test_sampling_is_dropped_where_the_target_refuses_it(name: str, endpoint: str) -> None:
    result = migrated(chat(temperature=0.2, top_p=0.5), name, endpoint)

    assert lost(result) == {"temperature": "dropped", "top_p": "dropped"}
    assert result.lines[0].keys().isdisjoint({"temperature", "top_p"})


def test_sampling_that_a_reasoning_effort_refuses_is_dropped() -> None:
    result = migrated(chat(temperature=0.2, reasoning_effort="low"), "gpt-5.4")

    assert lost(result) == {"temperature": "dropped"}


def test_a_default_that_the_target_may_refuse_is_left_out_without_a_loss() -> None:
    result = migrated(chat(presence_penalty=0, frequency_penalty=0), "gpt-5")

    assert lost(result) == {}
    assert result.lines[0].keys().isdisjoint({"presence_penalty", "frequency_penalty"})


@pytest.mark.parametrize(
    ("name", "wanted", "written"),
    [
        ("gpt-6.1-sol", "minimal", "low"),
        ("gpt-6.1-sol", "none", "low"),
        ("gpt-5.1", "minimal", "low"),
        ("gpt-5.1", "xhigh", "high"),
        ("o3-mini", "medium", "medium"),
    ],
)
def test_an_effort_that_the_target_lacks_becomes_the_nearest_one(
    name: str, wanted: str, written: str
) -> None:
    in_chat = migrated(chat(reasoning_effort=wanted), name, "chat")
    in_responses = migrated(responses(reasoning={"effort": wanted}), name, "responses")

    assert in_chat.lines[0]["reasoning_effort"] == in_responses.lines[0]["reasoning"]["effort"] == written
    assert ("reasoning_effort" in lost(in_chat)) is (wanted != written)


def test_a_model_that_does_not_reason_gets_no_reasoning() -> None:
    asked = {"effort": "low", "summary": "auto"}
    result = migrated(responses(reasoning=asked, include=["reasoning.encrypted_content"]), "gpt-4o")

    assert result.lines[0].keys().isdisjoint({"reasoning", "include"})
    assert lost(result) == {"reasoning.effort": "dropped", "reasoning.summary": "dropped"}


def test_tools_that_chat_refuses_go_to_responses_unless_chat_was_asked_for() -> None:
    tools = chat(tools=[function("look")])

    moved, refused = migrated(tools, "gpt-6.1-sol"), migrated(tools, "gpt-6.1-sol", "chat")
    assert moved.endpoint == "responses"
    assert moved.lines[0]["tools"][0]["name"] == "look"
    assert refused.lines == []
    assert refused.reason.startswith("tools: refused by the model")


def test_a_schema_becomes_a_json_object_where_the_target_has_no_schemas() -> None:
    shape = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}

    result = migrated(chat(response_format=shape), "gpt-4-turbo")
    assert result.lines[0]["response_format"] == {"type": "json_object"}
    assert lost(result) == {"response_format": "changed"}
    assert migrated(chat(response_format=shape), "gpt-4").lines == []


def test_media_that_the_target_refuses_keep_the_request_from_being_written() -> None:
    image = user([{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}])

    assert migrated(chat(image), "o3-mini").reason.startswith("image parts: refused by the model")
    assert migrated(chat(image), "gpt-4o").lines


def test_audio_that_is_answered_is_not_audio_that_is_sent() -> None:
    spoken = {"audio": {"voice": "alloy", "format": "wav"}, "modalities": ["text", "audio"]}

    assert migrated(chat(**spoken), "gpt-audio").lines[0]["audio"] == spoken["audio"]


@pytest.mark.parametrize("endpoint", ["chat", "responses"])
def test_log_probabilities_are_dropped_together(endpoint: str) -> None:
    result = migrated(record(request={"logprobs": 3}), "gpt-5", endpoint)

    assert lost(result) == {"logprobs": "dropped"}
    assert result.lines[0].keys().isdisjoint({"logprobs", "top_logprobs", "include"})


def test_system_messages_are_developer_messages_for_reasoning_models() -> None:
    system = {"role": "system", "content": "Be kind."}

    assert migrated(chat(system, user("Hi")), "gpt-5.4").lines[0]["messages"][0]["role"] == "developer"
    assert migrated(chat(system, user("Hi")), "gpt-4o").lines[0]["messages"][0]["role"] == "system"


def test_a_model_without_system_messages_gets_none() -> None:
    system = {"role": "system", "content": "Be kind."}

    assert migrated(chat(system, user("Hi")), "o1-mini").reason == "system messages: refused by the model"
    assert migrated(chat(user("Hi")), "o1-mini").lines
    assert migrated(responses(instructions="Be kind."), "o1-mini").lines == []


def test_calls_in_the_history_need_no_tools() -> None:
    history = (user("Hi"), called("call_1"), {"role": "tool", "tool_call_id": "call_1", "content": "a"})

    assert migrated(chat(*history), "gpt-6.1-sol").endpoint == "chat"
