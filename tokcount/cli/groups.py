"""Option groups: one definition of the shared options for all commands.

A group is a frozen dataclass whose fields are annotated with typer options. `with_groups` lets a command take whole
groups as parameters; typer sees their fields as single options, in order. Every field can be given by an environment
variable and by the configuration as well; see `tokcount.cli.configured`.
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, get_type_hints

from tokcount.cli.configured import CONFIG, with_environment


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Spread every dataclass parameter of ``command`` into one option per field, and add ``--config``.

    The command is called with the groups put together again. Parameters of other types stay as they are.
    """
    hints = get_type_hints(command, include_extras=True)
    signature = inspect.signature(command)
    groups = {name: hints[name] for name in signature.parameters if dataclasses.is_dataclass(hints[name])}
    spread = _spread_parameters(signature, hints, groups)

    @functools.wraps(command)
    def call(**values: Any) -> None:
        arguments = {name: values[name] for name in signature.parameters if name not in groups}
        for name, group in groups.items():
            fields = {field.name: values[field.name] for field in dataclasses.fields(group)}
            arguments[name] = group(**fields)
        command(**arguments)

    call.__signature__ = inspect.Signature(spread)  # type: ignore[attr-defined] # what inspect.signature reads
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in spread}
    del call.__wrapped__
    return call


def _spread_parameters(
    signature: inspect.Signature, hints: dict[str, Any], groups: dict[str, Any]
) -> list[inspect.Parameter]:
    spread = []
    for name, parameter in signature.parameters.items():
        if name not in groups:
            spread.append(parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        field_hints = get_type_hints(groups[name], include_extras=True)
        spread.extend(_field_parameter(field, field_hints) for field in dataclasses.fields(groups[name]))
    config = inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=CONFIG)
    return [*spread, config]


def _field_parameter(field: dataclasses.Field[Any], hints: dict[str, Any]) -> inspect.Parameter:
    default = field.default
    if default is dataclasses.MISSING:
        default = inspect.Parameter.empty
    annotation = with_environment(hints[field.name], field.name)
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )
