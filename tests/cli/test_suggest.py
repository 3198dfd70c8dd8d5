"""`tokcount formats FILE --suggest`: a mapping for a log of no known format."""

from __future__ import annotations

import json
import tomllib

import pytest
from support.inside import Inside

CALL = {
    "ev": "llm",
    "p": {"frage": "Wie geht es dir heute?", "llmName": "gpt-4o"},
    "tok": {"ein": 9, "aus": 2},
}


def test_the_suggested_table_reads_the_log(inside: Inside) -> None:
    inside.write("team-log.jsonl", "\n".join(map(json.dumps, [CALL, CALL, {"lvl": "info", "note": "x"}])))

    done = inside("formats", "team-log.jsonl", "--suggest")
    inside.write("tokcount.toml", done.out)
    detected = json.loads(inside("formats", "team-log.jsonl", "-f", "json").out)["files"][0]

    assert done.code == 0
    assert done.out.startswith(
        "# Reads 2 records (2 text). In pyproject.toml: [tool.tokcount.formats.team_log]\n"
    )
    assert tomllib.loads(done.out)["formats"]["team_log"] == {
        "match": ["p.frage", "p.llmName"],
        "prompt_path": "p.frage",
        "model_path": "p.llmName",
        "input_tokens_path": "tok.ein",
        "output_tokens_path": "tok.aus",
    }
    assert (detected["formats"], detected["usage"]) == (
        {"team_log": 2, "unrecognised": 1},
        {"records": 2, "input": 18, "output": 4},
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("own.csv", "Modell;Eingabe Tok;Ausgabe Tok\ngpt-4o;120;7\n"),
        ("own.jsonl", '{"d": {"engine": "gpt-4o", "inTok": 120, "outTok": 7}}\n'),
        ("own.json", '[{"llm": {"name": "gpt-4o"}, "tokUsed": {"sent": 120, "received": 7}}]'),
        ("own.tsv", "wann\tmodell\tanfrage_tok\tantwort_tok\n2026-01-01T00:00:00Z\tgpt-4o\t120\t7\n"),
    ],
)
def test_numbers_suffice_in_every_container(inside: Inside, name: str, content: str) -> None:
    inside.write(name, content)
    inside.write("tokcount.toml", inside("formats", name, "--suggest").out)

    report = json.loads(inside("formats", name, "-f", "json").out)["files"][0]

    assert report["formats"] == {"own": 1}
    assert report["usage"] == {"records": 1, "input": 120, "output": 7}


@pytest.mark.parametrize(
    "content", ['{"lvl": "info", "note": "x"}', '{"prompt": "Hello", "model": "gpt-4o"}', "x y\n"]
)
def test_without_fields_that_fit_it_is_an_error(inside: Inside, content: str) -> None:
    inside.write("log.jsonl", content)

    done = inside("formats", "log.jsonl", "--suggest")

    assert (done.code, done.out) == (3, "")
    assert "no mapping to suggest" in done.err
