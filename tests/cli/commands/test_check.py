"""`tokcount check`: budgets on logs and saved reports, exit codes, baselines, outputs."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from support.in_process import Done, run
from support.inside import Inside
from support.running import SAMPLES

CHATS = SAMPLES / "support-chat.jsonl"
DEFECTS = SAMPLES / "defects.jsonl"
MET, BREAKS = "input_tokens.max <= 9k", "input_tokens.max <= 100"


def report(done: Done) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done.out)
    return document


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--budget", MET], 0),
        (["--budget", BREAKS], 1),
        (["--fail", BREAKS], 1),
        (["--warn", BREAKS], 0),
        (["--budget", BREAKS, "--exit-zero"], 0),
        (["--budget", MET, "--budget", BREAKS], 1),
        (["--budget", "input_tokns.max <= 9"], 2),
        ([], 2),
        (["--budget", MET, "--to", "gpt4o"], 2),
        (["--budget", f"{MET} for gpt4o"], 2),
        (["--budget", MET, "--baseline", "missing.json"], 0),
        (["--budget", MET, "--baseline", "missing.json", "--baseline-missing", "fail"], 0),
        (["--budget", "cost.total <= baseline", "--baseline", "missing.json"], 0),
        (
            [
                "--budget",
                "cost.total <= baseline",
                "--baseline",
                "missing.json",
                "--baseline-missing",
                "fail",
            ],
            1,
        ),
        (["--budget", MET, "--top", "-1"], 2),
        (["--budget", "drift.total <= 5%"], 2),
        (["--budget", "cost.total <= baseline"], 1),
        (["--budget", "cost.total <= baseline", "--allow-unknown"], 0),
        (["--budget", "cost.total <= baseline", "--baseline", "missing.json", "--allow-unknown"], 0),
    ],
)
def test_the_exit_code_tells_whether_all_required_budgets_pass(
    inside: Inside, options: list[str], code: int
) -> None:
    done = inside("check", CHATS, *options)

    assert done.code == code
    assert (done.out == "") == (code == 2)
    if code == 2:
        assert done.err
        assert "\n" not in done.err


def test_each_budget_shows_value_limit_margin_and_violations(inside: Inside) -> None:
    inside.write("log.jsonl", CHATS.read_text("utf-8"))
    done = inside("check", "log.jsonl", "--budget", "input_tokens.p95 <= 200", "--warn", MET, "--top", "1")

    assert done.out.splitlines()[0] == "✗ FAILED: 1 budget broken, 1 passed"
    assert done.out.splitlines()[3:] == [
        "budget\tvalue\tlimit\tmargin",
        "✗ input_tokens.p95 <= 200\t294\t200\t0.47",
        "✓ input_tokens.max <= 9k (warn)\t345\t9000\t-0.961667",
        "",
        "✗ input_tokens.p95 <= 200\tvalue",
        "log.jsonl:20\t345",
        "and 26 more",
    ]


def test_json_conforms_to_its_contract(inside: Inside) -> None:
    document = report(inside("check", CHATS, "--budget", BREAKS, "-f", "json"))
    (budget,) = document["budgets"]

    assert (document["command"], document["passed"], document["records"]) == ("check", False, 94)
    assert (budget["level"], budget["limit"], budget["passed"]) == ("fail", 100, False)
    assert budget["value"] == max(record["value"] for record in budget["records"])
    assert budget["records"][0]["source"] == str(CHATS)


def test_targets_come_from_the_budget_or_from_the_run(inside: Inside) -> None:
    budgets = [
        "input_tokens.max <= 9k",
        "drift.total <= 99% for o200k_base",
        "input_tokens.max <= 9k for own",
    ]
    options = [word for budget in budgets for word in ("--budget", budget)]

    document = report(
        inside("check", CHATS, *options, "--to", "gpt-4", "--to", "gpt-3.5-turbo", "-f", "json")
    )

    assert [entry["target"] for entry in document["budgets"]] == [
        "gpt-4",
        "gpt-3.5-turbo",
        "o200k_base",
        None,
    ]
    assert all(entry["value"] is not None for entry in document["budgets"])


def test_a_moved_log_compares_with_its_baseline(inside: Inside) -> None:
    budgets = ["--budget", "cost.total <= baseline + 5%", "--warn", "input_tokens.p50 <= baseline + 40"]
    saved = inside("check", CHATS, *budgets, "--save-baseline", "main.json")
    moved = inside.write("elsewhere/renamed.jsonl", CHATS.read_text("utf-8"))

    same = inside("check", moved, *budgets, "--baseline", "main.json")
    moved.write_text(CHATS.read_text("utf-8") * 2, encoding="utf-8")
    doubled = inside("check", moved, *budgets, "--baseline", "main.json", "--keep-copies", "-f", "json")

    assert (saved.code, same.code, doubled.code) == (0, 0, 1)
    assert [entry["passed"] for entry in report(doubled)["budgets"]] == [False, True]
    assert str(CHATS) not in Path("main.json").read_text("utf-8")


def test_a_baseline_can_be_saved_again_and_is_reproducible(inside: Inside) -> None:
    inside.write("main.json", '{"tokcount_baseline": 1, "values": {"input_tokens.max": 1}}')
    options = [
        "--budget",
        "input_tokens.max <= baseline",
        "--baseline",
        "main.json",
        "--save-baseline",
        "main.json",
    ]

    codes = [inside("check", CHATS, *options).code for _ in range(2)]

    assert codes == [0, 0]
    assert json.loads(Path("main.json").read_text("utf-8"))["values"] == {"input_tokens.max": 345}


def test_unknown_values_are_left_out_of_the_baseline_with_a_message(inside: Inside) -> None:
    budgets = ["--budget", "cost.total <= $9", "--budget", "records.total >= 1"]
    done = inside("check", DEFECTS, *budgets, "--save-baseline", "main.json", "--exit-zero")

    assert "left out of the baseline because unknown: cost.total" in done.err
    assert list(json.loads(Path("main.json").read_text("utf-8"))["values"]) == ["records.total"]


def test_saved_reports_are_checked_without_counting(inside: Inside) -> None:
    inside("drift", CHATS, "--to", "gpt-4", "-f", "json", "-o", "drift.json")
    inside("cost", CHATS, "--to", "gpt-4", "-f", "json", "-o", "cost.json")
    budgets = ["drift.total <= 99%", "cost.total <= $99", "cost.total <= $99 for own", "skipped.total <= 0"]
    options = [word for budget in budgets for word in ("--budget", budget)]

    done = inside("check", "drift.json", "cost.json", *options, "-f", "json")

    assert done.code == 0
    assert report(done)["records"] == 94
    assert inside("check", "drift.json", CHATS, *options).code == 2


def test_a_saved_check_gives_the_same_result_again(inside: Inside) -> None:
    options = ["--budget", BREAKS, "--warn", "cost.total <= $0.001", "-f", "json"]
    first = inside("check", CHATS, *options, "-o", "report.json")
    again = inside("check", "report.json", *options)

    assert (first.code, again.code) == (1, 1)
    assert report(again) == json.loads(Path("report.json").read_text("utf-8"))


def test_a_saved_report_that_is_incomplete_is_an_error_in_one_line(inside: Inside) -> None:
    inside.write("report.json", '{"schema_version": 2, "tokcount": "x", "command": "check", "budgets": []}')

    done = inside("check", "report.json", "--budget", MET)

    assert (done.code, done.err.count("\n")) == (2, 0)
    assert done.err.startswith("report.json is not a valid report of check: ")


def test_a_saved_report_without_values_for_budgets_is_an_error_in_one_line(inside: Inside) -> None:
    count = '{"schema_version": 2, "tokcount": "x", "command": "count", "inputs": [], "total": {}}'
    inside.write("report.json", count)

    done = inside("check", "report.json", "--budget", MET)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("these reports hold no values for budgets")


@pytest.mark.parametrize("arguments", [["check", "report.json", "--budget", MET], ["render", "report.json"]])
def test_a_report_of_the_first_schema_version_is_refused_in_one_line(
    inside: Inside, arguments: list[str]
) -> None:
    saved = report(inside("drift", CHATS, "-f", "json"))
    inside.write("report.json", json.dumps({**saved, "schema_version": 1}))

    done = inside(*arguments)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 0)
    assert "schema version 1, this tokcount reads version 2; make the report again with -f json" in done.err


def test_an_assumed_model_must_be_known(inside: Inside) -> None:
    inside.write("log.jsonl", '{"messages": [{"role": "user", "content": "hi"}]}\n')
    options = ["check", "log.jsonl", "--budget", MET]

    assert inside(*options).code == 1
    assert inside(*options, "--assume-model", "gpt-4o").code == 0
    assert inside(*options, "--assume-model", "gpt-nine").code == 2


def test_a_baseline_that_is_a_folder_is_an_error_in_one_line(inside: Inside) -> None:
    done = inside("check", CHATS, "--budget", MET, "--baseline", ".")

    assert (done.code, done.err) == (
        2,
        ".: cannot be read: Is a directory; create a baseline with --save-baseline",
    )


def test_skipped_records_and_strict_reading(inside: Inside) -> None:
    lenient = inside("check", DEFECTS, "--budget", "skipped.total <= 0", "-f", "json")
    strict = inside("check", DEFECTS, "--budget", "skipped.total <= 99", "--strict")
    nothing = inside("check", inside.write("empty.jsonl", ""), "--budget", MET)

    assert (lenient.code, strict.code, nothing.code) == (1, 3, 3)
    places = [f"{r['source']}:{r['line']}" for r in report(lenient)["budgets"][0]["records"]]
    assert places
    assert places[0] in lenient.err


def test_formats_of_continuous_integration(inside: Inside) -> None:
    options: list[str | Path] = ["check", CHATS, "--budget", BREAKS, "-f"]

    assert inside(*options, "github").out.startswith(f"::error file={CHATS},line=20,title=tokcount check::")
    assert ET.fromstring(inside(*options, "junit").out).get("failures") == "1"  # noqa: S314 - our own
    assert json.loads(inside(*options, "sarif").out)["version"] == "2.1.0"
    assert inside(*options, "markdown").out.count("| ✗ input") == 2


def test_on_github_the_summary_is_appended(inside: Inside) -> None:
    summary = inside.write("summary.md", "")
    done = inside("check", CHATS, "--budget", MET, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))

    assert summary.read_text("utf-8").startswith("## tokcount check\n\n### ✓ PASSED: 1 passed\n")
    assert "## tokcount check" not in done.out


def test_an_unwritable_job_summary_does_not_fail_the_check(inside: Inside) -> None:
    done = inside(
        "check", CHATS, "--budget", MET, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(inside.folder)
    )

    assert done.code == 0
    assert "the job summary cannot be written" in done.err


def test_costs_can_be_priced_at_a_date_and_projected_to_a_month(inside: Inside) -> None:
    options = ["--budget", "cost.per_month <= $99", "--records-per-month", "940", "--as-of", "2024-06-01"]
    monthly = report(inside("check", CHATS, *options, "-f", "json"))["budgets"][0]
    total = report(
        inside("check", CHATS, "--budget", "cost.total <= $9", "--as-of", "2024-06-01", "-f", "json")
    )

    assert float(monthly["value"]) == pytest.approx(10 * float(total["budgets"][0]["value"]))


def test_no_prompt_text_is_in_any_output(inside: Inside) -> None:
    inside.write("log.jsonl", json.dumps({"model": "gpt-4o", "prompt": "canary-7f3a"}) + "\n")
    options = ["--budget", "input_tokens.max <= 1", "--save-baseline", "baseline.json"]
    inside("check", "log.jsonl", *options, "-f", "json", "-o", "report.json")

    forms = ("table", "csv", "markdown", "comment", "github", "gitlab", "junit", "sarif")
    outputs = [inside("render", "report.json", "-f", form).out for form in forms]

    kept = [Path(name).read_text("utf-8") for name in ("report.json", "baseline.json")]
    assert not [text for text in (*outputs, *kept) if "canary" in text]
    assert all(outputs)


def test_a_budget_on_residuals_needs_no_target(inside: Inside) -> None:
    done = inside("check", CHATS, "--budget", "residual.p95 <= 0", "-f", "json")

    assert done.code == 0, done.err
    assert [entry["passed"] for entry in report(done)["budgets"]] == [True]


def test_an_unreadable_log_is_not_taken_for_a_saved_report(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = inside.write("secret.json", "{}")
    opened = Path.open

    def refused(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == secret.name:
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refused)
    done = inside("check", "secret.json", "--budget", MET)

    assert done.code == 3
    assert "secret.json" in done.err


def test_a_record_that_was_billed_more_than_could_be_counted_breaks_the_budget(inside: Inside) -> None:
    usage = {"input_tokens": 250_000, "output_tokens": 50, "total_tokens": 250_050}
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]}
    lines = [
        {"type": "session_meta", "payload": {"id": "n", "timestamp": "2026-05-01T10:00:00Z"}},
        {"type": "turn_context", "payload": {"model": "gpt-5"}},
        {"type": "response_item", "payload": message},
        {"type": "event_msg", "payload": {"type": "token_count", "info": {"last_token_usage": usage}}},
    ]
    log = "\n".join(json.dumps({"timestamp": "2026-05-01T10:00:00Z", **line}) for line in lines)
    inside.write("rollout.jsonl", log)

    done = inside("check", "rollout.jsonl", "--budget", "input_tokens.max <= 8000", "-f", "json")

    (checked,) = report(done)["budgets"]
    assert (done.code, checked["value"], checked["floor"], checked["sure"]) == (1, 250_000, False, True)


def test_a_budget_for_auto_is_measured_under_the_replacement_of_each_record(inside: Inside) -> None:
    budgets = [
        f"{name} for auto" for name in ("input_tokens.max <= 9k", "cost.total <= $9", "context.max <= 90%")
    ]
    options = [option for budget in budgets for option in ("--budget", budget)]
    done = inside("check", CHATS, *options, "-f", "json")
    luna = inside("check", CHATS, *[option.replace("auto", "gpt-6-luna") for option in options], "-f", "json")

    assert [entry["value"] for entry in report(done)["budgets"]] == [
        entry["value"] for entry in report(luna)["budgets"]
    ]
    assert {entry["replacement"] for entry in report(done)["auto"]} == {"gpt-6-luna"}


def test_a_baseline_is_compared_with_the_same_selection_only(inside: Inside) -> None:
    budget = ("--budget", "input_tokens.total <= baseline")
    chats = ("--where", "kind = chat")
    saved = inside("check", CHATS, *budget, *chats, "--save-baseline", "main.json")
    same = inside("check", CHATS, *budget, *chats, "--since", "2000-01-01", "--baseline", "main.json")
    other = inside("check", CHATS, *budget, "--baseline", "main.json")

    assert (saved.code, same.code, other.code) == (0, 0, 2)
    assert other.err == (
        "main.json was saved over --where 'kind = \"chat\"', but this run is over all records; select the "
        "same records, or save it again with --save-baseline main.json"
    )


def test_a_month_is_projected_from_the_days_asked_for(inside: Inside) -> None:
    budget, days = ("--budget", "cost.per_month <= $100"), ("--since", "2026-09-01", "--until", "2026-09-30")
    checked = report(inside("check", CHATS, *budget, *days, "-f", "json"))["budgets"][0]
    projected = report(inside("cost", CHATS, *days, "--monthly", "-f", "json"))

    assert checked["value"] == projected["references"][0]["monthly_usd"]
    assert (projected["monthly"]["from"], projected["monthly"]["to"]) == ("2026-09-01", "2026-09-30")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_saved_report_is_known_however_it_was_written_again(inside: Inside, encoding: str) -> None:
    inside("cost", CHATS, "-f", "json", "-o", "cost.json")
    saved = json.loads(Path("cost.json").read_text("utf-8"))
    again = json.dumps(saved, indent=2, sort_keys=True).encode(encoding)
    Path("again.json").write_bytes(again)
    options = ("--budget", "cost.total <= $99", "-f", "json")

    from_file = inside("check", "again.json", *options)
    piped = [run("check", *paths, *options, stdin=again) for paths in ((), ("-",))]

    assert [(done.code, report(done)["records"]) for done in (from_file, *piped)] == [(0, 94)] * 3
    assert run("render", "-", stdin=again).code == 0


@pytest.mark.parametrize("options", [(), ("-",)])
def test_a_log_in_a_pipe_is_read_from_its_start(options: tuple[str, ...]) -> None:
    log = Path(CHATS).read_bytes()
    done = run("check", *options, "--budget", "records.total <= 94", "-f", "json", stdin=log)

    assert (done.code, report(done)["records"]) == (0, 94)


def test_a_budget_breaks_when_much_of_the_log_was_not_read(inside: Inside) -> None:
    call = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]})
    inside.write("log.jsonl", "\n".join([call] + ['{"lvl": "info", "note": "x"}'] * 9))
    budgets = ("--budget", "input_tokens.max <= 400", "--budget", "skipped.total <= 10")

    unread = inside("check", "log.jsonl", *budgets)
    allowed = inside("check", "log.jsonl", *budgets, "--max-unknown", "90%")
    accepted = inside("check", "log.jsonl", *budgets, "--max-skipped", "95%")
    saved = inside("check", "log.jsonl", *budgets, "-f", "json")
    again = run("check", "-", *budgets, stdin=saved.out.encode())

    assert [done.code for done in (unread, allowed, accepted, again)] == [1, 0, 0, 1]
    assert (
        "✗ input_tokens.max <= 400: at least 8, limit 400 (−98.0 %); 90.0 % is not known, more than --max-unknown "
        "allows; 9 of 10 items were not read"
    ) in unread.out
    assert "2 passed (1 provisionally" in allowed.out
    assert "provisionally" not in accepted.out
    assert again.out.count("9 of 10 items were not read") == 1


def test_a_single_unread_line_makes_a_budget_provisional_and_what_is_known_not_to_be_a_call_does_not(
    inside: Inside,
) -> None:
    call = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]})
    embedding = json.dumps({"model": "text-embedding-3-small", "input": "x"})
    inside.write("log.jsonl", "\n".join([call] * 9 + ['{"note": "x"}'] + [embedding] * 90))
    inside.write("read.jsonl", "\n".join([call] * 9 + [embedding] * 90))

    unread, read = (
        inside("check", log, "--budget", "input_tokens.max <= 400") for log in ("log.jsonl", "read.jsonl")
    )

    assert (unread.code, read.code) == (0, 0)
    assert "? input_tokens.max <= 400: 1 of 100 items were not read" in unread.out
    assert "provisionally" not in read.out


def test_saved_reports_of_several_logs_are_judged_each(inside: Inside) -> None:
    for name, words in (("small", 1), ("large", 200)):
        call = {"model": "gpt-4o", "messages": [{"role": "user", "content": "word " * words}]}
        inside.write(f"{name}.jsonl", json.dumps(call))
        inside("cost", f"{name}.jsonl", "-f", "json", "-o", f"{name}.json")
        inside("drift", f"{name}.jsonl", "--to", "gpt-4", "-f", "json", "-o", f"{name}-drift.json")
    budgets = ("--budget", "cost.total <= $0.0001 for own", "--budget", "drift.total <= 99% for gpt-4")

    done = inside("check", "small.json", "large.json", *budgets[:2], "-f", "json")
    turned = inside("check", "large.json", "small.json", *budgets[:2], "-f", "json")
    both = inside("check", "small.json", "small-drift.json", *budgets, "-f", "json")
    saved = inside("check", "small.json", "large.json", *budgets[:2], "--save-baseline", "main.json")

    assert (done.code, turned.code, both.code, saved.code) == (1, 1, 0, 2)
    judged = [(entry["report"], entry["passed"]) for entry in report(done)["budgets"]]
    assert judged == [("small.json", True), ("large.json", False)]
    assert report(done)["records"] == 2
    assert [entry["report"] for entry in report(both)["budgets"]] == [None, None]


@pytest.mark.parametrize("value", ["2", "-1%", "some"])
def test_the_unknown_share_is_a_share(inside: Inside, value: str) -> None:
    done = inside("check", CHATS, "--budget", MET, f"--max-unknown={value}")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"--max-unknown {value!r}: expected a share from 0 to 1")


def test_the_skipped_share_of_a_saved_report_is_limited_too(inside: Inside) -> None:
    call = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]})
    inside.write("log.jsonl", call + '\n{"note": "x"}\n')
    inside.write("drift.json", inside("drift", "log.jsonl", "-f", "json").out)

    done = inside("check", "drift.json", "--budget", MET, "--max-skipped", "1%")

    assert done.code == 3
    assert "1 of 2 items were skipped" in done.err


def test_a_budget_for_requests_that_break_compares_parameters(tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    call = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "temperature": 0.2}
    log.write_text(f"{json.dumps(call)}\n", encoding="utf-8")

    assert run("check", log, "--to", "gpt-5.4", "--budget", "breaking.total <= 0").code == 0
    large = tmp_path / "large.jsonl"
    large.write_text(json.dumps({**call, "max_completion_tokens": 128_001}), encoding="utf-8")
    too_much = run("check", large, "--to", "gpt-5.4", "--budget", "breaking.total <= 0")
    assert "max_tokens too high" in too_much.out
    broken = run("check", log, "--to", "gpt-6-luna", "--budget", "breaking.share <= 0%")
    assert broken.code == 1
    assert "temperature" in broken.out


def test_a_saved_audit_has_the_requests_that_break(tmp_path: Path) -> None:
    log, saved = tmp_path / "calls.jsonl", tmp_path / "audit.json"
    call = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}
    requests = [{**call, "temperature": 0.2}, {**call, "presence_penalty": 0}, call, call]
    log.write_text("".join(f"{json.dumps(request)}\n" for request in requests), encoding="utf-8")
    targets = ("--to", "gpt-5.6-luna", "--to", "gpt-5.4")
    assert run("audit", log, *targets, "-f", "json", "-o", saved, "-q").code == 0
    asked = ("--budget", "breaking.share <= 20%", "-f", "json", "-q")
    of_log, of_report = (
        json.loads(run("check", *given, *asked).out)["budgets"] for given in ((log, *targets), (saved,))
    )

    assert [entry["value"] for entry in of_report] == [0.25, 0]
    keys = ("value", "passed", "floor", "doubt", "rests_on")
    assert [[entry[key] for key in keys] for entry in of_report] == [
        [entry[key] for key in keys] for entry in of_log
    ]


def test_what_grew_has_the_costs_that_each_file_adds_to_a_month(inside: Inside) -> None:
    inside.write("volumes.toml", "[[volume]]\nsource = '*'\ncalls_per_month = 100_000\noutput_tokens = 10\n")
    for name in ("a", "b", "c"):
        inside.write(f"prompts/{name}.md", "You answer questions of customers.")
    arguments = (
        "prompts",
        "--text",
        "--assume-model",
        "gpt-4o",
        "--as-of",
        "2026-01-01",
        "--baseline",
        "main.json",
    )
    budgets = ("--budget", "cost.per_month <= $999", "--budget", "input_tokens.total <= baseline + 5%")
    run = (*arguments, *budgets, "--volumes", "volumes.toml")
    inside("check", *run, "--save-baseline", "main.json")
    inside.write("prompts/a.md", "You answer questions of customers." * 9)
    (inside.folder / "prompts" / "c.md").unlink()

    entries = json.loads(inside("check", *run, "-f", "json").out)["budgets"]
    comment = inside("check", *run, "-f", "comment").out

    costs = {group["name"]: group for group in entries[0]["groups"]}
    added = Decimal(str(costs["prompts/a.md"]["value"])) - Decimal(str(costs["prompts/a.md"]["baseline"]))
    saved = Decimal(str(costs["prompts/c.md"]["baseline"]))
    rows = [line for line in comment.splitlines() if "prompts/a.md |" in line or "prompts/c.md |" in line]
    assert "| a month |" in comment
    assert [row.rsplit("|", 2)[1].strip() for row in rows] == [f"+${added:.2f}", f"−${saved:.2f}"]
