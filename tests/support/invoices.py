"""An invented month of calls, as a log and as the exports that providers and gateways make of the same calls."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

START: Final = datetime(2026, 9, 1, tzinfo=UTC)
RATES: Final = {
    "gpt-4o-2024-08-06": ("2.50", "1.25", "10"),
    "gpt-4o-mini-2024-07-18": ("0.15", "0.075", "0.60"),
    "gpt-4.1-2025-04-14": ("2", "0.50", "8"),
}
"""Model → dollars for a million tokens of input, cached input and output, by OpenAI's pricing page."""
MODELS: Final = tuple(RATES)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One call of the month."""

    number: int
    time: datetime
    model: str
    given: int
    cached: int
    answered: int
    project: str

    @property
    def cost(self) -> Decimal:
        """What it costs, calculated by hand."""
        rates = tuple(map(Decimal, RATES[self.model]))
        tokens = (self.given - self.cached, self.cached, self.answered)
        return sum((rate * n for rate, n in zip(rates, tokens, strict=True)), Decimal(0)) / 1_000_000


def month(days: int = 30, a_day: int = 7) -> list[Call]:
    """Calls on each day of a month, at all times of the day, to three models and from two projects."""
    return [
        Call(
            number=day * a_day + number,
            time=START + timedelta(days=day, minutes=(number * 1440) // a_day + 3),
            model=MODELS[(day + number) % len(MODELS)],
            given=2_000 + 37 * number + 11 * day,
            cached=1_024 if number % 2 else 0,
            answered=100 + 13 * number + day,
            project="proj_shop" if number % 3 else "proj_lab",
        )
        for day in range(days)
        for number in range(a_day)
    ]


def log_lines(calls: Iterable[Call]) -> Iterator[dict[str, Any]]:
    """The calls as a log has them: request and response with usage."""
    for call in calls:
        usage = {
            "prompt_tokens": call.given,
            "completion_tokens": call.answered,
            "total_tokens": call.given + call.answered,
            "prompt_tokens_details": {"cached_tokens": call.cached},
        }
        answer = {"index": 0, "message": {"role": "assistant", "content": "Done."}, "finish_reason": "stop"}
        yield {
            "timestamp": call.time.isoformat(),
            "request": {
                "model": call.model,
                "messages": [{"role": "user", "content": f"Order {call.number}"}],
            },
            "response": {
                "id": f"chatcmpl-{call.number}",
                "object": "chat.completion",
                "model": call.model,
                "choices": [answer],
                "usage": usage,
            },
        }


def write_log(path: Path, calls: Iterable[Call]) -> Path:
    """The calls as a file of JSON lines."""
    path.write_text("".join(json.dumps(line) + "\n" for line in log_lines(calls)), encoding="utf-8")
    return path


Sums = dict[str, Any]
Writer = Callable[[list[Call]], str]


def by_day(calls: Iterable[Call], hours: int = 24) -> list[Sums]:
    """Sums of the calls by period of some hours, model and project."""
    groups: dict[tuple[datetime, str, str], list[Call]] = defaultdict(list)
    for call in calls:
        begin = call.time.replace(hour=call.time.hour // hours * hours, minute=0)
        groups[begin, call.model, call.project].append(call)
    return [
        {
            "begin": begin,
            "model": model,
            "project": project,
            "requests": len(found),
            "given": sum(call.given for call in found),
            "cached": sum(call.cached for call in found),
            "answered": sum(call.answered for call in found),
            "cost": sum((call.cost for call in found), Decimal(0)),
            "calls": found,
        }
        for (begin, model, project), found in sorted(groups.items())
    ]


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Rows as CSV."""
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(dict.fromkeys(name for row in listed for name in row)), lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def openai_usage_csv(calls: list[Call], hours: int = 24) -> str:
    """The usage export of OpenAI's dashboard: counts are written as fractions."""
    return table(
        {
            "start_time": int(row["begin"].timestamp()),
            "end_time": int((row["begin"] + timedelta(hours=hours)).timestamp()),
            "start_time_iso": row["begin"].isoformat(),
            "project_id": row["project"],
            "num_model_requests": float(row["requests"]),
            "user_id": "",
            "api_key_id": "",
            "model": row["model"],
            "batch": "FALSE",
            "input_tokens": float(row["given"]),
            "output_tokens": float(row["answered"]),
            "input_cached_tokens": float(row["cached"]),
        }
        for row in by_day(calls, hours)
    )


