"""One call, logged several times: the same in every file, process and command."""

import json
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.in_process import run
from support.running import SAMPLES

import tokcount
from tokcount.logs.record import Record, Usage
from tokcount.scanning.copies import copies_left_out, identity
from tokcount.scanning.parts import spans


def pair(call_id: str, tokens: int = 20, text: str = "Is it?") -> str:
    """A line with a call and its bill."""
    return json.dumps(
        {
            "request": {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]},
            "response": {
                "id": call_id,
                "object": "chat.completion",
                "model": "gpt-4o",
                "choices": [{"message": {"role": "assistant", "content": "Yes."}}],
                "usage": {"prompt_tokens": tokens, "completion_tokens": 2, "total_tokens": tokens + 2},
            },
        }
    )


def write(folder: Path, **files: list[str]) -> Path:
    for name, lines in files.items():
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def drift(*paths: str | Path) -> dict[str, Any]:
    done = run("drift", "-f", "json", "--to", "gpt-5", *paths)
    assert done.code == 0, done.err
    found: dict[str, Any] = json.loads(done.out)
    return found


def call(**fields: Any) -> Record:
    return Record(source="a.jsonl", line=1, format="openai.chat.pair", kind="chat", **fields)


def test_a_call_in_two_files_is_counted_once_and_the_copy_is_named(tmp_path: Path) -> None:
    write(tmp_path, a=[pair("chatcmpl-1"), pair("chatcmpl-2")], b=[pair("chatcmpl-2"), pair("chatcmpl-3")])

    found = drift(tmp_path)

    assert (found["records"], found["skipped"], found["skipped_reasons"]) == (3, 1, {"duplicate": 1})
    assert found["skipped_at"] == [
        {
            "source": str(tmp_path / "b.jsonl"),
            "line": 1,
            "reason": "duplicate",
            "detail": f"a copy of {tmp_path / 'a.jsonl'}:2",
        }
    ]


def test_an_archive_of_a_log_adds_nothing_to_it(tmp_path: Path) -> None:
    write(tmp_path, a=[pair("chatcmpl-1"), pair("chatcmpl-2")])
    with ZipFile(tmp_path / "old.zip", "w") as archive:
        archive.write(tmp_path / "a.jsonl", "a.jsonl")

    assert drift(tmp_path)["records"] == 2


@pytest.mark.parametrize("command", ["cost", "drift", "audit", "reconcile"])
def test_every_command_counts_copies_once_unless_they_are_kept(tmp_path: Path, command: str) -> None:
    write(tmp_path, a=[pair("chatcmpl-1"), pair("chatcmpl-1")])

    once, kept = (
        json.loads(run(command, "-f", "json", tmp_path, *more).out) for more in ([], ["--keep-copies"])
    )

    assert (once["records"], once["skipped"]) == (1, 1)
    assert (kept["records"], kept["skipped"], kept["flags"]["duplicate"]) == (2, 0, 1)


def test_the_cost_of_a_copy_is_not_charged(tmp_path: Path) -> None:
    write(tmp_path, a=[pair("chatcmpl-1")], b=[pair("chatcmpl-1")])

    alone, both = tokcount.cost(tmp_path / "a.jsonl"), tokcount.cost(tmp_path)

    assert both.references[0].cost_usd == alone.references[0].cost_usd
    assert tokcount.scan(tmp_path).height == 1
    assert tokcount.scan(tmp_path, keep_copies=True)["flags"].to_list() == ["", "duplicate"]


def test_a_copy_is_no_failure_under_strict_and_in_budgets(tmp_path: Path) -> None:
    write(tmp_path, a=[pair("chatcmpl-1"), pair("chatcmpl-1")])

    assert run("drift", "--strict", tmp_path).code == 0
    assert run("check", "--budget", "skipped.total <= 0", tmp_path).code == 0


def test_skipped_lists_the_copies(tmp_path: Path) -> None:
    log = write(tmp_path, a=[pair("chatcmpl-1"), pair("chatcmpl-1"), "{cut"]) / "a.jsonl"
    listed = tmp_path / "skipped.txt"

    run("cost", log, "--skipped", listed)
    found = [json.loads(line) for line in listed.read_text().splitlines()]

    assert [(each["line"], each["reason"]) for each in found] == [(2, "duplicate"), (3, "unparsed")]
    assert found[0]["detail"] == f"a copy of {log}:1"


@pytest.mark.parametrize("jobs", [1, 2])
def test_migrate_writes_a_copied_call_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    usage = {"prompt_tokens": 3, "completion_tokens": 1}
    lines = [
        {
            "request": {"model": "gpt-3.5-turbo-instruct", "prompt": "Is it?"},
            "response": {"id": each, "usage": usage},
        }
        for each in ("cmpl-1", "cmpl-1", "cmpl-2")
    ]
    log = write(tmp_path, a=[json.dumps(line) for line in lines]) / "a.jsonl"
    monkeypatch.setattr("tokcount.scanning.run.WORTH_A_POOL", 0)
    made = tmp_path / "made.jsonl"

    run("migrate", "--to", "gpt-5", log, "-o", made, "--jobs", str(jobs))
    once = made.read_text().count("\n")
    run("migrate", "--to", "gpt-5", log, "-o", made, "--jobs", str(jobs), "--keep-copies")

    assert (once, made.read_text().count("\n")) == (2, 3)


