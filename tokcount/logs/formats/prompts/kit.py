"""What the formats of prompt files share: a request with the values of variables filled in, as a record."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from tokcount.logs.adapt import (
    PROMPTS_ONLY,
    CallMetadata,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    PromptFile,
    Record,
    body_record,
)
from tokcount.logs.prompts.templates import filled, has_tags, is_rendered, variables_of

_TEMPLATED = ("prompt", "content", "text", "instructions")
"""Fields of a request whose text is written as a template."""


class PromptFormat(LogFormat):
    """A format of prompt files: a subclass says what the requests are that a file stands for."""

    accepts = PROMPTS_ONLY

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return self.items(value, at) if isinstance(value, PromptFile) else None

    @abstractmethod
    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        """The items of one file; `None` when it is not of this format."""


def prompt_item(
    at: Location,
    name: str,
    file: PromptFile,
    request: Json,
    *,
    kind: Kind | None = None,
    syntax: str | None = None,
    flags: Iterable[str] = (),
    index: int = 0,
) -> Item:
    """The record of a request whose texts are templates, with the values of the file filled in.

    What has no value is counted as written, flagged `template`, and named in `Record.variables`.
    """
    open_variables: dict[str, None] = {}
    is_template: list[bool] = []

    def fill(text: str) -> str:
        written = syntax or file.syntax
        named = variables_of(text, written)
        try:
            result = filled(text, written, file.given)
            missing = [name for name in named if name not in file.given]
        except ValueError:
            result, missing = text, named
            is_template.append(True)
        open_variables.update(dict.fromkeys(missing))
        is_template.append(
            bool(missing) or (not is_rendered(written, file.given) and has_tags(result, written))
        )
        return result

    metadata = CallMetadata(flags=set(flags))
    item = body_record(at, name, kind=kind, request=_each(request, fill), metadata=metadata, index=index)
    if isinstance(item, Record):
        item.variables = tuple(open_variables)
        if any(is_template):
            item.flags = tuple(sorted({*item.flags, "template"}))
    return item


def _each(request: Json, fill: Callable[[str], str]) -> Json:
    """The request with its prompts and the contents of its messages filled in."""
    return {key: _filled(key, value, fill) for key, value in request.items()}


def _filled(key: str, value: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return fill(value) if key in _TEMPLATED else value
    if key in ("messages", "input", "content") and isinstance(value, list):
        return [_each(item, fill) if isinstance(item, dict) else item for item in value]
    return value


def model_in(value: Any) -> str | None:
    """The model that a file names: a text, or an object with it as `id`, `name` or `model`."""
    if isinstance(value, dict):
        return next((found for key in ("id", "name", "model") if (found := model_in(value.get(key)))), None)
    return value if isinstance(value, str) and value and not value.startswith(("$", "{")) else None


def settings(model: Any, **fields: Any) -> Json:
    """A request's fields that are there."""
    named = {"model": model_in(model), **fields}
    return {key: value for key, value in named.items() if value not in (None, "", [], {})}


def needs_tools(tools: Any) -> tuple[list[Json], set[str]]:
    """The tools that are defined in a file; `hidden_context` when others are only named."""
    listed = tools if isinstance(tools, list) else list(tools) if isinstance(tools, dict) else [tools]
    defined = [tool for tool in listed if isinstance(tool, dict)]
    return defined, {"hidden_context"} if any(
        tool and not isinstance(tool, dict) for tool in listed
    ) else set()
