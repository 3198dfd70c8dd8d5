"""Models that go, and where to."""

from datetime import date

import pytest
from msgspec import structs

from tokcount.models import catalog
from tokcount.models import lifecycle as shutdown
from tokcount.models.resolve import resolve

TODAY = date(2026, 11, 22)


def test_a_chain_follows_replacements_to_the_end() -> None:
    assert shutdown.replacement_chain("text-davinci-003") == ("gpt-3.5-turbo-instruct", "gpt-5.6-terra")
    assert shutdown.replacement_chain("gpt-5.5") == ()


def test_no_chain_of_the_catalog_runs_in_a_circle() -> None:
    for model in catalog.default().models.values():
        chain = shutdown.replacement_chain(model)
        assert model.name not in chain


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "o1-mini",
            "o1-mini was shut down on 2025-10-27; replacement: o4-mini → gpt-5.6-terra (as of 2026-05-01)",
        ),
        (
            "gpt-4o",
            "gpt-4o shuts down on 2027-01-14, in 53 days; replacement: gpt-6-luna (as of 2026-10-28)",
        ),
        (
            "gpt-5.5-cyber-preview",
            "gpt-5.5-cyber-preview shuts down on 2027-02-01, in 71 days; no replacement is named",
        ),
        ("gpt-6-luna", None),
    ],
)
def test_a_warning_has_the_date_and_the_way_out(name: str, text: str | None) -> None:
    assert shutdown.shutdown_warning(name, TODAY) == text


def test_a_host_retires_a_model_on_a_day_of_its_own() -> None:
    found = resolve("azure/eu/gpt-4o")
    text = shutdown.shutdown_warning(found.model, TODAY, None, found.host)

    assert text is not None
    assert text.endswith("(as of 2026-10-28); Azure has a date of its own")
    assert [resolve(name).host for name in ("gpt-4o", "openrouter/openai/gpt-4o")] == ["", ""]


def test_a_shutdown_in_the_far_future_is_no_warning() -> None:
    assert shutdown.shutdown_warning("gpt-4o", date(2026, 1, 1)) is None


def test_the_last_day_is_counted_in_the_singular() -> None:
    text = shutdown.shutdown_warning("gpt-4o", date(2027, 1, 13))

    assert text is not None
    assert "in 1 day;" in text


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("text-davinci-003", "gpt-5.6-terra"),
        ("gpt-4o", "gpt-6-luna"),
        ("gpt-4-0314", "gpt-6.1-sol"),
        ("text-embedding-ada-002", "text-embedding-3-small"),
        ("ft:gpt-4o-mini-2024-07-18:a::b", "gpt-6-luna"),
    ],
)
def test_auto_takes_the_first_replacement_that_stays(name: str, target: str) -> None:
    found = shutdown.recommended(name, TODAY)
    assert found is not None
    assert found.name == target


def test_auto_takes_the_last_one_living_when_all_go_soon() -> None:
    luna = structs.replace(catalog.default().models["gpt-6-luna"], shutdown_date=date(2027, 4, 1))
    going = catalog.default().with_entries(models={"gpt-6-luna": luna})

    found = shutdown.recommended("gpt-5-nano", date(2027, 3, 1), going)

    assert found is not None
    assert found.name == "gpt-6-luna"


def test_a_model_without_a_replacement_has_no_recommendation() -> None:
    assert shutdown.recommended("gpt-5.5", TODAY) is None


@pytest.mark.parametrize(
    ("name", "named_by"), [("gpt-4o", "gpt-4o"), ("text-davinci-003", "gpt-3.5-turbo-instruct")]
)
def test_a_recommendation_is_that_of_the_model_before_it_in_the_chain(name: str, named_by: str) -> None:
    target = shutdown.recommended(name, TODAY)
    assert target is not None
    found = shutdown.recommendation(name, target.name)

    assert found.name == named_by
    assert shutdown.source_of(found).startswith("OpenAI deprecations page, edition")