def test_copies_are_found_over_parts_of_a_file_in_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [pair(f"chatcmpl-{number % 50}") for number in range(200)]
    write(tmp_path, a=lines, b=lines)
    whole = tokcount.scan(tmp_path)
    monkeypatch.setattr("tokcount.scanning.run.WORTH_A_POOL", 0)
    monkeypatch.setattr(spans, "plan", partial(spans.plan, span_bytes=4_000))

    assert whole.height == 50
    assert tokcount.scan(tmp_path, jobs=2).equals(whole)


def test_the_same_id_with_another_bill_is_another_call(tmp_path: Path) -> None:
    write(tmp_path, a=[pair("chatcmpl-1", tokens=20), pair("chatcmpl-1", tokens=21)])

    assert drift(tmp_path)["records"] == 2


def test_row_numbers_are_no_ids_of_calls(tmp_path: Path) -> None:
    """Two logs that number their rows hold different calls, though their bills are equal."""
    write(tmp_path, a=[pair("1", text="Is it?"), pair("2")], b=[pair("1", text="Was it?")])

    assert drift(tmp_path)["records"] == 3


def test_a_row_with_a_number_is_a_copy_if_all_of_it_is_the_same(tmp_path: Path) -> None:
    write(tmp_path, a=[pair("1")], b=[pair("1")])

    assert drift(tmp_path)["records"] == 1


@pytest.mark.parametrize(
    "call_id", ["chatcmpl-9xA", "resp_68a1", "msg_01AbC", "0b4f1f4e-57b3-4d2a-9e5f-6a0c2f0b3d11"]
)
def test_ids_of_providers_make_copies_whatever_the_format(call_id: str) -> None:
    first, second = (
        call(id=call_id, usage=Usage(input=9, output=1), thread=thread, timestamp=time)
        for thread, time in (("a", 1.0), ("b", 2.0))
    )
    second.format = "litellm.standard"

    assert identity(first) == identity(second) != 0


@pytest.mark.parametrize(
    "call_id", ["7", "row-12", "1730000000000000", "chatcmpl-mock", "aaaaaaaaaaaaaaaaaaaaaaaa"]
)
def test_other_ids_need_everything_else_to_be_the_same(call_id: str) -> None:
    usage = Usage(input=9, output=1)

    assert identity(call(id=call_id, usage=usage)) == identity(call(id=call_id, usage=usage)) != 0
    assert identity(call(id=call_id, usage=usage, timestamp=1.0)) != identity(call(id=call_id, usage=usage))


@pytest.mark.parametrize("content", ["\ud83d", 10**40, [[]]])
def test_no_content_prevents_a_comparison(content: Any) -> None:
    first, other = (call(id="1", request={"messages": [{"content": each}]}) for each in (content, "b"))

    assert identity(first) != identity(other)


def test_a_record_without_an_id_is_no_copy() -> None:
    assert identity(call()) == 0
    assert len([item for item in copies_left_out([call(), call()]) if isinstance(item, Record)]) == 2


@given(st.permutations([f"chatcmpl-{n}" for n in range(4)] * 2))
def test_records_and_copies_are_all_records_in_any_order(ids: list[str]) -> None:
    records = [call(id=each, usage=Usage(input=9, output=1)) for each in ids]
    found = list(copies_left_out(records))

    assert len(found) == len(records)
    assert sorted(item.id or "" for item in found if isinstance(item, Record)) == sorted(set(ids))


def test_the_order_of_files_does_not_change_what_is_counted(tmp_path: Path) -> None:
    write(
        tmp_path,
        a=[pair("chatcmpl-1")],
        b=[pair("chatcmpl-1"), pair("chatcmpl-2", 30)],
        c=[pair("chatcmpl-2", 30)],
    )
    files = [tmp_path / f"{name}.jsonl" for name in "abc"]

    sums = {
        tokcount.scan([str(each) for each in order])["o200k_base:input_tokens"].sum()
        for order in permutations(files)
    }

    assert len(sums) == 1


def test_links_and_names_given_twice_are_one_file(tmp_path: Path) -> None:
    log = write(tmp_path, a=[(SAMPLES / "support-chat.jsonl").read_text().splitlines()[0]]) / "a.jsonl"
    (tmp_path / "latest.jsonl").symlink_to("a.jsonl")
    (tmp_path / "hard.jsonl").hardlink_to(log)

    done = run("cost", "-f", "json", tmp_path, log)

    assert json.loads(done.out)["records"] == 1
    assert done.err.count("\n") == 1
    assert f"{log} is read once; it is the same file as" in done.err
    assert all(name in done.err for name in ("latest.jsonl", "hard.jsonl"))
    assert run("cost", "-q", tmp_path).err == ""


def test_the_id_in_the_answer_is_that_of_the_call_whatever_the_log_calls_it() -> None:
    usage, answer = Usage(input=9, output=1), {"id": "chatcmpl-9xA"}

    numbered = call(id="7", usage=usage, response=answer)
    imported = call(id="0b4f1f4e-57b3-4d2a-9e5f-6a0c2f0b3d11", usage=usage, response=answer)

    assert identity(numbered) == identity(imported) != 0
