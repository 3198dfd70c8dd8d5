"""Archives and other binary containers: what can be read is read, the rest is reported."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from support.logfiles import CHAT_LINE, read_all

from tokcount.logs.containers import sniff as containers


def archive(**members: str | bytes) -> bytes:
    """A zip archive; `__` in a name becomes a dot; a name that ends with a slash makes a folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.mkdir("folder")
        for name, data in members.items():
            made.writestr(name.replace("__", "."), data)
    return file.getvalue()


def test_logs_in_an_archive_are_read_and_the_rest_is_counted_by_kind(tmp_path: Path) -> None:
    data = archive(a__jsonl=CHAT_LINE, picture__png=b"\x89PNG", other__png=b"", __hidden__jsonl=CHAT_LINE)
    records, skipped = read_all(tmp_path, data, "logs.zip")

    assert [record.source.rsplit("/", 1)[1] for record in records] == ["a.jsonl"]
    assert [(item.reason, "2 .png" in item.detail) for item in skipped] == [("unsupported", True)]


def test_an_archive_inside_an_archive_is_left_to_the_user(tmp_path: Path) -> None:
    records, skipped = read_all(tmp_path, archive(inner__json=archive(a__jsonl=CHAT_LINE)), "logs.zip")

    assert records == []
    assert [(item.reason, item.detail) for item in skipped] == [
        ("unsupported", "an archive inside an archive; unpack it first")
    ]


def test_an_archive_that_is_packed_itself_is_held_in_memory_up_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(archive(a__jsonl=CHAT_LINE))
    small, _ = read_all(tmp_path, packed, "logs.zip.gz")
    monkeypatch.setattr(containers, "LARGEST_HELD", 10)
    large, skipped = read_all(tmp_path, packed, "logs.zip.gz")

    assert (len(small), large) == (1, [])
    assert [(item.reason, "must be a plain file" in item.detail) for item in skipped] == [
        ("unsupported", True)
    ]


def test_a_member_with_a_password_is_reported_as_encrypted(tmp_path: Path) -> None:
    data = bytearray(archive(a__jsonl=CHAT_LINE))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1

    _, skipped = read_all(tmp_path, bytes(data), "logs.zip")

    assert [item.reason for item in skipped] == ["encrypted"]


def test_an_archive_that_is_cut_off_is_unreadable(tmp_path: Path) -> None:
    _, skipped = read_all(tmp_path, archive(a__jsonl=CHAT_LINE)[:40], "logs.zip")

    assert [(item.reason, item.detail) for item in skipped] == [("unreadable", "the zip archive is damaged")]


def test_a_format_that_fails_at_the_end_of_a_file_ends_no_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: object, *_: object, **__: object) -> object:
        raise KeyError("x")

    monkeypatch.setattr("tokcount.logs.detect.Detector.finish", failing)
    records, skipped = read_all(tmp_path, CHAT_LINE)

    assert len(records) == 1
    assert {item.reason for item in skipped} == {"unparsed"}
