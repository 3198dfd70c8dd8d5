"""What comes from a log never acts: on terminals, in spreadsheets, pages, comments, runners and parsers."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.in_process import run
from support.running import SAMPLES
from support.trust import attacks
from support.trust.commands import LOG_COMMANDS, ROW_COMMANDS, migrate
from support.trust.harmless import HARMLESS, any_text

from tokcount.logs.credible import WITHHELD
from tokcount.render.escape import message
from tokcount.render.registry import COMMON_FORMATS, REPORT_FORMATS

ALL = ("--top", "10000")
TOPPED = frozenset({"drift", "audit", "check"})


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    attacks.write_logs(folder)
    return folder


@pytest.mark.parametrize("command", LOG_COMMANDS)
def test_no_attack_acts_in_any_format(command: str, logs: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    top = ALL if command in TOPPED else ()
    grouped = ("--by", "tag") if command in ("drift", "cost") else ()
    done = run(*LOG_COMMANDS[command], *grouped, *top, logs, "-f", "json", "-o", report)

    HARMLESS["table"](done.out)
    any_text(done.err)
    for name in REPORT_FORMATS if command == "check" else COMMON_FORMATS:
        shown = run("render", report, "-f", name)
        assert shown.code == 0, shown.err
        HARMLESS[name](shown.out)
        any_text(shown.err)


SLOW_ROWS = [pytest.param(name, marks=pytest.mark.slow) for name in ("json", "table", "markdown")]


@pytest.mark.parametrize("name", ["csv", "jsonl", *SLOW_ROWS])
@pytest.mark.parametrize("command", ROW_COMMANDS)
def test_no_attack_acts_in_rows(command: str, name: str, logs: Path) -> None:
    shown = run(*ROW_COMMANDS[command], logs, "-f", name)

    HARMLESS[name](shown.out)
    any_text(shown.err)


def test_no_attack_acts_in_what_migrate_says(logs: Path, tmp_path: Path) -> None:
    done = run(*migrate(logs, tmp_path / "to.jsonl", tmp_path / "lost.jsonl"))

    HARMLESS["table"](done.out)
    any_text(done.err)


@pytest.mark.parametrize("command", ["drift", "formats", "count", "migrate"])
def test_no_attack_acts_in_a_message(command: str, logs: Path, tmp_path: Path) -> None:
    """Warnings and errors that name a file, a model or what the user gave."""
    asked = ["--to", "gpt-4o"] if command == "migrate" else []
    for path in sorted(logs.iterdir())[::4]:
        any_text(run(command, *asked, path, "-o", tmp_path / "out").err)
        any_text(run(command, *asked, f"{path}x").err)


def test_names_are_shown_letter_by_letter(logs: Path) -> None:
    """Neutral, not dropped: markup, for one, is text. What cannot be a name is withheld."""
    by_model = ("drift", "--to", "gpt-4o", "--assume-model", "gpt-4o", "--by", "model")
    shown = run(*by_model, *ALL, logs / "fields.jsonl").out

    shortest = [
        text.strip()
        for text in attacks.ATTACKS.values()
        if text.isprintable() and text.isascii() and len(text.split()) < 3
    ]
    assert len(shortest) > 10
    for name in shortest:
        assert message(name) in shown
    assert "\x1b" not in shown
    assert WITHHELD in shown


@pytest.mark.parametrize("command", ["drift", "check"])
def test_a_report_that_was_changed_is_one_line_or_harmless(command: str, tmp_path: Path) -> None:
    """Saved reports travel: values all over one are replaced, in turn, by something else."""
    report = tmp_path / "report.json"
    run(*LOG_COMMANDS[command], SAMPLES / "support-chat.jsonl", "-f", "json", "-o", report)
    whole = json.loads(report.read_text("utf-8"))
    instead = itertools.cycle([*attacks.ATTACKS.values(), None, [], {}, -1, 1e308, "", True])
    forms = itertools.cycle(REPORT_FORMATS if command == "check" else COMMON_FORMATS)
    for path in [*_places(whole)][::8]:
        changed = copy.deepcopy(whole)
        _put(changed, path, next(instead))
        report.write_text(json.dumps(changed), encoding="utf-8")
        form = next(forms)
        done = run("render", report, "-f", form)
        assert done.code in (0, 2)
        any_text(done.err)
        if done.code == 0:
            HARMLESS[form](done.out)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where there is something in a report: keys and numbers of items, at most three of a list."""
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value[:3]) if isinstance(value, list) else ()
    )
    for key, part in inside:
        yield (*path, key)
        yield from _places(part, (*path, key))


def _put(value: Any, path: tuple[str | int, ...], new: object) -> None:
    *inner, last = path
    for key in inner:
        value = value[key]
    value[last] = new
