"""The jobs that other tools can do too, each beside the tool that can: whole programs, from start to answer.

a text file     ttok, tiktoken, wc -w  tokens of the whole under cl100k_base (wc: words, for the scale)
a chat log      litellm token_counter  input tokens of each record under one model, looped over the lines
a text corpus   tokendrift migrate     tokens under two encodings, and the difference

The answers are compared before anything is timed. ttok and tokendrift must give the same numbers. So must litellm on a
log of short messages; it counts each 1,024 characters of a longer text by themselves (its constant
``TIKTOKEN_ENCODE_CHUNK_SIZE_CHARS``), so there each record may differ by what that adds and by nothing else, and
``extra_info`` says how much it is. ``benchmarks/accuracy`` compares all of them with what was billed.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest
from peers import TOKCOUNT, need_engine, need_package, program, run

from tokcount.tokens import encodings

MB = 20
MODEL = "gpt-4o-2024-08-06"
CHUNK = 1024
LITELLM_LOOP = [sys.executable, str(Path(__file__).with_name("litellm_loop.py"))]
ENGINES = ["tiktoken", "fast"]
TIKTOKEN_LOOP = """
import sys, tiktoken
count = tiktoken.get_encoding("cl100k_base").encode_ordinary
print(len(count(sys.stdin.buffer.read().decode())))
"""


class Difference(NamedTuple):
    """How the counts of another tool differ from those of tokcount, over a log."""

    records: int
    records_that_differ: int
    tokens: int
    tokens_more: int


def messages_of(log: Path) -> Iterator[list[dict[str, Any]]]:
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["request"]["messages"]


def line_of(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


@pytest.fixture(scope="module")
def text(log_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """15 MB of distinct prose and code."""
    path = tmp_path_factory.mktemp("text") / "text.txt"
    with path.open("w", encoding="utf-8") as out:
        for messages in messages_of(log_of("distinct", MB)):
            out.writelines(message["content"] + "\n" for message in messages)
    return path


@pytest.fixture(scope="module")
def corpus(log_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same texts in the form that tokendrift reads: JSONL with a text a line."""
    path = tmp_path_factory.mktemp("corpus") / "corpus.jsonl"
    with path.open("w", encoding="utf-8") as out:
        for messages in messages_of(log_of("distinct", MB)):
            out.writelines(line_of({"text": message["content"]}) for message in messages)
    return path


