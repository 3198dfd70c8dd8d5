"""The columns of counted records: their names, types and meanings, defined once.

A column either describes the record itself (`RECORD_COLUMNS`) or holds a measure of one reference, named
`LABEL:measure` (`MEASURES`; for example `gpt-4o:input_tokens`), and possibly a part of that measure:
`gpt-4o:content_tokens[user]`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, NamedTuple

Dtype = Literal["text", "basis", "integer", "number", "money", "time"]
"""`basis` is one of `BASIS_ORDER`, `number` may have a fraction, `time` is an instant in UTC."""

TIME_FORMATS: Final = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
"""Unit of time → how its days (in UTC), ISO weeks and months are written, as `strftime` takes it."""

MISSING: Final = -(2**31)
"""Stands for "not known" in packed token counts: framing can be negative, so -1 is taken."""


class Column(NamedTuple):
    """A column that describes a record.

    `reported` columns start every row of `--per-record`; the others are available to reports and as extra columns.
    `missing` is the number that stands for "not known" while the column is packed; `None`: always known.
    """

    name: str
    dtype: Dtype
    meaning: str
    reported: bool = False
    missing: int | None = None


class Measure(NamedTuple):
    """A quantity of one reference. `counted`: set by the counter; the others are derived from those."""

    name: str
    dtype: Dtype
    meaning: str
    counted: bool = False


def _text(name: str, meaning: str, *, reported: bool = False) -> Column:
    return Column(name, "text", meaning, reported, missing=-1)


def _billed(name: str, meaning: str) -> Column:
    return Column(f"billed_{name}_tokens", "integer", meaning, missing=-1)


RECORD_COLUMNS: Final = (
    _text("source", "file that the record was read from", reported=True),
    Column("line", "integer", "line in the file, from 1", reported=True),
    Column("index", "integer", "position among the records of the line, from 0", reported=True),
    _text("format", "log format", reported=True),
    _text("kind", "endpoint: completions, chat, responses, …", reported=True),
    _text("model", "model that served the call, else the one that was asked for", reported=True),
    Column("timestamp", "time", "when the call was made", reported=True, missing=-(2**63)),
    Column("basis", "basis", "worst basis of any count of the record", reported=True),
    _text("reason", "why the basis is not exact; several are joined by '; '"),
    _text("flags", "flags of the record, sorted and joined by '|'", reported=True),
    _text("tags", "tags of the record, joined by ','"),
    _text("tier", "service tier that the call was served in"),
    _text("region", "region that the call was processed in"),
    _text("tool_calls", "calls of hosted tools, such as web_search:2"),
    _text("shape", "request shape, where the plan asks for it"),
    _text("script", "dominant script of the text, where the plan asks for it"),
    _text("user", "end user as logged"),
    _text("replacement", "recommended replacement of the model, where `auto` is a target"),
    _text("verdicts", "what targets do with the parameters of the request, where the plan asks for it"),
    Column("identity", "integer", "64 bits shared by all records of the same call; 0 without an id"),
    Column("messages", "integer", "elements of the message list of the request"),
    Column("requests", "integer", "API calls that the usage adds up"),
    _billed("input", "input tokens as billed, cached ones included"),
    _billed("output", "output tokens as billed, reasoning included"),
    _billed("cached", "input tokens read from the prompt cache"),
    _billed("reasoning", "output tokens spent on reasoning"),
    _billed("audio", "input tokens of audio"),
    _billed("cache_write", "input tokens written to the prompt cache"),
    _billed("audio_output", "output tokens of audio"),
    _billed("cache_write_long", "input tokens written to the prompt cache for hours"),
    _billed("image", "input tokens of images, where they are counted apart"),
    _billed("image_output", "output tokens of images"),
    _billed("rejected_prediction", "output tokens of a prediction that did not appear in the answer"),
    Column("billed_usd", "money", "amount in the log in US dollars", missing=-1),
)

MONEY_DECIMALS: Final = 13
"""Money in columns is counted in units of 10^-13 US dollars, the smallest price of a token: no sum is rounded."""

MEASURES: Final = (
    Measure("content_tokens", "integer", "tokens of the text of the request", counted=True),
    Measure("framing_tokens", "integer", "tokens that the API adds to the text", counted=True),
    Measure("hidden_tokens", "integer", "billed beyond what could be counted of a partial record"),
    Measure("input_tokens", "integer", "content, framing and hidden"),
    Measure("output_tokens", "integer", "tokens of the answer", counted=True),
    Measure(
        "estimated_low", "integer", "fewest input tokens of a partial record without a bill", counted=True
    ),
    Measure(
        "estimated_high", "integer", "most input tokens of a partial record without a bill", counted=True
    ),
    Measure("drift", "number", "(target - baseline) / baseline of the input tokens"),
    Measure("cost_usd", "money", "price of the call in US dollars"),
    Measure("basis", "basis", "basis of the input tokens", counted=True),
    Measure("low", "text", "why the cost is a lower bound"),
)

Quantity = Literal["content_tokens", "framing_tokens", "hidden_tokens", "input_tokens", "output_tokens"]
QUANTITIES: Final[tuple[Quantity, ...]] = (
    "content_tokens",
    "framing_tokens",
    "hidden_tokens",
    "input_tokens",
    "output_tokens",
)
"""The measures that add up over records."""

DTYPES: Final[dict[str, Dtype]] = {known.name: known.dtype for known in (*MEASURES, *RECORD_COLUMNS)}
"""Column, or measure of a reference → type."""
TEXT_COLUMNS: Final = tuple(known.name for known in RECORD_COLUMNS if known.dtype == "text")
BILLED_COLUMNS: Final = tuple(known.name for known in RECORD_COLUMNS if known.name.startswith("billed_"))
REPORTED_COLUMNS: Final = tuple(known.name for known in RECORD_COLUMNS if known.reported)
"""The first columns of a row of `--per-record`."""
ESTIMATES: Final = ("estimated_low", "estimated_high")
"""The range of the input tokens of a partial record; no report uses it in place of a count."""
ROW_MEASURES: Final = (*QUANTITIES, "drift", "cost_usd", *ESTIMATES)
"""The columns of each reference in a row of `--per-record`."""


class ReferenceColumn(NamedTuple):
    """A column of a reference; `part` is the class, role or position that it is limited to."""

    label: str
    measure: str
    part: str | None = None


@lru_cache(maxsize=4_096)
def column(label: str, measure: str, part: str | None = None) -> str:
    """The name of a column of a reference.

    >>> column("gpt-4o", "input_tokens"), column("gpt-4o", "content_tokens", "user")
    ('gpt-4o:input_tokens', 'gpt-4o:content_tokens[user]')
    """
    return f"{label}:{measure}" if part is None else f"{label}:{measure}[{part}]"


@lru_cache(maxsize=4_096)
def parse_column(name: str) -> ReferenceColumn | None:
    """What `column` made the name of; `None` for a column of the record itself. Labels may contain colons.

    >>> parse_column("ft:gpt-4o:acme::1:content_tokens[user]")
    ReferenceColumn(label='ft:gpt-4o:acme::1', measure='content_tokens', part='user')
    >>> parse_column("model") is None
    True
    """
    label, colon, measure = name.rpartition(":")
    if not colon:
        return None
    if not measure.endswith("]"):
        return ReferenceColumn(label, measure)
    measure, _, part = measure[:-1].partition("[")
    return ReferenceColumn(label, measure, part)
