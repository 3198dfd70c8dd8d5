"""The GitHub action and the pre-commit hook, tested by running their steps as scripts."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import build_action
import pytest
import yaml
from packaging.requirements import Requirement
from support.paths import ROOT

from tokcount.render.ci.comment import MARKER

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]
LOG = ROOT / "sample_logs" / "support-chat.jsonl"
MET, BREAKS = "input_tokens.max <= 9k", "input_tokens.max <= 100"
needs_bash = pytest.mark.skipif(os.name == "nt", reason="the action runs under bash")


class Run:
    """The check step in a separate folder: exit code, output, and workflow commands."""

    def __init__(self, folder: Path, **inputs: str) -> None:
        self.folder = folder
        binaries = folder / "temp" / "tokcount" / "bin"
        binaries.mkdir(parents=True)
        program = binaries / "tokcount"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tokcount "$@"\n')
        program.chmod(0o755)
        known = ACTION["inputs"]
        values = {
            name: inputs.get(name.replace("-", "_"), str(known[name].get("default", ""))) for name in known
        }
        environment = {
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            **{name: filled(text, values) for name, text in STEPS[1]["env"].items()},
        }
        done = subprocess.run(
            ["bash", "-c", STEPS[1]["run"]], cwd=folder, env=environment, capture_output=True, check=False
        )
        self.code, self.out, self.err = done.returncode, done.stdout.decode(), done.stderr.decode()

    @property
    def outputs(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())

    @property
    def commands(self) -> list[str]:
        """The workflow commands that the runner executes: none between `stop-commands` and its token."""
        found, guard = [], ""
        for line in [line.strip() for line in self.out.splitlines()]:
            if guard:
                guard = "" if line == f"::{guard}::" else guard
            elif line.startswith("::stop-commands::"):
                guard = line.removeprefix("::stop-commands::")
            elif line.startswith("::") or "##[" in line:
                found.append(line)
        assert not guard
        return found


def filled(text: str, values: dict[str, str]) -> str:
    """An expression of the workflow language, ``${{ inputs.NAME }}``, replaced."""
    return re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda match: values[match[1]], text)


def test_no_input_is_part_of_a_script() -> None:
    for step in STEPS:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_every_input_is_used_and_every_variable_known() -> None:
    used = {name for step in STEPS for name in re.findall(r"inputs\.([\w-]+)", str(step))}

    assert used == set(ACTION["inputs"])
    assert set(re.findall(r"steps\.check\.outputs\.(\w+)", str(ACTION["outputs"]))) == set(ACTION["outputs"])


def test_every_option_of_the_command_is_an_input() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    options = {build_action.input_name(name) for name, *_ in build_action.options()}

    assert build_action.written(text) == text, "run python tools/build_action.py"
    assert options <= set(ACTION["inputs"])
    assert {"text", "vars", "max-unknown", "volumes", "baseline-missing", "where", "config"} <= options


def test_the_versions_of_all_dependencies_are_pinned_within_their_ranges() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = [Requirement(text) for text in (*project["dependencies"], *extras["fast"], *extras["prompts"])]
    lines = (ROOT / "action-constraints.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))

    assert [str(need) for need in asked if pinned.get(need.name.lower(), "0") not in need.specifier] == []


@needs_bash
def test_options_of_all_kinds_reach_the_command(tmp_path: Path) -> None:
    run = Run(
        tmp_path,
        paths=str(LOG),
        budgets="input_tokens.max <= 9k",
        max_unknown="5%",
        records_per_month="100",
        where="model = gpt-4o*\nkind = chat",
        keep_copies="true",
        text="false",
        top="1",
    )

    assert run.code == 0
    selection = json.loads(Path(run.outputs["report"]).read_text("utf-8"))["selection"]
    assert selection["conditions"] == 'model = "gpt-4o*", kind = "chat"'


@needs_bash
def test_prompt_files_are_checked_and_the_comment_names_what_grew(tmp_path: Path) -> None:
    prompts = tmp_path / "work" / "prompts"
    prompts.mkdir(parents=True)
    for name in ("search", "rewrite"):
        (prompts / f"{name}.md").write_text("word " * 100)
    options = {
        "paths": str(prompts),
        "budgets": "input_tokens.total <= baseline + 5%",
        "assume_model": "gpt-4o",
    }

    Run(tmp_path / "a", **options, save_baseline=str(tmp_path / "main.json"))
    (prompts / "rewrite.md").write_text("word " * 130)
    run = Run(tmp_path / "b", **options, baseline=str(tmp_path / "main.json"))

    comment = Path(run.outputs["comment"]).read_text("utf-8")
    assert (run.code, run.outputs["passed"]) == (1, "false")
    assert comment.startswith("<!-- tokcount -->\n\n### ❌ tokcount: 1 budget broken")
    assert "❌ rewrite.md" in comment
    assert any("rewrite.md" in line for line in run.commands)


COMMENTS = """#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
case "$*" in *--paginate*) printf '%s' "$EARLIER" ;; esac
"""


@needs_bash
@pytest.mark.parametrize(
    ("earlier", "call"),
    [
        ("", "api repos/o/r/issues/7/comments --field body=@comment.md --silent"),
        ("31\n42\n", "api --method PATCH repos/o/r/issues/comments/31 --field body=@comment.md --silent"),
    ],
)
def test_the_comment_of_an_earlier_run_is_replaced(tmp_path: Path, earlier: str, call: str) -> None:
    program = tmp_path / "gh"
    program.write_text(COMMENTS)
    program.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "EARLIER": earlier,
        "COMMENT": "comment.md",
        "REPOSITORY": "o/r",
        "NUMBER": "7",
    }

    subprocess.run(["bash", "-c", STEPS[2]["run"]], env=environment, check=True)

    asked, wrote = (tmp_path / "calls").read_text().splitlines()
    assert asked.startswith("api repos/o/r/issues/7/comments --paginate --jq ")
    assert f'startswith("{MARKER}")' in asked
    assert wrote == call


@needs_bash
def test_a_budget_within_its_limit_passes(tmp_path: Path) -> None:
    run = Run(tmp_path, paths=str(LOG), budgets=MET)

    assert (run.code, run.outputs["passed"]) == (0, "true")
    assert Path(run.outputs["report"]).read_text("utf-8").startswith("{")
    assert run.commands == ["::notice title=tokcount check::1 passed"]
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("## tokcount check")


@needs_bash
@pytest.mark.parametrize(("exit_zero", "code"), [("false", 1), ("true", 0)])
def test_a_broken_budget_is_annotated_and_fails_the_step(tmp_path: Path, exit_zero: str, code: int) -> None:
    budgets = f"{MET}\n\n  \n{BREAKS}\n"
    run = Run(tmp_path, paths=str(LOG), budgets=budgets, warn="records.total <= 1", exit_zero=exit_zero)

    assert (run.code, run.outputs["passed"]) == (code, "false")
    assert run.commands[0].startswith(f"::error file={LOG},line=20,")
    assert run.commands[-1] == "::notice title=tokcount check::1 budget broken, 1 warning, 1 passed"


@needs_bash
def test_a_mistake_is_an_error_without_a_report(tmp_path: Path) -> None:
    run = Run(tmp_path, paths=str(LOG), budgets="nonsense")

    assert run.code == 2
    assert run.outputs == {"passed": "false"}
    assert run.commands == ["::error title=tokcount::ended with exit code 2; the log of this step says why"]
    assert "unknown metric 'nonsense'" in run.err


@needs_bash
def test_inputs_are_data(tmp_path: Path) -> None:
    hostile = "$(touch pwned) `touch pwned`\"; touch pwned; '--debug"
    log = tmp_path / "a $(touch pwned) b.jsonl"
    log.write_bytes(LOG.read_bytes())

    run = Run(tmp_path, paths=f"{log}\n--help", budgets=f"{MET} where model != '{hostile[:20]}'", to=hostile)

    assert run.code == 2
    assert not (tmp_path / "pwned").exists()


@needs_bash
def test_workflow_commands_in_a_hostile_log_are_not_executed(tmp_path: Path) -> None:
    log = tmp_path / "::error::x.jsonl"
    log.write_text('{"::error::pwned ##[error]": 1}\n' + LOG.read_text("utf-8"), encoding="utf-8")

    run = Run(tmp_path, paths=str(log), budgets="skipped.total <= 0")

    assert run.code == 1
    assert [line.split(" ")[0] for line in run.commands] == ["::error", "::notice"]


@needs_bash
def test_baselines_are_saved_and_compared(tmp_path: Path) -> None:
    saved = tmp_path / "main.json"
    budgets = "cost.total <= baseline + 5%"

    first = Run(tmp_path / "a", paths=str(LOG), budgets=budgets, save_baseline=str(saved))
    second = Run(tmp_path / "b", paths=str(LOG), budgets=budgets, baseline=str(saved))

    assert (first.code, second.code) == (0, 0)


@needs_bash
def test_the_installed_version_is_that_of_the_action(tmp_path: Path) -> None:
    recorder = tmp_path / "python"
    recorder.write_text(
        '#!/bin/sh\necho "$@" >> "$RUNNER_TEMP/calls"\nmkdir -p "$RUNNER_TEMP/tokcount/bin"\n'
        'cp "$0" "$RUNNER_TEMP/tokcount/bin/python" 2>/dev/null || true\n'
    )
    recorder.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(tmp_path),
        "PYTHON": str(recorder),
        "SOURCE": "/a b",
        "CONSTRAINTS": "",
    }

    subprocess.run(["bash", "-c", STEPS[0]["run"]], env=environment, check=True)

    assert (tmp_path / "calls").read_text().splitlines() == [
        f"-m venv {tmp_path}/tokcount",
        (
            "-m pip install --quiet --disable-pip-version-check "
            "--constraint /a b/action-constraints.txt /a b[fast,prompts]"
        ),
    ]


def test_the_hooks_check_logs_and_prompt_files_with_an_option_free_command() -> None:
    logs, prompts = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))

    assert [(hook["id"], hook["entry"]) for hook in (logs, prompts)] == [
        ("tokcount-logs", "tokcount check"),
        ("tokcount-prompts", "tokcount check"),
    ]
    assert re.search(logs["files"], "logs/a.jsonl.gz")
    assert not re.search(logs["files"], "package.json")
    found = [".github/prompts/a.prompt.yml", "app/prompts/b.md", "prompt/c.j2", "x.prompty", "y.prompt.md"]
    assert all(re.search(prompts["files"], name) for name in found)
    assert not [name for name in ("README.md", "docs/a.md", "ci.yml") if re.search(prompts["files"], name)]
