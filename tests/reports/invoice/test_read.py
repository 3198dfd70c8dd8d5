"""Exports as they are written, and what is refused."""

from __future__ import annotations

import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from support.invoices import azure_csv, month, openai_usage_csv
from support.shared import SHARED, needs_shared

from tokcount.errors import UsageError
from tokcount.logs.source import expand
from tokcount.reports.invoice.azure import meter_of
from tokcount.reports.invoice.lines import ExportFile, InvoiceLine
from tokcount.reports.invoice.names import merged, one_name
from tokcount.reports.invoice.read import read

CALLS = month(days=2)
UTC = ZoneInfo("UTC")


def read_file(path: Path) -> ExportFile:
    (source,) = expand([path])
    return read(source, UTC)


def read_text(folder: Path, text: str | bytes, name: str = "export.csv") -> ExportFile:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_file(path)


def only(file: ExportFile) -> InvoiceLine:
    (line,) = file.lines.values()
    return line


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ("gpt-4o-2024-08-06, input", "gpt-4o-2024-08-06"),
        ("gpt-4o-mini-2024-07-18, cached input", "gpt-4o-mini-2024-07-18"),
        ("priority | gpt-5.6-sol, output, long context", "gpt-5.6-sol"),
        ("gpt-audio-mini-2025-12-15 audio, input", "gpt-audio-mini-2025-12-15"),
        ("ft:gpt-4o-mini-2024-07-18:acme::abc, output", "ft:gpt-4o-mini-2024-07-18:acme::abc"),
        ("web search tool calls", "web search tool calls"),
        ("GPT-4o mini", "GPT-4o mini"),
    ],
)
def test_a_line_item_of_costs_names_its_model(tmp_path: Path, item: str, name: str) -> None:
    bucket = {
        "object": "bucket",
        "start_time": 1788220800,
        "end_time": 1788307200,
        "results": [
            {
                "object": "organization.costs.result",
                "amount": {"value": 0.06, "currency": "usd"},
                "line_item": item,
            }
        ],
    }
    line = only(read_text(tmp_path, json.dumps({"object": "page", "data": [bucket]}), "costs.json"))

    assert (line.day, line.name, line.cost_usd) == (date(2026, 9, 1), name, Decimal("0.06"))


@pytest.mark.parametrize(
    ("meter", "name", "direction"),
    [
        ("gpt 4o 1120 cached Inp glbl Tokens", "gpt-4o-1120", "cached"),
        ("gpt-4o-mini-0718-Outp-regnl Tokens", "gpt-4o-mini-0718", "output"),
        ("GPT 5.1 cd inp Gl 1M Tokens", "gpt-5.1", "cached"),
        ("5.6 sol ShortCo opt Std Gl 1M Tokens", "gpt-5.6-sol", "output"),
        ("gpt 4.1 Inp Data Zone Tokens", "gpt-4.1", "input"),
        ("o3 0416 Inp glbl Tokens", "o3-0416", "input"),
        ("Provisioned Managed Global Unit", "provisioned-managed-unit", None),
    ],
)
def test_a_meter_of_azure_is_a_direction_of_a_model(meter: str, name: str, direction: str | None) -> None:
    assert meter_of(meter) == (name, direction)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("openai/gpt-4o-2024-11-20", "gpt-4o-2024-11-20"),
        ("GPT-4o mini", "gpt-4o-mini"),
        ("gpt-4o-0806", "gpt-4o-2024-08-06"),
        ("gpt-35-turbo-0125", "gpt-3.5-turbo-0125"),
        ("gpt-4o-2030-01-01", "gpt-4o-2030-01-01"),
        ("anthropic/claude-new", "claude-new"),
        ("file search tool calls", "file search tool calls"),
    ],
)
def test_spellings_of_a_model_have_one_name(written: str, name: str) -> None:
    assert one_name(written) == name


def test_snapshots_are_merged_only_where_one_side_lacks_the_plain_name() -> None:
    both = ["gpt-4o", "gpt-4o-2024-08-06"]

    assert merged(["gpt-4o"], ["gpt-4o-2024-08-06", "gpt-4o-2024-11-20"]) == {
        "gpt-4o-2024-08-06": "gpt-4o",
        "gpt-4o-2024-11-20": "gpt-4o",
    }
    assert merged(both, both) == {}
    assert merged(["gpt-4o-2024-08-06"], ["gpt-4o-2024-11-20"]) == {}


def test_azure_has_millions_of_tokens_and_dollars_next_to_another_currency(tmp_path: Path) -> None:
    row = {
        "meterCategory": "Foundry Models",
        "meterName": "5.4 opt Dz 1M Tokens",
        "date": "2026-09-03",
        "quantity": "0.25",
        "unitOfMeasure": "1M",
        "costInBillingCurrency": "3.5",
        "billingCurrency": "EUR",
        "costInUsd": "3.75",
    }
    text = f"{','.join(row)}\n{','.join(row.values())}\n"
    line = only(read_text(tmp_path, text))

    assert (line.name, line.output_tokens, line.cost_usd) == ("gpt-5.4", 250_000, Decimal("3.75"))


