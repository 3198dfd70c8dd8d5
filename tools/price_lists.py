"""The price lists and model lists of other packages, each compared with a catalog; for `check_prices.py`."""

from __future__ import annotations

import importlib.util
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tokcount.models import pricing
from tokcount.models.catalog import Catalog, data_date
from tokcount.models.compatibility import OPENAI
from tokcount.models.model import Resolution
from tokcount.models.price_rows import PriceRow, Rates, current
from tokcount.models.resolve import find

NO_MODEL = "no such model"
TIERS = ("batch", "flex", "priority", "ultrafast")
GENAI_RATES = {
    "input": "input_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "audio_input": "input_audio_mtok",
    "audio_output": "output_audio_mtok",
    "output": "output_mtok",
}
"""Rate → its name in genai-prices."""
GENAI_FEES = {"web_search": "web_searches_kcount", "file_search": "storage_searches_kcount"}
"""Hosted tool → its fee for 1,000 calls in genai-prices."""
LITELLM_RATES = {
    "input": "input_cost_per_token",
    "cached_input": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
    "cache_write_long": "cache_creation_input_token_cost_above_12hr",
    "audio_input": "input_cost_per_audio_token",
    "audio_output": "output_cost_per_audio_token",
    "output": "output_cost_per_token",
}
"""Rate → its name in litellm, which a suffix follows for long requests and for tiers."""
LITELLM_TIERS = {"batch": "_batches", "flex": "_flex", "priority": "_priority", "ultrafast": "_ultrafast"}
LITELLM_LIST = "model_prices_and_context_window_backup.json"
ABOVE = "_above_272k_tokens"
PROVIDERS = {
    "Alibaba": "dashscope",
    "Amazon": "aws",
    "Anthropic": "anthropic",
    "DeepSeek": "deepseek",
    "Google": "google",
    "Meta": "meta",
    "Mistral": "mistral",
    "Moonshot AI": "moonshotai",
    "Z.ai": "zai",
    "xAI": "x-ai",
}
"""Vendor → its name in genai-prices."""
HOSTS = {"groq": "groq", "cerebras": "cerebras", "together_ai": "together"}
"""Beginning of a name → the host in genai-prices."""
LITELLM_PROVIDERS = (
    *(
        "anthropic",
        "cerebras",
        "dashscope",
        "deepseek",
        "gemini",
        "groq",
        "mistral",
        "moonshot",
        "together_ai",
        "xai",
    ),
    "zai",
)
"""Vendors and hosts whose own prices are compared."""
TEXT_MODES = ("chat", "responses", "completion", "embedding")
_DATED = re.compile(r"Announced shutdown date:\s+(\d{4}-\d{2}-\d{2})")
_QUOTED = re.compile(r'"([^"]+)"')
_LISTED = re.compile(r'^\s*"([^"]+)",$', re.MULTILINE)


class Difference(msgspec.Struct, frozen=True, order=True):
    """A fact on which the bundled data and a package differ."""

    package: str
    model: str
    fact: str
    ours: str
    theirs: str

    def __str__(self) -> str:
        return f"{self.package}: {self.model} {self.fact} is {self.theirs or 'unknown'}, here {self.ours or 'unknown'}"


# openai


def of_openai(catalog: Catalog) -> Iterator[Difference]:
    """Model ids and shutdown dates in the openai package."""
    from openai.types.shared import all_models, chat_model

    docstring = _text_of(chat_model)
    for name in sorted({*_LISTED.findall(docstring), *_LISTED.findall(_text_of(all_models))}):
        if find(name, catalog) is None:
            yield Difference("openai", name, "id", NO_MODEL, "listed")
    for name, theirs in shutdown_dates(docstring).items():
        model = catalog.models.get(name)
        ours = str(model.shutdown_date or "") if model else NO_MODEL
        if ours != theirs:
            yield Difference("openai", name, "shutdown", ours, theirs)


def shutdown_dates(docstring: str) -> dict[str, str]:
    """Model → shutdown date, from the list "Deprecated values" of the openai package.

    >>> shutdown_dates('- "gpt-4", "gpt-4-0613": Announced shutdown date: 2026-10-23. See …')
    {'gpt-4': '2026-10-23', 'gpt-4-0613': '2026-10-23'}
    """
    dates: dict[str, str] = {}
    for item in re.split(r"(?m)^[ \t]*- ", docstring):
        names, separator, rest = " ".join(item.split()).partition(": ")
        match = _DATED.match(rest)
        if separator and match:
            dates |= dict.fromkeys(_QUOTED.findall(names), match[1])
    return dates


