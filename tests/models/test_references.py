"""References: what people give to --from and --to."""

import pickle

import pytest

from tokcount.errors import UsageError
from tokcount.models.references import Reference, parse_reference
from tokcount.models.resolve import UnknownModel


def test_an_encoding_is_a_reference_of_its_own() -> None:
    assert parse_reference("o200k_base") == Reference(
        label="o200k_base", encoding="o200k_base", family="chat"
    )


def test_a_model_brings_its_encoding_its_family_and_the_steps_to_it() -> None:
    reference = parse_reference(" azure/gpt-4-0613 ")

    assert reference.label == "azure/gpt-4-0613"
    assert (reference.encoding, reference.family) == ("cl100k_base", "chat/0613")
    assert reference.resolution is not None
    assert reference.resolution.steps[0] == "dropped prefix azure/"


def test_a_model_whose_vendor_publishes_no_tokenizer_is_refused_with_what_is_possible() -> None:
    refused = "xai/grok-4.7: xAI publishes no tokenizer, so only the tokens that a log has can be priced"
    with pytest.raises(UsageError, match=refused):
        parse_reference("xai/grok-4.7")


def test_anything_else_is_an_error() -> None:
    with pytest.raises(UnknownModel, match="unknown model 'o200k'"):
        parse_reference("o200k")


def test_a_reference_can_be_sent_to_another_process() -> None:
    reference = parse_reference("gpt-5.6-luna")

    assert pickle.loads(pickle.dumps(reference)) == reference  # noqa: S301 - our own object
