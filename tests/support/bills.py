"""Invented calls with everything that is billed, and what each costs by hand, in `Decimal` alone.

Nothing here uses tokcount: the prices are read from the same text that `--prices` gets, and the rules are written out
again as the vendors' pages state them.
"""

from __future__ import annotations

import random
import tomllib
from decimal import Decimal
from typing import Any

PRICES = """
[models.bill-full]
encoding = "o200k_base"
[models.bill-full.prices]
input = 2.5
cached_input = 0.25
cache_write = 3.125
cache_write_long = 5
audio_input = 32
audio_output = 64.5
image_input = 4
image_output = 30
output = 15
regional = 1.1
tiers.priority = { multiplier = 1.75 }
tiers.ultrafast = { multiplier = 6 }
[models.bill-full.prices.long]
threshold = 100_000
input = 5
cached_input = 0.5
cache_write = 6.25
cache_write_long = 10
audio_input = 33
audio_output = 65
image_input = 8
image_output = 31
output = 22.5
[models.bill-full.prices.tiers.batch]
input = 1.25
cached_input = 0.125
cache_write_long = 2
audio_input = 16
audio_output = 32
image_output = 15
output = 7.5
[models.bill-full.prices.tiers.batch.long]
input = 2.5
cache_write_long = 4
audio_input = 17
audio_output = 33
image_output = 16
output = 11.25

[models.bill-plain]
encoding = "o200k_base"
[models.bill-plain.prices]
input = 0.1
cached_input = 0.000001
cache_write_long = 0.3
audio_input = 0.7
audio_output = 0.9
image_output = 0.123456
output = 0.4
tiers.flex = { multiplier = 0.55 }

[[fees]]
tool = "web_search"
models = ["bill-*"]
usd = 10
per = 1000
[[fees]]
tool = "web_search_preview"
models = ["bill-plain"]
usd = 25
per = 1000
[[fees]]
tool = "file_search"
models = ["bill-*"]
usd = 2.5
per = 1000
[[fees]]
tool = "code_interpreter"
models = ["bill-*"]
usd = 0.03
unit = "container"
"""

TABLE = tomllib.loads(PRICES, parse_float=Decimal)
TIERS = {
    "bill-full": ("default", "batch", "flex", "priority", "fast", "ultrafast"),
    "bill-plain": ("default", "flex"),
}
TOOL_USD = {
    "web_search": Decimal("0.01"),
    "web_search_preview": Decimal("0.025"),
    "file_search": Decimal("0.0025"),
    "code_interpreter": Decimal("0.03"),
}
MILLION = Decimal(1_000_000)


class Bill:
    """One call: its line in a log, and what each of its components costs."""

    def __init__(self, line: dict[str, Any], costs: dict[str, Decimal]) -> None:
        self.line = line
        self.costs = costs

    @property
    def usd(self) -> Decimal:
        """What the call costs."""
        return sum(self.costs.values(), Decimal(0))


def bills(count: int, seed: int = 20) -> list[Bill]:
    """This many calls, always the same ones."""
    chance = random.Random(seed)  # noqa: S311 - invented bills, not secrets
    makers = (_chat, _responses, _apart)
    return [chance.choice(makers)(chance, number) for number in range(count)]


def _tokens(chance: random.Random) -> dict[str, int]:
    """Tokens of each component; some calls have a long input."""
    most = chance.choice((50, 3_000, 60_000))
    kinds = ("input", "cached_input", "cache_write", "cache_write_long", "audio_input", "image_input")
    kinds += ("output", "reasoning", "rejected_prediction", "audio_output", "image_output")
    return {kind: chance.choice((0, chance.randrange(most))) for kind in kinds} | {
        "input": chance.randrange(1, most)
    }


def _sides(tokens: dict[str, int]) -> tuple[int, int]:
    inputs = ("input", "cached_input", "cache_write", "cache_write_long", "audio_input", "image_input")
    total = sum(tokens[kind] for kind in inputs)
    return total, sum(tokens.values()) - total


def _rates(model: str, tier: str, *, long: bool) -> dict[str, Decimal]:
    """USD per million tokens, as the price list has them."""
    listed = TABLE["models"][model]["prices"]
    tiers = listed.get("tiers", {})
    tier = {"fast": "priority"}.get(tier, tier)
    own = tiers.get(tier) or (tiers.get("batch") if tier == "flex" else None)
    standard = listed["long"] if long else listed
    if own is None:
        rates, factor = standard, Decimal(1)
    elif "multiplier" in own:
        rates, factor = standard, Decimal(own["multiplier"])
    else:
        rates, factor = own["long"] if long else own, Decimal(1)
    found = {name: Decimal(rate) * factor for name, rate in rates.items() if isinstance(rate, int | Decimal)}
    for name, instead in (("cached_input", "input"), ("cache_write", "input"), ("image_input", "input")):
        found.setdefault(name, found[instead])
    return found | {"reasoning": found["output"], "rejected_prediction": found["output"]}