def _text_of(module: Any) -> str:
    """The source of a module: Python itself drops the text under a list."""
    return Path(module.__file__).read_text(encoding="utf-8")


# genai-prices


def of_genai_prices(catalog: Catalog) -> Iterator[Difference]:
    """Models, windows and prices of OpenAI in genai-prices, and the prices of other vendors, on the data's date."""
    from genai_prices import data_snapshot

    snapshot = data_snapshot.get_snapshot()
    provider = next(provider for provider in snapshot.providers if provider.id == "openai")
    for model in provider.models:
        if find(model.id, catalog) is None:
            yield Difference("genai-prices", model.id, "id", NO_MODEL, "listed")
    for name, known in catalog.models.items():
        try:
            _, info = snapshot.find_provider_model(*_genai_name(name, known.vendor))
        except LookupError:
            continue
        if known.vendor == OPENAI:
            yield from _genai_facts(name, catalog, info)
        else:
            yield from _genai_prices(name, catalog, info.get_prices(_noon()))


def _genai_name(name: str, vendor: str) -> tuple[str, None, str, None]:
    """What to look a model up by: its name and who charges for it."""
    host, _, rest = name.partition("/")
    if host in HOSTS:
        return rest, None, HOSTS[host], None
    return name, None, "aws" if ":0" in name else PROVIDERS.get(vendor, "openai"), None


def _genai_facts(name: str, catalog: Catalog, info: Any) -> Iterator[Difference]:
    window = catalog.models[name].context_window
    if info.context_window is not None and info.context_window != window:
        yield Difference("genai-prices", name, "context_window", _text(window), str(info.context_window))
    moment = _noon()
    rows = catalog.price_rows(name)
    row = current(rows, data_date()) if rows else None
    yield from _genai_prices(name, catalog, info.get_prices(moment))
    for tool, key in GENAI_FEES.items():
        fee = pricing.fee(tool, name, data_date(), catalog)
        theirs, ours = getattr(info.get_prices(moment), key, None), _text(fee and fee.each * 1000)
        if theirs is not None and ours != _text(theirs):
            yield Difference("genai-prices", name, f"fee of {tool}", ours, _text(theirs))
    for tier in TIERS:
        context = {"processing": "batch"} if tier == "batch" else {"service_tier": tier}
        for variant in info.price_variants or ():
            if row is not None and variant.when == context:
                yield from _compared_tier("genai-prices", name, tier, row, *_genai_rates(variant.prices))


def _genai_prices(name: str, catalog: Catalog, prices: Any) -> Iterator[Difference]:
    rows = catalog.price_rows(name)
    row = current(rows, data_date()) if rows else None
    standard, long = _genai_rates(prices)
    yield from _compared("genai-prices", name, "", row.rates if row else None, standard)
    yield from _compared("genai-prices", name, "long ", row.long if row else None, long)


def _noon() -> datetime:
    return datetime.combine(data_date(), time(12), UTC)


def _genai_rates(prices: Any) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    cells = {
        rate: cell for rate, key in GENAI_RATES.items() if (cell := getattr(prices, key, None)) is not None
    }
    standard = {rate: Decimal(getattr(cell, "base", cell)) for rate, cell in cells.items()}
    long = {rate: cell.tiers[0].price for rate, cell in cells.items() if getattr(cell, "tiers", ())}
    return standard, long


# litellm


def litellm_prices(file: Path | None) -> dict[str, Any] | None:
    """The price list of litellm: of a wheel, of a JSON file, or of the installed package; `None` if it is not there."""
    if file is None:
        spec = importlib.util.find_spec("litellm")
        folders = (spec.submodule_search_locations or ()) if spec else ()
        file = next((path for folder in folders if (path := Path(folder, LITELLM_LIST)).exists()), None)
    if file is None:
        return None
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            content = wheel.read(f"litellm/{LITELLM_LIST}")
    else:
        content = file.read_bytes()
    prices: dict[str, Any] = json.loads(content, parse_float=Decimal)
    return prices


