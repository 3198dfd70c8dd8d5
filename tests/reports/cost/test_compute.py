"""Cost: records priced one by one at their own days, sums exact, token and price effects apart."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.money import request_usd

from tokcount.errors import UsageError
from tokcount.models import genai_prices, overrides, pricing
from tokcount.models.catalog import Catalog
from tokcount.reports.columns import USD
from tokcount.reports.cost.charges import CostOptions, Total, charge
from tokcount.reports.cost.charging.answers import Answers
from tokcount.reports.cost.compute import costs

TODAY = date(2026, 11, 22)
MILLION = 1_000_000

DTYPES: dict[str, pl.DataType | type[pl.DataType]] = {
    "source": pl.String,
    "kind": pl.String,
    "model": pl.String,
    "timestamp": pl.Datetime("us", "UTC"),
    "tier": pl.String,
    "tags": pl.String,
    "flags": pl.String,
    "requests": pl.Int64,
    "billed_input_tokens": pl.Int64,
    "billed_output_tokens": pl.Int64,
    "billed_cached_tokens": pl.Int64,
    "billed_cache_write_tokens": pl.Int64,
    "billed_reasoning_tokens": pl.Int64,
}
QUANTITIES = ("content_tokens", "framing_tokens", "input_tokens", "output_tokens")


def record(
    model: str | None = "gpt-4o",
    day: str | None = "2025-01-01",
    *,
    billed: tuple[int, ...] = (),
    counts: Mapping[str, tuple[int | None, int | None]] | None = None,
    own: tuple[int | None, int | None] = (None, None),
    **more: Any,
) -> dict[str, Any]:
    """One row; ``own`` and ``counts`` are input and output tokens under the references."""
    row: dict[str, Any] = dict.fromkeys(DTYPES)
    row |= {"source": "log.jsonl", "kind": "chat", "model": model, "tags": "", "flags": "", "requests": 1}
    row["timestamp"] = datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None
    names = ("billed_input_tokens", "billed_output_tokens", "billed_cached_tokens")
    row |= dict(zip(names, billed, strict=False))
    for label, (tokens_in, tokens_out) in {"own": own, **(counts or {})}.items():
        row |= {f"{label}:input_tokens": tokens_in, f"{label}:output_tokens": tokens_out}
    return row | more


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    labels = dict.fromkeys(key.rpartition(":")[0] for row in rows for key in row if ":" in key)
    counts = {f"{label}:{name}": pl.Int64 for label in {"own": None, **labels} for name in QUANTITIES}
    return pl.DataFrame(list(rows), schema={**DTYPES, **counts})


def cost(data: pl.DataFrame, *targets: str, **options: Any) -> dict[str, Any]:
    return json_of(data, CostOptions(targets=targets, today=TODAY, **options))


def json_of(log: pl.DataFrame, options: CostOptions, catalog: Catalog | None = None) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(costs(charge(log, options, catalog)))
    return found


def own(data: pl.DataFrame, **options: Any) -> dict[str, Any]:
    entry: dict[str, Any] = cost(data, **options)["references"][0]
    return entry


def target(data: pl.DataFrame, label: str, **options: Any) -> dict[str, Any]:
    entry: dict[str, Any] = cost(data, label, **options)["references"][1]
    return entry


class TestBaseline:
    def test_each_record_is_priced_at_its_own_day(self) -> None:
        log = frame(
            record("davinci", "2022-08-31", own=(MILLION, 0)),
            record("davinci", "2022-09-01", own=(MILLION, 0)),
        )

        assert own(log)["cost_usd"] == "80"

    def test_billed_numbers_win_over_counts_and_that_is_said(self) -> None:
        log = frame(
            record(billed=(1000, 100), own=(999, 1)),
            record(own=(1000, 100)),
        )
        entry = own(log)

        assert entry["usage"] == {"billed": 1, "counted": 1}
        assert entry["cost_usd"] == "0.007"
        assert (entry["input_cost_usd"], entry["output_cost_usd"]) == ("0.005", "0.002")

    def test_cached_tokens_are_charged_at_their_price(self) -> None:
        entry = own(frame(record(billed=(2000, 0, 1000))))

        assert entry["cost_usd"] == "0.00375"
        assert entry["cached_input_cost_usd"] == "0.00125"
        assert entry["cached_tokens"] == 1000

    def test_cache_writes_are_charged_where_they_cost_more(self) -> None:
        log = frame(record("gpt-6-sol", "2026-11-01", billed=(1000, 0), billed_cache_write_tokens=1000))

        assert own(log)["cost_usd"] == "0.0025"

    def test_the_long_context_step_is_taken_record_by_record(self) -> None:
        day = "2026-11-22"
        below, above = (
            record("gpt-5.5", day, own=(272_000, 1000)),
            record("gpt-5.5", day, own=(272_001, 1000)),
        )
        entry = own(frame(below, above, below))

        assert entry["cost_usd"] == "5.54501"
        assert entry["long_context"] == 1

    def test_a_row_of_many_requests_gets_no_long_context_step(self) -> None:
        log = frame(record("gpt-5.5", "2026-11-22", billed=(MILLION, 0), requests=1000, kind="usage"))

        assert own(log)["cost_usd"] == "5"

    def test_as_of_prices_everything_on_that_day(self) -> None:
        log = frame(record(own=(MILLION, MILLION)), record("davinci", None, own=(MILLION, 0)))

        assert own(log, as_of=date(2022, 8, 31))["cost_usd"] == "80"

    def test_a_record_without_a_day_takes_the_last_price_and_says_so(self) -> None:
        entry = own(frame(record("gpt-3.5-turbo", None, own=(MILLION, MILLION))))

        assert entry["cost_usd"] == "2"
        assert entry["prices"][0]["notes"] == ["no date: the last known price"]

    def test_logged_batch_calls_cost_batch_prices(self) -> None:
        assert own(frame(record("gpt-4.1", own=(MILLION, MILLION), tier="batch")))["cost_usd"] == "5"

    def test_batch_prices_everything_at_batch_rates(self) -> None:
        assert own(frame(record("gpt-4.1", own=(MILLION, MILLION))), batch=True)["cost_usd"] == "5"

    def test_an_answer_from_a_gateways_cache_was_not_billed(self) -> None:
        entry = own(frame(record(billed=(1000, 100), flags="cached_reply|media"), record(billed=(1000, 100))))

        assert entry["cost_usd"] == "0.0035"
        assert entry["usage"] == {"billed": 1, "not billed": 1}

    def test_a_free_beta_costs_nothing(self) -> None:
        entry = own(frame(record("code-davinci-002", "2022-06-01", own=(1000, 100))))

        assert entry["cost_usd"] == "0"
        assert entry["prices"][0]["notes"] == ["free beta"]
        assert entry["priced_share"] == 1.0

    def test_the_origin_of_every_price_stands_in_the_report(self) -> None:
        (price,) = own(frame(record("gpt-4o", own=(1000, 0))))["prices"]

        assert price["origin"] == "gpt-4o row from 2024-10-02, verified"
        assert (price["input"], price["cached_input"], price["output"]) == ("2.5", "1.25", "10")
        assert (price["records"], price["cost_usd"], price["basis"]) == (1, "0.0025", "bundled")


class TestUnpriced:
    LOG = frame(
        record("gpt-4o", own=(1000, 0)),
        record("gpt-6.2-astra-law", own=(1000, 0)),
        record("my-deployment"),
        record(None),
        record("gpt-4o"),
    )

    def test_the_total_is_a_floor_and_every_reason_is_listed(self) -> None:
        entry = own(self.LOG)

        assert entry["cost_usd"] == "0.0025"
        assert entry["floor"]
        assert (entry["priced"], entry["priced_share"]) == (1, 0.2)
        assert {(row["model"], row["reason"], row["records"]) for row in entry["unpriced"]} == {
            ("gpt-6.2-astra-law", "no price known", 1),
            ("my-deployment", "unknown model", 1),
            (None, "no model named", 1),
            ("gpt-4o", "no token counts", 1),
        }

    def test_nothing_priced_is_unknown_and_not_zero(self) -> None:
        entry = own(frame(record("gpt-6.2-astra-law", own=(1000, 0))))

        assert entry["cost_usd"] is None
        assert not entry["floor"]

    def test_an_unknown_model_with_billed_tokens_is_named(self) -> None:
        (reason,) = own(frame(record("my-deployment", billed=(10, 1))))["unpriced"]

        assert reason == {"model": "my-deployment", "reason": "unknown model", "records": 1}

    def test_an_assumed_model_stands_in_for_what_is_missing_or_unknown(self) -> None:
        log = frame(
            record("my-deployment", own=(1000, 0)), record(None, own=(1000, 0)), record(own=(1000, 0))
        )

        assert own(log, assume_model="gpt-4")["cost_usd"] == "0.0625"
        assert own(log, assume_model="gpt-7")["priced"] == 1

    def test_billed_tokens_of_all_vendors_have_one_total(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(genai_prices, "price_row", lambda *_: None)
        names = ("gpt-4o", "claude-sonnet-4-5-20250929", "gemini-2.5-flash", "deepseek-chat", "xai/grok-4.7")
        entry = own(frame(*(record(name, "2026-03-01", billed=(1_000_000, 0)) for name in names)))

        assert entry["priced"] == len(names)
        assert entry["cost_usd"] == "13.08"

    def test_a_price_that_some_requests_exceed_makes_the_cost_a_lower_bound(self) -> None:
        entry = own(frame(record("deepseek-v4-pro", "2026-10-01", billed=(1_000_000, 0))))

        assert (entry["cost_usd"], entry["floor"]) == ("0.66", True)

    def test_a_price_with_a_second_step_is_a_lower_bound_for_requests_above_the_first(self) -> None:
        short, long = (
            own(frame(record("qwen3-max", "2026-10-01", billed=(n, 0)))) for n in (32_000, 100_000)
        )

        assert (short["cost_usd"], short["floor"]) == ("0.0384", False)
        assert (long["cost_usd"], long["floor"]) == ("0.24", True)

    def test_no_model_is_assumed_for_another_vendors_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(genai_prices, "price_row", lambda *_: None)
        entry = own(frame(record("claude-x", own=(1000, 0)), record(own=(1000, 0))), assume_model="gpt-4")

        assert entry["priced"] == 1
        assert entry["unpriced"] == [{"model": "claude-x", "reason": "a model of Anthropic", "records": 1}]

    def test_no_model_is_assumed_for_what_another_vendor_answered(self) -> None:
        log = frame(
            record("team-bot", own=(9, 0), flags="non_openai"), record(None, own=(9, 0), flags="non_openai")
        )
        entry = own(log, assume_model="gpt-4")

        assert entry["priced"] == 0
        assert {row["reason"] for row in entry["unpriced"]} == {"unknown model", "no model named"}

    def test_an_encoding_has_no_price(self) -> None:
        entry = target(frame(record(own=(10, 1), counts={"o200k_base": (10, 1)})), "o200k_base")

        assert entry["cost_usd"] is None
        assert entry["token_effect_usd"] is None
        assert entry["unpriced"][0]["reason"] == "an encoding has no price"

    def test_an_empty_log_costs_nothing_known(self) -> None:
        data = cost(frame(), by=("model",), monthly=True)

        assert data["references"][0]["cost_usd"] is None
        assert data["references"][0]["priced_share"] is None
        assert data["groups"] == []


class TestFloors:
    """The true cost is higher than what is charged."""

    def test_an_output_that_nobody_logged_is_not_charged_and_said(self) -> None:
        entry = own(frame(record(own=(1000, None)), record(own=(1000, 0))))

        assert entry["cost_usd"] == "0.005"
        assert (entry["floor"], entry["low"]) == (True, {"no output in the log": 1})

    def test_embeddings_have_no_output(self) -> None:
        entry = own(frame(record("text-embedding-ada-002", own=(1000, None), kind="embeddings")))

        assert (entry["floor"], entry["low"]) == (False, {})

    @pytest.mark.parametrize("name", ["billed_audio_tokens", "billed_audio_output_tokens"])
    def test_audio_is_charged_as_text_and_that_is_said(self, name: str) -> None:
        log = frame(record(own=(1000, 5), billed=(1900, 5)), record(own=(1000, 5), billed=(1000, 5)))
        entry = own(log.with_columns(pl.Series(name, [900, 0])))

        assert (entry["floor"], entry["low"]) == (True, {"audio tokens at the rate of text": 1})

    def test_what_is_counted_in_part_costs_more(self) -> None:
        log = frame(record(own=(1000, 0)), record(own=(1000, 0), billed=(9000, 0)))
        entry = own(log.with_columns(pl.lit("partial").alias("own:basis")))

        assert (entry["floor"], entry["low"]) == (True, {"counted in part": 1})
        assert entry["basis"] == {"partial": 1}

    def test_totals_are_those_of_the_report(self) -> None:
        log = frame(record(own=(1000, 0)), record(None))

        assert charge(log, CostOptions(today=TODAY)).totals() == {
            "own": Total("0.0025", 1, 1, floor=True, counted=1)
        }
        assert charge(frame(record(None)), CostOptions(today=TODAY)).totals() == {"own": Total(None, 0)}
        assert charge(log.head(1), CostOptions(today=TODAY)).totals()["own"].floor is False


class TestTargets:
    def test_targets_take_batch_rates_too(self) -> None:
        rows = [record(own=(MILLION, 0), counts={"gpt-4.1": (MILLION, 0)})] * 3

        assert target(frame(*rows), "gpt-4.1", batch=True)["cost_usd"] == "3"

    def test_a_target_is_priced_today(self) -> None:
        log = frame(
            record("gpt-4o", "2024-06-01", own=(MILLION, MILLION), counts={"gpt-4o-mini": (MILLION, MILLION)})
        )

        assert target(log, "gpt-4o-mini")["cost_usd"] == "0.75"

    def test_token_effect_and_price_effect_are_apart(self) -> None:
        log = frame(
            record("text-davinci-003", "2023-06-01", own=(1000, 100), counts={"gpt-6-luna": (800, 90)})
        )
        entry = target(log, "gpt-6-luna")

        assert entry["cost_usd"] == "0.000125"
        effects = [entry[f"{name}_usd"] for name in ("token_effect", "price_effect", "difference")]
        assert effects == ["-0.0042", "-0.017675", "-0.021875"]

    def test_what_the_count_cannot_see_is_carried_over(self) -> None:
        log = frame(record(billed=(1200, 500), own=(1000, 100), counts={"gpt-6-luna": (900, 90)}))
        entry = target(log, "gpt-6-luna")

        assert (entry["input_tokens"], entry["output_tokens"]) == (1100, 490)
        assert entry["usage"] == {"carried": 1}

    def test_a_record_that_cannot_be_counted_keeps_its_billed_tokens(self) -> None:
        entry = target(frame(record(billed=(1200, 500), counts={"gpt-6-luna": (None, None)})), "gpt-6-luna")

        assert (entry["input_tokens"], entry["output_tokens"]) == (1200, 500)
        assert entry["usage"] == {"carried": 1}

    def test_the_logged_share_of_cached_input_moves_along(self) -> None:
        log = frame(record(billed=(2000, 0, 1000), own=(2000, 0), counts={"gpt-6-luna": (1000, 0)}))

        assert target(log, "gpt-6-luna")["cached_tokens"] == 500

    def test_an_asked_share_is_cached_in_long_prompts_only(self) -> None:
        counts = {"gpt-6-luna": (10_000, 0)}
        log = frame(
            record(own=(10_000, 0), counts=counts), record(own=(1000, 0), counts={"gpt-6-luna": (1000, 0)})
        )
        entry = target(log, "gpt-6-luna", cached_share=Decimal("0.9"))

        assert entry["cached_tokens"] == 9000
        assert entry["cost_usd"] == "0.00029"

    def test_a_named_baseline_is_counted_and_never_billed(self) -> None:
        log = frame(record(billed=(5000, 500), counts={"gpt-4": (1000, 100), "gpt-4o": (900, 90)}))
        data = cost(log, "gpt-4o", baseline="gpt-4")

        assert [entry["input_tokens"] for entry in data["references"]] == [1000, 900]

    def test_effects_are_over_what_both_sides_price(self) -> None:
        log = frame(
            record("gpt-6.2-astra-law", own=(1000, 0), counts={"gpt-4o": (1000, 0)}),
            record("gpt-4", own=(1000, 0), counts={"gpt-4o": (1000, 0)}),
        )
        data = cost(log, "gpt-4o")
        entry = data["references"][1]

        assert (entry["cost_usd"], entry["priced"], entry["charged"]) == ("0.0025", 2, 1)
        (left_out,) = data["uncompared"]
        assert (left_out["reference"], left_out["records"]) == ("own", 1)
        assert left_out["cost_usd"] == {"gpt-4o": "0.0025"}
        assert (entry["compared"], entry["compared_baseline_usd"]) == (1, "0.03")
        assert entry["difference_usd"] == "-0.0275"

    def test_a_users_price_is_used_and_labelled(self) -> None:
        catalog = overrides.effective(prices=["gpt-4o=1,2"], environment={"XDG_CONFIG_HOME": "/nowhere"})
        data = json_of(frame(record(own=(MILLION, MILLION))), CostOptions(today=TODAY), catalog)
        (entry,) = data["references"]

        assert entry["cost_usd"] == "3"
        assert entry["prices"][0]["basis"] == "user"


class TestProjection:
    def test_a_month_is_projected_from_the_days_of_the_log(self) -> None:
        log = frame(record(day="2025-01-01", own=(1000, 0)), record(day="2025-01-10", own=(1000, 0)))
        data = cost(log, monthly=True)

        assert data["monthly"] == {
            "basis": "10 days, 2025-01-01 to 2025-01-10",
            "factor": "3.043750",
            "records": 2,
            "from": "2025-01-01",
            "to": "2025-01-10",
            "days": 10,
            "months": [],
        }
        assert data["references"][0]["monthly_usd"] == "0.01521875"

    def test_a_month_is_the_mean_of_whole_months(self) -> None:
        days = ("2024-12-20", "2025-01-01", "2025-02-03", "2025-02-28", "2025-03-02", None)
        log = frame(*(record(day=day, own=(1000 * n, 0)) for n, day in enumerate(days, start=1)))
        data = cost(log, monthly=True)

        assert data["monthly"]["months"] == ["2025-01", "2025-02"]
        assert data["monthly"]["records"] == 3
        assert data["references"][0]["monthly_usd"] == "0.01125"  # (2 + 3 + 4) / 2 thousand tokens at $2.50

    def test_a_month_is_projected_from_a_number_of_records(self) -> None:
        assert own(frame(record(own=(1000, 0))), records_per_month=1000)["monthly_usd"] == "2.5"

    def test_without_days_nothing_is_projected_and_the_reason_is_given(self) -> None:
        data = cost(frame(record(day=None, own=(1000, 0))), monthly=True)

        assert data["references"][0]["monthly_usd"] is None
        assert data["monthly"]["basis"] == "no timestamps; give --records-per-month"


class TestGroups:
    def test_groups_add_up_to_the_whole(self) -> None:
        log = frame(
            record("gpt-4o", own=(1000, 0), tags="prod", counts={"gpt-6-luna": (1000, 0)}),
            record("gpt-4o", own=(2000, 5), tags="dev", counts={"gpt-6-luna": (2000, 5)}),
            record("gpt-6.2-astra-law", own=(2000, 0), tags="", counts={"gpt-6-luna": (2000, 0)}),
        )
        data = cost(log, "gpt-6-luna", by=("tag",))
        for i, label in enumerate(("own", "gpt-6-luna")):
            sums = [group["references"][i] for group in data["groups"]]
            assert {entry["reference"] for entry in sums} == {label}
            assert sum(Decimal(entry["cost_usd"] or 0) for entry in sums) == Decimal(
                data["references"][i]["cost_usd"]
            )

    def test_an_unpriced_group_has_no_cost(self) -> None:
        data = cost(frame(record("gpt-6.2-astra-law", own=(10, 0)), record(own=(10, 0))), by=("model",))

        assert [group["model"] for group in data["groups"]] == ["gpt-4o", "gpt-6.2-astra-law"]
        assert data["groups"][1]["references"][0]["cost_usd"] is None

    def test_a_group_without_a_baseline_price_has_no_effects(self) -> None:
        log = frame(record("gpt-6.2-astra-law", own=(10, 0), counts={"gpt-4o": (10, 0)}))
        entry = cost(log, "gpt-4o", by=("model",))["groups"][0]["references"][1]

        assert entry["cost_usd"] == "0.000025"
        assert (entry["token_effect_usd"], entry["price_effect_usd"]) == (None, None)

    def test_days_come_in_order(self) -> None:
        log = frame(*(record(day=f"2025-01-0{day}", own=(day * 10, 0)) for day in (3, 1, 2)))

        assert [group["day"] for group in cost(log, by=("day",))["groups"]] == [
            "2025-01-01",
            "2025-01-02",
            "2025-01-03",
        ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"by": ("role",)},
            "--by role: a call has one price for all its messages; drift --by role compares their tokens.",
        ),
        (
            {"by": ("team",)},
            "--by team: cost is grouped by model, vendor, kind, source, script, day, week, month, user, tag, component",
        ),
        ({"cached_share": Decimal("1.5")}, "--cached-share 1.5: a share is between 0 and 1"),
        ({"records_per_month": 0}, "--records-per-month 0: at least one record was expected"),
    ],
)
def test_a_wrong_option_is_one_clear_line(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{message}$"):
        cost(frame(), **options)


def test_per_record_costs_are_exact_numbers_and_empty_where_unknown() -> None:
    log = frame(record(own=(1, 0)), record("gpt-6.2-astra-law", own=(1, 0)))
    column = charge(log, CostOptions(today=TODAY)).with_costs()["own:cost_usd"]

    assert column.to_list() == [Decimal("0.0000025"), None]
    assert column.dtype == USD


MODELS = (
    "gpt-4o",
    "davinci",
    "gpt-5.5",
    "gpt-3.5-turbo",
    "gpt-6.2-astra-law",
    "code-davinci-002",
    "nonsense",
    None,
)
tokens = st.integers(0, 400_000)
maybe_tokens = st.none() | tokens
days = st.none() | st.dates(date(2021, 1, 1), date(2027, 12, 31)).map(date.isoformat)


@st.composite
def logs(draw: st.DrawFn) -> pl.DataFrame:
    def one() -> dict[str, Any]:
        counts = {
            label: (draw(maybe_tokens), draw(maybe_tokens)) for label in ("own", "gpt-5.5", "gpt-4.1-mini")
        }
        row = record(draw(st.sampled_from(MODELS)), draw(days), counts=counts)
        row["tier"] = draw(st.sampled_from([None, "batch", "priority"]))
        for name in ("billed_input_tokens", "billed_output_tokens", "billed_cached_tokens"):
            row[name] = draw(maybe_tokens)
        return row

    return frame(*(one() for _ in range(draw(st.integers(1, 8)))))


@settings(max_examples=60, deadline=None)
@given(logs(), st.none() | st.decimals(0, 1, places=3))
def test_totals_are_the_sums_of_their_records_and_of_their_effects(
    log: pl.DataFrame, share: Decimal | None
) -> None:
    options = CostOptions(targets=("gpt-5.5", "gpt-4.1-mini"), today=TODAY, cached_share=share, by=("model",))
    data = json_of(log, options)
    rows = charge(log, options).with_costs()

    for entry in data["references"]:
        column = rows[f"{entry['reference']}:cost_usd"].drop_nulls().to_list()
        assert entry["priced"] == len(column)
        label = entry["reference"]
        left_out = sum(Decimal(one["cost_usd"].get(label, 0)) for one in data["uncompared"])
        assert Decimal(entry["cost_usd"] or 0) + left_out == sum(column)
        if entry["cost_usd"] is not None:
            parts = Decimal(entry["input_cost_usd"]) + Decimal(entry["output_cost_usd"])
            assert parts == Decimal(entry["cost_usd"])
        assert entry["priced"] + sum(row["records"] for row in entry["unpriced"]) == log.height
        assert sum(Decimal(price["cost_usd"]) for price in entry["prices"]) == Decimal(entry["cost_usd"] or 0)
    columns = [f"{entry['reference']}:cost_usd" for entry in data["references"]]
    same = rows.drop_nulls([name for name in columns if rows[name].count()])
    for entry in data["references"][1:]:
        if entry["difference_usd"] is not None:
            effects = Decimal(entry["token_effect_usd"]) + Decimal(entry["price_effect_usd"])
            assert effects == Decimal(entry["difference_usd"])
        known = rows["own:cost_usd"].count() and rows[f"{entry['reference']}:cost_usd"].count()
        both = same if known else same.clear()
        after, before = (sum(both[f"{label}:cost_usd"].to_list()) for label in (entry["reference"], "own"))
        assert Decimal(entry["difference_usd"] or 0) == after - before


@settings(max_examples=60, deadline=None)
@given(logs())
def test_the_frame_agrees_with_the_arithmetic_of_one_request(log: pl.DataFrame) -> None:
    rows = charge(log, CostOptions(today=TODAY)).with_costs()

    for row in rows.iter_rows(named=True):
        counted_in, counted_out = row["own:input_tokens"], row["own:output_tokens"]
        tokens_in = row["billed_input_tokens"] if row["billed_input_tokens"] is not None else counted_in
        tokens_out = row["billed_output_tokens"] if row["billed_output_tokens"] is not None else counted_out
        price = None
        if row["model"] not in (None, "nonsense"):
            price = pricing.price(row["model"], row["timestamp"], row["tier"])
        if price is None or tokens_in is None:
            assert row["own:cost_usd"] is None
            continue
        cached = row["billed_cached_tokens"] or 0
        assert row["own:cost_usd"] == request_usd(price, tokens_in, tokens_out or 0, cached=cached)


def test_two_thousand_records_over_two_years_take_well_under_a_second() -> None:
    start = date(2023, 1, 1)
    models = ("gpt-3.5-turbo", "gpt-4", "davinci", "gpt-4o", "text-davinci-003")
    log = frame(
        *(
            record(
                models[i % 5],
                str(start + timedelta(days=i % 730)),
                own=(1000 + i, 100),
                counts={"gpt-6-luna": (900, 100)},
            )
            for i in range(2000)
        )
    )
    cost(log.head(1), "gpt-6-luna")
    began = time.process_time()
    data = cost(log, "gpt-6-luna", by=("model", "day"))

    assert time.process_time() - began < 0.7
    assert data["references"][0]["priced"] == 2000


def test_models_that_nobody_knows_do_not_slow_it_down() -> None:
    start = date(2023, 1, 1)
    log = frame(*(record(f"deployment-{i % 3}", str(start + timedelta(i)), own=(10, 1)) for i in range(730)))
    began = time.process_time()
    entry = own(log)

    assert time.process_time() - began < 0.7
    assert [row["reason"] for row in entry["unpriced"]] == ["unknown model"] * 3


def test_the_assumptions_behind_the_cost_of_a_target_are_named() -> None:
    log = frame(record(own=(1000, 10), counts={"gpt-4o": (900, 9)}))

    assert cost(log)["assumptions"] == []
    assert cost(log, "gpt-4o", cached_share=Decimal("0.4"))["assumptions"] == [
        "the same answers, counted again",
        "as many reasoning tokens as were billed",
        "40% of each prompt of at least 1,024 tokens cached",
    ]


class TestAnswers:
    """What is assumed of the answers of targets: 100 visible tokens, and 40 of reasoning that were billed."""

    LOG = frame(
        record(
            billed=(1000, 140),
            billed_reasoning_tokens=40,
            own=(1000, 100),
            counts={"gpt-4.1-mini": (1000, 100)},
        )
    )

    @pytest.mark.parametrize(
        ("assumed", "output"),
        [
            (Answers(), 140),
            (Answers(reasoning=0), 100),
            (Answers(reasoning=500), 600),
            (Answers(reasoning=Decimal("0.3")), 130),
            (Answers(scale=Decimal("1.5")), 190),
            (Answers(scale=Decimal("0.333333")), 73),
            (Answers(scale=Decimal(2), reasoning=Decimal("0.5")), 300),
        ],
    )
    def test_they_change_the_output_of_targets_only(self, assumed: Answers, output: int) -> None:
        before, after = cost(self.LOG, "gpt-4.1-mini", answers=assumed)["references"]

        assert (before["output_tokens"], after["output_tokens"]) == (140, output)
        assert after["input_tokens"] == 1000

    def test_a_named_baseline_keeps_its_answers(self) -> None:
        log = frame(record(counts={"gpt-4.1": (1000, 100), "gpt-4.1-mini": (1000, 100)}))
        options = CostOptions(
            baseline="gpt-4.1", targets=("gpt-4.1-mini",), today=TODAY, answers=Answers(reasoning=50)
        )

        assert [entry["output_tokens"] for entry in json_of(log, options)["references"]] == [100, 150]

    def test_usage_of_several_calls_has_several_answers(self) -> None:
        usage = record(billed=(9000, 100), requests=40, kind="usage", counts={"gpt-4.1-mini": (None, None)})
        unanswered = record(billed=(9000, 0), kind="embeddings", counts={"gpt-4.1-mini": (9000, 0)})
        assumed = Answers(reasoning=500)

        assert target(frame(usage), "gpt-4.1-mini", answers=assumed)["output_tokens"] == 100 + 40 * 500
        assert target(frame(unanswered), "gpt-4.1-mini", answers=assumed)["output_tokens"] == 0

    def test_an_answer_that_is_not_in_the_log_stays_unknown(self) -> None:
        log = frame(record(own=(1000, None), counts={"gpt-4.1-mini": (1000, None)}))
        entry = target(log, "gpt-4.1-mini", answers=Answers(reasoning=500))

        assert (entry["output_tokens"], entry["low"]) == (0, {"no output in the log": 1})

    @pytest.mark.parametrize(
        "assumed",
        [
            Answers(scale=Decimal(0)),
            Answers(scale=Decimal(1001)),
            Answers(scale=Decimal("NaN")),
            Answers(reasoning=Decimal("Infinity")),
            Answers(reasoning=-1),
            Answers(reasoning=Decimal("-0.1")),
            Answers(reasoning=10**9 + 1),
        ],
    )
    def test_an_impossible_assumption_is_one_clear_line(self, assumed: Answers) -> None:
        with pytest.raises(UsageError, match="expected"):
            cost(self.LOG, "gpt-4.1-mini", answers=assumed)
