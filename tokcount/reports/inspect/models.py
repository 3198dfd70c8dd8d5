"""``tokcount models``: the catalog as a table; with names, how each was resolved and what it costs when."""

from __future__ import annotations

from typing import Any

from tokcount.document.blocks import Block, Blocks, Cell, Column, Heading, Line, Table
from tokcount.document.rows import Row
from tokcount.document.values import UNKNOWN, integer

MODEL_COLUMNS = (
    Column("model"),
    Column("encoding"),
    Column("family"),
    Column("window", "int"),
    Column("max output", "int"),
    Column("input", "usd"),
    Column("cached", "usd"),
    Column("output", "usd"),
    Column("shutdown"),
    Column("replacement"),
)
PRICE_COLUMNS = (
    Column("from"),
    Column("to"),
    Column("input", "usd"),
    Column("cached", "usd"),
    Column("output", "usd"),
    Column("where from"),
)
PER_MILLION = "prices in USD for 1,000,000 tokens"


def blocks(data: dict[str, Any]) -> Blocks:
    """The whole catalog, or an explanation of each name that was asked for."""
    if "resolutions" in data:
        return [block for entry in data["resolutions"] for block in _explanation(entry)]
    return [Table(MODEL_COLUMNS, tuple(_model(entry) for entry in data["models"]), note=PER_MILLION)]


def rows(data: dict[str, Any]) -> list[Row]:
    """One row for each model, or for each price period of the names that were asked for."""
    if "resolutions" not in data:
        return [_flat(entry) for entry in data["models"]]
    return [
        {
            "asked": entry["asked"],
            **_flat(entry["model"]),
            **{f"price.{key}": value for key, value in price.items()},
        }
        for entry in data["resolutions"]
        for price in entry["prices"] or [{}]
    ]


def _model(entry: dict[str, Any]) -> tuple[Cell, ...]:
    price = entry.get("price") or {}
    return (
        entry["name"],
        entry["encoding"],
        entry["family"],
        entry["context_window"],
        entry["max_output"],
        price.get("input"),
        price.get("cached_input"),
        price.get("output"),
        entry["shutdown_date"] or "",
        entry["replacement"] or "",
    )


def _explanation(entry: dict[str, Any]) -> list[Block]:
    model = entry["model"]
    facts = [
        f"{model['encoding']} ({model['encoding_basis']})",
        f"framing {model['family']}",
        f"window {_tokens(model['context_window'])}",
        f"output up to {_tokens(model['max_output'])}",
    ]
    how = "; ".join(entry["steps"]) or "a name of the catalog"
    found: list[Block] = [
        Heading(entry["asked"]),
        Line(f"{model['name']} · {' · '.join(facts)}", "strong"),
        Line(f"Resolved: {how}"),
    ]
    if entry["assumed"]:
        found.append(
            Line("The catalog does not have this date of the model; it is taken for the model.", "warning")
        )
    if model["shutdown_date"]:
        successor = f"; replacement: {model['replacement']}" if model["replacement"] else ""
        found.append(Line(f"Shutdown: {model['shutdown_date']}{successor}", "warning"))
    return [*found, _prices(entry)]


def _prices(entry: dict[str, Any]) -> Block:
    if not entry["prices"]:
        return Line(f"No price is known for {entry['price_name']}; name one with --price.", "warning")
    keys = ("from", "to", "input", "cached_input", "output", "origin")
    table = tuple(tuple(price.get(key) for key in keys) for price in entry["prices"])
    return Table(PRICE_COLUMNS, table, title=f"Prices of {entry['price_name']}", note=PER_MILLION)


def _tokens(n: int | None) -> str:
    return UNKNOWN if n is None else integer(n)


def _flat(entry: dict[str, Any]) -> Row:
    plain = {
        key: value for key, value in entry.items() if not isinstance(value, dict | list) and key != "price"
    }
    return {**plain, **{f"price.{key}": value for key, value in (entry.get("price") or {}).items()}}
