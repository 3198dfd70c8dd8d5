"""`[tool.tokcount.formats.NAME]`: formats of one's own in the configuration."""

from __future__ import annotations

import json

import pytest
from support.inside import Inside

from tokcount.cli.settings import load
from tokcount.errors import UsageError

CALL = {"event": "llm", "data": {"q": "How are you?", "m": "gpt-4o"}, "completionTokens": 3, "user_id": "ann"}
TABLES = """
[formats.acme]
match = ["event == 'llm'", "data.q"]
prompt_path = "data.q"
model_path = "data.m"
"""


def test_formats_of_the_configuration_are_read_by_every_command(inside: Inside) -> None:
    inside.write("tokcount.toml", TABLES)
    inside.write("log.jsonl", "\n".join([json.dumps(CALL)] * 3))

    detected = json.loads(inside("formats", "log.jsonl", "-f", "json").out)["files"][0]
    forced = json.loads(inside("drift", "log.jsonl", "--input-format", "acme", "-f", "json").out)
    listed = json.loads(inside("formats", "-f", "json").out)["formats"][0]

    assert detected["formats"] == {"acme": 3}
    assert forced["formats"] == {"acme": 3}
    assert (listed["name"], "event == 'llm'" in listed["description"]) == ("acme", True)


def test_worker_processes_know_them_too(inside: Inside) -> None:
    inside.write("pyproject.toml", TABLES.replace("[formats", "[tool.tokcount.formats"))
    for name in ("a.jsonl", "b.jsonl"):
        inside.write(name, "\n".join([json.dumps(CALL | {"n": n}) for n in range(50)]))

    done = inside("drift", "a.jsonl", "b.jsonl", "--jobs", "2", "-f", "json")

    assert json.loads(done.out)["formats"] == {"acme": 100}


def test_mistakes_are_listed_with_their_lines(inside: Inside) -> None:
    path = inside.write(
        "tokcount.toml",
        '[formats.acme]\nmatch = "a"\nmodle_path = "a"\nprompt_path = "a["\n'
        '[formats."openai.batch.input"]\nmatch = []\n[formats.bill]\n',
    )

    with pytest.raises(UsageError) as caught:
        load(path)

    assert [line.removeprefix(f"{path}:") for line in str(caught.value).splitlines()] == [
        "3: formats.acme.modle_path: no such key. Did you mean model_path, time_path, id_path?",
        "4: formats.acme.prompt_path: path='a[': not a JMESPath expression at character 3.",
        '5: formats."openai.batch.input": the name of a format of tokcount; choose another one',
        '6: formats."openai.batch.input".match: name at least one path that only values of this format have',
        "7: formats.bill.match: missing",
    ]
