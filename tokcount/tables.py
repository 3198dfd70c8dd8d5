"""Input tables that people write by hand: TOML or JSON files, checked against a `msgspec.Struct`.

    document = tables.load(path, "prices file", parse_float=Decimal)
    prices = tables.convert(document, PriceFile)

`convert` raises one `UsageError` that lists *every* mistake of the file, one per line, each with file, line, key and
what to do:

    prices.toml:7: models.x.encodng: no such key. Did you mean encoding?

Make the Structs with `forbid_unknown_fields=True`. Describe a field with
`Annotated[int, msgspec.Meta(gt=0, description="a number of tokens")]`; a wrong value is then reported as
"a number of tokens was expected, not 0". Raise `ValueError` in `__post_init__` for what no type can express. For
checks that need more than one value, give `convert` functions that find `Mistake`s.
"""

from __future__ import annotations

import copy
import json
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

import msgspec

from tokcount.errors import MistakesError, UsageError, suggest

Key = tuple[str | int, ...]
"""Where a value is: keys of tables and positions in lists, from the top of the file."""
_T = TypeVar("_T")
Hook = Callable[[Any, Any], Any]
"""`msgspec.convert`'s `dec_hook`: makes a value of a type that msgspec does not know; raises `ValueError`."""

_SHOWN = 60
_WORDS: dict[Any, str] = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    bool: "true or false",
    date: "a day like 2026-01-31",
    datetime: "a time like 2026-01-31T12:00:00Z",
    list: "a list",
    tuple: "a list",
    dict: "a table",
}


class Mistake(msgspec.Struct, frozen=True):
    """What is wrong, and at which key."""

    key: Key
    text: str


Check = Callable[[_T], Iterable[Mistake]]
"""Finds mistakes in the content of a file, with keys from its top."""


class Document(msgspec.Struct, frozen=True):
    """A file that was parsed, with its text for finding lines."""

    path: Path
    text: str
    data: dict[str, Any]

    def error(self, mistakes: Iterable[Mistake]) -> MistakesError:
        """One error that lists the mistakes in the order of the file, one per line."""
        from tokcount.table_lines import lines_of

        lines = lines_of(self.text, is_json=_is_json(self.path))
        placed = sorted(
            ((_line(mistake.key, lines), mistake) for mistake in mistakes), key=lambda pair: pair[0]
        )
        return MistakesError(*(f"{self.path}:{line}: {_sentence(mistake)}" for line, mistake in placed))


def load(path: Path, what: str = "file", *, parse_float: Callable[[str], Any] = float) -> Document:
    """The content of a TOML file, or of a JSON file when its name ends in `.json`.

    `what` names the kind of file in messages ("prices file"). Raises `UsageError` when the file cannot be read or
    parsed, or holds something else than a table.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: the {what} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: the {what} cannot be read: it is not UTF-8") from error
    try:
        data = _parse(text, parse_float, is_json=_is_json(path))
    except (ValueError, RecursionError) as error:
        kind = "JSON" if _is_json(path) else "TOML"
        raise UsageError(f"{path}: not readable as {kind}: {error}") from error
    if not isinstance(data, dict):
        raise UsageError(f"{path}: a {what} must be a table of keys and values")
    return Document(path, text, data)


def convert(
    document: Document,
    kind: type[_T],
    *,
    at: Key = (),
    hook: Hook | None = None,
    checks: Sequence[Check[_T]] = (),
) -> _T:
    """The file, or the table at the key `at` of it, as a Struct. Raises `UsageError` with all mistakes.

    `checks` find what no type can express. Each gets what is left without the mistakes that were found before, so all
    of them are in one error.
    """
    value, error = sound(document, kind, at=at, hook=hook, checks=checks)
    if error is not None:
        raise error
    return cast("_T", value)


def sound(
    document: Document,
    kind: type[_T],
    *,
    at: Key = (),
    hook: Hook | None = None,
    checks: Sequence[Check[_T]] = (),
) -> tuple[Any, MistakesError | None]:
    """What holds of the file, or of a table of it, as a Struct (`None`: nothing), and the error with all mistakes."""
    value: Any = document.data
    for part in at:
        value = value[part]
    found = list(_mistakes(value, kind, (), hook))
    for check in checks:
        rest = _without(value, found, kind, hook)
        found += check(rest) if rest is not None else ()
    if not found:
        return msgspec.convert(value, kind, dec_hook=hook), None
    error = document.error(Mistake((*at, *mistake.key), mistake.text) for mistake in found)
    return _without(value, found, kind, hook), error


def _without(value: Any, mistakes: Iterable[Mistake], kind: type[_T], hook: Hook | None) -> _T | None:
    """The value as a Struct without its mistakes; `None` if nothing is left of it."""
    rest, wrong = copy.deepcopy(value), list(mistakes)
    while wrong:
        removed = {_removable(rest, mistake.key) for mistake in wrong}
        if () in removed:
            return None
        for *path, name in removed:
            holder = rest
            for part in path:
                holder = holder.get(part, {})
            holder.pop(name, None)
        wrong = list(_mistakes(rest, kind, (), hook))
    return msgspec.convert(rest, kind, dec_hook=hook)


def _removable(value: Any, key: Key) -> Key:
    """What to remove with a wrong key: the table that lacks it, or all of a list, whose entries go by their place."""
    for depth, part in enumerate(key):
        if not isinstance(part, str) or not isinstance(value, dict) or part not in value:
            return key[:depth]
        value = value[part]
    return key


def written(key: Key) -> str:
    """A key as in TOML: `models."gpt-3.5".prices[0].input`."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            is_bare = part.replace("-", "").replace("_", "").isalnum() and part.isascii()
            text += ("." if text else "") + (part if is_bare else json.dumps(part, ensure_ascii=False))
    return text


