"""Framing constants of the user's own."""

from pathlib import Path

import pytest

from tokcount.errors import UsageError
from tokcount.framing.families import FAMILIES
from tokcount.framing.replies import layout_output
from tokcount.framing.rules import layout
from tokcount.framing.user_families import CALIBRATED, as_toml, load


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "families.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_family_starts_from_another_and_says_that_it_is_calibrated(tmp_path: Path) -> None:
    (own,) = load(
        written(tmp_path, '[families."GPT-7"]\nlike = "gpt5"\nencoding = "o200k_base"\npriming = 4\n')
    )

    assert (own.model, own.encoding) == ("gpt-7", "o200k_base")
    assert own.family.priming == 4
    assert own.family.assistant_text == FAMILIES["gpt5"].assistant_text
    assert own.family.doubt == CALIBRATED


def test_what_calibrate_writes_is_read_back(tmp_path: Path) -> None:
    text = as_toml('my "model"', "chat", {"per_message": 4}, "cl100k_base")
    (own,) = load(written(tmp_path, text))

    assert own.model == 'my "model"'
    assert own.family.per_message == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r'no table \[families\."MODEL"\] in it'),
        ("not toml", "cannot be read"),
        ("[families]\na = 1", "families.a: a table of constants is wanted"),
        ("[families.a]\nprimnig = 1", "families.a.primnig: no such constant. Did you mean priming"),
        ('[families.a]\npriming = "2"', "families.a.priming: a whole number of tokens is wanted"),
        ('[families.a]\nlike = "gpt9"', "families.a.like: unknown family 'gpt9'"),
        ('[families.a]\nencoding = "o200k"', "unknown encoding 'o200k'"),
    ],
)
def test_every_mistake_names_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(written(tmp_path, text))


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.toml: the families file cannot be read: No such file"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("kind", ["chat", "responses"])
def test_it_keeps_the_rules_of_the_family_it_is_like(tmp_path: Path, kind: str) -> None:
    (own,) = load(written(tmp_path, '[families."gpt-7"]\nlike = "gpt5"\n'))
    message = {"role": "assistant", "content": "It will rain."}
    answer = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "It will rain."}],
    }
    response = {
        "choices": [{"index": 0, "message": message}],
        "output": [answer],
        "usage": {"total_tokens": 1},
    }
    request = {"input": "Rain?", "tools": [{"type": "web_search"}]}

    assert own.family.base == "gpt5"
    ours, theirs = (layout_output(kind, response, family) for family in (own.family, FAMILIES["gpt5"]))
    assert ours.constant == theirs.constant > 0
    ours, theirs = (
        layout("responses", request, family, model="gpt-5") for family in (own.family, FAMILIES["gpt5"])
    )
    assert ours.constant == theirs.constant