def of_litellm(catalog: Catalog, prices: Mapping[str, Any]) -> Iterator[Difference]:
    """Models, prices and shutdown dates of OpenAI and Azure in litellm, and prices of other vendors' known models."""
    for name, entry in prices.items():
        if entry.get("mode") in TEXT_MODES and entry.get("litellm_provider") in LITELLM_PROVIDERS:
            yield from _vendor_prices(name, catalog, entry)
        is_openai = entry.get("litellm_provider") in ("openai", "text-completion-openai")
        if entry.get("mode") not in TEXT_MODES or not (is_openai or name.startswith("azure/")):
            continue
        found = find(name, catalog)
        if found is None:
            yield Difference("litellm", name, "id", NO_MODEL, "listed")
        elif is_openai:
            yield from _litellm_facts(name, found, catalog, entry)
        else:
            yield from _azure_prices(name, catalog, entry)


def _litellm_facts(
    name: str, found: Resolution, catalog: Catalog, entry: Mapping[str, Any]
) -> Iterator[Difference]:
    theirs = str(entry.get("deprecation_date") or "")
    ours = str(found.model.shutdown_date or "")
    if theirs and ours != theirs:
        yield Difference("litellm", name, "shutdown", ours, theirs)
    rows = catalog.price_rows(found.price_name)
    row = current(rows, data_date()) if rows else None
    yield from _compared("litellm", name, "", row and row.rates, _litellm_rates(entry, ""))
    yield from _compared("litellm", name, "long ", row and row.long, _litellm_rates(entry, ABOVE))
    for tier, suffix in LITELLM_TIERS.items():
        rates, long = _litellm_rates(entry, suffix), _litellm_rates(entry, ABOVE + suffix)
        if row is not None and rates:
            yield from _compared_tier("litellm", name, tier, row, rates, long)


def _vendor_prices(name: str, catalog: Catalog, entry: Mapping[str, Any]) -> Iterator[Difference]:
    """Input and output of a model that both have; prices by the size of the request are left out."""
    price = pricing.price(name, data_date(), None, catalog) if find(name, catalog) else None
    theirs = _litellm_rates(entry, "")
    for rate in ("input", "cached_input", "output"):
        ours = getattr(price.rates, rate) if price else None
        if price and rate in theirs and _text(ours) != _text(theirs[rate]):
            yield Difference("litellm", name, rate, _text(ours), _text(theirs[rate]))


def _azure_prices(name: str, catalog: Catalog, entry: Mapping[str, Any]) -> Iterator[Difference]:
    """Input and output on Azure: its own list, which litellm has by region."""
    price = pricing.price(name, data_date(), None, catalog)
    theirs = _litellm_rates(entry, "")
    for rate in ("input", "output"):
        ours = getattr(price.rates, rate) if price else None
        if rate in theirs and _text(ours) != _text(theirs[rate]):
            yield Difference("litellm", name, rate, _text(ours), _text(theirs[rate]))


def _litellm_rates(entry: Mapping[str, Any], suffix: str) -> dict[str, Decimal]:
    keys = {rate: key + suffix for rate, key in LITELLM_RATES.items()}
    return {rate: Decimal(entry[key]) * 1_000_000 for rate, key in keys.items() if entry.get(key) is not None}


# Rates of two sides


def _compared(
    package: str, name: str, prefix: str, ours: Rates | None, theirs: Mapping[str, Decimal]
) -> Iterator[Difference]:
    """The rates that differ, of those that the package has for other models as well."""
    names = GENAI_RATES if package == "genai-prices" else LITELLM_RATES
    for rate in names:
        mine, other = (ours and getattr(ours, rate)), theirs.get(rate)
        is_unmetered = rate == "output" and not mine and not other
        if _text(mine) != _text(other) and not is_unmetered:
            yield Difference(package, name, prefix + rate, _text(mine), _text(other))


def _compared_tier(
    package: str,
    name: str,
    tier: str,
    row: PriceRow,
    theirs: Mapping[str, Decimal],
    theirs_long: Mapping[str, Decimal],
) -> Iterator[Difference]:
    """The rates of a tier that the package lists; what it leaves out is not compared."""
    price = pricing.at_tier(row, tier)
    for prefix, ours, listed in (("", price.rates, theirs), ("long ", price.long, theirs_long)):
        for rate, other in listed.items():
            mine = getattr(ours, rate) if ours else None
            if _text(mine) != _text(other):
                yield Difference(package, name, f"{tier} {prefix}{rate}", _text(mine), _text(other))


def _text(value: Any) -> str:
    """A number as text: no exponent, no trailing zeros; nothing for `None`."""
    if value is None:
        return ""
    text = f"{value:f}" if not isinstance(value, int) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
