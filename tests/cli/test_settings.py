"""The configuration file: its keys, and the messages about mistakes in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from support.together import together

from tokcount.cli import settings
from tokcount.cli.app import COMMANDS
from tokcount.cli.config import options
from tokcount.cli.config.found import nearest
from tokcount.errors import UsageError
from tokcount.render.registry import RENDERERS


def written(folder: Path, text: str, name: str = "tokcount.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    text = "prices = 'p.toml'\nfamilies = '/abs/f.toml'\n[check]\nbaseline = ['a.json', 'b.json']"
    found = settings.load(written(tmp_path, text))

    assert found.shared == {"prices": str(tmp_path / "p.toml"), "families": "/abs/f.toml"}
    assert found.commands["check"] == {"baseline": [str(tmp_path / "a.json"), str(tmp_path / "b.json")]}


def test_one_string_is_a_list_of_one(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, "to = 'gpt-4o'\nfrom = 'gpt-4'"))

    assert found.shared == {"to": ["gpt-4o"], "from_": "gpt-4"}


def test_the_check_table_overrides_the_shared_keys_for_check_only(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, "format = 'csv'\n[check]\nformat = 'junit'\ntop = 1"))

    assert found.defaults("check") == {"format": "junit", "top": 1}
    assert found.defaults("drift")["format"] == "csv"


def test_the_nearest_folder_wins_and_tokcount_toml_wins_within_it(tmp_path: Path) -> None:
    inner = tmp_path / "a"
    inner.mkdir()
    written(tmp_path, "jobs = 1")
    written(tmp_path, "[tool.tokcount]\njobs = 2", "pyproject.toml")

    assert nearest(inner) == settings.Config(tmp_path / "tokcount.toml", {"jobs": 1}, {})
    written(inner, "[tool.tokcount]\njobs = 3", "pyproject.toml")
    assert nearest(inner) == settings.Config(inner / "pyproject.toml", {"jobs": 3}, {})


@pytest.mark.parametrize(
    "text", ["", "[tool.other]\nx = 1", "# tokcount\n[tool.other]\nx = 1", "tool = 1 # tokcount"]
)
def test_a_pyproject_without_the_table_is_ignored(tmp_path: Path, text: str) -> None:
    written(tmp_path, "jobs = 1")
    inner = tmp_path / "a"
    inner.mkdir()
    written(inner, text, "pyproject.toml")

    found = nearest(inner)

    assert found is not None
    assert found.path == tmp_path / "tokcount.toml"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jbos = 1", "jbos: no such key. Did you mean jobs?"),
        ("zzz = 1", "zzz: no such key. Known: "),
        ("chek = 1", "chek: no such key. Did you mean check"),
        ("check = 1", "check: a table was expected, not 1"),
        ("[check]\nfial = []", "2: check.fial: no such key. Did you mean fail"),
        ("[mapping]\nprompt = 'x'", "2: mapping.prompt: no such key. Did you mean prompt_path"),
        ("jobs = '2'", "jobs: a whole number of at least 1 was expected, not '2'"),
        ("jobs = true", "jobs: a whole number of at least 1 was expected, not true"),
        ("strict = 1", "strict: true or false was expected, not 1"),
        ("to = [1]", "to[0]: a string was expected, not 1"),
        ("to = 1", "to: a string or a list of them was expected, not 1"),
        ("engine = []", "engine: "),
        ("engine = 'fats'", "engine: 'fats' is not known. Did you mean fast?"),
        ("prices = 1", "prices: a path as a string was expected, not 1"),
        ("[check]\nbaseline = 1", "check.baseline: a path or a list of them was expected, not 1"),
    ],
)
def test_a_mistake_is_reported_with_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        settings.load(path)

    (line,) = caught.value.lines
    assert line.startswith(f"{path}:")
    assert message in line


def test_all_mistakes_of_a_file_are_listed_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "jbos = 1\n\n[check]\ntop = 'five'\nfial = 1\n")
    with pytest.raises(UsageError) as caught:
        settings.load(path)

    assert caught.value.lines == (
        f"{path}:1: jbos: no such key. Did you mean jobs?",
        f"{path}:4: check.top: a whole number of at least 0 was expected, not 'five'",
        f"{path}:5: check.fial: no such key. Did you mean fail?",
    )


def test_values_that_mean_nothing_are_listed_with_the_others(tmp_path: Path) -> None:
    text = """\
