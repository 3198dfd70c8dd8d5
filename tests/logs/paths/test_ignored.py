"""What `.gitignore` leaves out of folders that are named."""

import os
from pathlib import Path

import pytest
from support.prompt_files import write_all

from tokcount.logs.paths.ignored import Ignored, left_out
from tokcount.logs.source import expand


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with rules in two folders."""
    (tmp_path / ".git" / "info").mkdir(parents=True)
    return write_all(
        tmp_path,
        {
            ".gitignore": "build/\n*.tmp\n/only-here.txt\n",
            "prompts/.gitignore": "!kept.tmp\ndraft*\n",
            ".git/info/exclude": "mine.txt\n",
            **dict.fromkeys(
                (
                    "build/a.txt",
                    "a.tmp",
                    "only-here.txt",
                    "mine.txt",
                    "prompts/only-here.txt",
                    "prompts/kept.tmp",
                    "prompts/draft.txt",
                    "prompts/build/b.txt",
                ),
                "x",
            ),
        },
    )


def names(folder: Path, below: Path, **options: bool) -> list[str]:
    return [os.path.relpath(source.path, below) for source in expand([str(folder)], **options)]


def test_the_rules_of_every_folder_apply_and_the_nearest_one_decides(repository: Path) -> None:
    assert names(repository, repository) == ["prompts/kept.tmp", "prompts/only-here.txt"]


def test_the_rules_above_a_named_folder_apply_in_it(repository: Path) -> None:
    assert names(repository / "prompts", repository) == ["prompts/kept.tmp", "prompts/only-here.txt"]


def test_nothing_is_ignored_in_a_folder_that_is_ignored_itself(repository: Path) -> None:
    assert names(repository / "build", repository) == ["build/a.txt"]


def test_a_file_that_is_named_is_read_although_it_is_ignored(repository: Path) -> None:
    assert names(repository / "a.tmp", repository) == ["a.tmp"]


def test_ignoring_can_be_turned_off(repository: Path) -> None:
    assert len(names(repository, repository, ignore=False)) == 8


def test_nothing_is_ignored_outside_a_repository(tmp_path: Path) -> None:
    write_all(tmp_path, {".gitignore": "*\n", "a.txt": "x"})

    assert names(tmp_path, tmp_path) == ["a.txt"]


def test_what_was_left_out_is_one_sentence(repository: Path) -> None:
    found: list[Ignored] = []
    expand([str(repository)], left_out=found)

    assert left_out(found) == "left out by .gitignore: 4 files and 2 folders; --no-ignore reads them"
    assert left_out([]) is None
