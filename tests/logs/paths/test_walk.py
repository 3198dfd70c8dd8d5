"""Which files of a folder are found."""

from pathlib import Path

from support.prompt_files import write_all

from tokcount.logs.source import expand


def test_of_hidden_folders_only_the_prompts_of_github_are_read(tmp_path: Path) -> None:
    files = (
        ".github/prompts/review.prompt.md",
        ".github/copilot-instructions.md",
        ".github/workflows/ci.yml",
        ".github/ISSUE_TEMPLATE/bug.md",
        ".cache/prompts/a.md",
    )
    write_all(tmp_path, dict.fromkeys(files, "x"))

    found = [Path(source.path).relative_to(tmp_path).as_posix() for source in expand([str(tmp_path)])]

    assert found == [".github/copilot-instructions.md", ".github/prompts/review.prompt.md"]


def test_a_file_knows_the_folder_in_which_it_was_found_unless_it_was_named(tmp_path: Path) -> None:
    write_all(tmp_path, {"a.md": "x", "b.md": "y"})

    first, second = expand([str(tmp_path), str(tmp_path / "b.md")])

    assert (first.folder, second.folder) == (str(tmp_path), None)
