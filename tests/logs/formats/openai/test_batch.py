"""Batch files: each side alone, and both joined on custom_id."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from support.reading import items

from tokcount.logs.reader import read
from tokcount.logs.record import Record, Skipped
from tokcount.logs.source import expand


def asked(custom_id: str, url: str = "/v1/chat/completions") -> dict[str, Any]:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": custom_id}]}
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": body}


def answered(custom_id: str) -> dict[str, Any]:
    body = {
        "object": "chat.completion",
        "model": "gpt-4o-2024-08-06",
        "choices": [{"message": {"content": "ok"}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 1},
    }
    return {
        "id": f"batch_req_{custom_id}",
        "custom_id": custom_id,
        "response": {"status_code": 200, "body": body},
        "error": None,
    }


def read_files(folder: Path, **files: list[dict[str, Any]]) -> list[Record | Skipped]:
    for name, lines in files.items():
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return list(read(expand([str(folder)])))


def test_each_side_alone() -> None:
    """A request without an answer, an answer without a request."""
    (request,) = items(asked("a"))
    (response,) = items(answered("a"))

    assert isinstance(request, Record)
    assert isinstance(response, Record)
    assert (request.format, request.custom_id, request.tier, request.usage) == (
        "openai.batch.input",
        "a",
        "batch",
        None,
    )
    assert (response.format, response.id, response.request) == ("openai.batch.output", "batch_req_a", None)


@pytest.mark.parametrize("order", [("a_input", "b_output"), ("b_input", "a_output")])
def test_input_and_output_are_joined(order: tuple[str, str], tmp_path: Path) -> None:
    """Whichever comes first, in any order of lines; what has no partner stays alone."""
    found = read_files(
        tmp_path,
        **{
            order[0]: [asked("1"), asked("2"), asked("3")],
            order[1]: [answered("3"), answered("1"), answered("4")],
        },
    )

    records = {record.custom_id: record for record in found if isinstance(record, Record)}
    assert len(records) == len(found) == 4
    assert {key: (record.request is None, record.response is None) for key, record in records.items()} == {
        "1": (False, False),
        "2": (False, True),
        "3": (False, False),
        "4": (True, False),
    }
    assert (records["3"].request or {})["messages"][0]["content"] == "3"
    assert records["3"].source.endswith("output.jsonl")


def test_repeated_ids_are_matched_in_order(tmp_path: Path) -> None:
    """Two batches may both begin with request-1."""
    found = read_files(tmp_path, a=[asked("r")], b=[asked("r")], c=[answered("r")], d=[answered("r")])

    assert [(item.format, isinstance(item, Record) and item.request is not None) for item in found] == [
        ("openai.batch.output", True)
    ] * 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"custom_id": "a", "response": None, "error": {"code": "batch_expired"}}, "error"),
        ({"custom_id": "a", "response": {"status_code": 400, "body": {}}, "error": None}, "error"),
        ({**asked("a", "/v1/embeddings"), "body": {"model": "m", "input": "x"}}, "not_llm"),
    ],
)
def test_what_is_no_record(line: dict[str, Any], reason: str) -> None:
    """Failed and expired requests, other endpoints."""
    (item,) = items(line)

    assert isinstance(item, Skipped)
    assert item.reason == reason


def test_halves_that_wait_too_long_go_on_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; nothing is lost."""
    monkeypatch.setattr("tokcount.logs.formats.batch_files.LARGEST_WAIT", 1000)

    found = read_files(tmp_path, a=[asked(str(n)) for n in range(50)], b=[answered("49")])

    assert len(found) == 50
    assert found[-1].format == "openai.batch.output" or any(
        item.format == "openai.batch.output" for item in found
    )


def test_both_sides_in_one_file_or_archive_are_joined(tmp_path: Path) -> None:
    sides = [[asked("a"), asked("b")], [answered("b"), answered("a")]]
    texts = ["".join(json.dumps(line) + "\n" for line in side) for side in sides]
    (tmp_path / "both.jsonl").write_text("".join(texts))
    with ZipFile(tmp_path / "both.zip", "w") as archive:
        for name, side in zip(("in.jsonl", "out.jsonl"), texts, strict=True):
            archive.writestr(name, side)

    for name in ("both.jsonl", "both.zip"):
        found = list(read(expand([str(tmp_path / name)])))
        joined = [item for item in found if isinstance(item, Record) and item.request and item.response]
        assert len(found) == len(joined) == 2
