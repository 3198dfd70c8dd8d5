"""`tokcount models` and `tokcount formats`: the lists, and the details of single entries."""

from __future__ import annotations

import json
from typing import Any

from support.inside import Inside
from support.running import SAMPLES

from tokcount.logs.registry import format_names
from tokcount.models.catalog import default
from tokcount.models.resolve import resolve


def of(inside: Inside, *arguments: str) -> dict[str, Any]:
    done = inside(*arguments, "-f", "json")
    assert done.code == 0, done.err
    report: dict[str, Any] = json.loads(done.out)
    return report


def test_every_model_is_listed_with_its_data(inside: Inside) -> None:
    listed = {model["name"]: model for model in of(inside, "models")["models"]}

    assert listed["gpt-4o"]["encoding"] == "o200k_base"
    assert listed["text-davinci-003"]["encoding"] == "p50k_base"
    assert listed["gpt-4o"]["price"]["input"] == 2.5
    assert set(listed) == set(default().models)


def test_a_name_is_explained_step_by_step(inside: Inside) -> None:
    (found,) = of(inside, "models", "ft:gpt-4o-2024-08-06:org::id")["resolutions"]

    assert found["asked"] == "ft:gpt-4o-2024-08-06:org::id"
    assert found["model"]["name"] == resolve("ft:gpt-4o-2024-08-06:org::id").model.name
    assert found["steps"]


def test_models_that_are_not_shut_down_come_first_and_the_newest_generation_before_others(
    inside: Inside,
) -> None:
    listed = of(inside, "models")["models"]
    gone = [bool(model["shutdown_date"]) and model["shutdown_date"] <= "2026-11-22" for model in listed]
    names = [model["name"] for model in listed]

    assert gone == sorted(gone)
    assert names.index("gpt-6.1-sol") < names.index("gpt-5.6-sol") < names.index("gpt-4o")


def test_the_models_to_choose_from_have_prices_and_are_not_shut_down(inside: Inside) -> None:
    report = of(inside, "models", "--current")
    listed = {model["name"]: model for model in report["models"]}

    assert report["current"]
    assert all(model["price"] for model in listed.values())
    assert "text-davinci-003" not in listed
    assert listed["gpt-4o"]["replacement_chain"] == ["gpt-6-luna"]
    assert "gpt-6-luna" in listed


def test_models_are_listed_by_vendor_with_the_newest_first(inside: Inside) -> None:
    listed = json.loads(inside("models", "-f", "json").out)["models"]
    vendors = dict.fromkeys(model["vendor"] for model in listed)
    names = [model["name"] for model in listed if model["vendor"] == "Anthropic"]
    text = inside("models", "--current").out

    assert next(iter(vendors)) == "OpenAI"
    assert {"Anthropic", "Google", "Meta", "Mistral", "xAI"} < set(vendors)
    assert names.index("claude-opus-5-5") < names.index("claude-opus-4-1")
    assert all(f"\n{vendor}\n" in text for vendor in ("Anthropic", "Google"))


def test_the_models_to_choose_from_fit_80_columns(inside: Inside) -> None:
    done = inside("models", "--current")

    assert max(map(len, done.out.splitlines())) <= 80


def test_entries_that_were_not_checked_for_long_are_listed_with_their_sources(inside: Inside) -> None:
    fresh = of(inside, "models", "--stale")
    later = inside("models", "--stale", "-f", "json", TOKCOUNT_TODAY="2027-03-01")
    stale = json.loads(later.out)["stale"]

    assert (fresh["stale"]["older_than"], fresh["stale"]["entries"]) == (90, [])
    assert later.code == 0
    assert {entry["kind"] for entry in stale["entries"]} == {"model", "fine-tune", "fee"}
    assert stale["entries"][0]["days"] == 99
    assert {key for entry in stale["entries"] for key in entry["sources"]} == set(stale["sources"])
    assert stale["sources"]["tiktoken"].startswith("tiktoken 0.14.0")