def test_lines_for_other_services_are_left_out_but_their_days_count(tmp_path: Path) -> None:
    text = azure_csv(CALLS)
    head, *lines = text.splitlines()
    disk = next(line for line in lines if "Storage" in line).replace("09/01/2026", "08/15/2026")
    found = read_text(tmp_path, "\n".join([head, disk, *lines]))

    assert found.others == 7
    assert found.days == (date(2026, 8, 15), date(2026, 9, 2))


LITELLM_FORMS = {
    "summary": [{"startTime": "2026-09-01", "spend": 0.5, "users": {"u": 0.5}, "models": {"gpt-4o": 0.5}}],
    "report": [
        {
            "group_by_day": "2026-09-01T00:00:00+00:00",
            "teams": [{"team_name": "a", "metadata": [{"model": "gpt-4o", "spend": 0.5, "api_key": "88dc"}]}],
        }
    ],
    "logs": [
        {
            "request_id": "r",
            "call_type": "acompletion",
            "startTime": "2026-09-01T08:00:00Z",
            "model": "gpt-4o",
            "spend": 0.5,
        }
    ],
}


@pytest.mark.parametrize("form", LITELLM_FORMS)
def test_litellm_answers_spend_in_several_forms(tmp_path: Path, form: str) -> None:
    line = only(read_text(tmp_path, json.dumps(LITELLM_FORMS[form]), "spend.json"))

    assert (line.day, line.name, line.cost_usd) == (date(2026, 9, 1), "gpt-4o", Decimal("0.5"))


def test_the_file_of_litellms_usage_page_is_read(tmp_path: Path) -> None:
    text = (
        "Date,Team,Team ID,Model,Spend ($),Requests,Successful,Failed,Total Tokens\n"
        '2026-09-01,Lab,t1,gpt-4o,"1,234.5000",12,10,2,900\n'
    )
    line = only(read_text(tmp_path, text))

    assert (line.requests, line.cost_usd, line.owners) == (10, Decimal("1234.5000"), ("t1", "Lab"))


def test_an_export_may_be_compressed_or_parquet(tmp_path: Path) -> None:
    text = openai_usage_csv(CALLS)
    rows = pl.read_csv(text.encode(), infer_schema_length=None)
    rows.write_parquet(tmp_path / "usage.parquet")
    plain = read_text(tmp_path, text)
    packed = read_text(tmp_path, gzip.compress(text.encode()), "usage.csv.gz")

    assert packed.lines == plain.lines
    assert read_file(tmp_path / "usage.parquet").lines.keys() == plain.lines.keys()


def test_pages_may_be_empty_and_the_last_one_names_a_following_one(tmp_path: Path) -> None:
    empty = {"object": "bucket", "start_time": 1788220800, "end_time": 1788307200, "results": []}
    pages = [
        {"object": "page", "data": [empty], "has_more": True},
        {
            "object": "page",
            "data": [{**empty, "results": [{"num_model_requests": 1, "model": "gpt-4o"}]}],
            "has_more": True,
        },
    ]
    found = read_text(tmp_path, "\n".join(map(json.dumps, pages)), "pages.jsonl")

    assert (found.is_cut, found.number) == (True, 2)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "a,b\n1,2\n", "not an export of usage or costs; expected one of: OpenAI usage export, "),
        ("a.txt", "Dear customer,\nplease pay.\n", "not CSV, JSON or Parquet"),
        ("a.csv", "", "not CSV, JSON or Parquet|nothing but empty days"),
        ("a.csv", "date,model,spend\n2026-09-01,gpt-4o,lots\n", r"a.csv:2: an amount of money was expected"),
        ("a.csv", "date,model,spend\n2026-19-01,gpt-4o,1\n", r"a.csv:2: a day or a time was expected"),
        ("a.csv", "date,model,spend\n,gpt-4o,1\n", r"a.csv:2: a day or a time was expected"),
        (
            "a.csv",
            "date,model,spend,prompt_tokens\n2026-09-01,gpt-4o,1,-4\n",
            r"a.csv:2: a number of requests",
        ),
        ("a.csv", "date,model,spend\n2026-09-01,gpt-4o,1,2,3\n", "a.csv:2: .*; download the export again"),
        ("a.json", '{"results": [{"date": "2026-09-01", "metrics": {"spend": 1}}', "a.json:1: "),
        ("a.zip", b"PK\x03\x04" + b"\0" * 30, "a zip file; unpack it"),
    ],
)
def test_what_cannot_be_understood_is_refused(
    tmp_path: Path, name: str, text: str | bytes, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        read_text(tmp_path, text, name)


@needs_shared
@pytest.mark.parametrize(
    ("path", "export"),
    [
        ("samples/openai_usage/usage_completions.csv", "OpenAI usage export"),
        ("samples-2/openai_pages/usage_api.json", "OpenAI usage export"),
        ("samples-2/litellm/user_daily_activity.json", "LiteLLM spend export"),
    ],
)
def test_recorded_exports_are_recognised(path: str, export: str) -> None:
    found = read_file(SHARED / path)

    assert found.export == export
    assert any(line.input_tokens for line in found.lines.values())
