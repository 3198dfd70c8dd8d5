"""YAML cassettes."""

import base64
import json
from pathlib import Path

import pytest
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, answered, used

from tokcount.logs.containers import cassette
from tokcount.logs.reader import read
from tokcount.logs.record import Record
from tokcount.logs.source import expand


@pytest.mark.parametrize(
    "source",
    ["interactions: [", "interactions:\n- &a [*b]\n", "interactions:\n- !!python/object:os.system {}\n"],
)
def test_a_broken_cassette_is_an_error_of_one_line(source: str) -> None:
    with pytest.raises(ValueError, match="broken YAML"):
        list(cassette.values(source))


def test_yaml_that_is_no_cassette_holds_nothing() -> None:
    assert list(cassette.values("- 1\n- 2\n")) == []
    assert list(cassette.values("")) == []


def test_a_cassette_of_ruby_is_recognised_with_its_binary_bodies(tmp_path: Path) -> None:
    recorded = tmp_path / "chat.yml"
    body = base64.b64encode(json.dumps(CHAT_RESPONSE).encode()).decode()
    asked = json.dumps(CHAT_REQUEST).replace("'", "''")
    recorded.write_text(
        "---\nhttp_interactions:\n- request:\n    method: post\n"
        "    uri: https://api.openai.com/v1/chat/completions\n    body:\n      encoding: UTF-8\n"
        f"      string: '{asked}'\n  response:\n    status:\n      code: 200\n    body:\n"
        f"      encoding: ASCII-8BIT\n      string: !binary |-\n        {body}\n"
    )
    (source,) = expand([str(recorded)])
    (found,) = read([source])

    assert isinstance(found, Record)
    assert (found.format, answered(found), used(found).input) == ("vcr", ["Paris."], 24)
