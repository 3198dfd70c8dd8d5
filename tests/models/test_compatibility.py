"""What models take: the table covers every living model, agrees with recorded calls, and never guesses."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared import SHARED, needs_shared

from tokcount.models import overrides
from tokcount.models.catalog import data_date, default, sources
from tokcount.models.compatibility import DEFAULT_VALUE, Verdict, bundled, compatibility_of
from tokcount.models.resolve import find

TEXT_ENDPOINTS = ("completions", "chat", "responses")
LIVING = [
    model.name
    for model in default().models.values()
    if model.vendor == "OpenAI"
    and model.endpoint in TEXT_ENDPOINTS
    and (model.shutdown_date is None or model.shutdown_date > data_date())
]
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
MESSAGES = [{"role": "user", "content": "Hi"}]


def verdicts(
    model: str, endpoint: Any = "chat", sent_to: Any = None, **parameters: Any
) -> dict[str, Verdict]:
    body = {"model": "x", "messages": MESSAGES, **parameters}
    return {
        verdict.parameter: verdict
        for verdict in compatibility_of(model).at(endpoint).verdicts(body, sent_to or endpoint)
    }


def status(model: str, endpoint: Any = "chat", effort: str | None = None, **parameter: Any) -> str:
    [(name, value)] = parameter.items()
    return compatibility_of(model).at(endpoint).verdict(name.replace("__", "."), value, effort).status


@pytest.mark.parametrize("name", LIVING)
def test_every_living_text_model_has_a_row_of_its_own(name: str) -> None:
    model = compatibility_of(name)

    assert model.served, f"add {name} to data/openai-compatibility.toml: served, inputs, efforts"
    for endpoint in set(model.served) - {"batch"}:
        at = model.at(endpoint)
        is_explained = any(row.note for row in model.rows)
        assert (at.inputs and at.efforts is not None) or is_explained or "search" in name, name


def test_every_row_has_known_sources_and_a_default_effort_that_its_models_take() -> None:
    for row in bundled():
        assert set(row.sources) <= sources().keys()
        assert row.default_effort is None or row.efforts == () or row.default_effort in (row.efforts or ())


@needs_shared
def test_no_recorded_call_is_refused_under_the_model_that_answered_it() -> None:
    refused = {
        (record["response"]["model"], verdict.parameter, verdict.why)
        for record in _recorded()
        if (found := find(record["response"].get("model") or record["model"]))
        for verdict in compatibility_of(found.model)
        .at(_endpoint(record["endpoint"]))
        .verdicts(record["request"])
        if verdict.status in ("refused", "renamed")
    }

    assert refused == set()


def _recorded() -> Iterator[dict[str, Any]]:
    for path in sorted((SHARED / "truth").glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def _endpoint(path: str) -> Any:
    return {"/v1/chat/completions": "chat", "/v1/responses": "responses"}.get(path, "completions")


def test_a_request_of_an_older_model_breaks_on_a_newer_one_for_every_reason() -> None:
    found = verdicts(
        "gpt-6.1-sol", tools=[TOOL], temperature=0.2, reasoning_effort="minimal", max_tokens=9, stop=["x"]
    )

    assert {name: verdict.status for name, verdict in found.items()} == {
        "tools": "refused",
        "temperature": "refused",
        "reasoning_effort": "refused",
        "max_tokens": "changed",
        "stop": "refused",
    }
    assert found["tools"].to == "responses"
    assert found["reasoning_effort"].why == "it takes low, medium, high, xhigh"
    assert all(verdict.checked and verdict.sources for verdict in found.values())


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        ("gpt-4o", None, "accepted"),
        ("gpt-5", None, "refused"),
        ("gpt-5", "none", "refused"),
        ("gpt-5.1", None, "accepted"),
        ("gpt-5.1", "minimal", "refused"),
        ("gpt-5.2", None, "accepted"),
        ("gpt-5.4", None, "accepted"),
        ("gpt-5.4", "low", "refused"),
        ("gpt-5.5", None, "refused"),
        ("gpt-5.5", "none", "accepted"),
        ("gpt-5.6-luna", None, "refused"),
        ("gpt-5.6-luna", "none", "accepted"),
        ("gpt-6-astra", "none", "refused"),
        ("gpt-5.6-cyber", None, "unknown"),
    ],
)
def test_a_temperature_depends_on_the_reasoning_effort(model: str, effort: str | None, expected: str) -> None:
    for endpoint in ("chat", "responses"):
        assert status(model, endpoint, effort, temperature=0.2) == expected
        assert status(model, endpoint, effort, temperature=1) in (expected, "accepted")


@pytest.mark.parametrize(
    ("model", "effort", "expected"),
    [
        ("gpt-5", "high", "accepted"),
        ("gpt-5.4", None, "accepted"),
        ("gpt-5.4", "low", "refused"),
        ("gpt-5.5", None, "refused"),
        ("gpt-5.5", "none", "accepted"),
        ("gpt-5.5", "low", "refused"),
        ("gpt-5.6-sol", None, "refused"),
        ("gpt-5.6-sol", "none", "accepted"),
        ("gpt-6.2-sol", "low", "refused"),
    ],
)
def test_tools_and_reasoning_are_taken_together_by_some_models(
    model: str, effort: str | None, expected: str
) -> None:
    assert status(model, "chat", effort, tools=("function",)) == expected
    assert status(model, "responses", effort, tools=("function",)) == "accepted"


def test_tools_in_chat_are_not_accepted_because_older_models_of_the_name_take_them() -> None:
    assert status("gpt-5.6-cyber", "chat", tools=("function",)) == "unknown"


def test_effort_max_is_for_responses() -> None:
    assert status("gpt-6-luna", "chat", reasoning_effort="max") == "refused"
    assert status("gpt-6-luna", "responses", reasoning__effort="max") == "accepted"
    assert status("gpt-4o", "chat", reasoning_effort="low") == "refused"


@pytest.mark.parametrize(
    ("parameter", "good", "bad"),
    [
        ("temperature", 2, 2.1),
        ("top_p", 1, 5),
        ("n", 128, 0),
        ("presence_penalty", -2, 9),
        ("stop", ["a", "b", "c", "d"], ["a", "b", "c", "d", "e"]),
        ("logit_bias", {"50256": -100}, [1]),
        ("max_completion_tokens", 1, 0),
        ("top_logprobs", 20, True),
        ("seed", 7, 1.5),
        ("response_format", "json_schema", "xml"),
        ("temperature", 0, float("nan")),
        ("stream", False, "no"),
    ],
)
def test_a_value_that_the_api_does_not_take_is_refused(parameter: str, good: Any, bad: Any) -> None:
    at = compatibility_of("gpt-4o").at("chat")

    assert at.verdict(parameter, good).status == "accepted"
    assert at.verdict(parameter, bad).status == "refused"
    assert at.verdict(parameter, bad).why.startswith("it takes ")


def test_of_a_default_value_it_may_not_be_known_whether_it_is_refused() -> None:
    for parameter, value in (("presence_penalty", 0), ("logit_bias", {}), ("top_p", 1), ("logprobs", False)):
        verdict = compatibility_of("gpt-5.5").at("chat").verdict(parameter, value)
        assert (verdict.status, verdict.why) == ("unknown", DEFAULT_VALUE)
    assert status("gpt-6.2-sol", presence_penalty=0) == "accepted"


def test_parameters_of_other_vendors_are_refused() -> None:
    for endpoint in ("chat", "responses"):
        assert status("gpt-4o", endpoint, top_k=40) == "refused"
    assert status("gpt-4o", verbosity="low") == "refused"
    assert status("gpt-4o", verbosity="medium") == "accepted"


def test_a_request_that_moves_to_another_endpoint_is_judged_by_its_new_names() -> None:
    found = verdicts(
        "gpt-5.5-pro",
        "responses",
        sent_to="chat",
        max_tokens=100,
        reasoning_effort="low",
        n=2,
        seed=1,
        stop="x",
    )

    assert compatibility_of("gpt-5.5-pro").endpoint_for("chat") == "responses"
    assert {name: verdict.status for name, verdict in found.items()} == {
        "max_tokens": "changed",
        "reasoning_effort": "refused",
        "n": "refused",
        "seed": "refused",
        "stop": "refused",
    }


def test_a_completions_request_that_becomes_a_chat_loses_what_chats_lack() -> None:
    body = {"prompt": "Hi", "echo": True, "best_of": 3, "suffix": "!", "logprobs": 3, "temperature": 0.7}
    model = compatibility_of("gpt-4o")
    found = {v.parameter: v.status for v in model.at("chat").verdicts(body, "completions")}

    assert model.endpoint_for("completions") == "chat"
    assert found == {
        "echo": "refused",
        "best_of": "refused",
        "suffix": "refused",
        "temperature": "accepted",
        "logprobs": "accepted",
        "top_logprobs": "accepted",
        "no max_tokens": "changed",
    }


def test_images_and_audio_are_inputs_of_some_models() -> None:
    parts = [{"type": "image_url", "image_url": {"url": "x"}}, {"type": "input_audio", "input_audio": {}}]
    messages = [{"role": "user", "content": parts}]

    assert {name: v.status for name, v in verdicts("gpt-4o", messages=messages).items()} == {
        "audio": "refused",
        "image": "accepted",
    }
    assert verdicts("gpt-audio", messages=messages)["audio"].status == "accepted"


def test_a_structured_output_needs_a_model_that_offers_it() -> None:
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}

    assert verdicts("gpt-4-turbo", response_format=schema)["response_format"].status == "refused"
    assert verdicts("gpt-4.1", response_format=schema)["response_format"].status == "accepted"
    assert (
        verdicts("gpt-5.4", "responses", "chat", response_format=schema)["response_format"].to
        == "text.format"
    )


def test_nothing_is_known_to_be_accepted_of_a_model_without_a_row(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('[models.mine]\nencoding = "o200k_base"\n', encoding="utf-8")
    model = compatibility_of("mine", overrides.with_file(default(), prices))
    at = model.at("chat")

    assert not model.is_known
    assert at.verdict("temperature", 0.2).status == "unknown"
    assert at.verdict("user", "u").status == "unknown"
    assert at.verdict("temperature", 3).status == "refused"
    assert at.verdict("echo", value=True).status == "refused"


def test_a_prices_file_can_say_what_a_model_takes(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text(
        '[models.mine]\nencoding = "o200k_base"\n[[compatibility]]\nmodels = ["mine"]\nserved = ["chat"]\n'
        'refused = ["temperature"]\nchecked = 2026-01-01\nsources = ["our gateway"]\n',
        encoding="utf-8",
    )
    model = compatibility_of("mine", overrides.with_file(default(), prices))

    assert model.served == ("chat",)
    assert model.at("chat").verdict("temperature", 0.2).status == "refused"


def test_a_fine_tuned_model_takes_what_its_base_takes() -> None:
    tuned = compatibility_of("ft:gpt-4o-mini-2024-07-18:org:name:id")

    assert tuned.served == compatibility_of("gpt-4o-mini").served
    assert tuned.at("chat").verdict("temperature", 0.2).status == "accepted"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
PARAMETERS = sorted({name for row in bundled() for name in (*row.rules(), *row.limits)})


@given(
    st.dictionaries(
        st.sampled_from([*PARAMETERS, "messages", "input", "prompt", "reasoning", "text"]), json_values
    ),
    st.sampled_from(["gpt-4o", "gpt-5.6-luna", "gpt-6.1-sol", "gpt-3.5-turbo-instruct", "gpt-oss-20b"]),
    st.sampled_from(TEXT_ENDPOINTS),
    st.sampled_from(TEXT_ENDPOINTS),
)
def test_any_request_gets_a_verdict(body: dict[str, Any], model: str, source: Any, target: Any) -> None:
    for verdict in compatibility_of(model).at(target).verdicts(body, source):
        assert verdict.status == "unknown" or verdict.sources
