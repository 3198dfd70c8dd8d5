"""`tokcount count` as a pipe for texts: ids, tokens, truncated texts, chunks; and `tokcount decode`."""

import json

import pytest
from support.in_process import run

TEXT = "hello wörld 😀\nab"


def test_ids_are_those_of_tiktoken_and_decode_reverses_them() -> None:
    ids = run("count", "--ids", stdin=TEXT).out

    assert ids == "24912 286 2877 582 88038 198 378\n"
    assert run("decode", stdin=ids).out == TEXT
    assert run("decode", *ids.split()).out == TEXT
    assert run("decode", stdin=run("count", "--ids", "-f", "json", stdin=TEXT).out).out == TEXT
    assert (
        run("decode", "-m", "gpt-4", stdin=run("count", "--ids", "-e", "cl100k_base", stdin=TEXT).out).out
        == TEXT
    )


def test_pieces_show_every_boundary() -> None:
    assert run("count", "--pieces", stdin=TEXT).out == "hello│ w│ör│ld│ 😀│⏎\n│ab\n"
    coloured = run("count", "--pieces", "--color", "always", stdin="hello world").out
    assert coloured == "\x1b[30;47mhello\x1b[0m\x1b[30;46m world\x1b[0m\n"
    assert run("count", "--pieces", stdin="\x1b[2J").out.count("\x1b") == 0


def test_pieces_as_json_lines_hold_every_byte() -> None:
    written = run("count", "--pieces", "-f", "jsonl", "-e", "p50k_base", stdin="é😀").out
    rows = [json.loads(line) for line in written.splitlines()]

    assert b"".join(bytes.fromhex(row["bytes"]) for row in rows).decode() == "é😀"
    assert [row["text"] for row in rows] == ["é", "\\xf0\\x9f\\x98", "\\x80"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("-t", "2"), "hello w"),
        (("--truncate", "3", "--ellipsis", "…"), "hello w…"),
        (("--truncate", "2", "--keep", "last"), "\nab"),
        (("-t", "0"), ""),
        (("-t", "100"), TEXT),
    ],
)
def test_a_text_is_truncated_and_otherwise_unchanged(options: tuple[str, ...], expected: str) -> None:
    assert run("count", *options, stdin=TEXT).out == expected


def test_chunks_are_json_lines_with_their_place() -> None:
    rows = [json.loads(line) for line in run("count", "--chunk", "3", stdin=TEXT).out.splitlines()]

    assert rows == [
        {"path": "-", "index": 0, "start": 0, "end": 9, "tokens": 3, "text": "hello wör"},
        {"path": "-", "index": 1, "start": 9, "end": 14, "tokens": 3, "text": "ld 😀\n"},
        {"path": "-", "index": 2, "start": 14, "end": 16, "tokens": 1, "text": "ab"},
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("12", "x"), "'x' is not a token id"),
        (("99999999",), "99999999 is not a token of o200k_base"),
        (("1", "-e", "nope"), "unknown encoding or model 'nope'"),
    ],
)
def test_what_is_not_a_token_is_named(arguments: tuple[str, ...], message: str) -> None:
    done = run("decode", *arguments)

    assert done.code == 2
    assert message in done.err


def test_bare_numbers_of_several_columns_have_their_names() -> None:
    assert (
        run("count", "--bare", "-e", "gpt-4o", "-m", "cl100k_base", stdin=TEXT).out
        == "7\tgpt-4o\n7\tcl100k_base\n"
    )
