"""`tokcount check --against REVISION` on a repository of prompts in which a pull request makes one grow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.in_process import Done, run
from support.repositories import GitRepository
from support.trust.watching import watching

WORDS = {"prompts/search.md": 120, "prompts/support/rewrite.md": 400, "prompts/refund.md": 60}
TOTAL = "input_tokens.total <= baseline + 5%"
EACH = "input_tokens.total <= baseline + 10% each source"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    """The main branch has three prompts."""
    made = GitRepository(tmp_path / "repo")
    for name, words in WORDS.items():
        made.write(name, "word " * words)
    made.commit()
    made.branch("main-branch")
    monkeypatch.chdir(made.folder)
    return made


def check(*options: str, budget: str = TOTAL) -> Done:
    return run(
        *("check", "prompts", "--against", "main-branch", "--assume-model", "gpt-4o", "--budget", budget),
        *options,
    )


def test_a_prompt_that_grows_by_an_eighth_fails_and_is_blamed(repository: GitRepository) -> None:
    repository.write("prompts/support/rewrite.md", "word " * 448)
    repository.commit()

    done = check()
    annotations = check("-f", "github", budget=EACH).out.splitlines()

    assert done.code == 1
    assert "✗ prompts/support/rewrite.md" in done.out
    assert "2 files unchanged" in done.out
    assert "the last commit in common with main-branch" in done.err
    assert annotations[0].startswith("::error file=prompts/support/rewrite.md,line=1")


def test_what_is_not_committed_yet_is_checked_too(repository: GitRepository) -> None:
    assert check().code == 0

    repository.write("prompts/new.md", "word " * 300)

    assert check().code == 1


def test_a_removed_prompt_is_named_and_lowers_the_sum(repository: GitRepository) -> None:
    (repository.folder / "prompts/refund.md").unlink()

    (budget,) = json.loads(check("-f", "json").out)["budgets"]

    assert budget["passed"]
    assert budget["value"] < budget["baseline"]
    assert "prompts/refund.md" in json.dumps(budget["groups"])


def test_a_folder_that_is_new_has_nothing_to_compare_with(repository: GitRepository) -> None:
    repository.write("more/prompts/a.md", "word " * 9)

    done = run("check", "more", "--against", "main-branch", "--budget", TOTAL, "--assume-model", "gpt-4o")

    assert (done.code, done.out.splitlines()[0]) == (0, "? PASSED: 0 passed, 1 not judged")


def test_no_program_is_started_to_read_a_revision(repository: GitRepository) -> None:
    with watching() as watch:
        done = check()

    assert done.code == 0
    assert watch.refused == []
    assert repository


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--baseline", "x.json"), "use one of them"),
        (("--save-baseline", "x.json"), "use one of them"),
    ],
)
def test_a_revision_and_a_file_are_not_both_compared_with(
    repository: GitRepository, options: tuple[str, ...], message: str
) -> None:
    done = check(*options)

    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert message in done.err
    assert repository


def test_a_saved_report_has_no_earlier_version(repository: GitRepository) -> None:
    run("drift", "prompts", "--to", "gpt-4o", "-f", "json", "-o", "report.json")

    done = run("check", "report.json", "--against", "main-branch", "--budget", "drift.total <= 5%")

    assert done.code == 2
    assert "not saved reports" in done.err
    assert repository
