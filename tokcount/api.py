"""The Python interface: the work of the commands as functions."""

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
from tokcount.models.resolve import resolve
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.encodings import NAMES
from tokcount.tokens.engines.base import EngineName

if TYPE_CHECKING:
    import polars as pl

    from tokcount.logs.record import Kind, Record, Skipped


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

    `encoding` is an encoding (`r50k_base`, `p50k_base`, `p50k_edit`, `cl100k_base`, `o200k_base`, `o200k_harmony`) or
    a model, whose encoding is used. Text that looks like a special token is counted as ordinary text; a lone
    surrogate counts as U+FFFD. Raises `UsageError` for an unknown name and `TypeError` for anything but a string.

    >>> [count("2 + 2 = 4", name) for name in ("p50k_base", "cl100k_base", "gpt-4o")]
    [5, 7, 7]
    """
    if not isinstance(text, str):
        raise TypeError(f"count() expects a string, not {type(text).__name__}")
    name = _encoding_of(encoding)
    return _counter(name).tokens(name, text)


@lru_cache(maxsize=1024)
def _encoding_of(name: str) -> str:
    """The encoding itself, or that of a model."""
    return name if name in NAMES else resolve(name).model.encoding


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
    counter = _counter(known.encoding)
    content = sum(counter.tokens(known.encoding, text) for text in laid.content)
    total = laid.constant + laid.token_ids + sum(counter.tokens(known.encoding, text) for text in laid.texts)
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
    paths: Sequence[str | Path] | str | Path, *, input_format: str | None = None, **mapping: Any
) -> Iterator[Record | Skipped]:
    """Yield the records of logs, and a `Skipped` for everything that is not a record, in file order.

    `paths` are files, folders (read recursively) and globs. The format of each record is detected unless
    `input_format` names one. `mapping` takes the field-mapping options of the command line as JMESPath expressions
    (`messages_path=`, `prompt_path=`, `model_path=`, …). Bad data becomes a `Skipped` with a location and a reason;
    only a missing file or a wrong argument raises `UsageError`.
    """
    from tokcount.logs import reader
    from tokcount.logs import source as files
    from tokcount.logs.options import Mapping, ReadOptions

    sources = files.expand(_as_list(paths))
    yield from reader.read(sources, ReadOptions(input_format=input_format, mapping=Mapping(**mapping)))


def scan(
    paths: Sequence[str | Path] | str | Path,
    *,
    from_: str | None = None,
    to: Sequence[str] | str = (),
    assume_model: str | None = None,
    engine: EngineName = "auto",
    jobs: int = 1,
    where: Sequence[str] | str = (),
    since: str | None = None,
    until: str | None = None,
    input_format: str | None = None,
    **mapping: Any,
) -> pl.DataFrame:
    """Count every record of logs under a baseline and targets, one row per record.

    `from_` and `to` are models or encodings; with neither, the encodings `p50k_base`, `cl100k_base` and `o200k_base`
    are compared. Without `from_` the baseline is each record's own model, labelled `own`. `jobs` is the number of
    processes; with more than one, each process imports the caller's main module, so a script needs the usual
    `if __name__ == "__main__":`. `where`, `since` and `until` select records, as the options of these names.

    Columns: `source, line, index, format, kind, model, timestamp` (UTC), `basis, reason, flags, tags`; for every
    reference R the tokens `R:content_tokens`, `R:framing_tokens`, `R:hidden_tokens`, `R:input_tokens` (their sum),
    `R:output_tokens` (null where there is nothing to count) and `R:basis`; and the logged `billed_…_tokens`.

    Raises `UsageError` for a missing file, an unknown model or a wrong argument. Skipped items are not in the frame:
    `read` yields them, and the command line reports them.
    """
    from tokcount.logs import source as files
    from tokcount.logs.options import Mapping, ReadOptions
    from tokcount.scanning.plan import make_plan
    from tokcount.scanning.run import run
    from tokcount.scanning.selection import make_selection

    plan = make_plan(from_=from_, to=to, assume_model=assume_model, engine=engine)
    if where or since is not None or until is not None:
        plan = msgspec.structs.replace(plan, selection=make_selection(where, since, until))
    options = ReadOptions(input_format=input_format, mapping=Mapping(**mapping))
    return run(files.expand(_as_list(paths)), plan, options, jobs=jobs).frame()


def _as_list(paths: Sequence[str | Path] | str | Path) -> list[str]:
    if paths is None:
        raise TypeError("expected a path or several paths, not None")
    several = [paths] if isinstance(paths, str | Path) else paths
    return [str(path) for path in several]
