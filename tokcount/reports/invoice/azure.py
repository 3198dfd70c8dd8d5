"""Azure's cost exports: which lines are for language models, and what their meters are called.

A meter is one direction of one model at one scope, abbreviated in many ways: `gpt 4o 1120 cached Inp glbl Tokens`,
`gpt-4o-mini-0718-Outp-regnl Tokens`, `5.4 opt Dz 1M Tokens`. Sources: the fields of cost details in Microsoft's
documentation, and the meters of its public list of retail prices.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

from msgspec import structs

from tokcount.errors import UsageError
from tokcount.reports.invoice.cells import AGAIN, Cells
from tokcount.reports.invoice.lines import InvoiceLine
from tokcount.reports.invoice.names import fee_in

IN_DOLLARS: Final = ("costinusd",)
COST: Final = (*IN_DOLLARS, "costinbillingcurrency", "pretaxcost", "cost")
CURRENCY: Final = ("billingcurrency", "billingcurrencycode", "currency", "currencycode")
_SERVICE: Final = ("metercategory", "metersubcategory", "productname", "product", "servicename")
_METER: Final = ("metername", "meter")
_QUANTITY: Final = ("quantity", "usagequantity", "consumedquantity")
_UNIT: Final = ("unitofmeasure", "unit")

Direction = Literal["input", "cached", "output"]
_DIRECTIONS: Final[dict[str, Direction]] = {
    **dict.fromkeys(("inp", "inpt", "input"), "input"),
    **dict.fromkeys(("cached", "cache", "cchd", "cd"), "cached"),
    **dict.fromkeys(("outp", "outpt", "opt", "out", "output"), "output"),
}
"""Word of a meter → its direction; the meter of a cached input has the word for input as well."""
_SCOPES: Final = frozenset(
    {
        *(
            "glbl",
            "gl",
            "global",
            "regnl",
            "rgnl",
            "regional",
            "dz",
            "dzn",
            "dzone",
            "datazone",
            "data",
            "zone",
        ),
        *("std", "standard", "batch", "shortco", "longco", "token", "tokens", "1k", "1m"),
    }
)
"""Words of a meter that do not name the model."""
_SIZES: Final = {"1": 1, "1k": 1_000, "1000": 1_000, "1m": 1_000_000, "1000000": 1_000_000}
"""Unit of measure → tokens."""
_SEPARATOR: Final = re.compile(r"[\s_-]+")


def line_of(cells: Cells, line: InvoiceLine) -> InvoiceLine:
    """The line with the model and the tokens of its meter."""
    services = [str(cells.first((name,)) or "").lower() for name in _SERVICE]
    if not any("openai" in service or service == "foundry models" for service in services):
        return InvoiceLine(day=line.day, is_other=True)
    if cells.first(IN_DOLLARS) is not None:
        line = structs.replace(line, cost_usd=cells.amount(IN_DOLLARS), currency="USD")
    meter = cells.text(_METER) or "unnamed meter"
    name, direction = meter_of(meter)
    tokens = _tokens(cells)
    if direction is None or tokens is None:
        return structs.replace(line, name=fee_in(meter) or meter)
    if direction == "output":
        return structs.replace(line, name=name, output_tokens=tokens)
    cached = tokens if direction == "cached" else None
    return structs.replace(line, name=name, input_tokens=tokens, cached_tokens=cached)


def meter_of(meter: str) -> tuple[str, Direction | None]:
    """The model of a meter, and the direction of its tokens; `None`: it does not measure tokens.

    >>> meter_of("gpt 4o 1120 cached Inp glbl Tokens"), meter_of("5.4 opt Dz 1M Tokens")
    (('gpt-4o-1120', 'cached'), ('gpt-5.4', 'output'))
    """
    words = _SEPARATOR.split(meter.strip().lower())
    found = {_DIRECTIONS[word] for word in words if word in _DIRECTIONS}
    direction: Direction | None = next(
        (each for each in ("cached", "output", "input") if each in found), None
    )
    if direction is None and "embedding" in words:
        direction = "input"
    name = "-".join(word for word in words if word not in _SCOPES and word not in _DIRECTIONS)
    return f"gpt-{name}" if name[:1].isdigit() else name, direction


def _tokens(cells: Cells) -> int | None:
    """The tokens of a line; `None` if its unit is not one of tokens. Raises `UsageError` for a part of a token."""
    size = _SIZES.get((cells.text(_UNIT) or "").lower().replace(",", "").removesuffix(" tokens"))
    quantity = cells.amount(_QUANTITY)
    if size is None or quantity is None:
        return None
    tokens = (quantity * size).quantize(Decimal("0.001"))
    if tokens % 1 != 0:
        raise UsageError(f"{cells.place}: the quantity {quantity} is not a whole number of tokens; {AGAIN}.")
    return int(tokens)