@pytest.fixture(scope="module")
def chat_log(log_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function: kind → a log. ``short`` is the distinct log with messages cut to what litellm counts in one piece."""

    @cache
    def made(kind: str) -> Path:
        if kind != "short":
            return log_of(kind, MB)
        path = tmp_path_factory.mktemp("short") / "short.jsonl"
        with log_of("distinct", MB).open(encoding="utf-8") as lines, path.open("w", encoding="utf-8") as out:
            for call in map(json.loads, lines):
                for message in call["request"]["messages"]:
                    message["content"] = message["content"][:CHUNK]
                out.write(line_of(call))
        return path

    return made


@pytest.mark.parametrize("side", ["ttok", "loop", "wc", *ENGINES])
def bench_a_text_file(side: str, text: Path, tiktoken_cache: Path, rounds: int, benchmark: Any) -> None:
    count = [*TOKCOUNT, "count", "--bare", "-e", "cl100k_base", "--engine"]
    if side == "ttok":
        command = [program("ttok"), "-m", "gpt-4"]
    elif side == "loop":
        command = [sys.executable, "-c", TIKTOKEN_LOOP]
    elif side == "wc":
        command = [program("wc"), "-w"]
    else:
        need_engine(side)
        command = [*count, side]
    answer, tokens = run(command, tiktoken_cache, text), run([*count, "tiktoken"], tiktoken_cache, text)
    assert side == "wc" or int(answer) == int(tokens)

    benchmark.group = f"one text file, {text.stat().st_size / 1e6:.0f} MB, cl100k_base"
    benchmark.pedantic(run, (command, tiktoken_cache, text), rounds=rounds)


@pytest.mark.parametrize("side", ["tokendrift", *ENGINES])
def bench_a_text_corpus(side: str, corpus: Path, tiktoken_cache: Path, rounds: int, benchmark: Any) -> None:
    if side == "tokendrift":
        compare = [program("tokendrift"), "migrate", "cl100k_base", "o200k_base", "--no-vocab", "--json"]
        command = [*compare, "--corpus", str(corpus)]
    else:
        need_engine(side)
        command = drift_of_corpus(corpus, side)
    assert totals(run(command, tiktoken_cache)) == corpus_totals(corpus, tiktoken_cache)

    benchmark.group = f"{corpus.stat().st_size / 1e6:.0f} MB of texts, cl100k_base to o200k_base"
    benchmark.pedantic(run, (command, tiktoken_cache), rounds=rounds)


def drift_of_corpus(corpus: Path, engine: str) -> list[str]:
    compare = [*TOKCOUNT, "drift", "--from", "cl100k_base", "--to", "o200k_base", "-f", "json", "-q"]
    return [*compare, str(corpus), "--engine", engine]


@cache
def corpus_totals(corpus: Path, tiktoken_cache: Path) -> tuple[int, int]:
    return totals(run(drift_of_corpus(corpus, "tiktoken"), tiktoken_cache))


def totals(report: bytes) -> tuple[int, int]:
    """Tokens under both encodings, from the JSON of either program."""
    found = json.loads(report)
    if "references" not in found:
        return found["total_tokens_source"], found["total_tokens_target"]
    before, after = (reference["input_tokens"] for reference in found["references"])
    return before, after


@pytest.mark.parametrize("kind", ["short", "distinct", "resent"])
@pytest.mark.parametrize("side", ["litellm", *ENGINES])
def bench_a_chat_log(
    kind: str,
    side: str,
    chat_log: Callable[[str], Path],
    tmp_path: Path,
    tiktoken_cache: Path,
    rounds: int,
    benchmark: Any,
) -> None:
    log, rows = chat_log(kind), tmp_path / "rows.csv"
    if side == "litellm":
        need_package("litellm")
        command = [*LITELLM_LOOP, str(log), MODEL]
        found = compared([int(number) for number in run(command, tiktoken_cache).split()], log)
        assert kind != "short" or found.records_that_differ == 0
        benchmark.extra_info.update(found._asdict())
    else:
        need_engine(side)
        command = drift_of_log(log, rows, side)
        run(command, tiktoken_cache)
        assert input_tokens(rows) == counts_of(log)

    benchmark.group = f"{kind} chat log, {log.stat().st_size / 1e6:.0f} MB, {MODEL}"
    benchmark.pedantic(run, (command, tiktoken_cache), rounds=rounds)


def drift_of_log(log: Path, rows: Path, engine: str) -> list[str]:
    """Per-record rows under the model; the baseline is its own encoding, which costs no second count."""
    compare = [*TOKCOUNT, "drift", "--from", "o200k_base", "--to", MODEL, "--per-record", "-f", "csv", "-q"]
    return [*compare, str(log), "-o", str(rows), "--engine", engine]


def input_tokens(rows: Path) -> list[int]:
    with rows.open(encoding="utf-8", newline="") as file:
        return [int(row[f"{MODEL}:input_tokens"]) for row in csv.DictReader(file)]


@cache
def counts_of(log: Path) -> list[int]:
    """Input tokens of each record as tokcount counts them with tiktoken."""
    with TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.csv"
        subprocess.run(drift_of_log(log, rows, "tiktoken"), check=True)
        return input_tokens(rows)


def compared(theirs: list[int], log: Path) -> Difference:
    """How litellm's counts differ. Each must be tokcount's count and what cutting the texts adds, to the token."""
    ours = counts_of(log)
    assert theirs == [
        count + added_by_cutting(messages) for count, messages in zip(ours, messages_of(log), strict=True)
    ]
    more = [their - our for their, our in zip(theirs, ours, strict=True)]
    return Difference(len(ours), sum(map(bool, more)), sum(ours), sum(more))


def added_by_cutting(messages: list[dict[str, Any]]) -> int:
    """Tokens that long texts gain when every ``CHUNK`` characters are counted by themselves."""
    tokens = encodings.get("o200k_base").encode_ordinary
    added = 0
    for text in (message["content"] for message in messages if len(message["content"]) > CHUNK):
        pieces = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
        added += sum(len(tokens(piece)) for piece in pieces) - len(tokens(text))
    return added
