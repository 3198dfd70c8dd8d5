"""What one request costs, written out in `Decimal`: the oracle for prices."""

from __future__ import annotations

from decimal import Decimal

from tokcount.models.pricing import PER_TOKEN, Price


def request_usd(
    price: Price, tokens_in: int, tokens_out: int, *, cached: int = 0, written: int = 0
) -> Decimal:
    """USD of a request. Tokens read from the cache or written to it are part of the input tokens, at most all of them.

    The long-context step depends on the whole request, so requests are priced one by one and then added up.
    """
    rates = price.rates_for(tokens_in)
    cached = min(cached, tokens_in)
    written = min(written, tokens_in - cached)
    cached_rate = rates.input if rates.cached_input is None else rates.cached_input
    write_rate = rates.input if rates.cache_write is None else rates.cache_write
    parts = (
        (tokens_in - cached - written) * rates.input,
        cached * cached_rate,
        written * write_rate,
        tokens_out * rates.output,
    )
    return sum(parts, Decimal(0)) * PER_TOKEN
