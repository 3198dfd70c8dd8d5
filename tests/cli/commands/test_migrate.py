"""`tokcount migrate` as a command: files, streams, exit codes, and numbers that agree with drift."""

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from on_terminal import on_terminal
from support.in_process import tokcount
from support.running import SAMPLES, CliRunner
from support.running import tokcount as process

from tokcount.cli.app import app

COMPLETIONS = SAMPLES / "completions-2023.jsonl"
CANARY = "canary-7f3a"
SHAPES = [
    {
        "model": "text-davinci-003",
        "prompt": f"Human: {CANARY}\nAI:",
        "best_of": 3,
        "logit_bias": {"50256": -100},
    },
    {"model": "text-davinci-003", "prompt": [f"{CANARY} a", "b"], "suffix": CANARY, "temperature": 0.5},
    {"model": "text-davinci-003", "prompt": None, "max_tokens": 5},
    {"model": "gpt-4o", "messages": [{"role": "tool", "tool_call_id": "a", "content": CANARY}]},
    {"prompt": f"{CANARY} ->", "completion": f" {CANARY} END"},
]


@pytest.fixture(autouse=True)
def before_any_shutdown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKCOUNT_TODAY", "2025-03-01")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def run(*arguments: str | Path) -> tuple[str, str]:
    """Run the command in this process: what it wrote to standard output and to standard error."""
    done = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout, done.stderr


def migrate(*arguments: str | Path) -> dict[str, Any]:
    """The report of a migration."""
    loaded: dict[str, Any] = json.loads(run("migrate", *arguments, "-f", "json")[0])
    return loaded


def drift(log: Path, target: str) -> list[dict[str, Any]]:
    """The numbers of drift for the baseline and the target."""
    references: list[dict[str, Any]] = json.loads(run("drift", log, "--to", target, "-f", "json")[0])[
        "references"
    ]
    return references


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    log = tmp_path / "shapes.jsonl"
    log.write_text("".join(json.dumps(value) + "\n" for value in SHAPES))
    return log


@pytest.mark.parametrize(
    ("target", "extra"),
    [
        ("gpt-4o", ()),
        ("gpt-5", ("--api", "responses")),
        ("o3-mini", ("--batch",)),
        ("gpt-4-0613", ("--with-responses",)),
    ],
)
def test_the_written_file_counts_as_drift_predicted(
    tmp_path: Path, target: str, extra: tuple[str, ...]
) -> None:
    new = tmp_path / "new.jsonl"
    found = migrate(COMPLETIONS, "--to", target, "-o", new, *extra)

    expected = drift(COMPLETIONS, target)[-1]["input_tokens"]
    assert found["tokens"]["predicted"]["input_tokens"] == expected
    assert found["tokens"]["after"]["input_tokens"] == expected
    assert found["tokens"]["after"]["records"] == found["written"]["requests"] == 120
    assert drift(new, target)[-1]["input_tokens"] == expected


def test_pairs_are_read_as_calls_of_the_new_model(tmp_path: Path) -> None:
    new = tmp_path / "new.jsonl"
    migrate(COMPLETIONS, "--to", "gpt-5", "-o", new, "--with-responses")

    own, target = drift(new, "gpt-5")
    assert own["input_tokens"] == target["input_tokens"]
    assert own["output_tokens"] == target["output_tokens"] == drift(COMPLETIONS, "gpt-5")[-1]["output_tokens"]
    assert "text-davinci-003" in {line["answered_by"] for line in lines_of(new)}


def test_tokens_before_are_those_of_the_old_models() -> None:
    own = drift(COMPLETIONS, "gpt-4o")[0]
    _, report = run("migrate", COMPLETIONS, "--to", "gpt-4o", "-f", "json")
    found = json.loads(report)

    assert found["tokens"]["before"]["input_tokens"] == own["input_tokens"]
    assert found["tokens"]["after"]["input_tokens"] == found["tokens"]["predicted"]["input_tokens"]
    assert found["tokens"]["differences"] == []


