"""Which models requests can be written for, and what those refuse."""

from __future__ import annotations

import pytest

from tokcount.errors import UsageError
from tokcount.models.references import parse_reference
from tokcount.reports.migrate.target import Api, MigrationTarget, target_of


def target(name: str, api: Api = "chat") -> MigrationTarget:
    return target_of(parse_reference(name), api)


@pytest.mark.parametrize(
    ("name", "reasoning"),
    [
        ("gpt-4o", False),
        ("gpt-3.5-turbo", False),
        ("gpt-4.1-mini", False),
        ("o1", True),
        ("o3-mini", True),
        ("o4-mini", True),
        ("gpt-5", True),
        ("gpt-5.6-luna", True),
        ("gpt-5-chat-latest", False),
        ("ft:gpt-4o-2024-08-06:acme::id", False),
    ],
)
def test_reasoning_models_are_told_by_their_family(name: str, reasoning: bool) -> None:
    assert target(name).reasoning is reasoning


def test_a_reasoning_model_of_another_family_is_known_by_name() -> None:
    assert target("codex-mini-latest", "responses").reasoning


@pytest.mark.parametrize("name", ["o1-mini", "o1-preview"])
def test_the_first_reasoning_models_take_no_system_message(name: str) -> None:
    assert not target(name).takes_system


def test_requests_carry_the_name_that_the_user_gave() -> None:
    assert target("azure/gpt-4o").model == "azure/gpt-4o"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("o200k_base", "need a model, not an encoding"),
        ("gpt-3.5-turbo-instruct", "takes no messages"),
        ("text-embedding-3-small", "takes no messages"),
        ("o1-pro", "add --api responses"),
    ],
)
def test_what_cannot_be_a_target_is_refused_with_a_way_out(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        target(name)


def test_models_of_the_responses_endpoint_alone_are_fine_there() -> None:
    assert target("o1-pro", "responses").api == "responses"
