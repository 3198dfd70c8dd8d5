"""VCR cassettes: bodies packed in every way that occurs."""

import base64
import gzip
import json
from typing import Any

import pytest
import yaml
from support.captures import STREAM, URL
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, TEXT_RESPONSE, answered, asked, record, records, used

from tokcount.logs.containers import cassette


def interaction(request: Any, response: Any, **more: Any) -> dict[str, Any]:
    return {
        "request": {"uri": URL, "method": "POST", **request},
        "response": {"status": {"code": 200, "message": "OK"}, **response},
        **more,
    }


PACKED = gzip.compress(json.dumps(CHAT_RESPONSE).encode())


@pytest.mark.parametrize(
    "value",
    [
        interaction({"body": json.dumps(CHAT_REQUEST)}, {"body": {"string": json.dumps(CHAT_RESPONSE)}}),
        interaction({"body": json.dumps(CHAT_REQUEST).encode()}, {"body": {"string": PACKED}}),
        interaction({"parsed_body": CHAT_REQUEST}, {"parsed_body": CHAT_RESPONSE}),
        interaction({"body": {"string": json.dumps(CHAT_REQUEST)}}, {"body": {"string": STREAM}}),
        interaction(
            {"body": {"encoding": "UTF-8", "string": json.dumps(CHAT_REQUEST)}},
            {"body": {"base64_string": base64.b64encode(PACKED).decode()}},
            recorded_at="Wed, 29 May 2024 13:46:19 GMT",
        ),
    ],
    ids=["text", "binary", "parsed", "stream", "ruby"],
)
def test_cassettes_pack_their_bodies_in_several_ways(value: dict[str, Any]) -> None:
    source = yaml.safe_dump({"interactions": [value], "version": 1})

    ((line, read),) = cassette.values(source)
    found = record(read)

    assert line == 2
    assert found.format == "vcr"
    assert asked(found) == CHAT_REQUEST
    assert (answered(found), used(found).input) == (["Paris."], 24)


def test_a_cassette_in_json_and_one_of_ruby_are_read() -> None:
    one = interaction(
        {"uri": "https://api.openai.com/v1/completions", "body": '{"model": "davinci-002", "prompt": "a"}'},
        {"body": {"string": json.dumps(TEXT_RESPONSE)}},
    )

    assert [found.kind for found in records({"version": 1, "interactions": [one, one]})] == [
        "completions"
    ] * 2
    lines = [line for line, _ in cassette.values(yaml.safe_dump({"http_interactions": [one, {**one}]}))]
    assert lines[0] == 2
    assert lines[1] > 10