def test_without_a_file_requests_are_piped_and_the_report_goes_to_stderr() -> None:
    done = process("migrate", "-", "--to", "gpt-4o", stdin=COMPLETIONS.read_bytes())

    assert done.returncode == 0
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 120
    assert b"Wrote 120 chat requests for gpt-4o" in done.stderr


def test_quiet_does_not_change_the_piped_requests() -> None:
    assert run("migrate", COMPLETIONS, "--to", "gpt-4o", "--quiet")[1] == ""


def test_losses_are_reported_with_their_locations(shapes: Path, tmp_path: Path) -> None:
    lost = tmp_path / "lost.jsonl"
    found = migrate(shapes, "--to", "gpt-5", "-o", tmp_path / "new.jsonl", "--lost", lost)

    named = {(loss["parameter"], loss["places"][0]["line"], loss["records"]) for loss in found["losses"]}
    assert named == {("best_of", 1, 1), ("logit_bias", 1, 1), ("suffix", 2, 1), ("temperature", 2, 1)}
    assert {(left["reason"][:10], left["places"][0]["line"]) for left in found["left"]} == {
        ("no prompt:", 3),
        ("a result w", 4),
    }
    assert {(entry["line"], entry["parameter"]) for entry in lines_of(lost)} == {
        *((line, parameter) for parameter, line, _ in named),
        (3, None),
        (4, None),
    }
    table, _ = run("migrate", shapes, "--to", "gpt-5", "-o", tmp_path / "new.jsonl")
    assert f"{shapes}:1" in table
    assert f"{shapes}:3" in table


def test_conversations_are_split_and_fine_tunes_converted_when_asked(shapes: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.jsonl"
    found = migrate(shapes, "--to", "gpt-4o", "-o", new, "--split", "roles", "--with-responses")

    first, second, third, tuned = lines_of(new)
    assert first["request"]["messages"] == [{"role": "user", "content": CANARY}]
    assert [line["request"]["messages"][0]["content"] for line in (second, third)] == [f"{CANARY} a", "b"]
    assert [message["role"] for message in tuned["messages"]] == ["user", "assistant"]
    assert found["split"] == {"split": 1, "whole": 3, "conventions": {"Human/AI": 1}}
    assert found["tokens"]["after"]["records"] == 4


def test_limits_are_scaled_by_the_drift_of_the_logged_outputs(tmp_path: Path) -> None:
    new = tmp_path / "new.jsonl"
    found = migrate(COMPLETIONS, "--to", "gpt-4o", "-o", new, "--scale-max-tokens")

    factors = {factor["encoding"]: factor["factor"] for factor in found["factors"]}
    old, scaled = json.loads(COMPLETIONS.read_bytes().splitlines()[1])["request"], lines_of(new)[1]
    assert old["model"] == "text-davinci-003"
    assert scaled["max_completion_tokens"] == -(-old["max_tokens"] * factors["p50k_base"] // 1)
    assert all(
        factor["factor"] == factor["after_tokens"] / factor["before_tokens"] for factor in found["factors"]
    )


def test_a_system_message_is_a_text_or_a_file(tmp_path: Path) -> None:
    file, new = tmp_path / "system.txt", tmp_path / "new.jsonl"
    file.write_text("From a file.\n")
    for given, text in ((str(file), "From a file."), ("Be brief.", "Be brief."), ("x" * 5000, "x" * 5000)):
        migrate(COMPLETIONS, "--to", "gpt-4o", "-o", new, "--system", given)
        assert lines_of(new)[0]["messages"][0] == {"role": "system", "content": text}


def test_the_same_log_gives_the_same_file(tmp_path: Path) -> None:
    new = [tmp_path / name for name in ("a.jsonl", "b.jsonl")]
    for path in new:
        migrate(COMPLETIONS, "--to", "gpt-4o", "-o", path, "--batch")

    assert new[0].read_bytes() == new[1].read_bytes()
    ids = [line["custom_id"] for line in lines_of(new[0])]
    assert len(set(ids)) == len(ids) == 120


def test_reports_and_errors_never_show_the_text_of_a_prompt(shapes: Path, tmp_path: Path) -> None:
    new, lost = tmp_path / "new.jsonl", tmp_path / "lost.jsonl"
    for form in ("table", "csv", "json", "jsonl", "markdown"):
        done = run(
            "migrate", shapes, "--to", "gpt-5", "-o", new, "-f", form, "--lost", lost, "--split", "roles"
        )
        assert CANARY not in "".join(done) + lost.read_text()
        assert CANARY in new.read_text()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--to", "gpt4o"), "unknown model 'gpt4o'"),
        (("--to", "o200k_base"), "not an encoding"),
        (("--to", "gpt-4o", "--batch", "--with-responses"), "remove --with-responses"),
        (
            ("--to", "gpt-4o", "-f", "parquet"),
            "'parquet' is only for rows",
        ),
        (("--to", "o1-mini", "--system", "x"), "does not accept system messages"),
        (("--to", "gpt-4o", "--lost", "-"), "choose a different file"),
        (("--to", "o1-pro", "--endpoint", "chat"), "use --endpoint responses"),
        (("--to", "gpt-4o", "--check"), "--check writes no requests: remove -o"),
        (("--to", "gpt-4o", "--dry-run"), "--dry-run writes no requests: remove -o"),
    ],
)
def test_a_wrong_option_is_one_line_and_writes_nothing(
    tmp_path: Path, arguments: tuple[str, ...], expected: str
) -> None:
    new = tmp_path / "new.jsonl"
    done = tokcount("migrate", COMPLETIONS, *arguments, "-o", new)

    assert done.returncode == 2
    assert expected in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1
    assert not new.exists()


