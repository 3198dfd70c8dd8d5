"""``tokcount count``: like ``wc``, for tokens."""

import json
from pathlib import Path

import pytest
from support.in_process import tokcount
from support.running import tokcount as process


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
    assert header == "p50k_base,cl100k_base,o200k_base,bytes,path"
    assert row == f"{','.join(map(str, counts))},{len(text.encode())},-"


def test_bare_prints_only_the_number() -> None:
    assert process("count", "--bare", "-e", "o200k_base", stdin="<|endoftext|>").stdout == b"7\n"


def test_a_model_counts_under_its_encoding() -> None:
    done = tokcount("count", "-m", "gpt-4o", "-m", "text-davinci-003", "-f", "json", stdin="2 + 2 = 4")

    report = json.loads(done.stdout)
    assert report["command"] == "count"
    assert report["schema_version"] == 2
    assert report["total"] == {"gpt-4o": 7, "text-davinci-003": 5}


def test_a_list_with_commas_names_several_columns() -> None:
    one_by_one = tokcount(
        "count", "-e", "p50k_base", "-e", "cl100k_base", "-m", "gpt-4o", "-m", "gpt-4", stdin="2 + 2"
    )
    lists = tokcount("count", "-e", "p50k_base, cl100k_base", "-m", "gpt-4o,gpt-4", stdin="2 + 2")

    assert lists.returncode == 0
    assert lists.stdout == one_by_one.stdout


def test_several_files_have_a_total(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("2 + 2 = 4")
    done = tokcount("count", tmp_path, "-f", "json")

    report = json.loads(done.stdout)
    assert [item["tokens"]["o200k_base"] for item in report["inputs"]] == [7, 7]
    assert report["total"]["o200k_base"] == 14


def test_a_byte_order_mark_is_not_counted() -> None:
    assert process("count", "--bare", "-e", "o200k_base", stdin=b"\xef\xbb\xbfhi").stdout == b"1\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "looks binary"),
        (
            "caf\u00e9 ".encode("cp1252") * 3,
            "not valid UTF-8; the bytes that are not were read as Windows-1252",
        ),
    ],
)
def test_binary_content_is_counted_with_a_warning(tmp_path: Path, content: bytes, expected: str) -> None:
    file = tmp_path / "x.png"
    file.write_bytes(content)
    done = tokcount("count", "--bare", "-e", "o200k_base", file)

    assert done.returncode == 0
    assert int(done.stdout) > 0
    assert done.stderr.decode().startswith(f"tokcount: {file}: {expected}")
    assert len(done.stderr.splitlines()) == 1
    assert tokcount("count", "-q", file).stderr == b""


def test_a_character_cut_by_a_block_is_decoded(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("x" + "\u00e9" * (1 << 20))

    assert tokcount("count", file).stderr == b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.txt",), "missing.txt: no such file or folder"),
        (("-e", "o200k"), "unknown encoding or model 'o200k'. Did you mean o200k_base"),
        (("-m", "gpt4o"), "unknown encoding or model 'gpt4o'. Did you mean gpt-4o"),
    ],
)
def test_mistakes_are_one_line_and_exit_2(arguments: tuple[str, ...], message: str) -> None:
    done = tokcount("count", *arguments)

    assert done.returncode == 2
    assert done.stdout == b""
    assert len(done.stderr.splitlines()) == 1
    assert message in done.stderr.decode()


def test_a_short_text_loads_neither_tiktoken_nor_polars_nor_rich() -> None:
    import subprocess
    import sys

    script = (
        "import sys; sys.argv = ['tokcount', 'count', '-f', 'csv']\n"
        "from tokcount.__main__ import main\n"
        "try: main()\n"
        "finally: print(sorted({'polars', 'rich', 'tiktoken', 'splintr'} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], input=b"hi", capture_output=True, check=True)

    assert done.stderr.decode().strip() == "[]"


def test_an_engine_warning_is_printed_once_and_not_when_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    from tokcount.tokens.engines import splintr as fast

    monkeypatch.setattr(fast, "problem", lambda: "splintr 0.99 is installed, 0.22.* is needed")
    done = tokcount("count", "--bare", "-e", "o200k_base", stdin="é")
    quiet = tokcount("count", "--bare", "-e", "o200k_base", "-q", stdin="é")
    log = tokcount("drift", stdin='{"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}')

    assert done.stdout == quiet.stdout == b"1\n"
    assert done.stderr.decode() == (
        "tokcount: splintr 0.99 is installed, 0.22.* is needed; tiktoken is used. Install tokcount[fast].\n"
    )
    assert quiet.stderr == b""
    assert b"tiktoken is used" in log.stderr
