"""The developers' cross-check: differences to other packages are explained, or it fails."""

import io

import check_prices as check
import pytest


def test_the_data_agrees_with_the_packages_or_says_why_not() -> None:
    pytest.importorskip("genai_prices")
    pytest.importorskip("openai")
    out = io.StringIO()

    assert check.main(out) == 0, out.getvalue()


def test_every_explanation_has_a_reason() -> None:
    assert all(reason.strip() for reason in check.known_differences().values())


def test_an_unexplained_or_outdated_difference_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    new = check.Difference("genai-prices", "gpt-4o", "input", "2.5", "2")
    old = check.Difference("openai", "gpt-4", "shutdown", "", "2026-10-23")
    monkeypatch.setattr(check, "differences", lambda _: [new])
    monkeypatch.setattr(check, "known_differences", lambda: {old: "because"})
    out = io.StringIO()

    assert check.main(out) == 1
    assert out.getvalue().splitlines() == [
        "unexplained  genai-prices: gpt-4o input is 2, here 2.5",
        "outdated     openai: gpt-4 shutdown is 2026-10-23, here unknown",
        "1 differences, 1 unexplained, 1 explanations outdated",
    ]
