"""The files that a command reads and writes: nothing that is read is replaced, and no two outputs are one file.

The options are known by name here, so that a command need not check anything itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tokcount.errors import UsageError

WRITTEN: Final = {
    "output": "--output",
    "skipped": "--skipped",
    "save_baseline": "--save-baseline",
    "lost": "--lost",
}
"""Parameter → the option that names a file to write."""
READ: Final = {
    "report": "",
    "prices": "--prices",
    "families": "--families",
    "vars": "--vars",
    "baseline": "--baseline",
    "against": "--against",
    "system": "--system",
    "config": "--config",
}
"""Parameter → the option that names files to read. The logs, `paths`, are expanded first."""
STDIN: Final = "-"
NAME_LOGS: Final = "name files, folders or globs, or pipe data to standard input"


def need_pipe(instead: str = NAME_LOGS) -> None:
    """Raise `UsageError` with what to do `instead` if nothing is piped to standard input."""
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError(f"no input: {instead}.")


def check(values: Mapping[str, Any]) -> None:
    """Raise `UsageError` if an output file is also an input or another output of the command.

    `values`: parameter → value, of all parameters of the command; `config` is the configuration file in use.
    """
    outputs = [(name, path) for name, path in _written(values) if _is_replaced(path)]
    _check_names(outputs)
    existing = [(name, path) for name, path in outputs if path.exists()]
    if not existing:
        return
    for parameter, state in _read(values):
        for name, path in existing:
            updated = (parameter, name) == ("baseline", "save_baseline")
            if not updated and os.path.samestat(state, path.stat()):
                option = f" ({READ[parameter]})" if READ.get(parameter) else ""
                raise UsageError(f"{path} is an input file{option}; choose a different output path.")


def _written(values: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """The parameter and the path of each file that the command writes."""
    yield from ((name, path) for name in WRITTEN if (path := values.get(name)) is not None)
    if values.get("tables") is not None:
        from tokcount.document.tables import table_names
        from tokcount.reports.registry import COMMANDS, report_type

        names = {name for command in COMMANDS for name in table_names(report_type(command))}
        yield from (("tables", values["tables"] / f"{name}.csv") for name in sorted(names))


def _is_replaced(path: Path) -> bool:
    """Whether writing replaces a file; standard output, a device and a named pipe stay what they are."""
    return str(path) != STDIN and (path.is_file() or not path.exists())


def _check_names(outputs: Iterable[tuple[str, Path]]) -> None:
    used: dict[str, str] = {}
    for name, path in outputs:
        first = used.setdefault(os.path.realpath(path), name)
        if first != name:
            raise UsageError(
                f"{_option(first)} and {_option(name)} both write {path}; choose a different file for one of them."
            )


def _option(name: str) -> str:
    return WRITTEN.get(name, f"--{name}")


def _read(values: Mapping[str, Any]) -> Iterator[tuple[str, os.stat_result]]:
    """The parameter and the state of each file that the command reads."""
    named = [(name, path) for name in READ for path in _listed(values.get(name))]
    if "prices" in values:
        named += [("", path) for path in _price_files()]
    if "paths" in values or "old" in values:
        named += [("paths", path) for path in _log_files(values)]
    for name, path in named:
        state = _state(path)
        if state is not None:
            yield name, state


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _price_files() -> list[str | Path]:
    """The user's own price files that are read without an option."""
    from tokcount.models.overrides import ENVIRONMENT, config_file

    named = os.environ.get(ENVIRONMENT)
    return [config_file(os.environ), *([named] if named else [])]


def _log_files(values: Mapping[str, Any]) -> list[str]:
    from tokcount.logs.source import expand

    paths = values["paths"] if "paths" in values else [values["old"], values["new"]]
    found = expand(paths or [STDIN], ignore=not values.get("no_ignore"))
    return [source.path for source in found]


def _state(path: str | Path) -> os.stat_result | None:
    """Which file it is; `None` if there is none, as for a text given to `--system`."""
    try:
        return os.fstat(sys.stdin.fileno()) if str(path) == STDIN else os.stat(path)  # noqa: PTH116 - also a long text
    except (OSError, ValueError, AttributeError):
        return None
