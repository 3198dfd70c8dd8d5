"""Turn functions that take option groups into typer commands.

A group is a frozen Struct whose fields are annotated with typer options (see `tokcount.cli.options`).
`with_groups` replaces each group of a function by one option per field. The value of an option comes from the command
line, else from its environment variable, else from the configuration file, else from its default.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

import msgspec
import typer
from typer.models import OptionInfo

from tokcount.cli import files
from tokcount.cli.guide.help import PANELS
from tokcount.cli.guide.running import RUNNING

ENVIRONMENT_PREFIX: Final = "TOKCOUNT_"
CONFIG_KEY: Final = "tokcount.config"
"""Key of the context's `meta` that holds the configuration."""
NOTES_KEY: Final = "tokcount.config.notes"
"""The same for sentences on files that are not used as one."""
NOT_FROM_ENVIRONMENT: Final = ("fail", "warn", "where")
"""Budgets and conditions contain spaces, at which typer splits the lists of an environment variable."""
CONFIG_FILES: Final = ("tokcount.toml", "pyproject.toml")


def load_config(ctx: typer.Context, path: Path | None) -> Path | None:
    """Make the configuration file the source of the other options' defaults, and return its path.

    Raises `UsageError` for mistakes in it; `tokcount config` shows what holds first.
    """
    if ctx.resilient_parsing or (path is None and not has_config_file()):
        return path
    from tokcount.cli.config.found import nearest, notes, read

    command = ctx.info_name or ""
    found = read(path, command) if path else nearest(Path.cwd(), command)
    ctx.meta[NOTES_KEY] = [] if path else notes(Path.cwd())
    if found is None:
        return None
    ctx.default_map = found.defaults(command)
    ctx.meta[CONFIG_KEY] = found
    return found.path


def has_config_file() -> bool:
    """Whether a file here or above may configure tokcount; checked without importing what reads it."""
    try:
        here = Path.cwd()
    except OSError:
        return False
    return any((folder / name).is_file() for folder in (here, *here.parents) for name in CONFIG_FILES)


CONFIG_OPTION: Final = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="Configuration. Default: the nearest tokcount.toml.",
        metavar="FILE",
        envvar=f"{ENVIRONMENT_PREFIX}CONFIG",
        show_envvar=False,
        show_default=False,
        is_eager=True,
        callback=load_config,
    ),
]
"""Every command's option `--config`, which is read before all others."""


def environment_name(option: str) -> str:
    """The environment variable of an option, such as `TOKCOUNT_INPUT_FORMAT`."""
    return f"{ENVIRONMENT_PREFIX}{option.strip('_').upper()}"


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Replace every group parameter of `command` by one option per field, and add `--config`.

    A field that several groups share is one option; a field that is not annotated as one has the value of this name in
    the configuration. `command` itself is called with the groups.
    """
    hints = get_type_hints(command, include_extras=True)
    parameters = inspect.signature(command).parameters.values()
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_group(hint)}
    options = {option.name: option for option in _options(parameters, hints, groups)}

    @functools.wraps(command)
    def call(**values: Any) -> None:
        files.check(values)
        _say(values["ctx"].meta.get(NOTES_KEY, ()), is_quiet=bool(values.get("quiet")))
        RUNNING.set(values["ctx"])
        arguments = {parameter.name: values.get(parameter.name) for parameter in parameters}
        values |= _configured(values["ctx"].meta.get(CONFIG_KEY), groups.values())
        for name, group in groups.items():
            given = {field: values[field] for field in group.__struct_fields__ if field in values}
            arguments[name] = group(**given)
        command(**arguments)

    call.__signature__ = inspect.Signature([*options.values()])  # type: ignore[attr-defined] # inspect reads it
    call.__annotations__ = {name: option.annotation for name, option in options.items()}
    del call.__wrapped__
    return call


def _say(notes: Iterable[str], *, is_quiet: bool) -> None:
    """Print what is not used as a configuration to standard error."""
    if not is_quiet:
        for note in notes:
            typer.echo(f"tokcount: {note}", err=True)


def _configured(config: Any, groups: Iterable[Any]) -> dict[str, Any]:
    """The values of the configuration for fields that are not options."""
    if config is None:
        return {}
    plain = {name for group in groups for name in group.__struct_fields__ if not _is_option(group, name)}
    return {name: getattr(config, name) for name in plain}


def is_group(hint: Any) -> bool:
    """Whether a parameter with this annotation is a group of options."""
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


@functools.cache
def _hints(group: Any) -> dict[str, Any]:
    """The annotations of a group; evaluating them makes every option anew."""
    return get_type_hints(group, include_extras=True)


def _is_option(group: Any, name: str) -> bool:
    return get_origin(_hints(group)[name]) is Annotated


def _options(parameters: Any, hints: dict[str, Any], groups: dict[str, Any]) -> Iterator[inspect.Parameter]:
    """The parameters that typer sees, in order."""
    for parameter in parameters:
        if parameter.name not in groups:
            yield parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
            continue
        group = groups[parameter.name]
        field_hints = _hints(group)
        required = len(group.__struct_fields__) - len(group.__struct_defaults__)
        defaults = [*[inspect.Parameter.empty] * required, *group.__struct_defaults__]
        for name, default in zip(group.__struct_fields__, defaults, strict=True):
            if _is_option(group, name):
                yield _option(name, default, field_hints[name], _panel(group, name))
    if "ctx" not in hints:
        yield inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    yield inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=CONFIG_OPTION)


def _panel(group: Any, name: str) -> str | None:
    """The heading of an option in the help: that of the class which defines it."""
    owner = next(each for each in group.__mro__ if name in each.__annotations__)
    return PANELS.get(owner.__name__)


def _option(name: str, default: Any, hint: Any, panel: str | None) -> inspect.Parameter:
    annotation = hint if name in NOT_FROM_ENVIRONMENT else _with_environment(hint, name)
    annotation = _changed(annotation, rich_help_panel=panel)
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _with_environment(hint: Any, name: str) -> Any:
    """The annotation of an option that can also be set by its environment variable."""
    return _changed(hint, envvar=environment_name(name), show_envvar=False)


def _changed(hint: Any, **attributes: Any) -> Any:
    """The annotation of an option with other attributes; the option of the group stays as it is."""
    if get_origin(hint) is not Annotated:
        return hint
    kind, *extras = get_args(hint)
    return Annotated[(kind, *(_with(extra, attributes) for extra in extras))]


def _with(extra: Any, attributes: Mapping[str, Any]) -> Any:
    if not isinstance(extra, OptionInfo):
        return extra
    changed = copy.copy(extra)
    for name, value in attributes.items():
        setattr(changed, name, value)
    return changed
