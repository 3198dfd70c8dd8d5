"""What the fields of an unknown value probably are."""

from __future__ import annotations

from typing import Any

import pytest

from tokcount.logs.unknown.guess import Reasons, guess

PROMPT = "How are you today?"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"d": {"frage": PROMPT, "m": "gpt-4o-mini"}}, {"prompt": "d.frage", "model": "d.m"}),
        (
            {"modell": "own", "verbrauch": {"ein": 3, "aus": "4"}},
            {"model": "modell", "input_tokens": "verbrauch.ein", "output_tokens": "verbrauch.aus"},
        ),
        (
            {"promptTok": 3, "RESPONSE TOK": 4, "cachedTok": 1, "Tok.Total": 7},
            {
                "input_tokens": "promptTok",
                "output_tokens": '"RESPONSE TOK"',
                "cached_tokens": "cachedTok",
                "total_tokens": '"Tok.Total"',
            },
        ),
        (
            {"turns": [{"role": "user", "content": "x"}], "startedAt": "2026-01-01T00:00:00Z"},
            {"messages": "turns", "time": "startedAt"},
        ),
        (
            {"payload": f'{{"q": "{PROMPT}", "kosten": 0.2}}'},
            {"prompt": "payload.q", "cost": "payload.kosten"},
        ),
        (
            {"x": {"systemText": PROMPT, "answerText": PROMPT, "text": PROMPT}},
            {"system": "x.systemText", "completion": "x.answerText", "prompt": "x.text"},
        ),
        ({"level": "info", "pid": 4, "done": True, "in": 3, "price": None, "text": ""}, {}),
        ({"user_name": "ann", "chatId": "c1"}, {"user": "user_name", "session": "chatId"}),
    ],
)
def test_fields_are_known_by_their_words_and_values(value: Any, expected: dict[str, str]) -> None:
    assert guess(value) == expected


def test_the_reason_names_the_options_that_read_a_value() -> None:
    reasons = Reasons(None)

    assert reasons.of({"body": {"my question": PROMPT, "cost": 2}}) == (
        "keys seen: body; map them with --prompt-path 'body.\"my question\"' --cost-path body.cost"
    )
    assert reasons.of({"a": 1}).endswith("; map them with --messages-path or --prompt-path")


def test_the_reason_never_shows_a_name_that_could_be_a_text() -> None:
    value = {"a": {"my secret diary question is a long one": PROMPT, "cost": 3}}

    assert "diary" not in Reasons(None).of(value)
    assert "--cost-path a.cost" in Reasons(None).of(value)


def test_large_and_deep_values_are_looked_at_in_part() -> None:
    deep: Any = {"question": PROMPT}
    for _ in range(9):
        deep = {"x": deep}

    assert guess(deep) == {}
    assert guess({**{f"k{n}": n for n in range(10_000)}, "question": PROMPT}) == {}


def test_the_last_word_says_of_which_side_a_number_is() -> None:
    found = guess({"response": {"stats": {"promptTok": 12, "answerTok": 3}}})

    assert found == {"input_tokens": "response.stats.promptTok", "output_tokens": "response.stats.answerTok"}
