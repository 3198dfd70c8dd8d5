"""Names as logs have them, resolved by recorded steps or not at all."""

import json
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.shared import SHARED, needs_shared

from tokcount.errors import UsageError
from tokcount.models import catalog
from tokcount.models import resolve as names
from tokcount.models.lifecycle import is_current


@pytest.mark.parametrize(
    ("asked", "model", "encoding", "price_name"),
    [
        ("gpt-4o", "gpt-4o", "o200k_base", "gpt-4o"),
        (" GPT-4o ", "gpt-4o", "o200k_base", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o", "o200k_base", "gpt-4o"),
        ("openai:gpt-5-mini", "gpt-5-mini", "o200k_base", "gpt-5-mini"),
        ("openai:chat:gpt-4o", "gpt-4o", "o200k_base", "gpt-4o"),
        ("openrouter/openai/gpt-4o", "gpt-4o", "o200k_base", "gpt-4o"),
        ("azure/eu/gpt-4o", "gpt-4o", "o200k_base", "gpt-4o"),
        ("azure/gpt-35-turbo-0613", "gpt-3.5-turbo-0613", "cl100k_base", "gpt-3.5-turbo-0613"),
        ("gpt-35-turbo", "gpt-3.5-turbo", "cl100k_base", "gpt-3.5-turbo"),
        ("openai/gpt-4o-20240806", "gpt-4o-2024-08-06", "o200k_base", "gpt-4o-2024-08-06"),
        ("davinci:2023-07-21-v2", "davinci-002", "cl100k_base", "davinci-002"),
        ("davinci:2020-05-03", "davinci", "r50k_base", "davinci"),
        (
            "gpt-3.5-turbo-instruct:20230824-v2",
            "gpt-3.5-turbo-instruct",
            "cl100k_base",
            "gpt-3.5-turbo-instruct",
        ),
        ("text-davinci-003", "text-davinci-003", "p50k_base", "text-davinci-003"),
        ("ft:gpt-4.1-mini-2025-04-14:o::i", "ft:gpt-4.1-mini-2025-04-14", "o200k_base",
         "ft:gpt-4.1-mini-2025-04-14"),
        ("ft:gpt-3.5-turbo-0613:acme::7p4lURel", "ft:gpt-3.5-turbo-0613", "cl100k_base", "ft:gpt-3.5-turbo"),
        ("ft:gpt-3.5-turbo", "ft:gpt-3.5-turbo", "cl100k_base", "ft:gpt-3.5-turbo"),
        ("ft:o4-mini-2025-04-16:a::b", "ft:o4-mini-2025-04-16", "o200k_base", "ft:o4-mini-2025-04-16"),
        ("curie:ft-acme-2023-01-01-00-00-00", "curie:ft-", "r50k_base", "curie:ft-"),
        ("davinci:ft-personal:custom-2023-02-01", "davinci:ft-", "r50k_base", "davinci:ft-"),
        ("gpt-35-turbo-0125.ft-0a1b", "ft:gpt-3.5-turbo-0125", "cl100k_base", "ft:gpt-3.5-turbo"),
        ("openai/gpt-4o:free", "gpt-4o", "o200k_base", "gpt-4o"),
        ("openrouter/openai/gpt-5.2:nitro:online", "gpt-5.2", "o200k_base", "gpt-5.2"),
        ("gpt-5-high", "gpt-5", "o200k_base", "gpt-5"),
        ("gpt-6-astra-fast", "gpt-6-astra", "o200k_base", "gpt-6-astra"),
        ("gpt-5.1-codex-max", "gpt-5.1-codex-max", "o200k_base", "gpt-5.1-codex-max"),
        ("github_copilot/gpt-4o", "gpt-4o", "o200k_base", "gpt-4o"),
        ("gpt-4o@2024-08-06", "gpt-4o-2024-08-06", "o200k_base", "gpt-4o-2024-08-06"),
        ("gpt-4@0613", "gpt-4-0613", "cl100k_base", "gpt-4-0613"),
        ("gpt-4o@latest", "gpt-4o", "o200k_base", "gpt-4o"),
        ("vertex_ai/openai/gpt-oss-120b-maas", "gpt-oss-120b", "o200k_harmony", "gpt-oss-120b"),
        ("bedrock/us.openai.gpt-oss-20b-1:0", "gpt-oss-20b", "o200k_harmony", "gpt-oss-20b"),
        ("bedrock/us-west-2/openai.gpt-6-sol", "gpt-6-sol", "o200k_base", "gpt-6-sol"),
        ("azure/apac/gpt-6.1-sol-2026-09-29", "gpt-6.1-sol", "o200k_base", "gpt-6.1-sol"),
        ("gpt-4o-2025-02-30x", None, None, None),
    ],
)  # fmt: skip
def test_a_name_leads_to_its_model(
    asked: str, model: str | None, encoding: str | None, price_name: str | None
) -> None:
    found = names.find(asked)

    if model is None:
        assert found is None
        return
    assert found is not None
    assert (found.model.name, found.model.encoding, found.price_name) == (model, encoding, price_name)
    assert found.asked == asked
    assert found.steps
    assert not found.assumed


def test_the_steps_tell_the_way() -> None:
    assert names.resolve("Azure/gpt-35-turbo-0613").steps == (
        "lower case",
        "dropped prefix azure/",
        "Azure spelling gpt-35-",
        "exact name gpt-3.5-turbo-0613",
    )
    assert names.resolve("gpt-3.5").steps == ("alias gpt-3.5 → gpt-3.5-turbo", "exact name gpt-3.5-turbo")


def test_an_unknown_date_of_a_known_model_is_that_model_and_flagged() -> None:
    found = names.resolve("gpt-4o-2025-03-01")

    assert found.assumed
    assert found.model.name == "gpt-4o"
    assert found.steps == ("a date of gpt-4o that the catalog does not have",)


@pytest.mark.parametrize(
    "asked", ["gpt-7", "gpt4o", "gpt-3.5-turbo-FAKE", "gpt-4o-2024-99-99", "gpt-4o-20240230", "", "ft:",
              "ft:gpt-7:a::b",
              ":ft-x", "azure/", "azure/my-deployment", "gpt-4o-high", ":free", "azure/:free",
              "bedrock/a/b/openai.gpt-6-sol",
              "gpt-4o@", "@2024-08-06", "my-prod-gpt4", "gpt-4o-mini-tts"],
)  # fmt: skip
def test_nonsense_and_deployments_are_unknown(asked: str) -> None:
    with pytest.raises(names.UnknownModel):
        names.resolve(asked)


def test_the_error_names_close_matches_and_what_to_do() -> None:
    with pytest.raises(UsageError) as error:
        names.resolve("gpt4o")

    advice = "unknown model 'gpt4o'. Did you mean gpt-4o, gpt-4? Or name an encoding (o200k_base)"
    assert str(error.value) == f"{advice}."
    assert error.value.command_line == (
        f"{advice}, or the model that it is (--alias gpt4o=MODEL), or add it with --prices FILE."
    )


def test_the_error_for_another_vendors_unknown_model_says_what_is_possible() -> None:
    with pytest.raises(UsageError) as error:
        names.resolve("claude-sonnet-4-9")

    problem = "unknown model 'claude-sonnet-4-9' of Anthropic. Did you mean claude-sonnet-4-"
    assert str(error.value).startswith(problem)
    assert error.value.command_line.startswith(str(error.value))
    assert error.value.command_line.endswith(
        " --price or tokcount[genai] price what a log has; "
        "--alias claude-sonnet-4-9=MODEL counts it as another."
    )


def test_the_name_of_a_family_of_models_is_refused_with_its_current_ones() -> None:
    for family in ("claude", "gemini", "mistral", "llama", "qwen", "deepseek", "grok", "kimi", "glm"):
        with pytest.raises(UsageError, match=f"'{family}' is the name of a family of .* models, such as"):
            names.resolve(family)


def test_an_alias_with_a_star_wins_over_the_catalog_but_not_over_one_without() -> None:
    mine = catalog.default().with_entries(
        aliases={"claude-*": "gpt-5", "claude-opus-4": "gpt-4o", "gpt-5*": "gpt-5"}
    )

    assert names.resolve("claude-sonnet-4-5", mine).model.name == "gpt-5"
    assert names.resolve("claude-opus-4", mine).model.name == "gpt-4o"
    assert names.resolve("gpt-5-mini", mine).model.name == "gpt-5"


def test_every_model_that_an_explanation_recommends_is_current() -> None:
    named = re.findall(r"[a-z0-9./-]*-[a-z0-9.-]*[a-z0-9]", " ".join(catalog.explained().values()))
    known = [found.model for name in named if (found := names.find(name))]

    assert len(known) > 20
    assert [one.name for one in known if not is_current(one, catalog.data_date())] == []


def test_hosts_that_frame_requests_differently_have_a_family_of_their_own() -> None:
    names_of = (
        "gemini-2.5-pro",
        "gemini/gemini-2.5-pro",
        "vertex_ai/gemini-2.5-pro",
        "llama-3.1-8b-instruct",
        "groq/llama-3.1-8b-instruct",
    )
    families = [names.resolve(name).model.family for name in names_of]

    assert families == ["gemini", "gemini-api", "gemini-vertex", "llama3", "llama3-groq"]


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5"),
        ("openrouter/anthropic/claude-opus-4.1", "claude-opus-4-1"),
        ("us.anthropic.claude-3-5-sonnet-20241022-v2:0", "claude-3-5-sonnet-20241022"),
        ("bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5"),
        ("vertex_ai/claude-3-5-haiku@20241022", "claude-3-5-haiku-20241022"),
        ("models/gemini-2.5-pro", "gemini-2.5-pro"),
        ("gemini/gemini-2.0-flash-001", "gemini-2.0-flash"),
        ("google-vertex:gemini-2.5-flash", "gemini-2.5-flash"),
        ("mistral-large-latest", "mistral-large-2512"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"),
        ("groq/llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"),
        ("llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile"),
        ("us.meta.llama3-3-70b-instruct-v1:0", "meta.llama3-3-70b-instruct-v1:0"),
        ("ollama/llama3.3:70b", "llama-3.3-70b-instruct"),
        ("Qwen/Qwen3-32B", "qwen3-32b"),
        ("deepseek-ai/DeepSeek-V3-0324", "deepseek-v3"),
        ("x-ai/grok-4", "grok-4-0709"),
        ("zai-org/GLM-4.6", "glm-4.6"),
        ("groq/openai/gpt-oss-120b", "groq/openai/gpt-oss-120b"),
    ],
)
def test_names_of_other_vendors_lead_to_their_models(name: str, model: str) -> None:
    assert names.resolve(name).model.name == model


