"""A prompt file may refer to the files of its own folder, and to no others."""

from pathlib import Path

import pytest
from support.prompt_files import write_all

from tokcount.logs.paths.neighbours import Neighbours


def test_files_of_the_folder_and_below_it_are_read(tmp_path: Path) -> None:
    write_all(tmp_path, {"a.txt": "a", "below/b.txt": "b"})
    near = Neighbours(str(tmp_path))

    assert [near.read(name) for name in ("a.txt", "below/b.txt")] == ["a", "b"]
    assert near.fitting("**/*.txt") == ["a.txt", "below/b.txt"]


@pytest.mark.parametrize("name", ["../out.txt", "/etc/hostname", "link.txt", "", "nothing.txt", "a\0b"])
def test_what_is_elsewhere_is_not_opened(tmp_path: Path, name: str) -> None:
    write_all(tmp_path, {"out.txt": "secret", "in/a.txt": "a"})
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "out.txt")

    assert Neighbours(str(tmp_path / "in")).read(name) is None


def test_a_pattern_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    write_all(tmp_path, {"out.txt": "secret", "in/a.txt": "a"})

    assert Neighbours(str(tmp_path / "in")).fitting("../*.txt") == []