jobs = 0
where = ["model = gpt-4*", "modl = x"]
since = "soon"
as_of = "2026-99-01"
cached_share = "much"
price = "gpt-4o=1"
input_format = "opnai.chat.pair"
format = "jsn"
engine = "fats"
[mapping]
prompt_path = "a["
[check]
fail = ["cost.total <= $5", "inputtokens.max <= 8k"]
warn = "drift.total <= 5 for gpt-4o"
records_per_month = 0
"""
    path = written(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        settings.load(path)

    assert [line.removeprefix(f"{path}:").split(": ", 2)[:2] for line in caught.value.lines] == [
        ["1", "jobs"],
        ["2", "where[1]"],
        ["3", "since"],
        ["4", "as_of"],
        ["5", "cached_share"],
        ["6", "price"],
        ["7", "input_format"],
        ["8", "format"],
        ["9", "engine"],
        ["11", "mapping.prompt_path"],
        ["13", "check.fail[1]"],
        ["14", "check.warn"],
        ["15", "check.records_per_month"],
    ]
    assert "unknown metric 'inputtokens'. Did you mean input_tokens" in caught.value.lines[10]


@pytest.mark.parametrize("name", sorted(name for name, one in RENDERERS.items() if one.commands))
def test_a_shared_format_of_check_leaves_other_commands_their_own(tmp_path: Path, name: str) -> None:
    found = settings.load(written(tmp_path, f"format = '{name}'\njobs = 1"))

    assert found.defaults("check") == {"format": name, "jobs": 1}
    assert found.defaults("drift") == found.defaults("render") == {"jobs": 1}


@pytest.mark.parametrize("text", ["[", "x = " + "[" * 5000])
def test_a_file_that_is_not_toml_is_reported(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="not readable as TOML"):
        settings.load(written(tmp_path, text))


@pytest.mark.parametrize("table", ["", *options.TABLES])
def test_options_of_a_single_run_cannot_be_set(tmp_path: Path, table: str) -> None:
    names = sorted(options.ONE_RUN - set(options.TABLES))
    text = "\n".join([f"[{table}]" if table else "", *(f"{name} = true" for name in names)])
    with pytest.raises(UsageError) as caught:
        settings.load(written(tmp_path, text))

    assert len(caught.value.lines) == len(names)
    assert all("no such key" in line for line in caught.value.lines)


SAMPLES: dict[str, Any] = {
    "by": ["day"],
    "cached_share": "0.5",
    "max_skipped": "1%",
    "max_unknown": "2%",
    "fail": ["records.total <= 9"],
    "warn": ["records.total <= 9"],
    "where": ["model = x"],
    "since": "2026-01-01",
    "until": "2026-02-01",
    "as_of": "2026-01-01",
    "region": "eu",
    "reasoning_tokens": "5",
    "output_scale": "1.5",
    "price": ["x=1,2"],
    "alias": ["x=gpt-4o"],
    "input_format": "openai.chat.request",
    "format": "json",
    "tolerance": "1%",
    "timezone": "UTC",
    "delimiter": ";",
}
"""Option → a value that it accepts, where not every text or number is one."""


def sample(option: str, hint: Any) -> Any:
    """A value of an option."""
    if get_origin(hint) is Literal:
        return get_args(hint)[-1]
    if option in SAMPLES:
        return SAMPLES[option]
    if get_origin(hint) is list:
        return ["x"]
    return True if hint is bool else 7 if hint is int or get_origin(hint) is Annotated else "x"


def in_folder(value: Any, hint: Any, folder: Path) -> Any:
    """The value that an option gets: paths are relative to the file."""
    if hint is Path:
        return str(folder / value)
    return [str(folder / item) for item in value] if hint == list[Path] else value


SETTABLE = [
    (command, option)
    for command in COMMANDS
    for option in options.options_of(command)
    if option not in options.ONE_RUN | (options.NOT_SHARED if command in options.WITHOUT_TABLE else set())
]


@together("command, option", SETTABLE)
def test_every_option_of_every_command_can_be_set(tmp_path: Path, command: str, option: str) -> None:
    hint = options.options_of(command)[option]
    value = sample(option, hint)
    own = "[mapping]" if option in options.MAPPING else f"[{command}]" if command in options.TABLES else ""
    own = "[check]" if command == "config" and option in options.CHECK else own

    for table in {own, ""} if option in options.SHARED else {own}:
        text = f"{table}\n{option.strip('_')} = {json.dumps(value)}\n"
        found = settings.load(written(tmp_path, text)).defaults(command)
        assert found == {option: in_folder(value, hint, tmp_path)}


def test_a_table_of_a_command_overrides_the_shared_keys_for_it_only(tmp_path: Path) -> None:
    text = "jobs = 1\nto = 'gpt-4o'\n[cost]\njobs = 2\nby = 'day'\n[diff]\nto = 'gpt-5'"
    found = settings.load(written(tmp_path, text))

    assert found.defaults("cost") == {"jobs": 2, "to": ["gpt-4o"], "by": ["day"]}
    assert found.defaults("drift") == {"jobs": 1, "to": ["gpt-4o"]}
    assert found.defaults("diff") == {"jobs": 1, "to": "gpt-5"}


def test_keys_of_check_are_not_those_of_other_commands(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, "[check]\nagainst = 'main'\ntop = 1"))

    assert found.defaults("reconcile") == found.defaults("drift") == {}
    assert found.defaults("check") == {"against": "main", "top": 1}


def test_migrate_takes_the_only_target_of_a_file(tmp_path: Path) -> None:
    assert settings.load(written(tmp_path, "to = ['gpt-4o']")).defaults("migrate")["to"] == "gpt-4o"
    assert "to" not in settings.load(written(tmp_path, "to = ['gpt-4o', 'gpt-5']")).defaults("migrate")
    assert "to" not in settings.load(written(tmp_path, "to = 'gpt-4o,gpt-5'")).defaults("migrate")


def test_keys_of_a_pyproject_are_reported_with_their_full_path(tmp_path: Path) -> None:
    written(tmp_path, "[tool.tokcount.check]\nfial = 1", "pyproject.toml")
    with pytest.raises(
        UsageError, match=r"pyproject\.toml:2: tool\.tokcount\.check\.fial: no such key\. Did you mean fail"
    ):
        nearest(tmp_path)


def test_a_pyproject_can_be_loaded_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, "[tool.tokcount]\njobs = 2", "pyproject.toml")

    assert settings.load(path).shared == {"jobs": 2}
    assert settings.load(written(tmp_path, "", "pyproject.toml")).shared == {}


def test_a_folder_without_a_configuration_has_none(tmp_path: Path) -> None:
    assert nearest(tmp_path) is None


def test_an_unreadable_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"gone\.toml: the configuration cannot be read: No such file"):
        settings.load(tmp_path / "gone.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read: it is not UTF-8"):
        settings.load(tmp_path / "bad.toml")
