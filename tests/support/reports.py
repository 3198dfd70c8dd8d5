"""One report of every command, for snapshots and schemas."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from msgspec import structs

from support.audit_reports import AUDIT, WITH_TEXT
from support.checks import SETTINGS, SHORT_CHECKS
from support.costs import COSTS
from support.diffs import diffs
from support.frames import NEW, OLD, SKIPS, Skips, counts, record, small_log
from support.frames import frame as counted_frame
from support.invoice_reports import INVOICES
from support.migrations import reports as migrations
from tokcount.reports.columns import NamedReference
from tokcount.reports.drift import compute as drift
from tokcount.reports.inspect.compatibility import Taken, TakenAtEndpoint, TakenParameter
from tokcount.reports.inspect.count_report import CountedInput, CountReport
from tokcount.reports.inspect.report import (
    BilledTotals,
    Check,
    DetectedFile,
    DoctorReport,
    FormatsReport,
    KnownFormat,
    ModelEntry,
    ModelsReport,
    PricePeriod,
    Rates,
    Recorded,
    Resolution,
)
from tokcount.reports.reconcile import calibrate
from tokcount.reports.reconcile import compute as reconcile
from tokcount.reports.report import SkippedPlace

HOSTILE = "=logs/[red]|<b>`x`\x1b[31m\u202e.jsonl"
OWN = NamedReference("own")

COUNT = CountReport(
    inputs=[
        CountedInput(path="prompt.txt", bytes=1234, tokens={"p50k_base": 400, "o200k_base": 310}),
        CountedInput(path=HOSTILE, bytes=9, tokens={"p50k_base": 5, "o200k_base": 7}),
    ],
    total={"p50k_base": 405, "o200k_base": 317},
)
FORMATS = FormatsReport(formats=[KnownFormat("openai.chat", "chat request bodies")])
DETECTED = FormatsReport(
    files=[
        DetectedFile(
            path=HOSTILE,
            container="jsonl",
            records=12,
            formats={"openai.pair": 11, "openai.chat": 1},
            kinds={"chat": 12},
            skipped=2,
            skipped_reasons={"error": 1, "unrecognised": 1},
            skipped_at=[
                SkippedPlace(HOSTILE, 3, "error", "HTTP 429"),
                SkippedPlace(HOSTILE, 9, "unrecognised", "keys seen: a, b; map them with --messages-path"),
            ],
            messages=40,
            chars_in=1000,
            chars_out=90,
            usage=BilledTotals(records=11, input=420, output=31),
            requests=12,
            flags={"special_token_text": 1},
            fields={"question": 2},
            not_read={"messages[].parts": 3},
            notes=[],
        )
    ]
)
RATES = Rates(input="2.50", cached_input="1.25", cache_write=None, output="10")
GPT_4O = ModelEntry(
    name="gpt-4o",
    vendor="OpenAI",
    encoding="o200k_base",
    encoding_basis="tiktoken",
    family="chat",
    endpoint="chat",
    context_window=128000,
    max_input=None,
    max_output=16384,
    shutdown_date=None,
    replacement=None,
    replacement_chain=[],
    source="https://example.com",
    price=RATES,
)
DAVINCI = structs.replace(
    GPT_4O,
    name="text-davinci-003",
    encoding="p50k_base",
    family="completions",
    endpoint="completions",
    context_window=4097,
    max_output=None,
    shutdown_date=date(2024, 1, 4),
    replacement="gpt-3.5-turbo-instruct",
    replacement_chain=["gpt-3.5-turbo-instruct", "gpt-5.6-terra"],
    price=None,
)
PERIOD = PricePeriod(
    start=date(2024, 10, 2),
    end=None,
    **structs.asdict(RATES),
    batch_input="1.25",
    batch_output="5",
    long_threshold=None,
    long=None,
    verified=True,
    origin="verified",
    source="https://example.com",
    note="",
)
DATA: dict[str, Any] = {"data_version": "1", "data_date": date(2026, 11, 22)}
MODELS = ModelsReport(**DATA, models=[GPT_4O, DAVINCI])


def recorded(endpoint: str, scope: str, feature: str, exact: int = 1234) -> Recorded:
    numbers = {"projects": 9, "definitions": 700, "recordings": 1234, "exact": exact}
    names = {"endpoint": endpoint, "scope": scope, "feature": feature, "since": None, "until": None}
    return Recorded(**names, **numbers, confirmed=exact == 1234)


def parameter(name: str, status: Any, **facts: Any) -> TakenParameter:
    nothing: dict[str, Any] = {
        "to": "",
        "unless_effort": [],
        "except_values": [],
        "why": "",
        "limits": {},
        "is_general": False,
        "sources": ["api-types"],
        "checked": date(2026, 11, 26),
    }
    return TakenParameter(parameter=name, status=status, **{**nothing, **facts})


TAKEN = Taken(
    served=["chat", "batch"],
    endpoints=[
        TakenAtEndpoint(
            endpoint="chat",
            inputs=["text", "image"],
            efforts=["none", "low"],
            default_effort="low",
            parameters=[
                parameter("stop", "refused", except_values=[[]]),
                parameter("tools", "refused", unless_effort=["none"], to="responses"),
                parameter("max_tokens", "renamed", to="max_completion_tokens"),
                parameter(
                    "max_completion_tokens", "changed", why="the limit covers reasoning tokens as well"
                ),
                parameter("temperature", "accepted", limits={"low": 0, "high": 2}),
                parameter("verbosity", None, sources=[], checked=None),
                parameter("echo", "refused", is_general=True),
            ],
        )
    ],
    notes=["An example."],
)
RESOLVED = ModelsReport(
    **DATA,
    resolutions=[
        Resolution(
            asked="azure/gpt-4o-2030-01-01",
            steps=["dropped prefix azure/", "dropped date"],
            assumed=True,
            price_name="gpt-4o",
            model=GPT_4O,
            prices=[PERIOD],
            evidence=[
                recorded("*", "chat/gpt-4o", "model"),
                recorded("chat", "chat", "messages"),
                recorded("chat", "chat", "tools"),
                recorded("responses", "chat", "messages", exact=3),
            ],
            compatibility=TAKEN,
        ),
        Resolution(
            asked="text-davinci-003",
            steps=[],
            assumed=False,
            price_name="text-davinci-003",
            model=DAVINCI,
            prices=[],
            evidence=[],
            compatibility=Taken(served=[], endpoints=[], notes=[]),
        ),
    ],
)
DOCTOR = DoctorReport(
    checks=[
        Check(name="o200k_base", ok=True, value="hash as published", remedy=""),
        Check(name="engine", ok=False, value="probe 3 differs", remedy="use --engine tiktoken"),
        Check(name="tiktoken", ok=None, value="0.14.0", remedy=""),
    ]
)

DRIFT = drift.report(small_log(), SKIPS, drift.DriftOptions(OLD, (NEW,)))
GROUPED = drift.report(small_log(), SKIPS, drift.DriftOptions(OLD, (NEW,), by=("kind", "tag")))
EMPTY = drift.report(small_log().clear(), SKIPS, drift.DriftOptions(OLD, (NEW,)))


def _call(line: int, content: int, billed: int | None, **columns: Any) -> dict[str, Any]:
    usage = {
        "billed_input_tokens": billed,
        "billed_output_tokens": 70,
        "billed_reasoning_tokens": 64,
        "billed_cached_tokens": 10,
    }
    plain = {"kind": "chat", "model": "gpt-x", "shape": "plain", "requests": 1, "messages": 1}
    return record(line, **plain) | counts(OWN, content, 7, 6) | usage | columns


MARCH_2025 = datetime(2025, 3, 20, tzinfo=UTC)
"""When bills had 18 tokens that no rule explains."""
CALLS = counted_frame(
    [
        *(_call(n, 100 + n, 110 + n) for n in range(1, 7)),
        _call(7, 50, 57, model="gpt-4o"),
        _call(8, 50, 80, model="gpt-4o", shape="tools", source=HOSTILE),
        _call(9, 50, None, model="gpt-4o"),
        _call(10, 50, 75, model="gpt-4o", kind="responses", timestamp=MARCH_2025),
    ],
    (OWN,),
)
RECONCILE = reconcile.report(CALLS, SKIPS)
CALIBRATE = calibrate.report(CALLS, SKIPS, counted_as=lambda _: ("chat", True))
AGREEING = reconcile.report(CALLS.filter(CALLS["line"] == 7), Skips())
UNBILLED = reconcile.report(CALLS.filter(CALLS["line"] == 9).with_columns(billed_output_tokens=None), Skips())
NOTHING_TO_CALIBRATE = calibrate.report(
    CALLS.filter(CALLS["line"] == 7), Skips(), counted_as=lambda _: ("chat", True)
)

REPORTS = {
    "count": COUNT,
    "formats": FORMATS,
    "detected": DETECTED,
    "models": MODELS,
    "resolved": RESOLVED,
    "doctor": DOCTOR,
    "drift": DRIFT,
    "grouped": GROUPED,
    "empty": EMPTY,
    "reconcile": RECONCILE,
    "calibrate": CALIBRATE,
    "audit": AUDIT,
    "audit_text": WITH_TEXT,
    "agreeing": AGREEING,
    "unbilled": UNBILLED,
    "uncalibrated": NOTHING_TO_CALIBRATE,
    **COSTS,
    **INVOICES,
    **diffs(HOSTILE),
    **migrations(HOSTILE),
    **SHORT_CHECKS,
    **SETTINGS,
}
