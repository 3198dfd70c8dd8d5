"""Paths become sources: files, folders, globs, standard input."""

import os
from pathlib import Path

import pytest

from tokcount.errors import UsageError
from tokcount.logs.source import STDIN, expand


def test_a_folder_gives_its_files_in_sorted_order(tmp_path: Path) -> None:
    """Below folders, too; names with a leading dot are ignored."""
    for name in ("b.jsonl", "a/z.jsonl", "a/y.jsonl", ".hidden", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")

    names = [os.path.relpath(source.path, tmp_path) for source in expand([str(tmp_path)])]

    assert names == ["b.jsonl", os.path.join("a", "y.jsonl"), os.path.join("a", "z.jsonl")]  # noqa: PTH118


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    """A folder that a link leads back to is entered once."""
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "log.jsonl").write_text("{}")
    (tmp_path / "inner" / "back").symlink_to(tmp_path)

    assert len(expand([str(tmp_path)])) == 1


def test_a_pattern_gives_what_fits(tmp_path: Path) -> None:
    """Globs work when the shell did not expand them, at any depth with two stars."""
    (tmp_path / "x").mkdir()
    for name in ("1.jsonl", "2.jsonl", "3.txt", "x/4.jsonl"):
        (tmp_path / name).write_text("{}")

    assert len(expand([f"{tmp_path}/*.jsonl"])) == 2
    assert len(expand([f"{tmp_path}/**/*.jsonl"])) == 3


def test_a_name_with_brackets_is_a_file_first(tmp_path: Path) -> None:
    """A file called `log[1].jsonl` is not a pattern."""
    (tmp_path / "log[1].jsonl").write_text("{}")

    assert [source.size for source in expand([str(tmp_path / "log[1].jsonl")])] == [2]


@pytest.mark.parametrize("path", ["nowhere.jsonl", "nowhere/*.jsonl"])
def test_what_is_not_there_is_a_usage_error(path: str, tmp_path: Path) -> None:
    """One line, with the path."""
    with pytest.raises(UsageError, match="nowhere") as raised:
        expand([str(tmp_path / path)])

    assert "\n" not in str(raised.value)


def test_a_dash_is_standard_input() -> None:
    """It has no size."""
    (source,) = expand([STDIN])

    assert source.is_stdin
    assert source.size is None


def test_a_folder_that_may_not_be_entered_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It becomes a source, so that reading it reports why."""
    (tmp_path / "closed").mkdir()
    (tmp_path / "log.jsonl").write_text("{}")
    scandir = os.scandir

    def guarded(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)

    assert [Path(source.path).name for source in expand([str(tmp_path)])] == ["log.jsonl", "closed"]
