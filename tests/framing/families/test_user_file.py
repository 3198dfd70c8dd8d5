"""Framing constants of the user's own."""

from pathlib import Path

import msgspec
import pytest

from tokcount.errors import UsageError
from tokcount.framing.families import FAMILIES
from tokcount.framing.families.user_file import CALIBRATED, as_toml, load
from tokcount.framing.family import responses_rules
from tokcount.framing.replies import layout_output
from tokcount.framing.rules import layout


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "families.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_family_starts_from_another_and_is_marked_as_calibrated(tmp_path: Path) -> None:
    (own,) = load(
        written(tmp_path, '[families."GPT-7"]\nlike = "gpt5"\nencoding = "o200k_base"\npriming = 4\n')
    )

    assert (own.model, own.encoding) == ("gpt-7", "o200k_base")
    assert own.family.chat.priming == 4
    assert own.family.chat.assistant_text == FAMILIES["gpt5"].chat.assistant_text
    assert own.family.estimated == CALIBRATED


def test_what_calibrate_writes_is_read_back(tmp_path: Path) -> None:
    text = as_toml('my "model"', "chat", {"per_message": 4}, "cl100k_base")
    (own,) = load(written(tmp_path, text))

    assert own.model == 'my "model"'
    assert own.family.chat.per_message == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r'the file has no table \[families\."MODEL"\]'),
        ("not toml", "not readable as TOML"),
        ("families = 1", "1: families: a table was expected, not 1"),
        ("[families]\na = 1", "2: families.a: a table was expected, not 1"),
        ("[families.a.chat]\nprimnig = 1", "2: families.a.chat.primnig: no such key. Did you mean priming"),
        ("[families.a]\nname = 'b'", "2: families.a.name: no such key"),
        ("[families.a]\nlike = 7", "2: families.a.like: a name was expected, not 7"),
        ('[families.a.chat]\npriming = "2"', "families.a.chat.priming: a whole number was expected, not '2'"),
        ('[families.a]\npriming = "2"', "families.a.chat.priming: a whole number was expected, not '2'"),
        (
            "[[families.a.images]]\nmatch = 'a'\nunit = 1\nrule = 'tile'",
            "4: families.a.images\\[0\\].rule: 'tile' is",
        ),
        ('[families.a]\nlike = "gpt9"', "families.a.like: unknown family 'gpt9'"),
        ('[families.a]\nencoding = "o200k"', "unknown encoding 'o200k'"),
        ("[familes.a]\nlike = 'chat'", "1: familes: no such key. Did you mean families"),
        (
            "[[families.a.hosted]]\ntool = 'web_search'\ntokens = 1\nmatch = 'gpt-(7'",
            r"4: families.a.hosted\[0\].match: 'gpt-\(7' is not a regular expression: missing \)",
        ),
        (
            "[[families.a.chat.models]]\npriming = 2\nuntil = 'soon'",
            r"3: families.a.chat.models\[0\].until: a day like 2026-01-31 was expected, not 'soon'",
        ),
        (
            "[[families.a.images]]\nmatch = 'a'\nunit = 1\nrule = 'patches'\nbase_until = 'May'",
            r"5: families.a.images\[0\].base_until: a day like 2026-01-31 was expected, not 'May'",
        ),
    ],
)
def test_every_mistake_names_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load(written(tmp_path, text))


def test_all_mistakes_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    text = """
[families.a]
like = "gpt9"
[families.b.responses]
tool = 1
[[families.b.responses.models]]
call = "x"
"""

    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, text))

    lines = str(caught.value).splitlines()
    assert [line.split(".toml:")[1].split(": ")[1] for line in lines] == [
        "families.a.like",
        "families.b.responses.tool",
        "families.b.responses.models[0].call",
    ]


def test_constants_in_the_table_of_the_model_itself_are_those_of_chat(tmp_path: Path) -> None:
    (own,) = load(
        written(tmp_path, '[families.a]\nlike = "gpt5"\npriming = 4\n[families.a.chat]\nper_message = 5\n')
    )

    assert (own.family.chat.priming, own.family.chat.per_message) == (4, 5)


def test_a_file_can_replace_any_rule_of_the_family(tmp_path: Path) -> None:
    text = '[families.a]\nlike = "gpt5"\n[families.a.responses]\ncall = 20\n[families.a.replies.chat]\ntext = 1\n'
    (own,) = load(written(tmp_path, text))

    assert responses_rules(own.family, "gpt-7").at(None).call == 20
    assert responses_rules(own.family, "gpt-5.2").at(None).call == 20
    assert own.family.replies.chat == msgspec.structs.replace(FAMILIES["gpt5"].replies.chat, text=1)


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

    assert own.family.like == "gpt5"
    ours, theirs = (layout_output(kind, response, family) for family in (own.family, FAMILIES["gpt5"]))
    assert ours.constant == theirs.constant > 0
    ours, theirs = (
        layout("responses", request, family, model="gpt-5") for family in (own.family, FAMILIES["gpt5"])
    )
    assert ours.constant == theirs.constant