def test_the_error_stays_one_short_line_whatever_the_log_holds() -> None:
    with pytest.raises(UsageError) as error:
        names.resolve("\x1b[31m\n" + "x" * 5000)

    text = str(error.value)
    assert len(text) < 200
    assert text.isprintable()


@given(
    st.text(max_size=60)
    | st.from_regex(
        r"(ft:|azure/|gpt-35-|openai:|bedrock/)*[a-z0-9:./@*-]{0,30}(-high|:free|:online|@latest)*"
    )
)
def test_no_name_breaks_the_look_up(name: str) -> None:
    found = names.find(name)

    assert found is None or found.model.encoding


def test_what_a_gateway_adds_to_a_name_is_recorded_in_its_order() -> None:
    found = names.resolve("openrouter/openai/gpt-5:online")

    assert found.steps == (
        "dropped prefix openrouter/",
        "dropped prefix openai/",
        "dropped suffix :online",
        "exact name gpt-5",
    )
    assert [affix.text for affix in found.affixes] == ["openrouter/", "openai/", ":online"]


@pytest.mark.parametrize(
    ("asked", "what"),
    [("azure/model-router", "Azure's router, which chooses"), ("gpt-5.1-mini", "not a model of the API")],
)
def test_a_name_that_stands_for_no_single_model_is_explained(asked: str, what: str) -> None:
    with pytest.raises(UsageError) as error:
        names.resolve(asked)

    assert str(error.value).startswith(f"{asked!r} is {what}")
    assert f"(--alias {asked}=MODEL)" in error.value.command_line


