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
    assert listed["gpt-4o"]["price"]["input"] == "2.5"
    assert set(listed) == set(default().models)


def test_a_name_is_explained_step_by_step(inside: Inside) -> None:
    (found,) = of(inside, "models", "ft:gpt-4o-2024-08-06:org::id")["resolutions"]

    assert found["asked"] == "ft:gpt-4o-2024-08-06:org::id"
    assert found["model"]["name"] == resolve("ft:gpt-4o-2024-08-06:org::id").model.name
    assert found["steps"]


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
