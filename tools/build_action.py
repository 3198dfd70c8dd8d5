"""Writes the inputs of action.yml from the options of `tokcount check`, so that the action has all of them.

python tools/build_action.py
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tokcount.cli.commands.check import check

FILE: Final = Path(__file__).parent.parent / "action.yml"
OF_THE_ACTION: Final = frozenset(
    {"paths", "ctx", "format", "output", "decimal", "delimiter", "color", "tables", "skipped"}
    | {"no_progress", "quiet", "debug"}
)
"""Parameters of the command that the action sets itself, or that only shape what a person reads."""
NAMES: Final = {"fail": "budgets", "from_": "from"}
"""Parameter → input, where it is not the name of the option."""
OPTIONS: Final = {"fail": "budget", "from_": "from"}
BLOCK: Final = re.compile(r"(?P<indent> *)# (?P<name>options as \w+)\n.*?(?P=indent)# end\n", re.DOTALL)


def options() -> Iterator[tuple[str, str, bool]]:
    """Parameter, help text and whether it is a flag."""
    for name, parameter in inspect.signature(check).parameters.items():
        if name not in OF_THE_ACTION:
            extras: tuple[Any, ...] = getattr(parameter.annotation, "__metadata__", ())
            text = next(extra.help for extra in extras if getattr(extra, "help", None))
            yield name, text, isinstance(parameter.default, bool)


def inputs() -> Iterator[str]:
    """The lines of all inputs that are options."""
    for name, text, is_flag in options():
        hint = (
            " true or false." if is_flag else " Several are on a line each." if "repeatable" in text else ""
        )
        yield f"{input_name(name)}:"
        yield f"  description: {quoted(text + hint)}"
        yield f'  default: "{"false" if is_flag else ""}"'


def environment() -> Iterator[str]:
    """The variables from which the script makes the command line: their names are those of the options."""
    for name, _, _ in options():
        variable = OPTIONS.get(name, name).upper()
        yield f"OPTION_{variable}: ${{{{ inputs.{input_name(name)} }}}}"


def input_name(parameter: str) -> str:
    """The name of an input: that of the option, unless the action had another one before."""
    return NAMES.get(parameter, parameter).replace("_", "-")


def quoted(text: str) -> str:
    """A text as a YAML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


PARTS: Final = {"options as inputs": inputs, "options as variables": environment}


def written(text: str) -> str:
    """The file with its generated parts made again."""

    def part(match: re.Match[str]) -> str:
        indent, name = match["indent"], match["name"]
        lines = [f"# {name}", *PARTS[name](), "# end"]
        return "".join(f"{indent}{line}\n" for line in lines)

    return BLOCK.sub(part, text)


if __name__ == "__main__":
    FILE.write_text(written(FILE.read_text("utf-8")), encoding="utf-8")