def test_the_age_of_stale_entries_can_be_given(inside: Inside) -> None:
    none = inside("models", "--stale", TOKCOUNT_TODAY="2026-11-30")
    shown = inside("models", "--stale", "3", TOKCOUNT_TODAY="2026-11-30")
    wrong = inside("models", "--stale", "gpt-4o")

    assert none.out.startswith("No entry is older than 90 days.")
    assert " entries last checked more than 3 days ago" in shown.out
    assert "sdk: openai 3.57.0" in shown.out
    assert wrong.err == "--stale gpt-4o: expected a number of days, such as 90."


def test_what_a_name_means_for_the_price_is_said(inside: Inside) -> None:
    done = inside("models", "azure/us/gpt-4o", "github_copilot/gpt-4o")

    assert "Charged: azure/us/ at 1.1 times the price" in done.out
    assert "Charged: billed by GitHub Copilot, not at these prices" in done.out


def test_quiet_leaves_out_the_messages_about_unknown_names(inside: Inside) -> None:
    done = inside("models", "-q", "nowhere", "gpt-4o")

    assert (done.code, done.err) == (2, "")
    assert "gpt-4o" in done.out


def test_a_chain_of_replacements_is_shown_to_its_end(inside: Inside) -> None:
    done = inside("models", "text-davinci-003")

    assert "replacement: gpt-3.5-turbo-instruct → gpt-5.6-terra" in done.out


def test_a_name_comes_with_what_its_endpoints_take(inside: Inside) -> None:
    text = inside("models", "gpt-5.6-luna").out
    (resolution,) = of(inside, "models", "gpt-5.6-luna")["resolutions"]
    chat = resolution["compatibility"]["endpoints"][0]
    parameters = {entry["parameter"]: entry for entry in chat["parameters"]}

    assert "Served at: chat, responses, batch. Takes text, image, file." in text
    assert (
        "refused unless the reasoning effort is none: logprobs, temperature (except 1), tools (use Responses)"
        in text
    )
    assert chat["default_effort"] == "medium"
    assert parameters["temperature"]["unless_effort"] == ["none"]
    assert parameters["temperature"]["sources"]


def test_names_that_are_not_known_are_reported_after_the_others(inside: Inside) -> None:
    done = inside("models", "claude-9-opus", "mistral", "gpt-4o", "-f", "json")
    found = json.loads(done.out)

    assert done.code == 2
    assert [entry["asked"] for entry in found["resolutions"]] == ["gpt-4o"]
    assert found["unknown"] == ["claude-9-opus", "mistral"]
    assert done.err.startswith("unknown model 'claude-9-opus' of Anthropic")


def test_a_word_for_the_newest_model_leads_to_auto_and_the_list(inside: Inside) -> None:
    done = inside("drift", str(SAMPLES / "support-chat.jsonl"), "--to", "newest")

    assert done.code == 2
    assert "--to auto" in done.err
    assert "tokcount models --current" in done.err


def test_exported_models_are_read_back_as_prices(inside: Inside) -> None:
    done = inside("models", "gpt-4o", "--export", "-o", "own.toml")
    again = of(inside, "models", "gpt-4o", "--prices", "own.toml")

    assert done.code == 0
    assert {price["origin"] for price in again["resolutions"][0]["prices"]} == {"user"}


def test_every_format_is_listed_with_a_sentence(inside: Inside) -> None:
    listed = {entry["name"]: entry["description"] for entry in of(inside, "formats")["formats"]}

    assert set(listed) <= set(format_names())
    assert "openai.chat.pair" in listed
    assert all(listed.values())
    assert not [text for text in listed.values() if "``" in text or "\n" in text]


def test_nothing_countable_and_skipped_under_strict_exit_3(inside: Inside) -> None:
    inside.write("empty.jsonl", "")
    nothing = inside("formats", "empty.jsonl")
    strict = inside("formats", str(SAMPLES / "defects.jsonl"), "--strict")

    assert (nothing.code, strict.code) == (3, 3)
    assert nothing.err.endswith("nothing countable was found.")
    assert strict.err.endswith("5 items were skipped (--strict).")
