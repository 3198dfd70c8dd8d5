"""The bundled tables: complete, free of contradictions, and in agreement with tiktoken and the published facts."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import tiktoken
from support.shared import SHARED, needs_shared
from support.together import together

from tokcount.framing.families import FAMILIES
from tokcount.models.catalog import data_date, data_version, default, sources
from tokcount.models.model import ENCODINGS, Model
from tokcount.tokens.tokenizers.table import TOKENIZERS

CATALOG = default()
OPENAI = {name: model for name, model in CATALOG.models.items() if model.vendor == "OpenAI"}
PRICED = [name for name in (*CATALOG.models, *CATALOG.fine_tunes) if CATALOG.price_rows(name)]


def test_the_data_version_is_its_date() -> None:
    assert data_version() == "2026.11.26"
    assert data_date() == date(2026, 11, 26)


@together("name", PRICED)
def test_price_periods_have_no_gap_and_no_overlap(name: str) -> None:
    rows = CATALOG.price_rows(name)

    assert all(earlier.end == later.start is not None for earlier, later in pairwise(rows))
    assert all(row.start is None or row.end is None or row.start < row.end for row in rows)
    assert all(row.start is not None for row in rows[1:])


@together("name", PRICED)
def test_prices_are_plausible(name: str) -> None:
    for row in CATALOG.price_rows(name):
        for rates in filter(None, (row.rates, row.long)):
            assert 0 <= rates.input <= 600
            assert rates.cached_input is None or rates.cached_input < rates.input
            assert rates.cache_write is None or 1 <= rates.cache_write / rates.input <= Decimal("1.35")
            if rates.cache_write_long is not None:
                assert rates.cache_write is not None
                assert Decimal("1.6") <= rates.cache_write_long / rates.cache_write <= 2
        for tier in row.tiers:
            cheaper = tier.name in ("batch", "flex")
            factor = tier.multiplier or tier.rates.input / row.rates.input
            assert (factor <= 1) if cheaper else (1 < factor <= 6), tier
        if row.long and name in OPENAI:
            assert row.long.input == 2 * row.rates.input
            assert row.long.output == row.rates.output * Decimal("1.5")
        elif row.long:
            assert row.long.input > row.rates.input
            assert row.long.output > row.rates.output
        if row.free:
            assert row.note


def test_a_price_of_a_model_ends_with_the_model() -> None:
    for name, model in CATALOG.models.items():
        rows = CATALOG.price_rows(name)
        if rows and model.shutdown_date and model.shutdown_date <= data_date():
            assert rows[-1].end == model.shutdown_date, name


@together("model", CATALOG.models.values())
def test_every_model_is_complete(model: Model) -> None:
    if model.encoding_basis == "unpublished":
        assert not model.encoding
    else:
        assert model.encoding in ENCODINGS or model.encoding in TOKENIZERS
        assert model.encoding_basis in {"tiktoken", "documented", "assumed"}
    assert model.vendor
    assert model.family in FAMILIES
    assert model.replacement is None or model.replacement in CATALOG.models
    assert (model.replacement is None) == (model.replacement_as_of is None)
    assert model.source
    assert set(model.source.split()) <= set(sources())
    assert CATALOG.price_rows(model.name) or model.note or model.endpoint == "edits"


def test_models_with_an_encoding_from_tiktoken_have_the_one_of_its_table() -> None:
    for name, model in OPENAI.items():
        try:
            expected = tiktoken.encoding_name_for_model(name)
        except KeyError:
            named = {"gpt-3.5-turbo-instruct-0914", *(name for name in OPENAI if "gpt-oss" in name)}
            assert model.encoding_basis == "assumed" or name in named, name
            continue
        assert model.encoding == expected, name


def test_fine_tunes_and_aliases_point_to_models() -> None:
    for row in CATALOG.fine_tunes.values():
        assert CATALOG.price_rows(row.name)
        assert set(row.bases) <= set(CATALOG.models)
        assert row.replacement in CATALOG.models
    assert set(CATALOG.aliases.values()) <= set(CATALOG.models)
    assert not set(CATALOG.aliases) & set(CATALOG.models)


FAMILY_PATTERNS = (
    (r"gpt-5-chat", "chat"),
    (r"groq/.*gpt-oss", "gpt-oss-groq"),
    (r"cerebras/.*gpt-oss", "gpt-oss-cerebras"),
    (r".*gpt-oss", "gpt-oss"),
    (r"codex-mini", "o"),
    (r"gpt-[56]|gpt-daybreak|gpt-rosalind|chat-latest$", "gpt5"),
    (r"o1-mini", "o1mini"),
    (r"o1-preview", "o1preview"),
    (r"o[134]", "o"),
    (r"gpt-3\.5-turbo-0301$", "0301"),
    (r"gpt-4-0613|gpt-3\.5-turbo-0613|gpt-4-32k|gpt-4$", "chat/0613"),
)


def test_framing_families_follow_the_names() -> None:
    for name, model in OPENAI.items():
        expected = next((family for pattern, family in FAMILY_PATTERNS if re.match(pattern, name)), "chat")
        endpoints = {"completions": "completions", "edits": "completions", "embeddings": "embeddings"}
        assert model.family == endpoints.get(model.endpoint, expected), name


@needs_shared
def test_every_reviewed_price_is_in_the_data() -> None:
    with (SHARED / "data" / "legacy_models.csv").open(encoding="utf-8", newline="") as file:
        legacy = [row for row in csv.DictReader(file) if row["input_usd_per_1m"]]
    for row in legacy:
        start = date.fromisoformat(row["effective_from"]) if row["effective_from"] else None
        end = date.fromisoformat(row["effective_to"]) if row["effective_to"] else data_date()
        end = min(end, CATALOG.price_rows(row["model"])[-1].end or end)
        for day in {start or end - timedelta(days=1), end - timedelta(days=1)}:
            (ours,) = (price for price in CATALOG.price_rows(row["model"]) if price.covers(day))
            assert ours.rates.input == Decimal(row["input_usd_per_1m"])
            assert ours.rates.output == Decimal(row["output_usd_per_1m"])
    with (SHARED / "data" / "current_models.csv").open(encoding="utf-8", newline="") as file:
        current = [row for row in csv.DictReader(file) if row["input"]]
    for row in current:
        ours = CATALOG.price_rows(row["model"])[-1]
        assert ours.rates.input == Decimal(row["input"])
        assert ours.rates.output == Decimal(row["output"] or 0)
        assert ours.rates.cached_input == (Decimal(row["cached_input"]) if row["cached_input"] else None)
        assert CATALOG.models[row["model"]].context_window == int(row["context_window"])


@needs_shared
def test_every_published_shutdown_date_is_in_the_data() -> None:
    published = json.loads((SHARED / "data" / "shutdown_dates.json").read_text(encoding="utf-8"))

    assert {name: str(CATALOG.models[name].shutdown_date) for name in published} == published
