"""Files are replaced in one step, or left as they were."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tokcount.errors import UsageError
from tokcount.render.writing import destination, drop_stdout, replacing, write


def test_a_file_is_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    write("größer\n", tmp_path / "report.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]
    assert (tmp_path / "report.csv").read_bytes() == "größer\n".encode()


def test_a_lone_surrogate_is_written_as_its_escape(tmp_path: Path) -> None:
    write("\udcff", tmp_path / "out")

    assert (tmp_path / "out").read_text() == r"\udcff"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, OSError(28, "No space left on device")])
def test_a_failure_keeps_the_old_file_and_leaves_no_temporary_one(
    tmp_path: Path, error: BaseException | type[BaseException]
) -> None:
    target = tmp_path / "report.json"
    target.write_text("old")

    def fail() -> None:
        with replacing(target) as file:
            file.write(b"half")
            raise error

    with pytest.raises((ValueError, KeyboardInterrupt, UsageError)):
        fail()

    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]
    assert target.read_text() == "old"


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    def fail() -> None:
        with replacing(tmp_path / "report.json"):
            raise OSError(28, "No space left on device")

    with pytest.raises(
        UsageError, match=r"cannot write .*report\.json: No space left on device; the file was left"
    ):
        fail()


def test_missing_folders_are_created(tmp_path: Path) -> None:
    write("x", tmp_path / "missing" / "too" / "report.json")

    assert (tmp_path / "missing" / "too" / "report.json").read_text() == "x"


def test_a_folder_as_target_and_a_file_as_folder_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*File exists|Not a directory"):
        write("x", tmp_path / "file" / "report.json")
    with pytest.raises(UsageError, match="it is a folder"):
        write("x", tmp_path)


def test_permissions_and_links_of_the_target_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "real", tmp_path / "link"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)

    write("new", link)

    assert link.is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="this system has no /dev/null")
def test_a_device_is_written_in_place() -> None:
    write("x", Path("/dev/null"))

    assert not Path("/dev/null").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_device_is_one_line() -> None:
    with pytest.raises(UsageError, match="No space left"):
        write("x" * 100_000, Path("/dev/full"))


@pytest.mark.parametrize("path", [None, Path("-")])
def test_without_a_path_it_goes_to_standard_output(
    path: Path | None, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    with destination(path) as file:
        file.write("é\n".encode())

    assert capfdbinary.readouterr().out == "é\n".encode()


@pytest.mark.parametrize(
    ("cause", "raised"),
    [(BrokenPipeError(32, "Broken pipe"), BrokenPipeError), (OSError(28, "No space left"), UsageError)],
)
def test_a_failing_standard_output_is_one_line_unless_its_reader_is_gone(
    cause: OSError, raised: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO()))

    def fail() -> None:
        with destination(None):
            raise cause

    with pytest.raises(raised, match=cause.strerror):
        fail()


def test_dropping_a_standard_output_that_is_not_a_file_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())

    drop_stdout()


def run(program: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload,no-any-return] # options of the caller
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=False, **options
    )


def test_a_closed_pipe_ends_without_a_message() -> None:
    program = (
        "from tokcount.render.writing import write, drop_stdout\n"
        "try:\n    write('x' * 1_000_000)\n"
        "except BrokenPipeError:\n    drop_stdout()\n"
    )
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as closed:
        finished = run(program, stdout=closed)

    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_standard_output_on_a_full_disk_is_an_error_with_one_line() -> None:
    program = (
        "from tokcount.render.writing import write\nfrom tokcount.errors import UsageError\nimport sys\n"
        "try:\n    write('x' * 10)\nexcept UsageError as error:\n    print(error, file=sys.stderr)\n"
    )
    with Path("/dev/full").open("w") as full:
        finished = run(program, stdout=full)

    assert finished.stderr == "cannot write to standard output: No space left on device\n"