def old_activity_csv(calls: list[Call]) -> str:
    """The activity export of 2024."""
    return table(
        {
            "timestamp": int(row["begin"].timestamp()),
            "api_key_name": "main",
            "project_name": row["project"],
            "model": row["model"],
            "num_requests": row["requests"],
            "n_context_tokens_total": row["given"],
            "n_cached_context_tokens_total": row["cached"],
            "n_generated_tokens_total": row["answered"],
        }
        for row in by_day(calls)
    )


def _page(buckets: list[dict[str, Any]]) -> str:
    return json.dumps({"object": "page", "data": buckets, "has_more": False, "next_page": None})


def _bucket(begin: datetime, results: list[dict[str, Any]]) -> dict[str, Any]:
    times = {"start_time": int(begin.timestamp()), "end_time": int(begin.timestamp()) + 86_400}
    return {"object": "bucket", **times, "results": results}


def openai_usage_json(calls: list[Call]) -> str:
    """A page of `/v1/organization/usage/completions`, grouped by model and project."""
    return _page(
        [
            _bucket(
                row["begin"],
                [
                    {
                        "object": "organization.usage.completions.result",
                        "input_tokens": row["given"],
                        "output_tokens": row["answered"],
                        "input_cached_tokens": row["cached"],
                        "num_model_requests": row["requests"],
                        "project_id": row["project"],
                        "model": row["model"],
                        "batch": None,
                    }
                ],
            )
            for row in by_day(calls)
        ]
    )


def _line_items(row: Sums) -> Iterator[tuple[str, Decimal]]:
    rates = tuple(map(Decimal, RATES[row["model"]]))
    tokens = (row["given"] - row["cached"], row["cached"], row["answered"])
    for words, rate, n in zip(("input", "cached input", "output"), rates, tokens, strict=True):
        yield f"{row['model']}, {words}", rate * n / 1_000_000


def openai_costs_json(calls: list[Call]) -> str:
    """A page of `/v1/organization/costs`, grouped by line item."""
    return _page(
        [
            _bucket(
                row["begin"],
                [
                    {
                        "object": "organization.costs.result",
                        "amount": {"value": float(amount), "currency": "usd"},
                        "line_item": item,
                        "project_id": row["project"],
                    }
                    for item, amount in _line_items(row)
                ],
            )
            for row in by_day(calls)
        ]
    )


def openai_costs_csv(calls: list[Call]) -> str:
    """The cost export of OpenAI's dashboard."""
    return table(
        {
            "start_time": int(row["begin"].timestamp()),
            "end_time": int(row["begin"].timestamp()) + 86_400,
            "amount_value": amount,
            "amount_currency": "usd",
            "line_item": item,
            "project_id": row["project"],
            "organization_name": "Acme",
        }
        for row in by_day(calls)
        for item, amount in _line_items(row)
    )


AZURE_NAMES: Final = dict(zip(MODELS, ("gpt 4o 0806", "gpt-4o-mini-0718", "gpt 4.1"), strict=True))


def azure_csv(calls: list[Call]) -> str:
    """A cost export of Azure, in thousands of tokens, with the lines of another service between."""
    return table(_azure_rows(calls))


