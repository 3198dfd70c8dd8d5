"""Findings: each is found where it is, with its records and numbers, and nowhere else."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import polars as pl
import pytest
from support.audit_reports import AUDIT, WITH_TEXT
from support.frames import counts, frame, record

from tokcount.document.blocks import Places, Table
from tokcount.models import catalog
from tokcount.models.compatibility import DEFAULT_VALUE
from tokcount.models.references import uncountable
from tokcount.models.resolve import resolve
from tokcount.reports.audit import view_findings
from tokcount.reports.audit.finding import LEVELS, PLACES, Case, breaking, entries
from tokcount.reports.audit.findings import findings
from tokcount.reports.audit.report import FindingEntry, FindingNumbers, ModelShutdown, NamedRecord
from tokcount.reports.audit.sections.findings import blocks, places
from tokcount.reports.columns import NamedReference
from tokcount.reports.cost.charges import CostOptions, charge
from tokcount.scanning.features.verdicts import TargetVerdict
from tokcount.tokens.tokenizers.entry import Package

OWN = NamedReference("own")
NEW = NamedReference("gpt-5.6-luna")
TODAY = date(2026, 11, 22)
PLAIN: dict[str, Any] = {
    "tier": None,
    "billed_input_tokens": None,
    "billed_output_tokens": None,
    "billed_reasoning_tokens": None,
    "shape": "plain",
    "model": "gpt-5.5",
    "kind": "chat",
}


def call(line: int, tokens: int | None = 100, output: int | None = 10, **columns: Any) -> dict[str, Any]:
    return record(line) | PLAIN | counts(OWN, tokens, 7, output) | counts(NEW, tokens, 7, output) | columns


def case_of(*rows: dict[str, Any], targets: tuple[str, ...] = (NEW.label,)) -> Case:
    """The rows, counted under every target as under the first one."""
    money = CostOptions(baseline="own", targets=targets, today=TODAY)
    table = frame(rows, (OWN, NEW))
    for target in targets:
        table = table.with_columns(pl.col(f"^{NEW.label}:.*$").name.replace(NEW.label, target, literal=True))
    return Case(charge(table, money).with_costs(), "own", targets, money, catalog.default())


def found(*rows: dict[str, Any], targets: tuple[str, ...] = (NEW.label,)) -> dict[str, FindingEntry]:
    case = case_of(*rows, targets=targets)
    return {entry.id: entry for entry in entries(findings(case), case)}


def test_a_log_without_problems_has_no_findings() -> None:
    assert found(call(1), call(2)) == {}


CASES: dict[str, dict[str, Any]] = {
    "too_long": {"tokens": 922_001},
    "asks_too_much": {"max_tokens": 128_001},
    "cut_off": {"cut_off": 1},
    "role_markers": {"role_markers": 3},
    "special_token_text": {"flags": "special_token_text"},
    "truncated": {"flags": "truncated"},
    "redacted": {"flags": "redacted|media"},
    "no_text": {"flags": "no_text"},
    "hidden_context": {"flags": "hidden_context"},
    "non_openai": {"flags": "non_openai"},
    "odd_content": {"flags": "odd_content"},
    "duplicate": {"flags": "duplicate"},
    "media_not_counted": {"flags": "media", "basis": "partial", "reason": "an image"},
    "log_model_gone": {"model": "text-davinci-003"},
    "unpriced": {"model": "someone-elses-model"},
    "residuals": {"billed_input_tokens": 110},
    "not_countable": {"tokens": None, "output": None},
}
"""Finding → what makes a record of it."""


@pytest.mark.parametrize("name", CASES)
def test_a_finding_has_its_record_and_what_to_do(name: str) -> None:
    entry = found(call(1), call(2, **CASES[name]))[name]

    assert entry.count == 1
    assert entry.of == 2
    assert entry.records == [NamedRecord("logs/may.jsonl", 2, 0)]
    assert "1 record" in view_findings.sentence(entry)
    assert view_findings.TO_DO[name]


def test_no_room_is_left_by_max_tokens() -> None:
    entry = found(call(1, tokens=921_000, max_tokens=127_999), call(2, tokens=921_900, max_tokens=128_000))

    assert set(entry) == set()
    assert "no_room" in found(call(1, tokens=8000, max_tokens=1000), targets=("gpt-4",))


def test_a_limit_that_the_baseline_met_may_be_too_low_for_the_target() -> None:
    row = call(1, output=50, max_tokens=50) | {f"{NEW.label}:output_tokens": 51}

    assert [target.reference for target in found(row)["limit_too_low"].targets] == [NEW.label]
    assert "limit_too_low" not in found(row | {"own:output_tokens": 51})


def test_a_request_that_was_sent_before_is_found_the_second_time() -> None:
    entry = found(call(1, request_id=5), call(2, request_id=5), call(3, request_id=6), call(4), call(5))

    assert entry["same_request"].records == [NamedRecord("logs/may.jsonl", 2, 0)]
    assert entry["same_request"].numbers == FindingNumbers(input_tokens=107)
    assert float(entry["same_request"].amount_usd or 0) > 0
    assert "with the same prompt as an earlier one: 107 input tokens, $" in view_findings.sentence(
        entry["same_request"]
    )


def asks(line: int, *verdicts: TargetVerdict, **columns: Any) -> dict[str, Any]:
    return call(line, verdicts=msgspec.json.encode(verdicts).decode(), **columns)


def verdict(status: Any, parameter: str = "", *, target: str = NEW.label, **facts: str) -> TargetVerdict:
    return TargetVerdict(target, target, status, parameter, "chat", **facts)


HOT = verdict("refused", "temperature", why="the model reasons")


@pytest.mark.parametrize(
    ("given", "name", "level", "sentence"),
    [
        (
            HOT,
            "refused",
            "breaks",
            "1 record with temperature, which gpt-5.6-luna refuses: the model reasons.",
        ),
        (
            verdict("renamed", "max_tokens", to="max_completion_tokens"),
            "renamed",
            "breaks",
            "1 record with max_tokens, which is max_completion_tokens under gpt-5.6-luna.",
        ),
        (
            verdict("endpoint", to="responses"),
            "other_endpoint",
            "breaks",
            "1 record sent to an endpoint that does not serve gpt-5.6-luna; the Responses API does.",
        ),
        (
            verdict("changed", "no max_tokens", why="end after 16"),
            "changed",
            "look",
            "1 record without max_tokens, which means something else under gpt-5.6-luna: end after 16.",
        ),
        (
            verdict("unknown", "n"),
            "not_known",
            "unsure",
            "1 record with n: it is not known whether gpt-5.6-luna takes it.",
        ),
        (
            verdict("unknown"),
            "not_known",
            "unsure",
            "1 record whose parameters cannot be compared: it is not known what gpt-5.6-luna takes.",
        ),
        (
            verdict("refused", "image", why="it takes text"),
            "refused",
            "breaks",
            "1 record with images, which gpt-5.6-luna refuses: it takes text.",
        ),
    ],
)
def test_what_a_target_does_with_a_request_is_a_finding(
    given: TargetVerdict, name: str, level: str, sentence: str
) -> None:
    entry = found(asks(1), asks(2, given), call(3))[name]

    assert (entry.level, entry.count, entry.parameter) == (level, 1, given.parameter or None)
    assert entry.records == [NamedRecord("logs/may.jsonl", 2, 0)]
    assert view_findings.sentence(entry) == sentence
    assert view_findings.to_do(entry)


def test_what_another_endpoint_takes_is_sent_there() -> None:
    entry = found(asks(1, verdict("refused", "tools", to="responses")))["refused"]

    assert (
        view_findings.to_do(entry) == "Send them to the Responses API, which takes tools (tokcount migrate)."
    )


def test_default_values_that_may_be_refused_are_one_finding() -> None:
    zero = [verdict("unknown", name, why=DEFAULT_VALUE) for name in ("top_p", "logit_bias")]
    entry = found(asks(1, zero[0]), asks(2, *zero), asks(3, zero[1]), call(4))["default_values"]

    assert (entry.count, entry.parameter) == (3, None)
    assert view_findings.sentence(entry) == (
        "3 records with default values that gpt-5.6-luna may refuse: logit_bias, top_p."
    )


def test_one_finding_lists_the_targets_that_have_it_in_common() -> None:
    other = msgspec.structs.replace(HOT, reference="gpt-6.1-sol")
    entry = found(
        asks(1, HOT, other), asks(2, other), asks(3, other), call(4), targets=(NEW.label, "gpt-6.1-sol")
    )["refused"]

    assert (entry.count, entry.of) == (3, 4)
    assert [(target.reference, target.count) for target in entry.targets] == [
        (NEW.label, 1),
        ("gpt-6.1-sol", 3),
    ]
    assert view_findings.sentence(entry) == (
        "3 records with temperature, which gpt-5.6-luna (1 record) and gpt-6.1-sol (3 records) refuse: "
        "the model reasons."
    )


def test_a_finding_has_its_share_of_the_bill() -> None:
    entry = found(asks(1, HOT, tokens=300), asks(2, tokens=100))["refused"]

    assert entry.cost_usd is not None
    assert entry.cost_share == pytest.approx(317 / 424, abs=0.1)


def test_a_request_breaks_once_however_many_reasons_there_are() -> None:
    stop = verdict("refused", "stop")
    case = case_of(asks(1, HOT, stop), asks(2, HOT), asks(3, verdict("unknown", "n")), call(4))
    (entry,) = breaking(findings(case), case)

    assert (entry.records, entry.judged, entry.share) == (2, 3, 0.5)
    assert (entry.unclear, entry.not_compared) == (1, 1)
    assert entry.cost_share == pytest.approx(0.5)


def test_a_request_that_is_too_long_or_goes_to_a_model_that_is_shut_down_breaks_as_well() -> None:
    case = case_of(call(1), call(2, tokens=922_001), targets=(NEW.label, "text-davinci-003"))

    assert [entry.records for entry in breaking(findings(case), case)] == [1, 2]


def test_targets_that_go_are_named_with_their_replacements() -> None:
    entry = found(call(1), targets=("gpt-4o",))["target_going"]

    assert entry.numbers.models == [
        ModelShutdown("gpt-4o", "2027-01-14", gone=False, replacements=["gpt-6-luna"])
    ]
    assert found(call(1), targets=("text-davinci-003",))["target_gone"].level == "breaks"


def test_an_unknown_model_is_named() -> None:
    row = call(1, model="mine", reason="unknown model 'mine'") | counts(OWN, None)

    assert found(row)["unknown_model"].numbers == FindingNumbers(models=["mine"])


@pytest.mark.parametrize("model", ["grok-4.7", "claude-haiku-4-5"])
def test_a_model_that_cannot_be_counted_is_named(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Package, "problem", lambda package: f"needs {package.name}: install an extra")
    reason = f"{model}: {uncountable(resolve(model).model)}"
    every = found(call(1, model=model, reason=reason) | counts(OWN, None))

    assert every["no_tokenizer"].numbers == FindingNumbers(models=[model])
    assert "unknown_model" not in every


def test_caching_is_found_with_its_amount() -> None:
    starts = {
        "lead_id": 9,
        f"{NEW.label}:lead_tokens": 2048,
        f"{NEW.label}:history_tokens": 0,
        "history_id": 0,
    }
    rows = [call(n, tokens=3000, request_id=n, timestamp=None, **starts) for n in (1, 2)]
    entry = found(*rows)["caching"]

    assert entry.numbers.cached_tokens == 2048
    assert float(entry.amount_usd or 0) > 0
    assert "at least $0.000" in view_findings.sentence(entry)


def test_the_most_serious_findings_come_first_and_are_numbered() -> None:
    rows = [call(n, **columns) for n, columns in enumerate(CASES.values(), 1)]
    entries = list(found(*rows).values())

    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert [entry.level for entry in entries] == sorted((e.level for e in entries), key=LEVELS.index)


def test_all_records_are_counted_and_the_first_ones_named() -> None:
    entry = found(*(call(n, cut_off=1) for n in range(1, 20)))["cut_off"]

    assert (entry.count, len(entry.records)) == (19, PLACES)
    assert entry.numbers == FindingNumbers(answered=19)


def test_every_finding_has_words() -> None:
    assert set(view_findings.SENTENCES) == set(view_findings.TO_DO)


def test_places_are_the_first_of_each_file() -> None:
    entry = found(
        call(1, cut_off=1),
        call(2, cut_off=1, source="b.jsonl"),
        call(3, cut_off=1, source="b.jsonl"),
        call(4),
    )["cut_off"]

    assert places(entry) == Places(("logs/may.jsonl:1", "b.jsonl:2"), 1)


def test_the_table_of_findings_has_what_to_do_and_excerpts_where_there_are_some() -> None:
    (plain,) = [block for block in blocks(AUDIT) if isinstance(block, Table)]
    (shown,) = [block for block in blocks(WITH_TEXT) if isinstance(block, Table)]
    first, entry = plain.rows[0], AUDIT.findings[0]

    assert [column.label for column in plain.columns][1:] == [
        "finding",
        "records",
        "their cost",
        "where",
        "what to do",
    ]
    assert first[2:4] == (entry.count, entry.cost_usd)
    assert first[-1] == view_findings.to_do(entry)
    assert "<img src=x onerror=alert(1)>" in str(shown.rows[0][2])


def test_a_frame_of_another_baseline_has_no_residuals() -> None:
    money = CostOptions(baseline=NEW.label, targets=(), today=TODAY)
    rows: pl.DataFrame = frame([call(1, billed_input_tokens=1)], (OWN, NEW))

    assert findings(Case(rows, NEW.label, (), money, catalog.default())) == []