def _costs(
    model: str, tier: str, region: str | None, tokens: dict[str, int], calls: dict[str, int] | None = None
) -> dict[str, Decimal]:
    listed = TABLE["models"][model]["prices"]
    long = "long" in listed and _sides(tokens)[0] > listed["long"]["threshold"]
    rates = _rates(model, tier, long=long)
    costs = {kind: count * rates[kind] / MILLION for kind, count in tokens.items() if count}
    if region and "regional" in listed:
        costs["regional"] = sum(costs.values(), Decimal(0)) * (Decimal(listed["regional"]) - 1)
    return costs | {tool: count * TOOL_USD[tool] for tool, count in (calls or {}).items() if count}


def _call(chance: random.Random) -> tuple[str, str, str | None, dict[str, Any]]:
    """Model, tier, region, and the fields around a call that name the region."""
    model = chance.choice(("bill-full", "bill-plain"))
    region = chance.choice((None, None, "eu", "us"))
    host = f"{region}.api.openai.com" if region else "api.openai.com"
    around = chance.choice(({"api_base": f"https://{host}/v1"}, {"url": f"https://{host}/v1/responses"}))
    return model, chance.choice(TIERS[model]), region, around


def _chat(chance: random.Random, number: int) -> Bill:
    model, tier, region, around = _call(chance)
    tokens = _tokens(chance)
    total_in, total_out = _sides(tokens)
    usage = {
        "prompt_tokens": total_in,
        "completion_tokens": total_out,
        "total_tokens": total_in + total_out,
        "prompt_tokens_details": {
            "cached_tokens": tokens["cached_input"],
            "cache_write_tokens": tokens["cache_write"] + tokens["cache_write_long"],
            "cache_creation_token_details": {"ephemeral_1h_input_tokens": tokens["cache_write_long"]},
            "audio_tokens": tokens["audio_input"],
            "image_tokens": tokens["image_input"],
        },
        "completion_tokens_details": {
            "reasoning_tokens": tokens["reasoning"],
            "rejected_prediction_tokens": tokens["rejected_prediction"],
            "audio_tokens": tokens["audio_output"],
            "image_tokens": tokens["image_output"],
        },
    }
    response = {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [],
        "service_tier": tier,
        "usage": usage,
    }
    request = {"model": model, "messages": [{"role": "user", "content": "Hello"}], "service_tier": "auto"}
    line = {**around, "request": request, "response": response}
    return Bill(line, _costs(model, tier, region, tokens))


def _responses(chance: random.Random, number: int) -> Bill:
    model, tier, region, around = _call(chance)
    tokens = _tokens(chance) | {"audio_input": 0, "image_input": 0, "audio_output": 0, "image_output": 0}
    tokens["rejected_prediction"] = 0
    total_in, total_out = _sides(tokens)
    search = "web_search_preview" if model == "bill-plain" and chance.random() < 0.5 else "web_search"
    calls = {
        search: chance.randrange(3),
        "file_search": chance.randrange(3),
        "code_interpreter": chance.randrange(2),
    }
    items: list[dict[str, Any]] = [
        {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "x"}}
    ] * calls[search]
    items += [{"type": "web_search_call", "status": "completed", "action": {"type": "open_page", "url": "x"}}]
    items += [{"type": "file_search_call", "status": "completed", "queries": ["x"]}] * calls["file_search"]
    items += [{"type": "code_interpreter_call", "container_id": f"cntr_{number}"}] * (
        2 * calls["code_interpreter"]
    )
    usage = {
        "input_tokens": total_in,
        "input_tokens_details": {
            "cached_tokens": tokens["cached_input"],
            "cache_write_tokens": tokens["cache_write"] + tokens["cache_write_long"],
            "cache_write_tokens_details": {
                "ttl_30m_tokens": tokens["cache_write"],
                "ttl_12h_tokens": tokens["cache_write_long"],
            },
        },
        "output_tokens": total_out,
        "output_tokens_details": {"reasoning_tokens": tokens["reasoning"]},
        "total_tokens": total_in + total_out,
    }
    response = {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1_790_000_000,
        "model": model,
        "output": items,
        "tools": [{"type": search}],
        "service_tier": tier,
        "usage": usage,
    }
    line = {**around, "request": {"model": model, "input": "Hello"}, "response": response}
    return Bill(line, _costs(model, tier, region, tokens, calls))


def _apart(chance: random.Random, number: int) -> Bill:
    """A usage whose input does not include what was read from a cache or written to it, as Anthropic's API has it."""
    model, tier, region, around = _call(chance)
    kinds = ("input", "cached_input", "cache_write", "cache_write_long", "output")
    tokens = {kind: count if kind in kinds else 0 for kind, count in _tokens(chance).items()}
    usage = {
        "input_tokens": tokens["input"],
        "cache_read_input_tokens": tokens["cached_input"],
        "cache_creation_input_tokens": tokens["cache_write"] + tokens["cache_write_long"],
        "cache_creation": {
            "ephemeral_5m_input_tokens": tokens["cache_write"],
            "ephemeral_1h_input_tokens": tokens["cache_write_long"],
        },
        "output_tokens": tokens["output"],
        "service_tier": tier,
    }
    response = {
        "id": f"chatcmpl-a{number}",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": model,
        "choices": [],
        "usage": usage,
    }
    request = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    return Bill({**around, "request": request, "response": response}, _costs(model, tier, region, tokens))
