"""Every example in the documentation runs: commands, Python, and files of settings that can be read.

What cog writes is run by cog; `.ci/run` checks that it is current.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import yaml
from support.inside import Inside
from support.paths import ROOT
from support.running import SAMPLES

PAGES: Final = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
GENERATED: Final = re.compile(r"<!-- \[\[\[cog.*?\[\[\[end\]\]\] -->", re.DOTALL)
BLOCK: Final = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
PLACEHOLDERS: Final = {"LOG": "logs/", "MODEL": "gpt-5.6-luna", "FILE": "logs/support-chat.jsonl"}


class Example(NamedTuple):
    """A block of code that is not generated, or one command of it."""

    page: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}: {self.text.splitlines()[0][:60]}"


def blocks(*languages: str) -> list[Example]:
    return [
        Example(page.relative_to(ROOT).as_posix(), found[2])
        for page in PAGES
        for found in BLOCK.finditer(GENERATED.sub("", page.read_text(encoding="utf-8")))
        if found[1] in languages
    ]


def commands() -> list[Example]:
    """The commands that begin with `tokcount`, also behind a pipe."""
    lines = [
        Example(example.page, part.partition("  #")[0].strip())
        for example in blocks("", "sh", "console")
        for line in example.text.replace("\\\n", " ").splitlines()
        for part in re.split(r" \| ", line.removeprefix("$ "))
    ]
    return [line for line in lines if re.match(r"tokcount\s", line.text)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the files that the examples name, and a branch `origin/main`."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "logs").symlink_to(SAMPLES)
    for name in ("prompts", "prompts-before"):
        (folder / name).mkdir()
        (folder / name / "support.md").write_text("Answer briefly.\n")
    (folder / "README.md").write_text("# A project\n")
    (folder / "tokcount.toml").write_text('[check]\nfail = ["input_tokens.max <= 8k"]\n')
    (folder / "docs").mkdir()
    (folder / "docs" / "page.md").write_text("Some words.\n")
    call = {"body": {"ask": "Hello!"}, "llm": {"name": "gpt-4o", "tokens": {"in": 9, "out": 2}}}
    for name in ("log.jsonl", "calls.jsonl"):
        (folder / name).write_text(json.dumps(call) + "\n")
    (folder / "reviews.csv").write_text("id,text\n1,Good.\n")
    for words in ("init -q", "add .", "commit -qm x", "update-ref refs/remotes/origin/main HEAD"):
        name = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", *name, *words.split()], cwd=folder, check=True)
    return folder


def test_there_are_examples() -> None:
    assert len(commands()) > 15


@pytest.mark.parametrize("example", commands(), ids=str)
def test_a_command_runs(example: Example, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [PLACEHOLDERS.get(word, word) for word in shlex.split(example.text)[1:]]
    inside = Inside(project, monkeypatch)
    inside("drift", "logs/support-chat.jsonl", "-f", "json", "-o", "report.json")
    inside("check", "logs/", "--save-baseline", ".tokcount/main.json", "-q")

    done = inside(*words, stdin="some words")

    assert done.code in (0, 1), done.err


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_generated_example_shows_an_error_alone(page: Path) -> None:
    generated = "\n".join(GENERATED.findall(page.read_text(encoding="utf-8")))

    assert re.findall(r"^\$ .*\ntokcount: .*\n```", generated, re.MULTILINE) == []


def test_the_example_in_python_runs(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    (example,) = [
        block
        for block in blocks("python")
        if block.page == "docs/python.md" and "tokcount.count(" in block.text
    ]

    exec(compile(example.text, example.page, "exec"), {})  # noqa: S102 - an example of this project


@pytest.mark.parametrize("example", blocks("python"), ids=str)
def test_python_has_no_syntax_errors(example: Example) -> None:
    compile(example.text, example.page, "exec")


@pytest.mark.parametrize("example", blocks("toml"), ids=str)
def test_toml_can_be_read(example: Example) -> None:
    assert tomllib.loads(example.text)


@pytest.mark.parametrize("example", blocks("yaml"), ids=str)
def test_yaml_can_be_read(example: Example) -> None:
    assert yaml.safe_load(example.text)


@pytest.mark.parametrize("example", blocks("json"), ids=str)
def test_json_can_be_read(example: Example) -> None:
    assert json.loads(example.text)
