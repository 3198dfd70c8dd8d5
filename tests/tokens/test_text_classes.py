"""What a text is made of, run by run."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.texts import NASTY, patient

from tokcount.tokens.engines.base import repair
from tokcount.tokens.text_classes import CLASSES, is_code, runs


def pieces(text: str) -> list[tuple[str, str]]:
    found = runs(text)
    ends = [*(start for start, _ in found[1:]), len(text)][: len(found)]
    return [(CLASSES[number], text[start:end]) for (start, number), end in zip(found, ends, strict=True)]


TOLD = {
    "prose keeps its punctuation": ("Hello, world!", [("latin", "Hello, world!")]),
    "a space belongs to what follows": (
        "costs 3.50 now",
        [("latin", "costs"), ("digits", " 3.50"), ("latin", " now")],
    ),
    "scripts": (
        "請寫 Привет عربى हिन्दी ไทย",
        [
            ("cjk", "請寫"),
            ("cyrillic", " Привет"),
            ("arabic", " عربى"),
            ("indic", " हिन्दी"),
            ("other", " ไทย"),
        ],
    ),
    "japanese and korean are cjk": ("東京の秋 안녕", [("cjk", "東京の秋 안녕")]),
    "accents": ("e\u0301té naïve", [("latin", "e\u0301té naïve")]),
    "emoji": ("ok 👍🏽👩‍👩‍👧", [("latin", "ok"), ("emoji", " 👍🏽👩‍👩‍👧")]),
    "indentation": ("a\n\n    b", [("latin", "a"), ("white_space", "\n\n   "), ("latin", " b")]),
    "code line by line": (
        "Look:\ndef f(x):\n    return x\nThat is all",
        [
            ("latin", "Look:"),
            ("white_space", "\n"),
            ("code", "def f(x):"),
            ("white_space", "\n   "),
            ("code", " return x"),
            ("white_space", "\n"),
            ("latin", "That is all"),
        ],
    ),
    "a link": (
        "see https://a.b/c?d=1 now",
        [("latin", "see"), ("data", " https://a.b/c?d=1"), ("latin", " now")],
    ),
    "base64": ("aGVsbG8g" * 20, [("data", "aGVsbG8g" * 20)]),
    "a ruler is no data": ("-" * 80, [("signs", "-" * 80)]),
    "nothing": ("", []),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_text_is_taken_apart_as_a_reader_would(name: str) -> None:
    text, expected = TOLD[name]

    assert pieces(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "x = 1;",
        "def f(a, b):",
        "import os",
        "from a.b import c",
        '"name": "value",',
        "<div class='a'>",
        "if (a == b) {",
        "    return value",
        "std::vector<int> v",
        "SELECT a FROM b;",
    ],
)
def test_lines_of_programs_are_code(line: str) -> None:
    assert is_code(line)


@pytest.mark.parametrize(
    "line",
    [
        "For while we were away, the class met.",
        "It is what it is (as they say).",
        "Items: apples, pears",
        "1. First of all",
        "請寫一首關於秋天的詩：",
        "",
    ],
)
def test_lines_of_prose_are_not_code(line: str) -> None:
    assert not is_code(line)


@pytest.mark.parametrize("name", NASTY)
def test_runs_cover_a_text_without_gaps(name: str) -> None:
    text = repair(NASTY[name])

    assert "".join(piece for _, piece in pieces(text)) == text
    assert all(piece for _, piece in pieces(text))


@patient
@given(st.text(alphabet=st.sampled_from(' \n\tab1_.;:(){}=中🙂é-/"<>'), max_size=60), st.integers(0, 60))
def test_a_cut_between_lines_changes_no_class(text: str, place: int) -> None:
    """Also a cut inside the indentation of a line, before its last blank."""
    start = text.rfind("\n", 0, place) + 1
    blank = len(text) - len(text[start:].lstrip(" \t"))
    cut = max(start, blank - 1) if blank < len(text) else start
    whole = [name for name, piece in pieces(text) for _ in piece]
    parts = [name for half in (text[:cut], text[cut:]) for name, piece in pieces(half) for _ in piece]

    assert whole == parts


@pytest.mark.parametrize(
    "text",
    [
        " " * 300000,
        "\n" * 300000,
        "a" * 300000,
        "<a" * 150000,
        "<" + "a" * 300000,
        "((" * 150000,
        "_" * 300000,
        "1," * 150000,
        "http" * 75000,
        '{"a":' * 60000,
        " \n" * 150000,
        "a=" * 150000,
        "中" * 300000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_time_is_linear_in_the_length(text: str) -> None:
    started = time.perf_counter()
    runs(text)

    assert time.perf_counter() - started < 3