def shown(value: Any) -> str:
    """A value for a message, not longer than a line takes."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _parse(text: str, parse_float: Callable[[str], Any], *, is_json: bool) -> Any:
    if is_json:
        return json.loads(text, parse_float=parse_float)
    import tomllib

    return tomllib.loads(text, parse_float=parse_float)


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _line(key: Key, lines: Mapping[Key, int]) -> int:
    """The line of a key; of a missing one, the line of the nearest table that is there."""
    while key and key not in lines:
        key = key[:-1]
    return lines.get(key, 1)


def _sentence(mistake: Mistake) -> str:
    return f"{written(mistake.key)}: {mistake.text}" if mistake.key else mistake.text


def _mistakes(value: Any, kind: Any, key: Key, hook: Hook | None) -> Iterator[Mistake]:
    """Every mistake in a value: those inside it, else what is wrong with the value as a whole."""
    try:
        msgspec.convert(value, kind, dec_hook=hook)
    except msgspec.ValidationError as error:
        member = _member(kind, value)
        inside = list(_inside(value, member, key, hook))
        yield from inside or [Mistake(key, _what_is_wrong(error, kind, member, value))]


def _inside(value: Any, kind: Any, key: Key, hook: Hook | None) -> Iterator[Mistake]:
    arguments = get_args(kind)
    if isinstance(value, dict) and _is_struct(kind):
        yield from _in_struct(value, kind, key, hook)
    elif isinstance(value, dict) and len(arguments) == 2:
        for name, item in value.items():
            yield from _mistakes(item, arguments[1], (*key, name), hook)
    elif isinstance(value, list) and arguments:
        for index, item in enumerate(value):
            yield from _mistakes(item, arguments[0], (*key, index), hook)


def _in_struct(value: dict[str, Any], kind: Any, key: Key, hook: Hook | None) -> Iterator[Mistake]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    for name, item in value.items():
        if name in fields:
            yield from _mistakes(item, fields[name].type, (*key, name), hook)
        elif kind.__struct_config__.forbid_unknown_fields:
            yield Mistake((*key, name), f"no such key. {suggest(name, fields)}")
    for name, field in fields.items():
        if field.required and name not in value:
            yield Mistake((*key, name), "missing")


def _member(kind: Any, value: Any) -> Any:
    """The type without annotations, and of a union the member that a value of this shape is meant for."""
    if get_origin(kind) is Annotated:
        return _member(get_args(kind)[0], value)
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    members = [_member(member, value) for member in get_args(kind) if member is not type(None)]
    return next((member for member in members if _fits(member, value)), members[0])


def _fits(kind: Any, value: Any) -> bool:
    origin = get_origin(kind) or kind
    if isinstance(value, dict):
        return origin is dict or _is_struct(kind)
    if isinstance(value, list):
        return origin in (list, tuple)
    return not _is_struct(kind) and origin not in (dict, list, tuple)


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _what_is_wrong(error: msgspec.ValidationError, kind: Any, member: Any, value: Any) -> str:
    if get_origin(member) is Literal:
        return f"{shown(value)} is not known. {suggest(str(value), map(str, get_args(member)))}"
    expected = _description(kind) or _expected(member, value)
    if expected:
        return f"{expected} was expected, not {shown(value)}"
    text = str(error).partition(" - at `$")[0]
    return text[:1].lower() + text[1:]


def _description(kind: Any) -> str:
    """The description in `Annotated[…, Meta(description=…)]`, also of a member of a union."""
    if get_origin(kind) is Annotated:
        described = (getattr(meta, "description", None) for meta in get_args(kind)[1:])
        return next(filter(None, described), "")
    if get_origin(kind) in (Union, types.UnionType):
        return next(filter(None, map(_description, get_args(kind))), "")
    return ""


def _expected(member: Any, value: Any) -> str:
    """What a value of another type should have been; empty when it has the type and breaks another rule."""
    if _is_struct(member):
        return "" if isinstance(value, dict) else "a table"
    origin = get_origin(member) or member
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if type(value) is origin or (is_number and origin in (float, Decimal)):
        return ""
    return _WORDS.get(origin, "")
