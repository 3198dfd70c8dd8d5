"""``tokcount count``: like ``wc``, for tokens."""

import json
from pathlib import Path

import pytest
from running import tokcount


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("2 + 2 = 4", [5, 7, 7]),
        ("請寫一首關於秋天的詩：", [24, 18, 12]),
        ("<|endoftext|>", [7, 7, 7]),
        ("", [0, 0, 0]),
    ],
)
def test_three_encodings_are_the_default(text: str, counts: list[int]) -> None:
    done = tokcount("count", "-f", "csv", stdin=text)

    header, row = done.stdout.decode().splitlines()
    assert header == "path,bytes,p50k_base,cl100k_base,o200k_base"
    assert row == f"-,{len(text.encode())},{','.join(map(str, counts))}"


def test_bare_prints_only_the_number() -> None:
    assert tokcount("count", "--bare", "-e", "o200k_base", stdin="<|endoftext|>").stdout == b"7\n"


def test_a_model_counts_under_its_encoding() -> None:
    done = tokcount("count", "-m", "gpt-4o", "-m", "text-davinci-003", "-f", "json", stdin="2 + 2 = 4")

    report = json.loads(done.stdout)
    assert report["command"] == "count"
    assert report["schema_version"] == 1
    assert report["total"] == {"gpt-4o": 7, "text-davinci-003": 5}


def test_several_files_have_a_total(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("2 + 2 = 4")
    done = tokcount("count", tmp_path, "-f", "json")

    report = json.loads(done.stdout)
    assert [item["tokens"]["o200k_base"] for item in report["inputs"]] == [7, 7]
    assert report["total"]["o200k_base"] == 14


def test_a_byte_order_mark_is_no_text() -> None:
    assert tokcount("count", "--bare", "-e", "o200k_base", stdin=b"\xef\xbb\xbfhi").stdout == b"1\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.txt",), "missing.txt: no such file or folder"),
        (("-e", "o200k"), "unknown encoding 'o200k'"),
        (("-m", "gpt4o"), "unknown model 'gpt4o'. Close: gpt-4o"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments: tuple[str, ...], message: str) -> None:
    done = tokcount("count", *arguments)

    assert done.returncode == 2
    assert done.stdout == b""
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr.decode()


def test_polars_and_rich_stay_unloaded() -> None:
    import subprocess
    import sys

    script = (
        "import sys; sys.argv = ['tokcount', 'count', '-f', 'csv']\n"
        "from tokcount.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted({'polars', 'rich'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=b"hi", capture_output=True, check=True)

    assert done.stderr.decode().strip() == "[]"