def test_prompts_without_calls_are_reported_to_have_no_parameters() -> None:
    done = tokcount("migrate", "-", "--to", "gpt-4o", stdin='{"prompt": "hi"}\n{"prompt": "ho"}')

    assert b"2 prompts without a call: the log has neither parameters" in done.stderr
    assert b"the first row leaves out 2 records of unknown models" in done.stderr


def test_an_unreadable_log_is_reported_with_the_reason(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("neither\nnor\n")
    done = tokcount("migrate", log, "--to", "gpt-4o")

    assert done.returncode == 3
    assert f"nothing to migrate: 2 skipped (2 unreadable or cut-off lines): {log}:1" in done.stderr.decode()


def test_scaling_needs_a_log_that_can_be_read_twice_and_has_outputs(tmp_path: Path) -> None:
    piped = tokcount("migrate", "-", "--to", "gpt-4o", "--scale-max-tokens", stdin=b"{}")
    assert piped.returncode == 2
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(SHAPES[0]))
    silent = tokcount("migrate", log, "--to", "gpt-4o", "--scale-max-tokens")
    assert silent.returncode == 3
    assert b"remove --scale-max-tokens" in silent.stderr


def test_a_log_without_requests_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    log, new = tmp_path / "log.jsonl", tmp_path / "new.jsonl"
    log.write_text(json.dumps(SHAPES[3]) + "\n")
    new.write_text("old")
    done = tokcount("migrate", log, "--to", "gpt-4o", "-o", new)

    assert done.returncode == 3
    assert b"nothing to migrate: 1 record: a result without its call" in done.stderr
    assert new.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"new.jsonl", "log.jsonl"}


CHAT = SAMPLES / "support-chat.jsonl"


def test_chat_requests_become_responses_requests_that_are_counted_before_they_are_sent(
    tmp_path: Path,
) -> None:
    new = tmp_path / "new.jsonl"
    found = migrate(CHAT, "--to", "gpt-5.6", "--endpoint", "responses", "-o", new)

    assert found["written"]["endpoints"] == {"responses": 94}
    assert {line["store"] for line in lines_of(new)} == {False}
    own, target = drift(new, "gpt-5.6")
    assert own["input_tokens"] == target["input_tokens"] == found["tokens"]["after"]["input_tokens"]
    difference = found["tokens"]["after"]["input_tokens"] - found["tokens"]["predicted"]["input_tokens"]
    assert sum(entry["tokens"] for entry in found["tokens"]["differences"]) == difference


