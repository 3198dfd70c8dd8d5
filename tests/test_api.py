"""The Python interface."""

import doctest
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from support.running import SAMPLES

import tokcount
from tokcount import api
from tokcount.logs.record import Record, Skipped


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(tokcount).failed == 0
    assert doctest.testmod(api).failed == 0


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, tokcount; print(sorted({'polars', 'tiktoken', 'msgspec', 'typer'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout.decode().strip() == "[]"


def test_everything_promised_is_there() -> None:
    assert all(hasattr(tokcount, name) for name in tokcount.__all__)
    with pytest.raises(AttributeError, match="no attribute 'tokenise'"):
        _ = tokcount.tokenise  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("request_body", "model", "total"),
    [
        ({"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}, "gpt-4o", 14),
        ({"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}, "gpt-5", 13),
        ({"input": "What is the weather in Paris?"}, "gpt-4o", 14),
        ({"prompt": "2 + 2 = 4"}, "text-davinci-003", 5),
        ({"prompt": "2 + 2 = 4", "model": "davinci-002"}, None, 7),
    ],
)
def test_a_request_is_counted_as_billed(
    request_body: dict[str, object], model: str | None, total: int
) -> None:
    counted = tokcount.count_request(request_body, model)

    assert counted.total == total == counted.content + counted.framing
    assert counted.basis == "exact"


def test_an_unknown_model_is_a_usage_error() -> None:
    with pytest.raises(tokcount.UsageError, match="unknown model 'gpt4o'"):
        tokcount.count_request({"messages": []}, "gpt4o")


def test_read_yields_records_and_what_was_skipped() -> None:
    items = list(tokcount.read(SAMPLES / "defects.jsonl"))

    assert [type(item) for item in items].count(Record) == 7
    assert {item.reason for item in items if isinstance(item, Skipped)} == {
        "unparsed",
        "error",
        "unrecognised",
    }


def test_read_takes_a_mapping(tmp_path: Path) -> None:
    log = tmp_path / "own.jsonl"
    log.write_text('{"q": "Hello!"}\n{"q": "Bye!"}\n')
    records = list(tokcount.read(log, prompt_path="q", kind="completions"))

    assert [record.request for record in records if isinstance(record, Record)] == [
        {"prompt": "Hello!"},
        {"prompt": "Bye!"},
    ]


def test_scan_gives_one_row_a_record() -> None:
    frame = tokcount.scan([SAMPLES / "support-chat.jsonl"], to=["gpt-4o", "gpt-5"])

    assert frame.height == 94
    assert frame.select((pl.col("own:input_tokens") == pl.col("billed_input_tokens")).all()).item()
    for label in ("own", "gpt-4o", "gpt-5"):
        parts = pl.col(f"{label}:content_tokens") + pl.col(f"{label}:framing_tokens")
        assert frame.select((parts == pl.col(f"{label}:input_tokens")).all()).item()


@pytest.mark.parametrize("body", [{}, {"mesages": []}, {"messages": "x"}, [], None, "hello"])
def test_what_is_no_request_body_is_refused(body: Any) -> None:
    with pytest.raises(tokcount.UsageError, match="no request body"):
        tokcount.count_request(body, "gpt-4o")


def test_one_target_needs_no_list(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}')

    assert "gpt-5:input_tokens" in tokcount.scan(log, to="gpt-5").columns
