"""HTTP captures: exchanges with a text endpoint, bodies packed in every way that occurs."""

import base64
import gzip
import json
import zlib
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from support.reading import (
    CHAT_REQUEST,
    CHAT_RESPONSE,
    TEXT_RESPONSE,
    answered,
    asked,
    items,
    reasons,
    record,
    records,
    used,
)

from tokcount.logs.adapt import cassette
from tokcount.logs.adapt.envelope import body_of, text_of_base64, text_of_bytes
from tokcount.logs.record import Record, Skipped

URL = "https://api.openai.com/v1/chat/completions"
STREAM = (
    'data: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Paris."}}]}\n\n'
    'data: {"object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":24,"completion_tokens":2}}\n\n'
    "data: [DONE]\n\n"
)


def entry(url: str = URL, status: int = 200, **content: Any) -> dict[str, Any]:
    """An entry of a HAR file."""
    return {
        "startedDateTime": "2026-11-22T11:35:42.323622+00:00",
        "request": {"method": "POST", "url": url, "postData": {"text": json.dumps(CHAT_REQUEST)}},
        "response": {
            "status": status,
            "headers": [{"name": "X-MS-Served-Model", "value": "gpt-4o-2024-08-06"}],
            "content": {"text": json.dumps(CHAT_RESPONSE)} | content,
        },
    }


def har(*entries: Any) -> dict[str, Any]:
    return {"log": {"version": "1.2", "entries": list(entries)}}


def test_an_entry_is_a_call_with_its_time() -> None:
    found = record(har(entry()))

    assert (found.format, found.kind) == ("har", "chat")
    assert found.timestamp == pytest.approx(1795347342.32, abs=0.01)
    assert asked(found) == CHAT_REQUEST
    assert (answered(found), used(found).input) == (["Paris."], 24)


@pytest.mark.parametrize(
    "content",
    [
        {"text": STREAM, "mimeType": "text/event-stream"},
        {"text": base64.b64encode(json.dumps(CHAT_RESPONSE).encode()).decode(), "encoding": "base64"},
        {"text": base64.b64encode(gzip.compress(STREAM.encode())).decode(), "encoding": "base64"},
    ],
)
def test_answers_may_be_streams_or_base64(content: dict[str, Any]) -> None:
    found = record(har(entry(**content)))

    assert (answered(found), used(found).output) == (["Paris."], 2)


def test_other_requests_and_failures_are_skipped() -> None:
    other = entry("https://api.openai.com/v1/models")
    embedding = entry("https://api.openai.com/v1/embeddings")
    failed = entry(status=429, text='{"error": {"message": "slow down", "type": "rate_limit"}}')

    assert reasons(har(other, embedding, failed)) == [
        ("not_llm", "har"),
        ("not_llm", "har"),
        ("error", "har"),
    ]


def test_azure_names_the_deployment_in_the_url_and_the_model_in_a_header() -> None:
    url = "https://x.openai.azure.com/openai/deployments/my-prod/chat/completions?api-version=2024-02-01"
    value = entry(url, text=json.dumps({"choices": CHAT_RESPONSE["choices"]}))
    value["request"]["postData"]["text"] = json.dumps({"messages": CHAT_REQUEST["messages"]})

    found = record(har(value))

    assert (found.deployment, found.model, found.served_model) == ("my-prod", "my-prod", "gpt-4o-2024-08-06")


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


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bytes])
def test_packed_text_is_unpacked(pack: Any) -> None:
    assert text_of_bytes(pack("héllo".encode())) == "héllo"


def test_a_body_that_explodes_is_left_alone() -> None:
    assert text_of_bytes(gzip.compress(bytes(70 << 20))) is None


def test_zstd_is_unpacked_where_the_library_is_there() -> None:
    zstd = pytest.importorskip("backports.zstd")

    assert text_of_bytes(zstd.compress(b"hello")) == "hello"


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_nothing(data: bytes) -> None:
    for packed in (data, b"\x1f\x8b" + data, b"\x78\x9c" + data, b"\x28\xb5\x2f\xfd" + data):
        found = text_of_bytes(packed)
        assert found is None or isinstance(found, str)
    text_of_base64(base64.b64encode(data).decode())


@given(st.text(max_size=100))
def test_any_text_is_a_body_or_none(text: str) -> None:
    for start in ("", "{", "[", "data: ", 'data: {"choices": '):
        found = body_of(start + text)
        assert found is None or isinstance(found, dict)


def test_entries_that_are_no_objects_are_passed_over() -> None:
    assert [type(item) for item in items(har(None, 5, entry(), {"request": None}))] == [Record, Skipped]


def test_text_that_is_no_base64_has_no_body() -> None:
    assert text_of_base64("a") is None


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_packed_body_that_is_damaged_is_none(pack: Any) -> None:
    packed = pack(json.dumps(CHAT_REQUEST).encode() * 40)

    assert text_of_bytes(packed[:12] + b"\xff\x00\xff" * 20) is None


def test_a_body_that_is_neither_text_nor_packed_in_a_known_way_is_none() -> None:
    assert text_of_bytes(b"\xfe\xff binary \x00\x01") is None
    assert text_of_bytes(b"\x28\xb5\x2f\xfd no zstd") is None
