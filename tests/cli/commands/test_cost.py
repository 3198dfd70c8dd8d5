"""`tokcount cost` as a command, on the sample logs and on made-up ones."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.in_process import run
from support.running import SAMPLES

from tokcount.cli.options import GROUP_KEYS

COMPLETIONS = SAMPLES / "completions-2023.jsonl"
CHATS = SAMPLES / "support-chat.jsonl"
DEFECTS = SAMPLES / "defects.jsonl"
LUNA = "gpt-5.6-luna"
FAST = ("--engine", "tiktoken")
"""Loaded once for all runs of this process."""


def report(*arguments: str | Path, **environment: str) -> dict[str, Any]:
    done = run("cost", *arguments, *FAST, "-f", "json", **environment)
    assert done.code == 0, done.err
    loaded: dict[str, Any] = json.loads(done.out, parse_float=Decimal)
    return loaded


def rows(*arguments: str | Path) -> list[dict[str, Any]]:
    done = run("cost", *arguments, *FAST, "--per-record", "-f", "jsonl")
    assert done.code == 0, done.err
    return [json.loads(line, parse_float=Decimal) for line in done.out.splitlines()]


def amounts(values: Iterable[str | Decimal | None]) -> Decimal:
    """The exact sum of the known values."""
    return sum((Decimal(value) for value in values if value is not None), Decimal(0))


def call(
    model: str | None = "gpt-4o",
    text: str = "Say hello.",
    *,
    billed: tuple[int, int] | None = None,
    reply: str | None = "Hello.",
    day: int = 1735689600,
) -> str:
    """One line of a log: a chat call with its response."""
    request = {"messages": [{"role": "user", "content": text}]} | ({"model": model} if model else {})
    message = {"role": "assistant", "content": reply}
    response: dict[str, Any] = {
        "object": "chat.completion",
        "created": day,
        "choices": [{"message": message}],
    }
    if billed is not None:
        response["usage"] = {"prompt_tokens": billed[0], "completion_tokens": billed[1]}
    return json.dumps({"request": request, "response": response if reply is not None else None})


def log(folder: Path, *lines: str) -> Path:
    path = folder / "log.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def billed_in_may_2023(path: Path) -> Decimal:
    """The invoice of the legacy models, by hand: one price per token for input and output."""
    per_token = {"text-davinci-003": "0.00002", "text-curie-001": "0.000002", "code-davinci-002": "0"}
    calls = [json.loads(line) for line in path.read_text().splitlines()]
    return amounts(
        str(Decimal(per_token[each["response"]["model"]]) * each["response"]["usage"]["total_tokens"])
        for each in calls
    )


class TestReport:
    def test_without_a_target_it_says_what_the_log_cost(self) -> None:
        found = report(COMPLETIONS)

        assert (found["baseline"], found["targets"]) == ("own", [])
        (own,) = found["references"]
        assert own["usage"] == {"billed": 120}
        assert Decimal(own["cost_usd"]) == billed_in_may_2023(COMPLETIONS)

    def test_a_named_baseline_is_priced_alone(self) -> None:
        found = report(COMPLETIONS, "--from", "gpt-4")

        assert [entry["reference"] for entry in found["references"]] == ["gpt-4"]

    def test_the_day_of_the_report_is_in_it(self) -> None:
        assert report(CHATS, TOKCOUNT_TODAY="2025-02-03")["today"] == "2025-02-03"

    def test_a_target_is_split_into_tokens_and_prices(self) -> None:
        (_, luna) = report(COMPLETIONS, "--to", LUNA)["references"]

        effects = amounts([luna["token_effect_usd"], luna["price_effect_usd"]])
        assert effects == Decimal(luna["difference_usd"])
        assert luna["compared"] == 120

    def test_as_of_prices_everything_on_that_day(self) -> None:
        then = report(CHATS, "--as-of", "2024-10-01")["references"][0]
        now = report(CHATS, "--as-of", "today")["references"][0]

        assert then["prices"][0]["from"] == "2024-10-01"
        assert now["cost_usd"] == report(CHATS)["references"][0]["cost_usd"]

    def test_batch_halves_the_price(self) -> None:
        whole, half = (
            report(COMPLETIONS, "--to", LUNA, *more)["references"][1]["cost_usd"]
            for more in ([], ["--batch"])
        )

        assert Decimal(half) * 2 == Decimal(whole)

    @pytest.mark.parametrize("share", ["0.5", "50%", " 50 % "])
    def test_a_cached_share_is_a_fraction_or_percent(self, tmp_path: Path, share: str) -> None:
        path = log(tmp_path, call(text="word " * 2000))
        (own,) = report(path, "--cached-share", share)["references"]

        assert own["cached_tokens"] == own["input_tokens"] // 2
        assert report(path, "--cached-share", share)["cached_share"] == Decimal("0.5")

    def test_a_month_is_projected_from_days_or_records(self) -> None:
        by_days = report(COMPLETIONS, "--monthly")
        by_records = report(COMPLETIONS, "--records-per-month", "240")

        assert by_days["monthly"]["basis"] == "1 whole month, 2023-05-01 to 2023-05-31"
        (own,) = by_records["references"]
        assert Decimal(own["monthly_usd"]) == 2 * Decimal(own["cost_usd"])

    @pytest.mark.parametrize("key", [key for key in GROUP_KEYS if key != "role"])
    def test_every_grouping_adds_up_to_the_whole(self, key: str) -> None:
        found = report(SAMPLES, "--to", LUNA, "--by", key)

        for place, entry in enumerate(found["references"]):
            grouped = [group["references"][place] for group in found["groups"]]
            for name in ("cost_usd", "input_cost_usd", "output_cost_usd"):
                assert amounts(group[name] for group in grouped) == Decimal(entry[name])
            assert sum(group["priced"] for group in grouped) == entry["priced"]

    def test_rows_add_up_to_the_report(self) -> None:
        found = report(SAMPLES, "--to", LUNA)
        each = rows(SAMPLES, "--to", LUNA)

        assert len(each) == found["records"]
        for entry in found["references"]:
            label = entry["reference"]
            left_out = [one["cost_usd"].get(label) for one in found["uncompared"]]
            assert amounts(row[f"{label}:cost_usd"] for row in each) == amounts(
                [entry["cost_usd"], *left_out]
            )

    def test_amounts_are_numbers_in_every_json(self) -> None:
        for form in ("json", "jsonl"):
            for more in ((), ("--per-record",)):
                done = run("cost", COMPLETIONS, *more, "-f", form)

                assert re.search(r'cost_usd": ?[\d.]+[,}]', done.out)
                assert not re.search(r'usd": ?"', done.out)

    def test_rows_are_the_same_in_csv_with_empty_cells_for_unknown_costs(self) -> None:
        done = run("cost", SAMPLES, "--per-record", "-f", "csv")
        costs = [row["own:cost_usd"] for row in csv.DictReader(io.StringIO(done.out))]

        written = [row["own:cost_usd"] for row in rows(SAMPLES)]
        assert costs == ["" if cost is None else f"{Decimal(cost):f}" for cost in written]
        assert costs.count("") == 1

    def test_the_table_shows_its_assumptions(self) -> None:
        text = run("cost", CHATS).out

        assert text.startswith("The log cost $0.066\n")
        assert "own at the prices of each record's day." in text
        assert "Prices of own: tokcount 2026.11.26, gpt-4o-2024-08-06 row from 2024-10-01, verified." in text
        assert "own 94 billed" in text

    def test_a_total_with_unpriced_records_is_marked_as_a_lower_bound(self, tmp_path: Path) -> None:
        done = run("cost", log(tmp_path, call(), call("my-deployment")))

        assert "The log cost at least $" in done.out
        assert "Unpriced under own: 1 of 2 records: 1 my-deployment (unknown model)" in done.out
        assert "unpriced: 1 of 2 records under own" in done.err

    def test_a_request_without_its_answer_makes_a_lower_bound_too(self, tmp_path: Path) -> None:
        (own,) = report(log(tmp_path, call(reply=None)))["references"]

        assert own["floor"]
        assert own["low"] == {"no output in the log": 1}
        assert "$0.00 " not in run("cost", log(tmp_path, call(reply=None))).out


class TestTargets:
    def test_auto_is_priced_as_the_replacement_of_each_record(self, tmp_path: Path) -> None:
        mixed = log(tmp_path, call(), call("gpt-4"), call("gpt-4", billed=(900, 100)))
        auto = rows(mixed, "--to", "auto")
        luna, sol = rows(mixed, "--to", "gpt-6-luna"), rows(mixed, "--to", "gpt-5.6-sol")

        assert [row["auto:cost_usd"] for row in auto] == [
            luna[0]["gpt-6-luna:cost_usd"],
            *(row["gpt-5.6-sol:cost_usd"] for row in sol[1:]),
        ]

    def test_a_record_whose_model_has_no_replacement_is_not_counted_under_auto(self, tmp_path: Path) -> None:
        made = report(log(tmp_path, call(), call("gpt-5.5"), call("mine")), "--to", "auto")
        unpriced = made["references"][1]["unpriced"]

        assert {row["model"]: row["replacement"] for row in made["auto"]} == {
            "gpt-4o": "gpt-6-luna",
            "gpt-5.5": None,
            "mine": None,
        }
        assert {row["model"]: row["reason"] for row in unpriced} == {
            "gpt-5.5": "no recommended replacement",
            "mine": "no recommended replacement",
        }

    def test_auto_reads_a_pipe(self) -> None:
        done = run("cost", "-", "--to", "auto", "-f", "json", stdin=call())

        assert json.loads(done.out)["auto"][0]["replacement"] == "gpt-6-luna"

    def test_auto_is_not_a_baseline(self) -> None:
        done = run("cost", COMPLETIONS, "--from", "auto", "--to", LUNA)

        assert done.code == 2
        assert done.err.startswith("auto is a target only")

    def test_a_target_that_shuts_down_causes_a_warning_with_its_replacement(self) -> None:
        for command in ("cost", "drift"):
            done = run(command, COMPLETIONS, "--to", "gpt-4o")
            assert "gpt-4o shuts down on 2027-01-14, in 53 days; replacement: gpt-6-luna" in done.err
            assert "text-davinci" not in done.err

    def test_quiet_prints_no_messages(self) -> None:
        assert run("cost", SAMPLES, "--to", "auto", "--to", "gpt-4o", "--quiet").err == ""

    def test_a_model_without_a_price_is_counted_and_left_empty(self) -> None:
        done = run("cost", COMPLETIONS, "--to", "gpt-6.2-astra-law")

        assert done.code == 0
        assert "The log cost $0.176; gpt-6.2-astra-law not known" in done.out


class TestPrices:
    def test_a_price_option_overrides_the_file_and_the_file_the_environment(self, tmp_path: Path) -> None:
        path = log(tmp_path, call("mine", billed=(1_000_000, 0)))
        files = {name: tmp_path / f"{name}.toml" for name in ("file", "environment")}
        files["file"].write_text("[prices.mine]\ninput = 2\noutput = 1\n")
        files["environment"].write_text("[prices.mine]\ninput = 3\noutput = 1\n")
        environment = {"TOKCOUNT_PRICES": str(files["environment"])}
        file: tuple[str | Path, ...] = ("--prices", files["file"])

        costs = [
            report(path, *arguments, **environment)["references"][0]["cost_usd"]
            for arguments in ((), file, (*file, "--price", "mine=1,1"))
        ]

        assert costs == [3, 2, 1]

    def test_a_user_price_is_marked_as_such(self, tmp_path: Path) -> None:
        path = log(tmp_path, call("mine", billed=(1000, 10)))
        (own,) = report(path, "--price", "mine=1,1")["references"]

        assert own["prices"][0]["basis"] == "user"
        assert "mine row, user" in run("cost", path, "--price", "mine=1,1").out

    def test_an_unused_price_is_reported(self) -> None:
        done = run("cost", CHATS, "--price", "gpt-4o=1,1", "--price", "gpt-4o-2024-08-06=1,1")

        assert "--price gpt-4o: matches no record and no target" in done.err
        assert "gpt-4o-2024-08-06" not in done.err

    def test_required_prices_that_are_known_pass(self) -> None:
        assert run("cost", COMPLETIONS, "--require-prices").code == 0

    @pytest.mark.parametrize("form", [[], ["--per-record"]])
    def test_required_prices_that_are_missing_exit_3_after_the_report(self, form: list[str]) -> None:
        done = run("cost", COMPLETIONS, "--to", "gpt-6.2-astra-law", "--require-prices", *form)

        assert done.code == 3
        assert "gpt-6.2-astra-law" in done.out
        assert "unpriced: 120 of 120 records under gpt-6.2-astra-law (--require-prices)" in done.err

    def test_an_unknown_key_of_a_prices_file_is_reported(self, tmp_path: Path) -> None:
        prices = tmp_path / "prices.toml"
        prices.write_text("[prices.mine]\ninptu = 2\noutput = 1\n")
        done = run("cost", COMPLETIONS, "--prices", prices)

        assert done.code == 2
        assert "prices.mine" in done.err
        assert "inptu" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--to", "o200k_base"],
            "--to o200k_base: an encoding has no price; name a model, or compare encodings with drift.",
        ),
        (["--from", "p50k_base"], "--from p50k_base: an encoding has no price"),
        (["--to", "gpt4o"], "unknown model 'gpt4o'. Did you mean"),
        (["--by", "role"], "--by role: a call has one price for all its messages; drift --by role"),
        (["--by", "model,team"], "--by team: unknown key. Known: model, vendor, kind,"),
        (["--by", "modle"], "--by modle: unknown key. Did you mean model"),
        (["--as-of", "May"], "--as-of 'May': expected a date such as 2026-11-22."),
        (["--cached-share", "half"], "--cached-share 'half': expected a share such as 0.3 or 30%."),
        (["--cached-share", "nan"], "--cached-share 'nan': expected a share"),
        (["--cached-share", "130%"], "--cached-share 1.3: a share is between 0 and 1"),
        (
            ["--reasoning-tokens", "many"],
            "--reasoning-tokens 'many': expected a number of tokens such as 500",
        ),
        (["--reasoning-tokens", "-5"], "--reasoning-tokens -5: expected a number from 0 to 1,000."),
        (["--output-scale", "0"], "--output-scale 0: expected more than 0 and at most 1,000."),
        (["--output-scale", "inf"], "--output-scale 'inf': expected a number such as 1.5."),
        (["--records-per-month", "0"], "Invalid value for '--records-per-month': 0 is not in the range x>=1"),
        (["--price", "x"], "--price 'x': write MODEL=INPUT,OUTPUT[,CACHED]"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_2(arguments: list[str], message: str) -> None:
    done = run("cost", COMPLETIONS, *arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)
    assert done.err.count("\n") <= 1


def test_a_wrong_date_in_the_environment_is_reported() -> None:
    done = run("cost", COMPLETIONS, TOKCOUNT_TODAY="yesterday")

    assert (done.code, done.err) == (2, "TOKCOUNT_TODAY 'yesterday': expected a date such as 2026-11-22.")


def test_outdated_price_data_is_reported() -> None:
    assert (
        "prices and shutdown dates are of 2026-11-26" in run("cost", CHATS, TOKCOUNT_TODAY="2028-01-01").err
    )


class TestAnswers:
    REASONING = ("--to", LUNA, "--reasoning-tokens", "500")
    SENTENCE = "the same answers, counted again; 500 reasoning tokens in each answer; the cached share that the log has"

    @pytest.mark.parametrize("command", ["cost", "drift", "audit"])
    def test_every_format_names_what_targets_assume(self, command: str) -> None:
        outputs = {
            form: run(command, CHATS, *self.REASONING, "-f", form).out
            for form in ("table", "markdown", "html", "csv", "tsv", "json", "jsonl")
        }

        baseline, target = [json.loads(line) for line in outputs["jsonl"].splitlines()]
        assert (baseline["assumptions"], target["assumptions"]) == (None, self.SENTENCE)
        for form, text in outputs.items():
            assert all(part in " ".join(text.split()) for part in self.SENTENCE.split("; ")), form

    @pytest.mark.parametrize("command", ["cost", "drift", "audit"])
    def test_only_the_cost_of_targets_changes(self, command: str) -> None:
        def amounts_of(*options: str) -> list[Decimal]:
            text = run(command, CHATS, "--to", LUNA, *options, "-f", "jsonl").out
            return [json.loads(line, parse_float=Decimal)["cost_usd"] for line in text.splitlines()]

        own, target = amounts_of()
        price = report(CHATS, "--to", LUNA)["references"][1]["prices"][0]["output"]

        assert amounts_of("--reasoning-tokens", "500") == [own, target + 94 * 500 * price / 10**6]

    def test_rows_have_the_assumed_costs(self) -> None:
        total = amounts(row[f"{LUNA}:cost_usd"] for row in rows(CHATS, *self.REASONING))

        assert total == report(CHATS, *self.REASONING)["references"][1]["cost_usd"]

    def test_a_budget_on_the_cost_of_a_target_uses_them(self) -> None:
        budgets = ("--budget", f"cost.total <= $1 for {LUNA}", "--budget", "cost.total <= $1 for own")
        done = run("check", CHATS, *budgets, *self.REASONING[2:], "-f", "json")
        target, own = json.loads(done.out, parse_float=Decimal)["budgets"]
        before, after = report(CHATS, *self.REASONING)["references"]

        assert (target["value"], target["assumptions"]) == (after["cost_usd"], self.SENTENCE)
        assert (own["value"], own["assumptions"]) == (before["cost_usd"], "")


class TestDrift:
    def test_costs_over_other_records_than_the_tokens_are_on_a_line_of_their_own(
        self, tmp_path: Path
    ) -> None:
        path = log(tmp_path, call(billed=(900_000, 0)), call("gpt-6.2-astra-law"))

        apart = run("drift", path, "--to", LUNA)
        together = run("drift", path, "--to", LUNA, "--where", "model = gpt-4o")

        assert (
            "Cost, over the 1 record with a price under all references: own $2.25, gpt-5.6-luna $"
            in apart.out
        )
        assert "\tcost\t" in together.out
        assert "\tcost\t" not in apart.out

    def test_drift_and_cost_report_the_same_amounts(self) -> None:
        drifted = json.loads(run("drift", SAMPLES, "--to", LUNA, "-f", "json").out, parse_float=Decimal)
        found = report(SAMPLES, "--to", LUNA)

        for one, other in zip(drifted["references"], found["references"], strict=True):
            assert (one["cost_usd"], one["priced"], one["cost_floor"]) == (
                other["cost_usd"],
                other["priced"],
                other["floor"],
            )

    def test_drift_rows_have_costs(self) -> None:
        done = run("drift", COMPLETIONS, "--to", LUNA, "--per-record", "-f", "jsonl")
        each = [json.loads(line, parse_float=Decimal) for line in done.out.splitlines()]

        assert [row[f"{LUNA}:cost_usd"] for row in each] == [
            row[f"{LUNA}:cost_usd"] for row in rows(COMPLETIONS, "--to", LUNA)
        ]

    def test_encodings_have_no_cost_column(self) -> None:
        assert "cost" not in run("drift", COMPLETIONS).out
        assert json.loads(run("drift", COMPLETIONS, "-f", "json").out)["prices"] is None


MODELS = ("gpt-4o", "gpt-4-0613", "o1", "gpt-6.2-astra-law", "mine", None)
calls = st.builds(
    call,
    model=st.sampled_from(MODELS),
    text=st.sampled_from(["Hi", "Tell me more of it. " * 40, "什么"]),
    billed=st.none() | st.tuples(st.integers(0, 300_000), st.integers(0, 9_000)),
    reply=st.none() | st.sampled_from(["Yes.", "No, never. " * 9]),
    day=st.integers(1_650_000_000, 1_780_000_000),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(calls, min_size=1, max_size=6))
def test_totals_sum_the_records_and_differences_sum_the_effects(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        arguments = (log(Path(folder), *lines), "--to", LUNA, "--to", "gpt-4.1-mini")
        found = report(*arguments, "--by", "model")
        each = rows(*arguments)

    for place, entry in enumerate(found["references"]):
        costs = [row[f"{entry['reference']}:cost_usd"] for row in each]
        left_out = [one["cost_usd"].get(entry["reference"]) for one in found["uncompared"]]
        assert amounts(costs) == amounts([entry["cost_usd"], *left_out])
        assert entry["priced"] == len(costs) - costs.count(None)
        assert entry["priced"] + sum(row["records"] for row in entry["unpriced"]) == len(lines)
        assert entry["floor"] or entry["charged"] in (0, len(lines))
        if entry["difference_usd"] is not None:
            effects = amounts([entry["token_effect_usd"], entry["price_effect_usd"]])
            assert effects == Decimal(entry["difference_usd"])
        grouped = [group["references"][place]["cost_usd"] for group in found["groups"]]
        assert amounts(grouped) == amounts([entry["cost_usd"]])
