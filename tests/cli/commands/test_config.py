"""The origins of settings (command line, environment, file, default), and `tokcount config`, which shows them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.inside import Inside
from support.processes import unmeasured
from support.running import SAMPLES

CHATS = SAMPLES / "support-chat.jsonl"
PROJECT = """
[tool.tokcount]
to = ["gpt-4"]
format = "csv"
jobs = 1

[tool.tokcount.mapping]
prompt_path = "body.text"

[tool.tokcount.check]
format = "json"
fail = ["input_tokens.max <= 100"]
warn = "cost.total <= baseline + 5%"
baseline = "main.json"
"""
BASELINE = '{"tokcount_baseline": 1, "values": {"cost.total for gpt-4": "1"}}'


def settings(inside: Inside, *arguments: str, **environment: str) -> dict[str, tuple[Any, str]]:
    """Key → value and origin."""
    done = inside("config", *arguments, "-f", "json", **environment)
    return {entry["key"]: (entry["value"], entry["origin"]) for entry in json.loads(done.out)["settings"]}


def test_options_override_the_environment_then_the_file_then_the_default(
    inside: Inside,
) -> None:
    file = str(inside.write("pyproject.toml", PROJECT))

    assert settings(inside)["jobs"] == (1, file)
    assert settings(inside)["engine"] == ("auto", "default")
    assert settings(inside, "--jobs", "3")["jobs"] == (3, "command line")
    assert settings(inside, TOKCOUNT_JOBS="2")["jobs"] == (2, "TOKCOUNT_JOBS")
    assert settings(inside, "--jobs", "3", TOKCOUNT_JOBS="2")["jobs"] == (3, "command line")


def test_keys_of_check_and_mapping_are_in_their_tables(inside: Inside) -> None:
    file = str(inside.write("pyproject.toml", PROJECT))
    found = settings(inside)

    assert found["check.fail"] == (["input_tokens.max <= 100"], file)
    assert found["check.warn"] == (["cost.total <= baseline + 5%"], file)
    assert found["check.baseline"] == ([str(inside.folder / "main.json")], file)
    assert found["check.format"] == ("json", file)
    assert found["mapping.prompt_path"] == ("body.text", file)


def test_the_nearest_file_upward_applies_to_all_commands(
    inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside.write("pyproject.toml", PROJECT.replace("prompt_path", "tag_path"))
    inside.write("main.json", BASELINE)
    inside.write("deep/pyproject.toml", "[project]\nname = 'tokcount-user'\n")
    folder = inside.write("deep/er/log.jsonl", CHATS.read_text("utf-8")).parent
    monkeypatch.chdir(folder)

    drift, check = inside("drift", "log.jsonl"), inside("check", "log.jsonl")

    assert drift.out.startswith("reference,encoding")
    assert [line.split(",")[0] for line in drift.out.splitlines()[1:]] == ["own", "gpt-4"]
    assert check.code == 1
    assert [entry["key"] for entry in json.loads(check.out)["budgets"]] == [
        "input_tokens.max for gpt-4",
        "cost.total for gpt-4",
    ]


def test_budgets_of_the_command_line_replace_those_of_the_file(inside: Inside) -> None:
    inside.write(
        "tokcount.toml", "[check]\nfail = ['input_tokens.max <= 1']\nwarn = ['records.total <= 1']\n"
    )

    done = inside("check", CHATS, "--budget", "input_tokens.max <= 9k", "-f", "json")

    assert [(e["budget"], e["level"]) for e in json.loads(done.out)["budgets"]] == [
        ("input_tokens.max <= 9k", "fail"),
        ("records.total <= 1", "warn"),
    ]


def test_another_file_can_be_named_by_flag_or_environment(inside: Inside) -> None:
    inside.write("tokcount.toml", "jobs = 1")
    other = str(inside.write("other.toml", "jobs = 2"))

    assert settings(inside, "--config", other)["jobs"] == (2, other)
    assert settings(inside, TOKCOUNT_CONFIG=other)["jobs"] == (2, other)


def test_a_mistake_in_the_file_is_one_line_with_exit_code_2(inside: Inside) -> None:
    file = inside.write("tokcount.toml", "jbos = 1")
    done = inside("drift", CHATS)

    assert (done.code, done.out) == (2, "")
    assert done.err == f"{file}:1: jbos: no such key. Did you mean jobs?"


def test_help_is_shown_even_with_a_broken_file(inside: Inside) -> None:
    inside.write("tokcount.toml", "[")

    assert inside("drift", "--help").code == 0
    assert inside("drift", CHATS).code == 2


def test_the_table_shows_each_setting_and_its_origin(inside: Inside) -> None:
    file = inside.write("tokcount.toml", "to = ['gpt-4']")
    lines = inside("config", "--strict").out.splitlines()

    assert lines[0] == f"Configuration: {file}"
    assert any(line.split() == ["strict", "yes", "command", "line"] for line in lines)
    assert any(line.split() == ["to", "gpt-4", str(file)] for line in lines)


def test_without_a_file_everything_is_at_its_default(inside: Inside) -> None:
    lines = inside("config").out.splitlines()

    assert lines[:2] == ["No configuration file.", "All settings have their defaults."]


def test_a_pyproject_without_tokcount_is_not_a_configuration(inside: Inside) -> None:
    inside.write("pyproject.toml", "[project]\nname = 'x'\n")

    assert inside("config").out.startswith("No configuration file.")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a folder that a process is in")
def test_a_deleted_folder_has_no_configuration(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    script = (
        f"import os; os.rmdir({str(folder)!r}); from tokcount.cli import option_groups;"
        "print(option_groups.has_config_file())"
    )

    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, check=True)

    assert done.stdout == b"False\n"


def imported(folder: Path, *names: str) -> str:
    """Which of the modules `count` imports in a folder, as a list."""
    script = (
        "import sys; sys.argv = ['tokcount', 'count', '--bare', '-e', 'o200k_base']\n"
        "from tokcount.__main__ import main\n"
        "try: main()\n"
        f"finally: print(sorted({set(names)} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=unmeasured(),
        input=b"hi",
        capture_output=True,
        check=True,
    )
    return done.stderr.decode().strip()


def test_without_a_file_nothing_is_imported_to_read_one(tmp_path: Path) -> None:
    assert imported(tmp_path, "tomllib", "tokcount.cli.settings") == "[]"


@pytest.mark.parametrize(("table", "named"), [("", []), ("[audit]", ["tokcount.cli.commands.audit"])])
def test_a_file_imports_only_the_commands_that_it_names(tmp_path: Path, table: str, named: list[str]) -> None:
    (tmp_path / "tokcount.toml").write_text(f"jobs = 1\n{table}\nquiet = true\n")

    commands = ("drift", "audit", "check", "migrate", "reconcile", "models")
    assert imported(tmp_path, *(f"tokcount.cli.commands.{name}" for name in commands)) == str(named)
