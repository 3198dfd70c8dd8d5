"""Records inside values of no known format are found, or their places are named."""

import json
from typing import Any

import pytest
from support.reading import CHAT_REQUEST, CHAT_RESPONSE, items, record, records, row

from tokcount.logs.containers.envelopes import EACH, Leaf, find, leaves, path_of
from tokcount.logs.detect import Detector
from tokcount.logs.format import Location
from tokcount.logs.record import Skipped

PAIR = {"request": CHAT_REQUEST, "response": CHAT_RESPONSE}
LINE = json.dumps(PAIR)
PLAIN = {"note": "nothing here", "count": 3}

ENVELOPES = {
    "Docker": {"log": LINE + "\n", "stream": "stdout", "time": "2026-01-01T00:00:00Z"},
    "GCP, an object": {"insertId": "x", "jsonPayload": PAIR, "timestamp": "2026-01-01T00:00:00Z"},
    "GCP, text": {"insertId": "x", "textPayload": LINE, "timestamp": "2026-01-01T00:00:00Z"},
    "CloudWatch events": {"events": [{"timestamp": 1767225600000, "message": LINE}]},
    "CloudWatch Insights": {
        "results": [[{"field": "@message", "value": LINE}, {"field": "@ptr", "value": "p"}]]
    },
    "Elasticsearch": {"took": 1, "hits": {"hits": [{"_id": "1", "_source": PAIR}]}},
    "OpenSearch, message": {"hits": {"hits": [{"_source": {"message": LINE, "host": "h"}}]}},
    "Splunk": {"preview": False, "result": {"_raw": LINE, "host": "h"}},
    "Loki": {"data": {"result": [{"stream": {"app": "x"}, "values": [["1767225600000000000", LINE]]}]}},
    "Datadog logs": {"id": "A", "type": "log", "attributes": {"attributes": PAIR, "service": "s"}},
    "App Insights": {"itemType": "trace", "customDimensions": LINE},
    "journald": {"MESSAGE": LINE, "_PID": "1"},
    "Azure records": {"records": [{"category": "Audit", "properties": PAIR}]},
    "Log Analytics": {"tables": [{"columns": [{"name": "Log", "type": "string"}], "rows": [[LINE]]}]},
    "Kusto": {"Tables": [{"Columns": [{"ColumnName": "Log"}], "Rows": [[LINE]]}]},
    "a page under any key": {"count": 1, "calls": [PAIR]},
    "a page in a page": {"ok": True, "payload": {"entries": [PAIR]}},
    "loguru": {"text": "INFO | call\n", "record": {"extra": PAIR, "level": {"name": "INFO"}}},
}


@pytest.mark.parametrize("value", ENVELOPES.values(), ids=list(ENVELOPES))
def test_a_record_in_an_envelope_is_read(value: Any) -> None:
    found = record(value)

    assert (found.format, found.request) == ("openai.chat.pair", CHAT_REQUEST)


def test_a_cell_of_a_table_may_be_the_envelope() -> None:
    assert record(row(**{"@timestamp": "t", "@message": LINE})).format == "openai.chat.pair"


def test_every_record_of_a_list_is_read_and_numbered() -> None:
    found = records({"hits": {"hits": [{"_source": PAIR}, {"_source": PAIR}]}})

    assert [item.index for item in found] == [0, 1]


def test_a_record_without_a_time_has_that_of_its_envelope() -> None:
    request_only = {"log": json.dumps(CHAT_REQUEST), "time": "2026-01-01T00:00:00Z"}

    assert record(request_only).timestamp == 1767225600
    assert record({**request_only, "log": LINE}).timestamp == CHAT_RESPONSE["created"]


def test_records_in_several_places_are_not_chosen_from() -> None:
    (skipped,) = items({"first": [PAIR], "second": {"inner item": PAIR}})

    assert isinstance(skipped, Skipped)
    assert skipped.detail.endswith(
        """choose --records-path 'first[]' or --records-path 'second."inner item"'"""
    )


@pytest.mark.parametrize(
    "value", [PLAIN, {"log": "a plain line"}, {"a": {"text": "any text"}}, {"list": [1, "x"]}]
)
def test_what_is_no_record_stays_unrecognised(value: Any) -> None:
    (skipped,) = items(value)

    assert isinstance(skipped, Skipped)
    assert skipped.reason == "unrecognised"


