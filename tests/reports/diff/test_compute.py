"""Two scans compared: the tables add up, names follow the folders, records are matched in files of equal length."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.prompt_files import write_all

from tokcount.logs.options import ReadOptions
from tokcount.logs.source import expand
from tokcount.models.references import parse_reference
from tokcount.reports.diff.compute import Scanned, report
from tokcount.reports.diff.report import DiffReport
from tokcount.scanning.plan import ScanPlan
from tokcount.scanning.run import run

BOTH = ScanPlan(references=(parse_reference("o200k_base"),), own=True, parts=True)


def line(content: str, model: str | None = "gpt-4o", **more: object) -> str:
    request = {"messages": [{"role": "user", "content": content}], "temperature": 1, **more}
    return json.dumps(request if model is None else {"model": model, **request})


def scanned(path: Path, plan: ScanPlan = BOTH) -> Scanned:
    frame, skipped = run(expand([str(path)]), plan, ReadOptions(), jobs=1).counted()
    return Scanned(str(path), path.is_dir(), frame, skipped.total)


def compared(old: Path, new: Path, plan: ScanPlan = BOTH, top: int = 5) -> DiffReport:
    return report(scanned(old, plan), scanned(new, plan), plan.labels, top)


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A folder as it was and as it is: one file grew, one shrank, one is new, one is gone, one is the same."""
    before = {"a.jsonl": line("word " * 10), "b.jsonl": line("word " * 30), "same.jsonl": line("x")}
    after = {"a.jsonl": line("word " * 25), "b.jsonl": line("word " * 20), "same.jsonl": line("x")}
    old = write_all(tmp_path / "before", {**before, "gone/c.jsonl": line("word")})
    return old, write_all(tmp_path / "after", {**after, "new.jsonl": line("12 34")})


def statuses(found: DiffReport, folder: Path) -> dict[str, str]:
    return {str(Path(each.name or "").relative_to(folder)): each.status for each in found.sources}


def test_files_are_compared_by_their_path_in_the_folder(folders: tuple[Path, Path]) -> None:
    found = compared(*folders)

    assert statuses(found, folders[1]) == {
        "a.jsonl": "grew",
        "new.jsonl": "new",
        "gone/c.jsonl": "removed",
        "b.jsonl": "shrank",
    }
    assert found.unchanged_sources == 1
    assert [each.difference for each in found.sources][:1] == [15]


def test_every_table_adds_up_to_the_difference(folders: tuple[Path, Path]) -> None:
    found = compared(*folders)

    for table in (found.sources, found.models, found.classes):
        assert sum(each.difference for each in table) == found.difference
    assert sum(each.new or 0 for each in found.classes) == found.new.input_tokens
    assert found.difference == found.new.input_tokens - found.old.input_tokens
    assert found.new.content_tokens + found.new.framing_tokens == found.new.input_tokens


def test_the_other_way_round_everything_changes_its_sign(folders: tuple[Path, Path]) -> None:
    there, back = compared(*folders), compared(*reversed(folders))

    assert back.difference == -there.difference
    assert sorted(each.difference for each in back.sources) == sorted(
        -each.difference for each in there.sources
    )


def test_two_files_are_one_file_whatever_their_names(tmp_path: Path) -> None:
    write_all(tmp_path, {"x.jsonl": line("a"), "deep/y.jsonl": line("a b c d")})

    found = compared(tmp_path / "x.jsonl", tmp_path / "deep/y.jsonl")

    assert [(Path(each.name or "").name, each.status) for each in found.sources] == [("y.jsonl", "grew")]


def test_records_are_matched_by_their_number_in_files_of_equal_length(tmp_path: Path) -> None:
    before = [line("a"), line("b b"), line("c")]
    after = [line("a"), "", line("b b b b"), line("c c")]
    write_all(tmp_path, {"x.jsonl": "\n".join(before), "y.jsonl": "\n".join(after)})

    found = compared(tmp_path / "x.jsonl", tmp_path / "y.jsonl", top=1)

    assert (found.matched, found.more_changed) == (3, 1)
    assert [(each.line, each.difference) for each in found.changed] == [(3, 2)]


