"""The bundled families: their files, and what follows from them."""

import re

import pytest

from tokcount.framing.families import FAMILIES
from tokcount.framing.family import chat_rules, responses_rules
from tokcount.framing.periods import seconds
from tokcount.models.catalog import default
from tokcount.models.compatibility import compatibility_of


def test_every_family_of_the_catalog_has_a_file() -> None:
    assert {model.family for model in default().models.values()} <= set(FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_complete_and_knows_its_name(name: str) -> None:
    assert FAMILIES[name].name == name


def test_an_unknown_family_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        FAMILIES["../chat"]


@pytest.mark.parametrize("name", FAMILIES)
def test_every_pattern_of_model_names_compiles(name: str) -> None:
    family = FAMILIES[name]
    shown = family.template.models if family.template else ()
    for row in (*family.images, *family.hosted, *family.chat.models, *family.responses.models, *shown):
        re.compile(row.match)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_exception_is_for_some_models_or_some_time_and_has_its_evidence(name: str) -> None:
    family = FAMILIES[name]
    shown = family.template.models if family.template else ()
    for row in (*family.chat.models, *family.responses.models, *shown):
        assert row.match or row.since or row.until
        assert row.evidence
        assert all(seconds(day) for day in (row.since, row.until) if day)


def test_a_family_that_is_like_another_differs_only_in_what_its_file_states() -> None:
    chat, old = FAMILIES["chat"], FAMILIES["chat/0613"]
    assert old.chat.renderer == "0613"
    assert old.chat.per_message == chat.chat.per_message
    assert (old.images, old.replies) == (chat.images, chat.replies)


def test_rules_of_single_models_start_from_those_of_the_family() -> None:
    family = FAMILIES["gpt5"]
    assert responses_rules(family, "gpt-5.2-pro").at(None).stored_call == -3
    assert responses_rules(family, "gpt-5.2-pro").at(None).tools == family.responses.tools
    assert responses_rules(family, "gpt-7").at(None) == family.responses


@pytest.mark.parametrize("name", FAMILIES)
def test_the_models_of_reasoning_families_refuse_a_temperature_while_they_reason(name: str) -> None:
    models = [model for model in default().models.values() if model.family == name]
    refusing = {
        at.verdict("temperature", 0.2, effort="high").status == "refused"
        for model in models
        for at in map(compatibility_of(model).at, compatibility_of(model).served)
        if at.efforts is not None
    }

    assert refusing <= {FAMILIES[name].reasoning}


def test_the_first_chat_model_was_primed_with_one_token_less_until_28_march_2023() -> None:
    rules = chat_rules(FAMILIES["0301"], "gpt-3.5-turbo-0301")
    assert rules.at(1_679_270_400).priming == 2  # 20 March 2023
    assert rules.at(1_679_961_600).priming == 3  # 28 March 2023
    assert rules.at(None).priming == 3