def test_a_dry_run_shows_the_report_alone() -> None:
    out, _ = run("migrate", CHAT, "--to", "gpt-5.6", "--dry-run")

    assert "94 of 94 records can be migrated" in out
    assert "nothing was written (-o FILE writes them)" in out
    assert '"messages"' not in out


def test_no_prompt_is_shown_on_a_terminal(shapes: Path) -> None:
    shown = on_terminal(f"{sys.executable} -m tokcount migrate {shapes} --to gpt-4o")

    assert "nothing was written" in shown
    assert CANARY not in shown


def test_check_fails_if_anything_would_be_lost_and_says_what_and_where(shapes: Path) -> None:
    lossy = tokcount("migrate", shapes, "--to", "gpt-5", "--check")
    lossless = tokcount("migrate", COMPLETIONS, "--to", "gpt-4o", "--check")

    assert (lossy.returncode, lossless.returncode) == (1, 0)
    assert b"refused by the model" in lossy.stdout
    assert f"{shapes}:2".encode() in lossy.stdout
    assert CANARY.encode() not in lossy.stdout


def test_check_fails_if_no_request_can_be_written_and_needs_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(SHAPES[3]) + "\n")
    assert tokcount("migrate", log, "--to", "gpt-4o", "--check").returncode == 1

    log.write_text("{cut\n")
    assert tokcount("migrate", log, "--to", "gpt-4o", "--check").returncode == 3


def test_a_batch_is_for_one_endpoint(tmp_path: Path) -> None:
    log, new = tmp_path / "log.jsonl", tmp_path / "new.jsonl"
    log.write_text(
        '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}\n{"model": "gpt-4o", "input": "Hi"}\n'
    )
    mixed = tokcount("migrate", log, "--to", "gpt-4o", "--batch", "-o", new)
    assert mixed.returncode == 3
    assert b"add --endpoint responses" in mixed.stderr
    assert not new.exists()

    found = migrate(log, "--to", "gpt-4o", "--batch", "--endpoint", "responses", "-o", new)
    assert found["written"]["endpoints"] == {"responses": 2}
    assert {line["url"] for line in lines_of(new)} == {"/v1/responses"}


def test_strict_fails_if_records_were_not_migrated(shapes: Path, tmp_path: Path) -> None:
    done = tokcount("migrate", shapes, "--to", "gpt-4o", "-o", tmp_path / "new.jsonl", "--strict")

    assert done.returncode == 3
    assert b"2 records were not migrated (--strict)" in done.stderr


def test_a_target_that_shuts_down_causes_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TOKCOUNT_TODAY", "2027-06-01")
    _, warnings = run("migrate", COMPLETIONS, "--to", "gpt-4-0613", "-o", tmp_path / "new.jsonl")

    assert "gpt-4-0613 was shut down" in warnings


def test_a_report_conforms_to_its_schema(shapes: Path, tmp_path: Path) -> None:
    from tokcount.reports.schema import schema

    for extra in ((), ("--batch",), ("--with-responses", "--split", "roles")):
        jsonschema.validate(
            migrate(shapes, "--to", "gpt-5", "-o", tmp_path / "new.jsonl", *extra), schema("migrate")
        )


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = tokcount("migrate", COMPLETIONS, "--to", "gpt-4o", "-o", tmp_path / "file" / "new.jsonl")

    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_system_message_in_a_binary_file_is_reported_in_one_line(tmp_path: Path) -> None:
    system = tmp_path / "system.txt"
    system.write_bytes(b"caf\xe9")
    done = tokcount(
        "migrate", COMPLETIONS, "--to", "gpt-4o", "-o", tmp_path / "new.jsonl", "--system", system
    )

    assert done.returncode == 2
    assert done.stderr.decode() == f"tokcount: --system {system}: is not UTF-8 text.\n"


def test_a_log_without_records_reports_what_was_skipped(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("{cut\n{cut\n")
    done = tokcount("migrate", log, "--to", "gpt-4o", "-o", tmp_path / "new.jsonl")

    assert done.returncode == 3
    assert b"nothing to migrate: 2 skipped" in done.stderr
