"""Files of any size have the tokens of their text, with one process or several."""

import pytest

from tokcount.texts import counting
from tokcount.texts.counting import FileCounter
from tokcount.tokens.encodings import get

ENCODINGS = ("p50k_base", "cl100k_base", "o200k_base")
TEXT = "Zwölf Boxkämpfer jagen Viktor 12,345 times\n\n  across 中文 the dyke's end. <|endoftext|> " * 3_000


@pytest.mark.parametrize("engine", ["tiktoken", "fast"])
@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_count_what_one_counts(engine: str, jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "WORTH_A_POOL", {"tiktoken": 1_000, "fast": 1_000})
    monkeypatch.setattr("tokcount.tokens.stream.BLOCK", 10_000)
    blocks = [TEXT[i : i + 5_000] for i in range(0, len(TEXT), 5_000)]

    with FileCounter(ENCODINGS, engine, jobs) as counter:
        counts = counter.count(blocks)
        counter.finish()

    assert counts == [len(get(name).encode_ordinary(TEXT)) for name in ENCODINGS]


def test_a_small_file_starts_no_process() -> None:
    with FileCounter(ENCODINGS, "tiktoken", 2) as counter:
        counts = counter.count(["2 + 2", " = 4"])
        counter.finish()

        assert counts == [5, 7, 7]
        assert counter._pool is None


def test_small_files_are_counted_in_bundles_by_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "WORTH_A_POOL", {"tiktoken": 3_000, "fast": 3_000})
    monkeypatch.setattr(counting, "BUNDLE", 200)
    files = [f"file {n}: " + TEXT[: n * 10] for n in range(100)]

    with FileCounter(ENCODINGS, "tiktoken", 2) as counter:
        counts = [counter.count([text[:20], text[20:]]) for text in files]
        counter.finish()
        assert counter._pool is not None

    assert counts == [[len(get(name).encode_ordinary(text)) for name in ENCODINGS] for text in files]
