"""The configuration file: what it may hold, and what is said of mistakes."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from tokcount import config
from tokcount.cli.commands import check, cost, drift
from tokcount.errors import UsageError


def written(folder: Path, text: str, name: str = "tokcount.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = "prices = 'p.toml'\nfamilies = '/abs/f.toml'\n[check]\nbaseline = ['a.json', 'b.json']"
    found = config.load(written(tmp_path, text))

    assert found.shared == {"prices": str(tmp_path / "p.toml"), "families": "/abs/f.toml"}
    assert found.check == {"baseline": [str(tmp_path / "a.json"), str(tmp_path / "b.json")]}


def test_one_string_is_a_list_of_one(tmp_path: Path) -> None:
    found = config.load(written(tmp_path, "to = 'gpt-4o'\nfrom = 'gpt-4'"))

    assert found.shared == {"to": ["gpt-4o"], "from_": "gpt-4"}


def test_check_wins_over_the_rest_for_check_alone(tmp_path: Path) -> None:
    found = config.load(written(tmp_path, "format = 'csv'\n[check]\nformat = 'junit'\ntop = 1"))

    assert found.defaults("check") == {"format": "junit", "top": 1}
    assert found.defaults("drift")["format"] == "csv"


def test_tokcount_toml_comes_before_pyproject_toml_and_the_nearer_folder_before_both(tmp_path: Path) -> None:
    inner = tmp_path / "a"
    inner.mkdir()
    written(tmp_path, "jobs = 1")
    written(tmp_path, "[tool.tokcount]\njobs = 2", "pyproject.toml")

    assert config.nearest(inner) == config.Config(tmp_path / "tokcount.toml", {"jobs": 1}, {})
    written(inner, "[tool.tokcount]\njobs = 3", "pyproject.toml")
    assert config.nearest(inner) == config.Config(inner / "pyproject.toml", {"jobs": 3}, {})


@pytest.mark.parametrize(
    "text", ["", "[tool.other]\nx = 1", "# tokcount\n[tool.other]\nx = 1", "tool = 1 # tokcount"]
)
def test_a_pyproject_without_the_table_is_passed_over(tmp_path: Path, text: str) -> None:
    written(tmp_path, "jobs = 1")
    inner = tmp_path / "a"
    inner.mkdir()
    written(inner, text, "pyproject.toml")

    found = config.nearest(inner)

    assert found is not None
    assert found.path == tmp_path / "tokcount.toml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jbos = 1", "jbos: no such key. Did you mean jobs?"),
        ("zzz = 1", "zzz: no such key. Known: from, to,"),
        ("chek = 1", "chek: no such key. Did you mean check"),
        ("check = 1", "check: a table was expected, [check]"),
        ("[check]\nfial = []", "check.fial: no such key. Did you mean fail"),
        ("[mapping]\nprompt = 'x'", "mapping.prompt: no such key. Did you mean prompt_path"),
        ("jobs = '2'", "jobs: a whole number was expected."),
        ("jobs = true", "jobs: a whole number was expected."),
        ("strict = 1", "strict: true or false was expected."),
        ("to = [1]", "to: a list of strings was expected."),
        ("format = []", "format: a string was expected."),
        ("prices = 1", "prices: a path as a string was expected."),
        ("[check]\nbaseline = 1", "check.baseline: a list of paths was expected."),
        ("[", "not readable as TOML"),
        ("x = " + "[" * 5000, "not readable as TOML"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        config.load(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_keys_of_a_pyproject_are_named_in_full(tmp_path: Path) -> None:
    written(tmp_path, "[tool.tokcount.check]\nfial = 1", "pyproject.toml")
    with pytest.raises(
        UsageError, match=r"pyproject\.toml: tool\.tokcount\.check\.fial: no such key\. Did you mean fail"
    ):
        config.nearest(tmp_path)


def test_a_pyproject_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "[tool.tokcount]\njobs = 2", "pyproject.toml")

    assert config.load(path).shared == {"jobs": 2}
    assert config.load(written(tmp_path, "", "pyproject.toml")).shared == {}


def test_a_folder_without_any_has_none(tmp_path: Path) -> None:
    assert config.nearest(tmp_path) is None


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.toml: the configuration cannot be read: No such file"):
        config.load(tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="not readable as TOML"):
        config.load(tmp_path / "bad.toml")


def test_every_key_is_an_option_of_a_command() -> None:
    options = {
        name
        for command in (check.check, drift.drift, cost.cost)
        for name in inspect.signature(command).parameters
    }

    assert {config.option_of(key) for key in (*config.SHARED, *config.MAPPING)} <= options
    assert set(config.CHECK) <= set(inspect.signature(check.check).parameters)
