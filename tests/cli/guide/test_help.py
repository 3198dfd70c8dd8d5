"""The help of every command: options under headings, and examples that run."""

import importlib
import inspect
import shlex
from typing import get_type_hints

import pytest
from support.in_process import run
from support.inside import Inside
from support.running import SAMPLES

from tokcount.cli.app import COMMANDS
from tokcount.cli.guide.help import EXAMPLES, PANELS
from tokcount.cli.option_groups import is_group

SCREEN = 70
"""Lines of a terminal window on a usual screen."""


def groups() -> set[str]:
    """The classes of the option groups of all commands, with those that they inherit from."""
    found = set[str]()
    for place, _ in COMMANDS.values():
        module, name = place.split(":")
        command = getattr(importlib.import_module(f"tokcount.cli.commands.{module}"), name)
        original = inspect.getclosurevars(command).nonlocals.get("command", command)
        hints = get_type_hints(original).values()
        for group in filter(is_group, hints):
            found |= {each.__name__ for each in group.__mro__ if inspect.get_annotations(each)}
    return found


def test_every_group_has_a_heading() -> None:
    assert groups() - set(PANELS) == set()


def test_the_help_of_count_fits_a_screen() -> None:
    assert len(run("count", "--help", COLUMNS="80").out.splitlines()) <= SCREEN


@pytest.mark.parametrize("command", COMMANDS)
def test_the_examples_run(inside: Inside, command: str) -> None:
    logs = inside.folder / "logs"
    logs.symlink_to(SAMPLES)
    inside.write("prompt.md", "# A prompt\nSome words.\n")
    for name in ("old/a.jsonl", "new/a.jsonl", "before.jsonl", "after.jsonl"):
        inside.write(name, (SAMPLES / "support-chat.jsonl").read_text("utf-8"))
    inside("drift", "logs/", "-f", "json", "-o", "report.json")

    for example in EXAMPLES[command]:
        first, _, second = example.partition(" | tokcount ")
        done = inside(*shlex.split(first))
        if second:
            done = run(*shlex.split(second), stdin=done.out)
        assert done.code in (0, 1), (example, done.err)
