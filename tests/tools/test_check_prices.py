"""The developers' cross-check: differences to other packages are explained, or it fails."""

import io
from pathlib import Path
from typing import Any

import check_prices as check
import price_lists as lists
import pytest

from tokcount.models.catalog import default

LITELLM = {
    "gpt-4.1": {
        "litellm_provider": "openai",
        "mode": "chat",
        "input_cost_per_token": "0.000002",
        "cache_read_input_token_cost": "0.0000005",
        "output_cost_per_token": "0.000009",
        "input_cost_per_token_priority": "0.0000035",
        "output_cost_per_token_priority": "0.00001",
        "deprecation_date": "2027-01-14",
    },
    "gpt-nine": {"litellm_provider": "openai", "mode": "chat"},
    "azure/eu/gpt-4.1": {"litellm_provider": "azure", "mode": "chat", "input_cost_per_token": "0.000003"},
    "claude-x": {"litellm_provider": "anthropic", "mode": "chat"},
    "gpt-image-9": {"litellm_provider": "openai", "mode": "image_generation"},
}


def test_the_data_agrees_with_the_packages_or_says_why_not() -> None:
    pytest.importorskip("genai_prices")
    pytest.importorskip("openai")
    out = io.StringIO()

    assert check.main((), out) == 0, out.getvalue()


def test_the_data_agrees_with_litellm_or_says_why_not() -> None:
    if lists.litellm_prices(None) is None:
        pytest.skip("litellm is not installed (pip install --no-deps litellm)")
    _, compared = check.differences(default())

    assert "litellm" in compared


def test_every_explanation_has_a_reason() -> None:
    assert all(reason.strip() for reason in check.known_differences().values())


def test_an_unexplained_or_outdated_difference_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    new = check.Difference("genai-prices", "gpt-4o", "input", "2.5", "2")
    explained = check.Difference("openai", "gpt-nine", "id", "no such model", "listed")
    old = check.Difference("openai", "gpt-4", "shutdown", "", "2026-10-23")
    elsewhere = check.Difference("litellm", "gpt-4", "input", "30", "3")
    monkeypatch.setattr(check, "differences", lambda *_: ([new, explained], {"genai-prices", "openai"}))
    monkeypatch.setattr(check, "known_differences", lambda: {old: "a", explained: "because", elsewhere: "b"})
    out, everything = io.StringIO(), io.StringIO()

    assert check.main((), out) == check.main(("--all",), everything) == 1
    lines = [
        "unexplained  genai-prices: gpt-4o input is 2, here 2.5",
        "outdated     openai: gpt-4 shutdown is 2026-10-23, here unknown",
        "genai-prices, openai: 2 differences, 1 unexplained, 1 explanations outdated",
    ]
    assert out.getvalue().splitlines() == lines
    reason = "explained    openai: gpt-nine id is listed, here no such model: because"
    assert everything.getvalue().splitlines() == [*lines[:2], reason, lines[2]]


@pytest.mark.parametrize(
    ("known", "does"),
    [
        (("litellm", "azure/gpt-4*", "*put", "…", "…"), True),
        (("litellm", "azure/gpt-4-turbo", "input", "10", "11"), True),
        (("litellm", "azure/gpt-4*", "input", "10", "12"), False),
        (("openai", "azure/gpt-4*", "*put", "…", "…"), False),
        (("litellm", "gpt-4*", "*put", "…", "…"), False),
    ],
)
def test_an_explanation_can_be_about_many_models(known: tuple[str, ...], does: bool) -> None:
    found = check.Difference("litellm", "azure/gpt-4-turbo", "input", "10", "11")

    assert check.explains(check.Difference(*known), found) is does


def test_what_is_new_or_changed_in_a_price_list_is_found() -> None:
    found = {(one.model, one.fact): (one.ours, one.theirs) for one in lists.of_litellm(default(), LITELLM)}

    assert found == {
        ("gpt-4.1", "output"): ("8", "9"),
        ("gpt-4.1", "priority output"): ("14", "10"),
        ("gpt-nine", "id"): ("no such model", "listed"),
        ("azure/eu/gpt-4.1", "input"): ("2.2", "3"),
    }


def test_a_price_list_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text('{"gpt-4.1": {"input_cost_per_token": 2e-06}}', encoding="utf-8")
    prices: dict[str, Any] | None = lists.litellm_prices(file)

    assert prices is not None
    assert str(prices["gpt-4.1"]["input_cost_per_token"]) == "0.000002"
