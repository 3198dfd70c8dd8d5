"""In which service tier and in which region a call was served, whatever the log says around it."""

from __future__ import annotations

from typing import Any

import pytest
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, record

from tokcount.logs.adapt.vendors import deployment_of, region_of


def pair(request: dict[str, Any], response: dict[str, Any], **row: Any) -> dict[str, Any]:
    return {"request": CHAT_REQUEST | request, "response": CHAT_RESPONSE | response, **row}


@pytest.mark.parametrize(
    ("asked", "answered", "row", "tier"),
    [
        ({"service_tier": "priority"}, {"service_tier": "default"}, {}, None),
        ({"service_tier": "flex"}, {"service_tier": "flex"}, {}, "flex"),
        ({"service_tier": "auto"}, {"service_tier": "priority"}, {}, "priority"),
        ({"service_tier": "fast"}, {"service_tier": "priority"}, {}, "priority"),
        ({"service_tier": "ultrafast"}, {"service_tier": "ultrafast"}, {}, "ultrafast"),
        ({}, {"service_tier": "default"}, {"service_tier": "priority"}, None),
        ({}, {}, {"service_tier": "priority"}, "priority"),
        ({"service_tier": "priority"}, {}, {}, "priority"),
        ({"service_tier": "flex"}, {"service_tier": "auto"}, {}, "flex"),
        ({}, {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "service_tier": "batch"}}, {}, "batch"),
        ({}, {"usage": {"prompt_tokens": 1, "completion_tokens": 1, "service_tier": "standard"}}, {}, None),
        ({}, {"service_tier": "hyper"}, {}, "hyper"),
        ({}, {"service_tier": "A secret, in a place for a name"}, {}, None),
        ({}, {}, {"tier": "gold"}, None),
    ],
)
def test_the_tier_of_the_answer_is_the_one_that_is_charged(
    asked: dict[str, Any], answered: dict[str, Any], row: dict[str, Any], tier: str | None
) -> None:
    assert record(pair(asked, answered, **row)).tier == tier


def test_answers_to_batch_requests_are_charged_as_batch_whatever_tier_they_name() -> None:
    body = CHAT_RESPONSE | {"service_tier": "default"}
    line = {
        "id": "batch_req_1",
        "custom_id": "a",
        "response": {"status_code": 200, "body": body},
        "error": None,
    }

    assert record(line).tier == "batch"


@pytest.mark.parametrize(
    ("row", "region"),
    [
        ({"url": "https://eu.api.openai.com/v1/chat/completions"}, "eu"),
        ({"api_base": "https://us.api.openai.com/v1"}, "us"),
        ({"base_url": "https://AU.api.openai.com"}, "au"),
        ({"host": "jp.api.openai.com"}, "jp"),
        ({"url": "https://api.openai.com/v1/chat/completions"}, None),
        ({"url": "https://eu.example.com/v1/chat/completions"}, None),
        ({"url": "https://example.com/?to=eu.api.openai.com"}, None),
        ({"region": "eu"}, None),
    ],
)
def test_the_host_of_a_call_names_its_region(row: dict[str, Any], region: str | None) -> None:
    assert record(pair({}, {}, **row)).region == region


def test_a_captured_message_has_its_url_inside() -> None:
    message = {"url": "https://x.openai.azure.com/openai/deployments/gpt-4o-eu/chat/completions"}

    assert (deployment_of(message), region_of(message)) == ("gpt-4o-eu", None)
    assert region_of({"url": "https://eu.api.openai.com/v1/responses"}) == "eu"
    assert region_of(7) is None
