"""One log in every container gives the same records, and in every encoding the same text."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl
import pytest
from fuzz.targets import items_of
from support.in_process import run
from support.logfiles import notes_of
from support.together import together

from tokcount.errors import UsageError
from tokcount.logs.bytes import text_encoding
from tokcount.logs.bytes.plain import PlainText
from tokcount.logs.options import ReadOptions
from tokcount.logs.record import Record, Skipped
from tokcount.logs.source import expand

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*.jsonl"))

ROWS: Final[list[dict[str, Any]]] = [
    {"prompt": "Hello, world", "completion": "Hi", "model": "davinci-002", "id": "1"},
    {"prompt": 'naïve "quotes", 你好\nand\r\nlines\t', "completion": "ok\n", "model": "gpt-4o", "id": "2"},
    {"prompt": " spaces ", "completion": "{}", "model": "gpt-4o", "id": "3"},
    {"prompt": "[1, 2]", "completion": "a; b | c", "model": "gpt-4o-mini", "id": "4"},
]


def lines(values: list[Any], *, before: str = "", end: str = "\n") -> bytes:
    return "".join(f"{before}{json.dumps(value, ensure_ascii=False)}{end}" for value in values).encode()


def table(
    values: list[Any], delimiter: str = ",", quoting: Any = csv.QUOTE_MINIMAL, end: str = "\n"
) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(
        buffer, values[0].keys(), delimiter=delimiter, quoting=quoting, lineterminator=end
    )
    writer.writeheader()
    writer.writerows(values)
    return buffer.getvalue().encode()


def parquet(values: list[Any], *, binary: bool = False) -> bytes:
    buffer = io.BytesIO()
    frame = pl.DataFrame(values)
    (frame.with_columns(pl.all().cast(pl.Binary)) if binary else frame).write_parquet(buffer)
    return buffer.getvalue()


def archive(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, data)
    return buffer.getvalue()


def zstd(data: bytes) -> bytes:
    packed: bytes = pytest.importorskip("backports.zstd").compress(data)
    return packed


JSON_CONTAINERS: Final[dict[str, Callable[[list[Any]], bytes]]] = {
    "JSON lines": lines,
    "lines that end with CRLF": lambda values: lines(values, end="\r\n"),
    "blank lines between": lambda values: lines(values, end="\n\n"),
    "RFC 7464 sequence": lambda values: lines(values, before="\x1e"),
    "byte order mark": lambda values: b"\xef\xbb\xbf" + lines(values),
    "UTF-16 with a mark": lambda values: lines(values).decode().encode("utf-16"),
    "UTF-16 without a mark": lambda values: lines(values).decode().encode("utf-16-be"),
    "UTF-32": lambda values: lines(values).decode().encode("utf-32"),
    "prefixed lines": lambda values: lines(values, before="2026-01-02T03:04:05Z INFO app: "),
    "array": lambda values: json.dumps(values).encode(),
    "indented array": lambda values: json.dumps(values, indent=2, ensure_ascii=False).encode(),
    "indented values": lambda values: b"\n".join(json.dumps(value, indent=1).encode() for value in values),
    "values without line ends": lambda values: b"".join(json.dumps(value).encode() for value in values),
    "gzip": lambda values: gzip.compress(lines(values)),
    "two gzip members": lambda values: gzip.compress(lines(values[:1])) + gzip.compress(lines(values[1:])),
    "bzip2": lambda values: bz2.compress(lines(values)),
    "xz": lambda values: lzma.compress(lines(values)),
    "zstd": lambda values: zstd(lines(values)),
    "gzip inside bzip2": lambda values: bz2.compress(gzip.compress(lines(values))),
    "zip": lambda values: archive("log.jsonl", lines(values)),
    "gzip inside zip": lambda values: archive("log.json.gz", gzip.compress(json.dumps(values).encode())),
}

TABLE_CONTAINERS: Final[dict[str, Callable[[list[Any]], bytes]]] = {
    "CSV": table,
    "CSV with CRLF": lambda values: table(values, end="\r\n"),
    "CSV with all quotes": lambda values: table(values, quoting=csv.QUOTE_ALL),
    "semicolons": lambda values: table(values, ";"),
    "TSV": lambda values: table(values, "\t"),
    "bars": lambda values: table(values, "|"),
    "CSV in UTF-16": lambda values: table(values).decode().encode("utf-16"),
    "CSV with a byte order mark": lambda values: b"\xef\xbb\xbf" + table(values),
    "CSV in gzip": lambda values: gzip.compress(table(values)),
    "CSV in zip": lambda values: archive("log.csv", table(values)),
    "parquet": parquet,
    "parquet with binary columns": lambda values: parquet(values, binary=True),
    "parquet in gzip": lambda values: gzip.compress(parquet(values)),
}


def contents(data: bytes, *, step: int = 1 << 20) -> list[dict[str, Any]]:
    """The items of a log without their places."""
    items, _ = items_of(data, "log", step=step)
    found = [msgspec.structs.asdict(item) for item in items]
    for each in found:
        for place in ("source", "line", "index"):
            each.pop(place, None)
    return found


@pytest.mark.parametrize("container", JSON_CONTAINERS)
@together("path", FIXTURES)
def test_a_log_of_any_format_is_the_same_in_every_container(path: Path, container: str) -> None:
    values = [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    assert contents(JSON_CONTAINERS[container](values)) == contents(lines(values))


@pytest.mark.parametrize("container", [*JSON_CONTAINERS, *TABLE_CONTAINERS])
@pytest.mark.parametrize("step", [1 << 20, 7])
def test_rows_are_the_same_in_every_container(container: str, step: int) -> None:
    data = {**JSON_CONTAINERS, **TABLE_CONTAINERS}[container](ROWS)
    found = [meaning(each) for each in contents(data, step=step)]

    assert found == [(row["prompt"], row["completion"], row["model"]) for row in ROWS], (
        "prompt, completion and model of each row"
    )


def meaning(item: dict[str, Any]) -> tuple[Any, ...]:
    """Prompt, completion and model of a record."""
    request, choice = item["request"], item["response"]["choices"][0]
    prompt = request["prompt"] if "prompt" in request else request["messages"][0]["content"]
    answer = choice["text"] if "text" in choice else choice["message"]["content"]
    return prompt, answer, item["model"]


TEXTS: Final[dict[str, str]] = {
    "cp1252": "naïve café – “quoted”",
    "shift_jis": "日本語のテキスト",
    "gb18030": "中文文本",
    "koi8-r": "русский текст",
    "utf-16-le": "中文文本",
}


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("container", ["JSON lines", "array", "prefixed lines", "CSV", "gzip", "zip"])
def test_an_encoding_that_is_named_is_read_in_every_container(encoding: str, container: str) -> None:
    text = TEXTS[encoding]
    rows = [{"prompt": text, "completion": text, "model": "gpt-4o"}]
    plain = {"gzip": "JSON lines", "zip": "CSV"}.get(container, container)
    make = {**JSON_CONTAINERS, **TABLE_CONTAINERS}[plain]
    data = (
        (make(rows) if plain != "array" else json.dumps(rows, ensure_ascii=False).encode())
        .decode()
        .encode(encoding)
    )
    data = {"gzip": gzip.compress, "zip": lambda data: archive("a.csv", data)}.get(
        container, lambda data: data
    )(data)

    items, _ = items_of(data, "log", ReadOptions(text_encoding=encoding))

    assert [meaning(msgspec.structs.asdict(item)) for item in items] == [(text, text, "gpt-4o")]


def test_a_mark_counts_more_than_an_encoding_that_is_named() -> None:
    data = lines(ROWS).decode().encode("utf-16")

    items, _ = items_of(data, "log", ReadOptions(text_encoding="cp1252"))

    assert all(isinstance(item, Record) for item in items)


def test_an_encoding_does_not_touch_parquet() -> None:
    items, _ = items_of(parquet(ROWS), "log", ReadOptions(text_encoding="shift_jis"))

    assert [meaning(msgspec.structs.asdict(item))[0] for item in items] == [row["prompt"] for row in ROWS]


@pytest.mark.parametrize("name", ["utf-9", "base64", ""])
def test_an_encoding_that_is_not_known_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(UsageError, match="unknown text encoding"):
        text_encoding.known(name)


BAD = b"caf\xe9"
CONTAINERS_WITH_BAD_BYTES: Final[dict[str, bytes]] = {
    "log.jsonl": b'{"prompt": "a"}\n{"prompt": "%s"}\n' % BAD,
    "log.json": b'[{"prompt": "a"},\n{"prompt": "%s"}]' % BAD,
    "log.csv": b"prompt,model\n%s,gpt-4o\n" % BAD,
    "log.log": b'INFO {"prompt": "a"}\nINFO {"prompt": "%s"}\n' % BAD,
    "log.py": b"{'prompt': 'a'}\n{'prompt': '%s'}\n" % BAD,
    "log.sse": b'data: {"prompt": "a"}\ndata: {"prompt": "%s"}\n\n' % BAD,
    "log.json.gz": gzip.compress(b'{"prompt": "a"}\n{"prompt": "%s"}' % BAD),
    "log.zip": archive("log.csv", b"prompt,model\n%s,gpt-4o\n" % BAD),
}


@pytest.mark.parametrize("name", CONTAINERS_WITH_BAD_BYTES)
def test_bytes_that_are_not_utf8_are_noted_with_their_line_in_every_container(
    name: str, tmp_path: Path
) -> None:
    notes = notes_of(tmp_path, CONTAINERS_WITH_BAD_BYTES[name], name)

    assert [(note.line, note.text) for note in notes] == [(2, text_encoding.NOT_UTF8)]


def test_bytes_that_are_not_of_another_encoding_are_noted(tmp_path: Path) -> None:
    data = '{"prompt": "a"}\n{"prompt": "b'.encode("utf-16") + b"\x00\xd8" + '"}\n'.encode("utf-16-le")
    (note,) = notes_of(tmp_path, data)

    assert (note.line, note.text) == (2, "not valid utf-16-le; what is not was replaced by U+FFFD")


def test_a_text_is_counted_in_the_encoding_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "prompt.txt"
    path.write_bytes("日本語".encode("shift_jis"))

    assert "".join(PlainText(*expand([str(path)]), text_encoding="shift_jis")) == "日本語"


def without_run(report: str) -> dict[str, Any]:
    """A report without the command that made it."""
    return {name: value for name, value in json.loads(report).items() if name != "run"}


def test_commands_take_the_encoding() -> None:
    """As many tokens as the same text in UTF-8 has."""
    prompt = lines([{"prompt": "日本語のテキスト", "model": "gpt-4o"}]).decode()
    for command in (["count", "-"], ["drift", "-", "--to", "gpt-4"]):
        plain = run(*command, "-f", "json", stdin=prompt.encode())
        named = run(*command, "-f", "json", "--text-encoding", "Shift-JIS", stdin=prompt.encode("shift_jis"))

        assert (named.code, without_run(named.out), named.err) == (0, without_run(plain.out), plain.err)
    refused = run("drift", "-", "--text-encoding", "utf-9", stdin=prompt.encode())
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)


def test_binary_columns_that_are_no_text_are_noted(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    frame = pl.DataFrame(
        {"prompt": ["a", "b"], "picture": [b"\xff\xd8", None]}, schema_overrides={"picture": pl.Binary}
    )
    frame.write_parquet(buffer)
    (note,) = notes_of(tmp_path, buffer.getvalue(), "log.parquet")

    assert "picture" in note.text
    assert not [item for item in items_of(buffer.getvalue())[0] if isinstance(item, Skipped)]


def test_values_inside_lists_and_structs_of_parquet_are_plain() -> None:
    when = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    rows = [
        {
            "messages": [{"role": "user", "content": b"hello", "at": when, "cost": Decimal("0.5")}],
            "model": "gpt-4o",
        }
    ]
    (item,) = items_of(parquet(rows), "log")[0]

    assert isinstance(item, Record)
    assert (item.request or {})["messages"] == [
        {"role": "user", "content": "hello", "at": "2026-01-02T03:04:05+00:00", "cost": 0.5}
    ]
