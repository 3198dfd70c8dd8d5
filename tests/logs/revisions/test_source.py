"""The files of a commit are found as those of a folder are, and read without a checkout."""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.repositories import GitRepository

from tokcount.errors import UsageError
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import read
from tokcount.logs.record import Record
from tokcount.logs.revisions.repository import commit_of
from tokcount.logs.revisions.source import committed
from tokcount.logs.source import expand

FILES = {
    "prompts/a.md": "Old text.",
    "prompts/search/b.txt": "Find.",
    "prompts/.hidden.md": "No.",
    ".github/prompts/review.prompt.md": "Review.",
    ".github/workflows/ci.yml": "jobs: {}",
    "in/promptfooconfig.yaml": "prompts: ['file://one.txt']\nproviders: ['openai:gpt-4o']\n",
    "in/one.txt": "One.",
    "README.md": "About.",
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepository:
    """A repository of prompts with one commit, in the current folder; then all is changed on disk."""
    made = GitRepository(tmp_path / "repo")
    for name, text in FILES.items():
        made.write(name, text)
    made.commit()
    made.branch("before")
    for name in FILES:
        made.write(name, "New")
    made.commit()
    monkeypatch.chdir(made.folder)
    return made


@pytest.mark.parametrize(
    "path",
    [
        ".",
        "prompts",
        "prompts/a.md",
        "prompts/*.md",
        "**/*.txt",
        ".github",
        ".github/prompts",
        "./in/../prompts",
    ],
)
def test_the_same_files_are_found_under_the_same_names_as_on_disk(
    repository: GitRepository, path: str
) -> None:
    found = committed([path], commit_of("before"))
    on_disk = expand([path])

    assert sorted((source.path, source.folder) for source in found) == sorted(
        (source.path, source.folder) for source in on_disk
    )
    assert found
    assert repository.folder == Path.cwd()


def test_absolute_paths_and_folders_below_the_root_are_found(
    repository: GitRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository.folder / "prompts")
    commit = commit_of("before")

    assert [source.path for source in committed([".", "../README.md"], commit)] == [
        "./a.md",
        "./search/b.txt",
        "../README.md",
    ]
    assert [source.path for source in committed([str(repository.folder / "in")], commit)] == [
        str(repository.folder / "in" / name) for name in ("one.txt", "promptfooconfig.yaml")
    ]


def test_the_content_is_that_of_the_commit_also_of_files_that_are_referred_to(
    repository: GitRepository,
) -> None:
    items = list(read(committed(["prompts/a.md", "in"], commit_of("before")), ReadOptions()))
    texts = [item.request["prompt"] for item in items if isinstance(item, Record) and item.request]

    assert texts == ["Old text.", "One."]
    assert (repository.folder / "prompts/a.md").read_text() == "New"


def test_the_commit_is_the_last_one_in_common(repository: GitRepository) -> None:
    repository.branch("other")
    first = commit_of("before")
    repository.write("x", "x")
    head = repository.commit()

    assert commit_of("HEAD").id == head
    assert commit_of("before") == first
    assert first.is_base
    assert commit_of("HEAD~2") == first


def test_a_file_that_was_added_since_is_left_out(repository: GitRepository) -> None:
    repository.write("prompts/new.md", "New")

    assert committed(["prompts/new.md"], commit_of("before")) == []


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: commit_of("nowhere"), "nowhere: not a revision"),
        (lambda: commit_of("--help"), "not a revision"),
        (lambda: committed(["/etc"], commit_of("before")), "/etc: not in the repository"),
        (lambda: committed(["-"], commit_of("before")), "standard input has no earlier version"),
    ],
)
def test_what_is_not_in_the_repository_is_one_line(
    repository: GitRepository, call: Callable[[], object], message: str
) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        call()

    assert "\n" not in str(raised.value)
    assert repository


def test_outside_a_repository_the_message_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dulwich")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match="not in a git repository"):
        commit_of("main")
