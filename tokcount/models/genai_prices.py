"""Prices of models that the catalog does not have, from the tables that the optional extra `genai` installs; offline.

Such models cannot be counted, so these prices are for logs with billed usage.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from importlib import metadata
from typing import Any, Final

from tokcount.models.price_rows import Fee, PriceRow, Rates

_KEYS: Final = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "cache_write_long": "cache_write_1h_mtok",
    "audio_input": "input_audio_mtok",
    "audio_output": "output_audio_mtok",
}
"""Rate → its name in genai-prices."""
WEB_SEARCH: Final = "web_search"


@lru_cache(maxsize=4096)
def price_row(name: str, day: date) -> PriceRow | None:
    """The price of another vendor's model on a day; `None` without the extra, or for a model that it does not have.

    A model whose price rises in more than one step with the size of the request is left unpriced.
    """
    calculation = _calculate(name, day)
    if calculation is None:
        return None
    found = calculation.model_price
    cells = {rate: getattr(found, key, None) for rate, key in _KEYS.items()}
    if cells["input"] is None or cells["output"] is None:
        return None
    steps = {tier.start for cell in cells.values() for tier in getattr(cell, "tiers", ())}
    if len(steps) > 1:
        return None
    threshold = steps.pop() if steps else None
    return PriceRow(
        name=f"{calculation.provider.id}/{calculation.model.id}",
        rates=_rates({key: getattr(cell, "base", cell) for key, cell in cells.items()}),
        long_threshold=threshold,
        long=_rates({key: _above(cell) for key, cell in cells.items()}) if threshold else None,
        source=f"genai-prices {_version()}",
        basis="genai-prices",
    )


@lru_cache(maxsize=4096)
def web_search_fee(name: str, day: date) -> Fee | None:
    """The fee of one web search of another vendor's model; `None` as in `price_row`."""
    calculation = _calculate(name, day)
    usd = None if calculation is None else getattr(calculation.model_price, "web_searches_kcount", None)
    if usd is None:
        return None
    return Fee(
        tool=WEB_SEARCH,
        usd=usd,
        per=1000,
        models=(name,),
        source=f"genai-prices {_version()}",
        basis="genai-prices",
    )


def _rates(cells: dict[str, Decimal | None]) -> Rates:
    known = {name: rate for name, rate in cells.items() if rate is not None}
    return Rates(**{"input": Decimal(0), "output": Decimal(0), **known})


def _above(cell: Any) -> Any:
    """The price above the step: that of the only tier, or the same where a part has none."""
    tiers = getattr(cell, "tiers", ())
    return tiers[0].price if tiers else cell


def _calculate(name: str, day: date) -> Any | None:
    """The first match of the name as written, as its part after the last slash, or as a Bedrock id.

    OpenAI's own models are left to the bundled catalog: the tables there match some of them by their beginning.
    """
    try:
        import genai_prices
    except ImportError:
        return None
    usage = genai_prices.Usage(input_tokens=1, output_tokens=1)
    moment = datetime.combine(day, time(12), UTC)
    for written, provider in ((name, None), (name.rpartition("/")[2], None), (name, "aws")):
        try:
            found = genai_prices.calc_price(
                usage, model_ref=written, provider_id=provider, genai_request_timestamp=moment
            )
        except (LookupError, ValueError):
            continue
        if found.provider.id not in ("openai", "azure"):
            return found
    return None


@cache
def _version() -> str:
    return metadata.version("genai-prices")
