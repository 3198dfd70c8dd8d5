"""The Python interface: text and requests counted, and the records of logs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tokcount.errors import UsageError
from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import Basis
from tokcount.framing.rules import layout
from tokcount.models.references import encoding_of, parse_reference
from tokcount.models.resolve import resolve
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.encodings import NAMES

if TYPE_CHECKING:
    from tokcount.logs.record import Kind, Record, Skipped


Paths = Sequence[str | Path] | str | Path
"""Files, folders (read recursively) and globs."""


class Counted(msgspec.Struct, frozen=True):
    """The input tokens of one request: `total = content + framing`.

    `basis` is `exact`, `estimated` or `partial` (a lower bound); `reasons` explains why it is not `exact`.
    """

    content: int
    framing: int
    total: int
    basis: Basis
    reasons: tuple[str, ...] = ()


@lru_cache(maxsize=8)
def _counter(encoding: str) -> TextCounter:
    return TextCounter((encoding,))


def count(text: str, encoding: str = "o200k_base") -> int:
    """The number of tokens in a text: the length of `tiktoken.Encoding.encode_ordinary(text)`, for every text.

    `encoding` is an encoding (`r50k_base`, `p50k_base`, `p50k_edit`, `cl100k_base`, `o200k_base`, `o200k_harmony`), the
    tokenizer of another vendor (`qwen2`, `./tokenizer.json`) or a model, whose encoding is used. Text that looks like a
    special token is counted as ordinary text; a lone surrogate counts as U+FFFD. Raises `UsageError` for an unknown
    name and `TypeError` for anything but a string.

    >>> [count("2 + 2 = 4", name) for name in ("p50k_base", "cl100k_base", "gpt-4o")]
    [5, 7, 7]
    """
    if not isinstance(text, str):
        raise TypeError(f"count() expects a string, not {type(text).__name__}")
    name = _encoding_of(encoding)
    return _counter(name).tokens(name, text)


@lru_cache(maxsize=1024)
def _encoding_of(name: str) -> str:
    """The encoding or tokenizer itself, or that of a model."""
    return name if name in NAMES else parse_reference(name).encoding


def count_request(request: dict[str, Any], model: str | None = None, *, kind: Kind | None = None) -> Counted:
    """The input tokens that the API bills for a request body.

    `request` is the JSON body of a Chat Completions (`messages`), Responses (`input`) or legacy completions
    (`prompt`) request; `kind` names the endpoint when the body is ambiguous. `model` defaults to `request["model"]`;
    pass the served name (`response.model`) if you have it. Raises `UsageError` for a model that is not in the catalog
    and for a value that is not a request body, never because of the content of a body.

    >>> count_request({"messages": [{"role": "user", "content": "Hello!", "name": "alice"}]}, "gpt-4o")
    Counted(content=2, framing=9, total=11, basis='exact', reasons=())
    """
    if not is_request(request):
        raise UsageError("not a request body: expected an object with messages, input or prompt.")
    name = model or str(request.get("model") or "")
    if not name:
        raise UsageError("the request does not name a model: pass model=…")
    known = resolve(name).model
    laid = layout(kind or _kind_of(request), request, FAMILIES[known.family], model=known.name)
    encoding = encoding_of(known)
    counter = _counter(encoding)
    content = sum(counter.tokens(encoding, text) for text in laid.content)
    total = laid.constant + laid.token_ids + sum(counter.tokens(encoding, text) for text in laid.texts)
    content += laid.token_ids
    return Counted(content, total - content, total, laid.basis, laid.reasons)


_INPUTS = frozenset({"input", "instructions", "prompt", "previous_response_id", "conversation"})


def is_request(value: object) -> bool:
    """Whether this is a request body: an object with a list of messages, or with the input of another endpoint."""
    if not isinstance(value, dict):
        return False
    return isinstance(value.get("messages"), list) or not value.keys().isdisjoint(_INPUTS)


def _kind_of(request: dict[str, Any]) -> Kind:
    if "messages" in request:
        return "chat"
    return "completions" if "prompt" in request and "input" not in request else "responses"


def read(
    paths: Paths, *, input_format: str | None = None, table: str | None = None, **mapping: Any
) -> Iterator[Record | Skipped]:
    """Yield the records of logs, and a `Skipped` for everything that is not a record, in file order.

    `paths` are files, folders (read recursively) and globs. The format of each record is detected unless
    `input_format` names one. `table` is the one to read in SQLite databases of your own. `mapping` takes the
    field-mapping options of the command line as JMESPath expressions (`messages_path=`, `prompt_path=`,
    `model_path=`, …). Bad data becomes a `Skipped` with a location and a reason; only a missing file or a wrong
    argument raises `UsageError`.
    """
    from tokcount.logs import reader
    from tokcount.logs import source as files
    from tokcount.logs.options import Mapping, ReadOptions

    sources = files.expand(as_list(paths))
    options = ReadOptions(input_format=input_format, table=table, mapping=Mapping(**mapping))
    yield from reader.read(sources, options)


def as_list(paths: Paths) -> list[str]:
    """The paths as strings. Raises `TypeError` for `None`, which is often a variable that was never set."""
    if paths is None:
        raise TypeError("expected a path or several paths, not None")
    several = [paths] if isinstance(paths, str | Path) else paths
    return [str(path) for path in several]
