"""`tokcount render`: compute once, render many times."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.in_process import tokcount
from support.inside import Inside
from support.running import SAMPLES
from support.running import tokcount as process

from tokcount.render.registry import COMMON_FORMATS, REPORT_FORMATS

CHATS = SAMPLES / "support-chat.jsonl"


@pytest.mark.parametrize("form", REPORT_FORMATS)
def test_a_saved_check_renders_as_the_check_itself(inside: Inside, form: str) -> None:
    options: list[str | Path] = ["check", CHATS, "--budget", "input_tokens.max <= 100"]
    inside(*options, "-f", "json", "-o", "report.json")

    assert inside("render", "report.json", "-f", form).out == inside(*options, "-f", form).out


@pytest.mark.parametrize("form", COMMON_FORMATS)
def test_every_other_report_renders_as_its_command_does(inside: Inside, form: str) -> None:
    inside("drift", CHATS, "-f", "json", "-o", "report.json")

    assert inside("render", "report.json", "-f", form).out == inside("drift", CHATS, "-f", form).out


def test_a_report_can_be_piped_in_and_written_to_a_file(tmp_path: Path) -> None:
    saved = tokcount("drift", CHATS, "-f", "json").stdout
    shown = tmp_path / "report.md"

    done = process("render", "-", "-f", "markdown", "-o", shown, stdin=saved)

    assert (done.returncode, done.stdout) == (0, b"")
    assert "text" not in done.stderr.decode()
    assert shown.read_text("utf-8").startswith("### Input tokens: ")


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        ("{", "table", "report.json is not JSON"),
        ("{}", "table", "report.json is not a report of tokcount"),
        (
            '{"schema_version": 99, "command": "drift"}',
            "table",
            "report.json is a report of schema version 99",
        ),
        ('{"schema_version": 2, "command": "x"}', "table", "unknown command 'x'"),
        ('{"schema_version": 2, "command": "drift"}', "table", "missing required field `records`"),
        ('{"schema_version": 2, "command": "drift"}', "jnit", "unknown format 'jnit'. Did you mean junit?"),
        (
            '{"schema_version": 2, "command": "count", "inputs": [], "total": {}}',
            "junit",
            "format 'junit' is only for reports of check.",
        ),
    ],
)
def test_an_invalid_report_is_an_error_in_one_line(
    inside: Inside, content: str, form: str, message: str
) -> None:
    inside.write("report.json", content)
    done = inside("render", "report.json", "-f", form)

    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "\n" not in done.err


def test_a_missing_report_is_reported(inside: Inside) -> None:
    done = inside("render", "nowhere.json")

    assert (done.code, done.err) == (
        2,
        "nowhere.json: cannot be read: No such file or directory; save a report with -f json first",
    )
