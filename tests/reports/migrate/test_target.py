"""What requests can be for: a model with messages, at an endpoint that serves it."""

from __future__ import annotations

import pytest
from support.migration_records import target

from tokcount.errors import UsageError


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
    ],
)
def test_what_cannot_be_a_target_is_refused(name: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        target(name)


def test_an_endpoint_without_the_model_is_refused_with_the_other_one() -> None:
    with pytest.raises(UsageError, match="served by Responses alone; use --endpoint responses"):
        target("o1-pro", "chat")
    assert target("o1-pro", "responses").endpoint == "responses"


@pytest.mark.parametrize(
    ("name", "kind", "endpoints"),
    [
        ("gpt-4o", "completions", ("chat", "responses")),
        ("gpt-4o", "chat", ("chat", "responses")),
        ("gpt-4o", "responses", ("responses", "chat")),
        ("o1-pro", "chat", ("responses",)),
        ("gpt-5-search-api", "responses", ("chat",)),
    ],
)
def test_a_request_stays_at_its_endpoint_where_the_model_is_served_there(
    name: str, kind: str, endpoints: tuple[str, ...]
) -> None:
    assert target(name).endpoints_for(kind) == endpoints