def test_families_of_fine_tunes_are_those_of_their_bases() -> None:
    assert names.resolve("ft:gpt-3.5-turbo-0613:a::b").model.family == "chat/0613"


def test_a_fine_tune_without_a_price_row_says_so() -> None:
    found = names.resolve("ft:gpt-4-0125-preview:a::b")

    assert found.steps[0] == "no price row for its fine-tunes"
    assert catalog.default().price_layers(found.price_name) == []


def test_a_name_seen_before_costs_almost_nothing() -> None:
    names.find("azure/gpt-35-turbo-0613")
    began = time.perf_counter()
    for _ in range(10_000):
        names.find("azure/gpt-35-turbo-0613")

    assert time.perf_counter() - began < 0.1


def test_many_different_names_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_REMEMBERED", 10)
    known = catalog.default().with_entries()
    for i in range(100):
        names.find(f"deployment-{i}", known)

    assert len(known.resolved) <= 10


@needs_shared
def test_the_names_of_the_messy_sample_are_resolved_or_unknown() -> None:
    lines = (SHARED / "samples" / "messy" / "model_names.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["model"] for line in lines]

    assert [name for name in asked if names.find(name) is None] == [
        "azure/my-prod-deployment",
        "my-prod-gpt4",
        "",
    ]


def test_the_first_known_of_several_names_is_taken() -> None:
    found = names.first_known((None, "", "my-deployment", "gpt-4o", "gpt-4"))

    assert found is not None
    assert found.model.name == "gpt-4o"
    assert names.first_known((None, "my-deployment")) is None
