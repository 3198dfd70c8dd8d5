"""Formats of the configuration: a mapping under a name, tried before all other formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.logfiles import CHAT, read_all

from tokcount.errors import UsageError
from tokcount.logs.options import Mapping, NamedMapping

ACME = NamedMapping(
    name="acme",
    match=("event == 'llm'", "data.q"),
    mapping=Mapping(prompt_path="data.q", model_path="data.m"),
)
BILL = NamedMapping(name="bill", match=("use.in",), mapping=Mapping(input_tokens_path="use.in"))
CALL = {"event": "llm", "data": {"q": "How are you?", "m": "gpt-4o"}, "completionTokens": 3, "user_id": "ann"}
OTHER = {"event": "login", "data": {"q": "x"}}


def test_values_that_match_are_read_by_the_mapping_and_conventional_names(tmp_path: Path) -> None:
    lines = [CALL, OTHER, CHAT, {"model": "gpt-4o", "use": {"in": 4}}]

    records, skipped = read_all(tmp_path, "\n".join(map(json.dumps, lines)), formats=(ACME, BILL))

    assert [(record.format, record.line) for record in records] == [
        ("acme", 1),
        ("openai.chat.request", 3),
        ("bill", 4),
    ]
    assert (records[0].request, records[0].user) == ({"prompt": "How are you?"}, "ann")
    assert [record.usage and (record.usage.input, record.usage.output) for record in records] == [
        (None, 3),
        None,
        (4, None),
    ]
    assert [(item.line, item.reason) for item in skipped] == [(2, "unrecognised")]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (json.dumps([CALL, CALL]), "log.json"),
        (json.dumps({"log": json.dumps(CALL), "stream": "stdout", "time": "2026-01-01T00:00:00Z"}), "x.log"),
        (json.dumps({"hits": {"hits": [{"_source": CALL}]}}), "export.json"),
    ],
)
def test_they_are_found_in_arrays_and_envelopes(tmp_path: Path, data: str, name: str) -> None:
    records, skipped = read_all(tmp_path, data, name, formats=(ACME,))

    assert {record.format for record in records} == {"acme"}
    assert skipped == []


def test_rows_of_tables_match_by_their_columns(tmp_path: Path) -> None:
    own = NamedMapping(
        name="team",
        match=("Eingabe-Tokens",),
        mapping=Mapping(input_tokens_path="Eingabe-Tokens", model_path="Modell"),
    )

    (record,), _ = read_all(tmp_path, "Modell;Eingabe-Tokens\ngpt-4o;120\n", "log.csv", formats=(own,))

    assert (record.format, record.model, record.usage and record.usage.input) == ("team", "gpt-4o", 120)


def test_a_named_format_can_be_the_only_one_and_what_it_misses_is_named(tmp_path: Path) -> None:
    empty = {"event": "llm", "data": {"q": {}, "m": "gpt-4o"}}
    lines = "\n".join(map(json.dumps, [CALL, CHAT, empty]))

    records, skipped = read_all(tmp_path, lines, formats=(ACME,), input_format="acme")

    assert [record.format for record in records] == ["acme"]
    assert [item.detail.partition(";")[0] for item in skipped] == [
        "not acme",
        "no message at prompt_path of acme",
    ]


def test_an_unknown_name_suggests_the_own_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="acme"):
        read_all(tmp_path, "{}", formats=(ACME,), input_format="acmee")
