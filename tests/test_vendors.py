"""Names of other vendors' models, as opposed to OpenAI's and from deployments."""

import pytest

from tokcount.models.catalog import default
from tokcount.vendors import vendor_of


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("claude-sonnet-4-5", "Anthropic"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "Anthropic"),
        ("openrouter/anthropic/claude-opus-5", "Anthropic"),
        ("Gemini-2.5-Pro", "Google"),
        ("meta-llama/Llama-3.1-8B-Instruct", "Meta"),
        ("bedrock/amazon.nova-lite-v1:0", "Amazon"),
        ("xai/grok-4.7", "xAI"),
        ("kimi-k3", "Moonshot AI"),
        ("aws-claude-3-prod", "Anthropic"),
        ("team_gemini", "Google"),
        ("gpt-4o-instead-of-claude", None),
        ("my-prod-gpt4", None),
        ("metadata-extractor", None),
        ("ft:gpt-4o:acme:claude-clone:id", None),
        ("", None),
    ],
)
def test_a_name_leads_to_its_vendor(name: str, vendor: str | None) -> None:
    assert vendor_of(name) == vendor


def test_the_catalog_and_the_names_agree_on_the_vendor() -> None:
    catalog = default()
    named = {**{name: name for name in catalog.models}, **catalog.aliases}
    makers = {name: catalog.models[model].vendor for name, model in named.items()}

    assert {name: vendor_of(name) or "OpenAI" for name in makers} == makers