def _azure_rows(calls: list[Call]) -> Iterator[dict[str, Any]]:
    for row in by_day(calls):
        common = {
            "SubscriptionId": "5b1c",
            "Date": f"{row['begin']:%m/%d/%Y}",
            "ResourceName": row["project"],
            "UnitOfMeasure": "1K",
            "BillingCurrency": "USD",
        }
        tokens = (row["given"] - row["cached"], row["cached"], row["answered"])
        for words, n, (_, amount) in zip(
            ("Inp", "cached Inp", "Outp"), tokens, _line_items(row), strict=True
        ):
            name = f"{AZURE_NAMES[row['model']]} {words} glbl Tokens"
            meter = {"MeterCategory": "Azure OpenAI", "MeterSubCategory": "Azure OpenAI", "MeterName": name}
            yield {**common, **meter, "Quantity": Decimal(n) / 1000, "CostInBillingCurrency": amount}
        disk = {"MeterCategory": "Storage", "MeterSubCategory": "Premium SSD", "MeterName": "P10 LRS Disk"}
        yield {**common, **disk, "Quantity": "1", "UnitOfMeasure": "1/Month", "CostInBillingCurrency": "0.64"}


def openrouter_csv(calls: list[Call]) -> str:
    """The file of OpenRouter's activity page: one row per call, times without a zone."""
    return table(
        {
            "generation_id": f"gen-{call.number}",
            "created_at": f"{call.time:%Y-%m-%d %H:%M:%S}.123",
            "cost_total": call.cost,
            "tokens_prompt": call.given,
            "tokens_completion": call.answered,
            "tokens_cached": call.cached,
            "model_permaslug": f"openai/{call.model}",
            "provider_name": "OpenAI",
            "cancelled": "false",
            "api_key_name": call.project,
        }
        for call in calls
    )


def openrouter_json(calls: list[Call]) -> str:
    """The answer of OpenRouter's activity endpoint."""
    rows = [
        {
            "date": f"{row['begin']:%Y-%m-%d}",
            "model": "openai/gpt",
            "model_permaslug": f"openai/{row['model']}",
            "usage": float(row["cost"]),
            "byok_usage_inference": 0,
            "requests": row["requests"],
            "prompt_tokens": row["given"],
            "completion_tokens": row["answered"],
            "reasoning_tokens": 0,
        }
        for row in by_day(calls)
    ]
    return json.dumps({"data": rows})


def _metrics(row: Sums) -> dict[str, Any]:
    return {
        "spend": float(row["cost"]),
        "prompt_tokens": row["given"],
        "completion_tokens": row["answered"],
        "cache_read_input_tokens": row["cached"],
        "api_requests": row["requests"] + 1,
        "successful_requests": row["requests"],
        "failed_requests": 1,
    }


def litellm_json(calls: list[Call]) -> str:
    """A page of LiteLLM's daily activity. A failed request is among those of each row."""
    days: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in by_day([msgspec.structs.replace(call, project="") for call in calls]):
        days[f"{row['begin']:%Y-%m-%d}"][f"openai/{row['model']}"] = {
            "metrics": _metrics(row),
            "metadata": {},
        }
    results = [{"date": day, "metrics": {}, "breakdown": {"models": models}} for day, models in days.items()]
    return json.dumps({"results": results, "metadata": {"page": 1, "has_more": False}})


def litellm_csv(calls: list[Call]) -> str:
    """Rows of LiteLLM's table of daily spend."""
    return table(
        {"date": f"{row['begin']:%Y-%m-%d}", "api_key": "9f2b", "model": row["model"], **_metrics(row)}
        for row in by_day(calls)
    )


EXPORTS: Final[dict[str, Writer]] = {
    "openai-usage.csv": openai_usage_csv,
    "openai-activity-2024.csv": old_activity_csv,
    "openai-usage.json": openai_usage_json,
    "openai-costs.json": openai_costs_json,
    "openai-costs.csv": openai_costs_csv,
    "azure.csv": azure_csv,
    "openrouter.csv": openrouter_csv,
    "openrouter.json": openrouter_json,
    "litellm.json": litellm_json,
    "litellm.csv": litellm_csv,
}
"""File name → what writes its text."""
