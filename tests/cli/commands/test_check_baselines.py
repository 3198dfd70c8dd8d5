"""`tokcount check` on a repository of prompts: first run, update, growth, new and removed files, new budgets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.in_process import Done
from support.inside import Inside

MAIN = ".tokcount/main.json"
TOTAL = "input_tokens.total <= baseline + 10%"
WORDS = {"prompts/search.md": 120, "prompts/support/rewrite.md": 90, "prompts/refund.md": 60}
"""The files of the main branch, and how many words they have."""


class Repository:
    """Prompt files in the folder of the run, and the budgets that they are checked against."""

    def __init__(self, inside: Inside) -> None:
        self.inside = inside
        for name, words in WORDS.items():
            self.grow(name, words)

    def grow(self, name: str, words: int) -> None:
        self.inside.write(name, "word " * words)

    def check(self, *options: str, budget: str = TOTAL) -> Done:
        arguments = ("--text", "--assume-model", "gpt-4o", "--budget", budget, "--baseline", MAIN)
        return self.inside("check", "prompts", *arguments, *options)

    def save(self, **options: Any) -> Done:
        return self.check("--save-baseline", MAIN, **options)


@pytest.fixture
def repository(inside: Inside) -> Repository:
    return Repository(inside)


def report(done: Done) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done.out)
    return document


def test_the_first_run_passes_with_a_note(repository: Repository) -> None:
    done = repository.check()

    assert (done.code, done.out.splitlines()[0]) == (0, "? PASSED: 0 passed, 1 not judged")
    assert done.err.startswith(
        f"tokcount: {MAIN} does not exist: budgets relative to it are not judged; save it with --save-baseline {MAIN}\n"
    )


def test_a_missing_baseline_fails_where_one_must_exist(repository: Repository) -> None:
    done = repository.check("--baseline-missing", "fail")

    assert done.code == 1
    assert f"✗ {TOTAL}: 294; no baseline; save one with --save-baseline FILE" in done.out


def test_a_baseline_is_saved_in_a_new_folder_with_a_value_for_each_file(repository: Repository) -> None:
    saved, again = repository.save(), repository.check()

    document = json.loads(Path(MAIN).read_text("utf-8"))
    assert (saved.code, again.code) == (0, 0)
    assert set(document["sources"]) == set(WORDS)
    assert (
        sum(values["input_tokens.total"] for values in document["sources"].values())
        == (document["values"]["input_tokens.total"])
    )


def test_a_prompt_that_grew_by_an_eighth_of_all_is_blamed(repository: Repository) -> None:
    repository.save()
    repository.grow("prompts/support/rewrite.md", 90 + 36)

    done = repository.check()
    annotations = repository.check("-f", "github").out.splitlines()

    assert done.code == 1
    assert "✗ prompts/support/rewrite.md\t98\t134\t0.367347\t" in done.out.splitlines()
    assert "2 files unchanged" in done.out
    assert annotations[0] == (
        "::error file=prompts/support/rewrite.md,line=1,title=tokcount check::134, baseline 98, +36.7 %25 here; "
        "input_tokens.total <= baseline + 10%25: 294 → 330, +12.2 %25, allowed +10 %25"
    )


def test_the_comment_on_a_pull_request_names_what_grew(repository: Repository) -> None:
    repository.save()
    repository.grow("prompts/support/rewrite.md", 90 + 36)

    comment = repository.check("-f", "comment").out

    assert comment.splitlines()[:6:2] == [
        "<!-- tokcount -->",
        "### ❌ tokcount: 1 budget broken, 0 passed",
        (
            "input_tokens.total &lt;= baseline + 10%: 294 → 330, +12.2 %, allowed +10 %. "
            "prompts/support/rewrite.md: 134, baseline 98, +36.7 %"
        ),
    ]
    assert (
        "| ❌ input_tokens.total &lt;= baseline + 10% | 294 | 330 | +12.2\N{NO-BREAK SPACE}% | 323.4 |"
        in comment
    )
    assert "| ❌ prompts/support/rewrite.md | 98 | 134 | +36.7\N{NO-BREAK SPACE}% |  |" in comment


def test_new_and_removed_files_are_named(repository: Repository) -> None:
    repository.save()
    repository.grow("prompts/new.md", 300)
    Path("prompts/refund.md").unlink()

    lines = repository.check().out.splitlines()

    assert "✗ prompts/new.md\t\t308\t\tnew" in lines
    assert "  prompts/refund.md\t68\t\t\tremoved" in lines


def test_a_renamed_folder_still_compares(repository: Repository) -> None:
    repository.save()
    Path("prompts").rename("texts")
    Path("prompts").symlink_to("texts")

    assert repository.check().code == 0


def test_a_baseline_is_updated_by_the_run_that_saves_it(repository: Repository) -> None:
    repository.save()
    repository.grow("prompts/search.md", 500)

    broken, updated, accepted = repository.check(), repository.save(), repository.check()

    assert (broken.code, updated.code, accepted.code) == (1, 0, 0)


def test_a_new_budget_only_warns_until_the_baseline_has_its_value(repository: Repository) -> None:
    repository.save()
    new = "framing_tokens.total <= baseline + 2%"

    first = repository.check(budget=new)
    repository.save(budget=new)
    repository.grow("prompts/another.md", 10)
    second = repository.check(budget=new)

    assert (first.code, second.code) == (0, 1)
    assert f"? {new}: new, not in the baseline; save it with --save-baseline" in first.out.splitlines()


def test_each_file_is_compared_with_itself(repository: Repository) -> None:
    each = f"{TOTAL} each source"
    repository.save(budget=each)
    repository.grow("prompts/refund.md", 80)
    repository.grow("prompts/new.md", 800)

    done = repository.check("-f", "json", budget=each)

    (entry,) = report(done)["budgets"]
    assert done.code == 1
    assert [record["source"] for record in entry["records"]] == ["prompts/refund.md"]
    assert (entry["baseline"], entry["value"]) == (68, 88)


def test_a_saved_report_is_judged_as_the_files_were(repository: Repository) -> None:
    repository.save()
    repository.grow("prompts/search.md", 200)
    options = ["--budget", TOTAL, "--baseline", MAIN, "-f", "json"]

    first = repository.check("-f", "json", "-o", "report.json")
    again = repository.inside("check", "report.json", *options)
    saved = repository.inside("check", "report.json", *options, "--save-baseline", "again.json")

    assert (first.code, again.code, saved.code) == (1, 1, 1)
    assert report(again)["budgets"][0]["groups"][0]["name"] == "prompts/search.md"
    assert json.loads(Path("again.json").read_text("utf-8"))["sources"]["prompts/search.md"]


def test_an_older_baseline_still_compares_without_naming_files(repository: Repository) -> None:
    repository.inside.write(MAIN, '{"tokcount_baseline": 1, "values": {"input_tokens.total": 200}}')

    done = repository.check("-f", "json")

    (entry,) = report(done)["budgets"]
    assert (done.code, entry["baseline"]) == (1, 200)
    assert f"{MAIN} has no values of files: which one grew is not known until it is saved again" in done.err
