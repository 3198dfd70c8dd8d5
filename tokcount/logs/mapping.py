"""The user's own field mapping: JMESPath expressions for the paths of prompts, models and numbers.

Also understood: the common subset of JSONPath (`$.a.b`, `$[*]`, `$['dotted.key']`), and a plain key with dots
in it. Values that are JSON in a string are parsed once more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from tokcount.errors import UsageError
from tokcount.logs.adapt import (
    BODY_USAGE,
    CallMetadata,
    answer_of,
    body_record,
    has_roles,
    prompt_of,
    skipped,
    tags_from,
    usage_from,
)
from tokcount.logs.detect import Detector
from tokcount.logs.format import Item, Location
from tokcount.logs.options import Mapping
from tokcount.logs.record import Kind, Record, Usage
from tokcount.logs.scalars import Json, decoded, number, text, timestamp

NAME = "mapped"

_STEP = re.compile(r"\.([^.\[\]'\"]+)|\[(\*|-?\d+)\]|\[(?:'([^']*)'|\"([^\"]*)\")\]")
_EACH = re.compile(r"\A\[(?:\*)?\]\.?")


class Path:
    """One expression, ready to search."""

    def __init__(self, option: str, expression: str) -> None:
        self.expression = expression
        try:
            self._compiled = jmespath.compile(_translated(expression))
        except (JMESPathError, ValueError) as error:
            where = getattr(error, "lex_position", None)
            at = f" at character {where + 1}" if isinstance(where, int) else ""
            problem = f"{expression!r}: not a JMESPath expression{at}."
            flag = f"--{option.replace('_', '-')}"
            raise UsageError(f"{option}={problem}", command_line=f"{flag} {problem}") from None

    def find(self, value: Any) -> Any:
        """The value at the path, unchanged; `None` when there is none. Also looks into top-level JSON strings."""
        if isinstance(value, dict) and self.expression in value:
            return value[self.expression]
        found = self._search(value)
        if found is None and isinstance(value, dict):
            found = self._search({key: decoded(item) for key, item in value.items()})
        return found

    def _search(self, value: Any) -> Any:
        try:
            return self._compiled.search(value)
        except (JMESPathError, TypeError, ValueError, RecursionError):
            return None


def _translated(expression: str) -> str:
    """JMESPath for an expression in the JSONPath subset; all else as it is."""
    if not expression.startswith("$"):
        return expression
    steps, position = "", 1
    while position < len(expression):
        step = _STEP.match(expression, position)
        if step is None:
            raise ValueError(expression)
        position = step.end()
        name = next((found for found in (step[1], step[3], step[4]) if found is not None), None)
        if name is None:
            steps += f"[{step[2]}]"
        else:
            steps += f'{"." if steps else ""}"{name}"'
    return steps or "@"


_OF_MESSAGES = frozenset({"role", "content", "tool_calls", "function_call"})


class Mapper:
    """Reads values by the user's mapping. Raises `UsageError` when created with an invalid expression.

    Without a path to messages or a prompt, values are detected as always, and the other paths add to their
    records.
    """

    def __init__(self, mapping: Mapping, detector: Detector) -> None:
        self._detector = detector
        self._kind = mapping.kind
        self._paths: dict[str, Path] = {}
        for option in mapping.__struct_fields__:
            expression = getattr(mapping, option)
            if option not in ("kind", "records_path") and expression is not None:
                self._paths[option.removesuffix("_path")] = Path(option, expression)
        records = mapping.records_path
        self._records = Path("records_path", records) if records is not None else None
        self._rest = _after_each(records)

    def items(self, value: Any, place: Location) -> Iterable[Item]:
        """The records of one value: one of its own, or those at `--records-path`."""
        if self._records is None:
            return self._item(value, place)
        path = self._records if isinstance(value, list) or self._rest is None else self._rest
        found = decoded(path.find(value))
        if not isinstance(found, list):
            found = [] if found is None else [found]
        if not found:
            return (skipped(place, "unrecognised", "nothing at --records-path", "unrecognised"),)
        return self._numbered(found, place)

    def _numbered(self, values: list[Any], place: Location) -> Iterator[Item]:
        for index, value in enumerate(values):
            for item in self._item(value, place):
                if isinstance(item, Record):
                    item.index += index
                yield item

    def _item(self, value: Any, place: Location) -> Iterable[Item]:
        if "messages" not in self._paths and "prompt" not in self._paths:
            return self._completed(value, place)
        request, kind = self._request(value)
        if request is None:
            missing = " or ".join(f"--{name}-path" for name in ("messages", "prompt") if name in self._paths)
            found = any(self._raw(name, value) is not None for name in ("messages", "prompt"))
            detail = f"{'no message' if found else 'nothing'} at {missing}"
            return (skipped(place, "unrecognised", detail, "unrecognised"),)
        answer = self._raw("completion", value)
        response = None if answer in (None, "") else answer_of(answer, kind)
        metadata = self._metadata(value)
        return (body_record(place, NAME, kind=kind, request=request, response=response, metadata=metadata),)

    def _request(self, value: Any) -> tuple[Json | None, Kind]:
        """The request body at the mapped places, and its endpoint."""
        prompt = self._raw("prompt", value)
        messages = _messages(self._find("messages", value)) or _messages_in(prompt)
        kind = self._kind or ("chat" if messages else "text")
        if kind == "chat":
            if messages is None and isinstance(prompt, str):
                messages = [{"role": "user", "content": prompt}]
            return ({"messages": messages} if messages else None), kind
        if kind == "responses":
            given = messages or prompt
            return ({"input": given} if isinstance(given, str | list) else None), kind
        given = prompt if isinstance(prompt, str | list) else prompt_of(messages)
        return ({"prompt": given} if given is not None else None), kind

    def _raw(self, name: str, value: Any) -> Any:
        path = self._paths.get(name)
        return None if path is None else path.find(value)

    def _find(self, name: str, value: Any) -> Any:
        """As `_raw`, parsed once more if it is JSON in a string."""
        return decoded(self._raw(name, value))

    def _metadata(self, value: Any) -> CallMetadata:
        return CallMetadata(
            model=text(self._find("model", value)),
            id=text(self._find("id", value)),
            timestamp=timestamp(self._find("time", value)),
            usage=self._usage(value),
            tags=tags_from(self._find("tag", value)),
        )

    def _usage(self, value: Any) -> Usage | None:
        """An object with the usual names, or one number: the input."""
        found = self._find("usage", value)
        if isinstance(found, dict):
            return usage_from(found, BODY_USAGE)
        count = number(found)
        return None if count is None else Usage(input=count, source="log")

    def _completed(self, value: Any, place: Location) -> Iterator[Item]:
        """Detected records with the metadata of the mapping."""
        metadata = self._metadata(value)
        for item in self._detector.items(value, place):
            if isinstance(item, Record):
                item.kind = self._kind or item.kind
                item.model = metadata.model or item.model
                item.id = metadata.id or item.id
                item.timestamp = metadata.timestamp or item.timestamp
                item.usage = metadata.usage or item.usage
                item.tags = metadata.tags or item.tags
            yield item


def _messages(found: Any) -> list[Any] | None:
    """The messages in the value at `--messages-path`: a list, a body, one message, or one text.

    `None` for anything else: JSON that was cut off, an object that is not a message, a list of numbers.
    """
    if isinstance(found, dict):
        found = found["messages"] if isinstance(found.get("messages"), list) else [found]
    if isinstance(found, str) and found.strip() and not found.lstrip().startswith(("[{", '{"')):
        found = [{"role": "user", "content": found}]
    if not isinstance(found, list) or not any(map(_is_message, found)):
        return None
    return found


def _is_message(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, dict) and not value.keys().isdisjoint(_OF_MESSAGES))


def _messages_in(prompt: Any) -> list[Any] | None:
    """The messages in a prompt that is a list of them, perhaps as JSON text."""
    found = decoded(prompt)
    return (
        found
        if isinstance(found, list) and found and isinstance(found[0], dict) and has_roles(found)
        else None
    )


def _after_each(expression: str | None) -> Path | None:
    """For `[*].rest`: the path of `rest`. The elements of an array come one by one, so that large files stream."""
    if expression is None:
        return None
    plain = _translated(expression)
    return Path("records_path", _EACH.sub("", plain) or "@") if _EACH.match(plain) else None