def test_values_with_the_same_keys_may_differ_inside() -> None:
    first, second, third = items({"a": PAIR, "b": 1}, {"a": PLAIN, "b": PAIR}, {"a": PLAIN, "b": PLAIN})

    assert [item.format for item in (first, second, third)] == [
        "openai.chat.pair",
        "openai.chat.pair",
        "unrecognised",
    ]


def test_what_is_between_the_records_of_a_list_is_skipped_not_dropped() -> None:
    found = items({"events": [{"message": LINE}, {"message": json.dumps(PLAIN)}, {"message": LINE}]})

    assert [isinstance(item, Skipped) for item in found] == [False, True, False]


def test_a_search_ends() -> None:
    deep: Any = PAIR
    for _ in range(50):
        deep = {"a": deep}
    wide = {f"k{number}": {"x": {"y": number}} for number in range(10_000)}

    assert find(deep, lambda value: "request" in value) == []
    assert find(wide, lambda value: "request" in value) == []


def test_a_place_is_followed_and_written_as_a_path() -> None:
    value = {"time": 1767225600, "rows": [[{"k": 1}], [{"k": 2}], "x"]}

    assert list(leaves(value, ("rows", EACH, 0))) == [
        Leaf({"k": 1}, 1767225600.0),
        Leaf({"k": 2}, 1767225600.0),
        Leaf("x", 1767225600.0),
    ]
    assert path_of(("data", EACH, "a b", 1)) == 'data[]."a b"[1]'


USAGE = {"ts": "2026-01-01T00:00:02Z", "model": "gpt-4o", "prompt_tokens": 120, "completion_tokens": 60}


@pytest.mark.parametrize(
    "value",
    [
        {"log": json.dumps(USAGE) + "\n", "stream": "stdout", "time": "2026-01-01T00:00:03Z"},
        {
            "ts": "2026-01-01T00:00:02Z",
            "llm": {"model": "gpt-4o", "tokens": {"prompt": 120, "completion": 60}},
        },
        {"hits": {"hits": [{"_source": {"message": json.dumps(USAGE)}}]}},
    ],
)
def test_a_row_of_numbers_in_an_envelope_is_read(value: Any) -> None:
    found = record(value)

    assert (found.format, found.model, found.timestamp) == ("generic.usage", "gpt-4o", 1767225602.0)
    assert found.usage is not None
    assert (found.usage.input, found.usage.output) == (120, 60)


def test_numbers_next_to_a_call_are_not_another_record() -> None:
    assert record({"call": PAIR, "totals": USAGE}).format == "openai.chat.pair"


@pytest.mark.parametrize(
    "line",
    ["2026-01-01T00:00:00.000Z\tabc\tINFO\t" + LINE, "2026-01-01 INFO llm call " + LINE + "\n"],
)
def test_the_json_behind_the_prefix_of_a_logger_is_read(line: str) -> None:
    assert record({"events": [{"timestamp": 1767225600000, "message": line}]}).format == "openai.chat.pair"


@pytest.mark.parametrize("text", ["Send this:\n" + LINE, "x" * 400 + LINE, LINE + " is an example"])
def test_text_with_json_in_it_is_no_line_of_a_logger(text: str) -> None:
    (item,) = items({"note": "x", "description": text})

    assert isinstance(item, Skipped)


def test_elements_of_a_list_that_differ_are_each_read_or_skipped() -> None:
    events = [
        {"message": json.dumps({"log": LINE})},
        {"message": "START"},
        {"message": "INFO " + LINE},
        "END",
    ]
    found = items({"events": events})

    assert [getattr(item, "reason", "record") for item in found] == [
        "record",
        "unrecognised",
        "record",
        "unparsed",
    ]


def test_the_place_in_an_element_is_named_as_a_place_in_the_file() -> None:
    detector = Detector()
    both = [{"message": LINE}, {"event": PAIR}]
    list(detector.items({"events": both}, Location("log", 1)))

    assert list(detector.envelopes.seen) == ["events[].message", "events[].event"]
