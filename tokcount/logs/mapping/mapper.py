"""Values → records by the user's own mapping. A path overrides one meaning; conventional names give the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from tokcount.logs.adapt import (
    SYSTEM_KEYS,
    CallMetadata,
    answer_in,
    answer_of,
    body_record,
    failure_of_row,
    has_roles,
    metadata_around,
    money,
    nested_usage,
    number,
    prompt_of,
    shaped,
    skipped,
    tags_from,
    text,
    timestamp,
)
from tokcount.logs.format import Item, Location, Row
from tokcount.logs.mapping.path import Path, after_each
from tokcount.logs.options import Mapping
from tokcount.logs.record import Kind, Record, Skipped, Usage
from tokcount.logs.scalars import Json, decoded
from tokcount.vendors import is_foreign

NAME: Final = "mapped"
Detect = Callable[[Any, Location], Iterable[Item]]
"""Reads a value by its format."""

NUMBERS: Final = {
    "input_tokens": "input",
    "output_tokens": "output",
    "total_tokens": "total",
    "cached_tokens": "cached_input",
    "cache_write_tokens": "cache_write",
    "reasoning_tokens": "reasoning",
    "cost": "cost_usd",
}
"""Path → the field of `Usage` that it sets."""
_LABELS: Final = {"model": "model", "id": "id", "user": "user", "session": "thread"}
"""Path → the text field of a record that it sets."""
_FIELDS: Final = {**NUMBERS, **_LABELS, "time": "timestamp", "tag": "tags", "completion": "answer"}
"""Path → its meaning by the name of the field of a record."""
_TEXTS: Final = ("messages", "prompt")
_ENOUGH: Final = (*_TEXTS, "completion", "usage", *NUMBERS)
"""Paths of which one that finds something makes a record."""
_OF_MESSAGES: Final = frozenset({"role", "content", "tool_calls", "function_call"})
_NOT_DETECTED: Final = frozenset({"unrecognised", "not_llm", "empty"})


class Mapper:
    """Reads values by the user's mapping. Raises `UsageError` when created with an invalid expression.

    Without a path to messages or a prompt, values are detected as always by `detect`, and the paths change or
    complete their records; what is not detected is a record when a path finds its text or its numbers.
    """

    def __init__(self, mapping: Mapping, detect: Detect, name: str = NAME) -> None:
        self.name = name
        self._detect = detect
        self._kind = mapping.kind
        self._paths: dict[str, Path] = {}
        for option in mapping.__struct_fields__:
            expression = getattr(mapping, option)
            if option not in ("kind", "records_path") and expression is not None:
                self._paths[option.removesuffix("_path")] = Path(option, expression)
        records = mapping.records_path
        self._records = Path("records_path", records) if records is not None else None
        self._rest = after_each(records) if records is not None else None
        self._taken = {path.expression for path in self._paths.values()}
        self._gives_text = not self._paths.keys().isdisjoint(_TEXTS)

    def items(self, value: Any, place: Location) -> Iterable[Item]:
        """The records of one value: one of its own, or those at `--records-path`."""
        if self._records is None:
            return self._item(value, place)
        path = self._records if isinstance(value, list) or self._rest is None else self._rest
        found = decoded(path.find(value))
        if not isinstance(found, list):
            found = [] if found is None else [found]
        if not found:
            return (self._skipped(place, f"nothing at {self._option('records')}"),)
        return self._numbered(found, place)

    def _numbered(self, values: list[Any], place: Location) -> Iterator[Item]:
        for index, value in enumerate(values):
            for item in self._item(value, place):
                if isinstance(item, Record):
                    item.index += index
                yield item

    def _item(self, value: Any, place: Location) -> Iterable[Item]:
        if not self._gives_text:
            return self._completed(value, place)
        request, kind = self._request(value)
        if request is None:
            missing = " or ".join(self._option(name) for name in _TEXTS if name in self._paths)
            found = any(self._raw(name, value) is not None for name in _TEXTS)
            return (self._skipped(place, f"{'no message' if found else 'nothing'} at {missing}"),)
        return (self._record(value, place, kind, request),)

    def _record(self, value: Any, place: Location, kind: Kind | None, request: Json | None) -> Item:
        """The record of what the paths find; everything else by conventional names."""
        around = self._around(value)
        system = self._raw("system", value) or next(
            (around[key] for key in SYSTEM_KEYS if around.get(key)), None
        )
        if request is not None and system:
            request = {**request, "system": system}
        answer = self._raw("completion", value)
        response = answer_in(around, kind or "chat") if "completion" not in self._paths else None
        if answer not in (None, ""):
            response = answer_of(answer, kind or "chat")
        metadata = metadata_around(around)
        self._set(metadata, value)
        if response is None and not _has_numbers(metadata.usage) and (error := failure_of_row(around)):
            return skipped(place, "error", f"a failed call ({error})", self.name)
        item = body_record(place, self.name, kind=kind, request=request, response=response, metadata=metadata)
        if isinstance(item, Record):
            self._set(item, value)
        return item

    def _around(self, value: Any) -> Json:
        """The fields of a value that are not mapped; those of a row in lower case too."""
        if not isinstance(value, dict):
            return {}
        fields = {key: item for key, item in value.items() if key not in self._taken}
        if type(value) is Row:
            fields |= {
                lower: item for key, item in fields.items() if (lower := key.strip().lower()) not in fields
            }
        return fields

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

    def _set(self, known: CallMetadata | Record, value: Any) -> None:
        """Set what the paths find; what they do not find stays."""
        for name, field in _LABELS.items():
            if name in self._paths and (found := text(self._find(name, value))):
                setattr(known, field, found)
        if (when := timestamp(self._find("time", value))) is not None:
            known.timestamp = when
        known.tags = tags_from(self._find("tag", value)) or known.tags
        known.usage = self._usage(value, known.usage)
        used = {
            _FIELDS.get(name, name): path
            for name, path in self._paths.items()
            if path.find(value) is not None
        }
        known.read_from = (known.read_from or {}) | {name: path.expression for name, path in used.items()}

    def _usage(self, value: Any, known: Usage | None) -> Usage | None:
        """The usage with the numbers at the paths.

        An object has the usual names; where a path to usage finds one number, it is the input.
        """
        found = self._find("usage", value)
        if isinstance(found, dict):
            known = nested_usage(found) or known
        elif (count := number(found)) is not None:
            known = Usage(input=count, source="log")
        for name, field in NUMBERS.items():
            if name in self._paths:
                logged: Any = (money if name == "cost" else number)(self._find(name, value))
                if logged is not None:
                    known = msgspec.structs.replace(known or Usage(source="log"), **{field: logged})
        return known

    def _completed(self, value: Any, place: Location) -> Iterator[Item]:
        """Detected records with what the paths find; of what is not detected, a record of that alone."""
        items = iter(self._detect(value, place))
        first = next(items, None)
        if isinstance(first, Skipped) and first.reason in _NOT_DETECTED and self._finds_enough(value):
            yield self._record(value, place, self._kind, None)
            return
        if first is not None:
            yield self._changed(first, value)
        for item in items:
            yield self._changed(item, value)

    def _finds_enough(self, value: Any) -> bool:
        return any(self._raw(name, value) is not None for name in _ENOUGH)

    def _changed(self, item: Item, value: Any) -> Item:
        if isinstance(item, Skipped):
            if item.reason != "unrecognised" or not self._paths:
                return item
            missing = " or ".join(map(self._option, self._paths))
            return msgspec.structs.replace(item, detail=f"nothing at {missing}; {item.detail}")
        self._set(item, value)
        item.kind = self._kind or item.kind
        if item.request and (system := self._raw("system", value)):
            item.request, item.kind = shaped({**item.request, "system": system}, item.kind)
        answer = self._raw("completion", value)
        if answer not in (None, ""):
            item.kind = "chat" if item.kind == "usage" else item.kind
            item.response = answer_of(answer, item.kind)
            item.flags = tuple(flag for flag in item.flags if flag != "no_text")
        if "model" in self._paths and is_foreign(None, item.model):
            item.flags = tuple(sorted({*item.flags, "non_openai"}))
        return item

    def _option(self, path: str) -> str:
        """What the user wrote to give a path: an option, or a key of the configuration."""
        return f"--{path.replace('_', '-')}-path" if self.name == NAME else f"{path}_path of {self.name}"

    def _skipped(self, place: Location, detail: str) -> Skipped:
        return skipped(place, "unrecognised", detail, "unrecognised")


def _has_numbers(usage: Usage | None) -> bool:
    return usage is not None and bool(usage.input or usage.output or usage.total)


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
