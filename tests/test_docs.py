"""The documentation agrees with the program."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import get_args

import pytest
import yaml
from support.paths import ROOT

from tokcount.cli.app import COMMANDS
from tokcount.errors import ExitCode
from tokcount.framing.layout import Basis
from tokcount.logs.record import Kind

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SHORT = 220
"""Lines of a README that is read."""


@pytest.mark.parametrize("command", COMMANDS)
def test_the_readme_names_every_command_and_its_options_have_a_page(command: str) -> None:
    assert f"| [`tokcount {command}`](" in README
    assert f"$ tokcount {command} --help" in COMMANDS_PAGE


@pytest.mark.parametrize("page", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda page: page.name)
def test_forms_and_workflows_can_be_read(page: Path) -> None:
    found = yaml.safe_load(page.read_text(encoding="utf-8"))

    assert found["name"]
    assert found.get("body") or found.get("jobs")


def test_the_workflow_runs_what_a_change_has_to_pass() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")

    assert "bash .ci/run" in workflow


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= SHORT


@pytest.mark.parametrize("code", list(ExitCode))
def test_the_readme_explains_every_exit_code(code: ExitCode) -> None:
    assert re.search(rf"^\| {int(code)} \|", README, re.MULTILINE)


@pytest.mark.parametrize("page", sorted(ROOT.glob("**/*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    if any(part.startswith(".") for part in page.relative_to(ROOT).parts):
        pytest.skip("not a page of the project")
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:\s]+)\)", text):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize(
    "term", [*get_args(Kind), *get_args(Basis), "content", "framing", "hidden", "own", "auto"]
)
def test_the_glossary_defines_every_kind_basis_and_token_type(term: str) -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")

    assert re.search(rf"^\| {term} \||`{term}`", glossary, re.MULTILINE)


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    wanted = [*PROJECT["dependencies"], *(d for e in PROJECT["optional-dependencies"].values() for d in e)]
    names = {re.split(r"[\[<>=;~! ]", wish)[0].lower() for wish in wanted} - {"tokcount"}

    assert sorted(name for name in names if name not in reasons) == []


def test_every_extra_has_a_row_with_its_size() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.* \| \d+ MB \|", table, re.MULTILINE)

    assert sorted(rows) == sorted(set(PROJECT["optional-dependencies"]) - {"dev"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_the_repository_as_the_package_does(page: Path) -> None:
    repository = "/".join(PROJECT["urls"]["Source"].split("/")[-2:])
    named = re.findall(r"[\w.-]+/tokcount(?=@)|(?<=github\.com/)[\w.-]+/tokcount\b", page.read_text("utf-8"))

    assert set(named) <= {repository}


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", ROOT / "docs" / "install.md"], ids=lambda page: page.name
)
def test_only_tested_versions_of_python_are_claimed(page: Path) -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    tested = re.findall(r'"(3\.\d+)"', workflow)
    claimed = [name.rpartition(" ")[2] for name in PROJECT["classifiers"] if "Python :: 3." in name]

    assert claimed == tested
    assert set(re.findall(r"\b3\.1\d\b", page.read_text(encoding="utf-8"))) <= set(tested)


def test_the_project_names_no_registry_and_no_path_of_a_machine() -> None:
    tracked = (
        subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=False)
        .stdout.decode()
        .split()
    )
    bad = re.compile(r"files\.pythonhosted|registry\.npmjs|pypi\.org/simple|/root/|/home/\w+/")
    found = [
        name
        for name in tracked
        if name.endswith((".py", ".md", ".toml", ".yml", ".sh"))
        and name != Path(__file__).relative_to(ROOT).as_posix()
        and bad.search((ROOT / name).read_text(encoding="utf-8", errors="replace"))
    ]

    assert found == []
