"""Which configuration file is used, which ones are not, and what `tokcount config` checks in it."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from support.inside import Inside
from support.paths import ROOT
from support.running import SAMPLES

from tokcount.cli import settings
from tokcount.cli.config.found import nearest, notes
from tokcount.cli.config.options import ONE_RUN
from tokcount.errors import UsageError

CHATS = SAMPLES / "support-chat.jsonl"
has_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no permissions of others")


@pytest.fixture
def repository(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of a repository, which is the current folder."""
    root = inside.write("outer/repository/.git/HEAD", "").parent.parent
    monkeypatch.chdir(root)
    return root


def test_a_file_above_the_repository_is_not_used_and_named(inside: Inside, repository: Path) -> None:
    outside = inside.write("outer/tokcount.toml", "[check]\nfail = ['records.total <= 9']\n")
    inner = repository / "prompts"
    inner.mkdir()

    done = inside("check", CHATS, "--budget", "input_tokens.max <= 9k")

    assert nearest(inner) is None
    assert done.code == 0
    assert (
        f"{outside}: not used, because it is outside of the repository; --config {outside} uses it"
        in done.err
    )
    assert inside("check", CHATS, "--config", outside).code == 1


def test_a_file_at_the_root_of_the_repository_is_used_without_a_word(
    inside: Inside, repository: Path
) -> None:
    (repository / "tokcount.toml").write_text("jobs = 1")

    assert nearest(repository) is not None
    assert notes(repository) == []
    assert "not used" not in inside("drift", CHATS).err


@has_modes
@pytest.mark.parametrize("writable", ["folder", "file"])
def test_a_file_that_anyone_can_write_is_not_used_and_named(repository: Path, writable: str) -> None:
    file = repository / "tokcount.toml"
    file.write_text("jobs = 1")
    (repository if writable == "folder" else file).chmod(0o777)

    assert nearest(repository) is None
    assert notes(repository) == [
        f"{file}: not used, because anyone can write to it or to its folder; --config {file} uses it"
    ]


def test_a_table_next_to_a_file_of_its_own_is_named_as_shadowed(repository: Path) -> None:
    (repository / "tokcount.toml").write_text("jobs = 1")
    project = repository / "pyproject.toml"
    project.write_text("[tool.tokcount]\njobs = 2")

    found = nearest(repository)

    assert found is not None
    assert found.shared == {"jobs": 1}
    assert notes(repository) == [
        f"{project}: not used, because tokcount.toml is next to it; --config {project} uses it"
    ]


@pytest.mark.parametrize("name", ["tokcounts", "tokencount", "tok-count", "tokcuont"])
def test_a_mistyped_table_is_named(repository: Path, name: str) -> None:
    project = repository / "pyproject.toml"
    project.write_text(f"[tool.{name}]\njobs = 2")

    assert notes(repository) == [f"{project}: [tool.{name}] is not read; did you mean [tool.tokcount]?"]


@pytest.mark.parametrize(
    "text", ["[tool.tox]\nx = 1", "[tool.tomlkit]\nx = 1", "[project]\nname = 'tokcount'", "tool = 1"]
)
def test_tables_of_others_are_not_named(repository: Path, text: str) -> None:
    (repository / "pyproject.toml").write_text(text)

    assert notes(repository) == []


def test_notes_are_not_printed_when_quiet_and_not_in_the_report(inside: Inside, repository: Path) -> None:
    (repository / "pyproject.toml").write_text("[tool.tokcounts]\njobs = 2")

    loud, quiet = inside("drift", CHATS), inside("drift", CHATS, "--quiet")

    assert "did you mean [tool.tokcount]?" in loud.err
    assert quiet.err == ""
    assert loud.out == quiet.out


def test_config_lists_every_mistake_with_its_line(inside: Inside) -> None:
    file = inside.write(
        "tokcount.toml",
        """\
to = ["gpt-4o", "gpt-4oo"]
from = "gpt-99"
prices = "gone.toml"
where = "modl = x"
[check]
volumes = "usage.toml"
fail = ["input_tokens.max <= 8k for gpt-4ooo", "inputtokens.max <= 8k"]
baseline = "not-there-yet.json"
""",
    )

    with pytest.raises(UsageError) as caught:
        settings.load(file, "config")

    lines = [line.removeprefix(f"{file}:").split(": ")[:2] for line in caught.value.lines]
    assert inside("config").code == 2
    assert sorted(lines) == [
        ["1", "to[1]"],
        ["2", "from"],
        ["3", "prices"],
        ["4", "where"],
        ["6", "check.volumes"],
        ["7", "check.fail[0]"],
        ["7", "check.fail[1]"],
    ]


def test_config_knows_the_models_of_the_file(inside: Inside) -> None:
    inside.write("mine.toml", "[aliases]\nmy-model = 'gpt-4o'\n")
    inside.write(
        "tokcount.toml",
        "to = ['my-model', 'other', 'auto']\nprices = 'mine.toml'\nalias = {other = 'gpt-4'}\n",
    )

    assert inside("config").code == 0


def test_config_shows_the_defaults(inside: Inside) -> None:
    assert "engine = auto" in inside("config").out


def test_every_option_can_be_set_except_those_that_the_documentation_names() -> None:
    """The sentence in docs/ci.md: every option can be set, except for a list of names."""
    page = " ".join((ROOT / "docs" / "ci.md").read_text("utf-8").split())
    sentence = page.split("Every option of every command can be set, except ")[1].split(". ")[0]
    named = {name.replace("-", "_") for name in re.findall(r"`--([a-z0-9-]+)`", sentence)}
    hidden = {"given"}

    assert named == ONE_RUN - hidden


def test_config_shows_what_holds_before_the_mistakes(inside: Inside) -> None:
    text = "jobs = 2\njbos = 1\n[cost]\nby = ['mdel']\nregion = 'eu'\n[drift]\ntop = 'x'\nto = 'gtp-4o'\n"
    file = inside.write("tokcount.toml", text)
    done = inside("config")

    rows = [line.split()[:2] for line in done.out.splitlines()]
    assert done.code == 2
    assert ["jobs", "2"] in rows
    assert ["cost.region", "eu"] in rows
    with pytest.raises(UsageError) as caught:
        settings.load(file, "config")
    assert all(line in done.err for line in caught.value.lines)
    assert [line.removeprefix(f"{file}:").split(": ")[:2] for line in caught.value.lines] == [
        ["2", "jbos"],
        ["4", "cost.by[0]"],
        ["7", "drift.top"],
        ["8", "drift.to"],
    ]


def test_an_option_of_one_command_comes_from_its_table(inside: Inside) -> None:
    inside.write("tokcount.toml", "[cost]\nformat = 'json'\n[reconcile]\ntimezone = 'Europe/Berlin'\n")

    assert json.loads(inside("cost", CHATS).out)["command"] == "cost"
    assert inside("drift", CHATS).out.startswith("Input")
    assert inside("reconcile", CHATS).code == 0
    assert inside("reconcile", CHATS, "--timezone", "UTC").code == 2


@pytest.mark.parametrize(
    ("text", "line"), [("text = true", "yes"), ("no_ignore = true", "yes"), ("vars = 'v.toml'", "v.toml")]
)
def test_prompt_files_can_be_configured(inside: Inside, text: str, line: str) -> None:
    inside.write("v.toml", "")
    inside.write("tokcount.toml", text)
    key = text.split(" ", maxsplit=1)[0]

    found = [
        words for shown in inside("config").out.splitlines() if (words := shown.split()) and words[0] == key
    ]

    assert line in found[0][1]