def test_records_of_a_file_with_more_records_than_before_are_not_matched(tmp_path: Path) -> None:
    write_all(tmp_path, {"x.jsonl": line("a"), "y.jsonl": f"{line('new')}\n{line('a')}"})

    found = compared(tmp_path / "x.jsonl", tmp_path / "y.jsonl")

    assert (found.matched, found.changed) == (0, [])
    assert [(each.old_records, each.new_records) for each in found.sources] == [(1, 2)]


def test_records_without_a_known_model_are_counted_under_the_fallback(tmp_path: Path) -> None:
    write_all(
        tmp_path,
        {"x.jsonl": f"{line('a', None)}\n{line('a')}", "y.jsonl": f"{line('a b', None)}\n{line('a')}"},
    )

    found = compared(tmp_path / "x.jsonl", tmp_path / "y.jsonl")

    assert (found.reference, found.fallback) == ("own", "o200k_base")
    assert (found.old.under_fallback, found.new.under_fallback, found.new.uncounted) == (1, 1, 0)
    assert {each.name: each.difference for each in found.models} == {None: 1, "gpt-4o": 0}


def test_under_one_reference_there_is_no_fallback(tmp_path: Path) -> None:
    write_all(tmp_path, {"x.jsonl": line("a", "mystery"), "y.jsonl": line("a b", None)})
    plan = ScanPlan(references=(parse_reference("gpt-4o"),), parts=True)

    found = compared(tmp_path / "x.jsonl", tmp_path / "y.jsonl", plan)

    assert (found.reference, found.fallback, found.new.under_fallback) == ("gpt-4o", None, 0)
    assert (found.difference, found.new.uncounted) == (1, 0)


def test_the_input_is_as_billed_where_the_log_says_so(tmp_path: Path) -> None:
    def billed(tokens: int) -> str:
        usage = {"prompt_tokens": tokens, "completion_tokens": 1}
        answer: dict[str, Any] = {
            "choices": [{"message": {"role": "assistant", "content": "x"}}],
            "usage": usage,
        }
        return json.dumps({"request": json.loads(line("a")), "response": answer})

    write_all(tmp_path, {"x.jsonl": billed(100), "y.jsonl": billed(130)})

    found = compared(tmp_path / "x.jsonl", tmp_path / "y.jsonl")

    assert (found.old.input_tokens, found.new.input_tokens, found.new.output_tokens) == (100, 130, 1)
    assert found.classes[-1].name == "not broken down"
    assert sum(each.difference for each in found.classes) == 30


def test_a_side_without_records_is_empty(tmp_path: Path) -> None:
    write_all(tmp_path, {"x.jsonl": line("a"), "y.jsonl": "no log\n"})

    found = compared(tmp_path / "x.jsonl", tmp_path / "y.jsonl")

    assert (found.new.records, found.new.input_tokens, found.new.skipped) == (0, 0, 1)
    assert [each.status for each in found.sources] == ["removed"]


@given(st.lists(st.text(max_size=20), max_size=4), st.lists(st.text(max_size=20), max_size=4))
def test_nothing_differs_from_itself_and_sums_always_agree(
    tmp_path_factory: pytest.TempPathFactory, old: list[str], new: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("logs")
    for name, texts in (("x", old), ("y", new)):
        write_all(folder, {f"{name}.jsonl": "\n".join(map(line, texts))})
    before, after = scanned(folder / "x.jsonl"), scanned(folder / "y.jsonl")

    same, found = report(before, before, BOTH.labels, 5), report(before, after, BOTH.labels, 5)

    assert (same.difference, same.sources, same.changed) == (0, [], [])
    assert sum(each.difference for each in found.classes) == found.difference
