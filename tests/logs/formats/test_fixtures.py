"""Every format has a small sample with its expectation, is read as it says, and never falls over when it is bent."""

import copy
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.paths import FIXTURES
from support.reading import items

from tokcount.logs.adapt.foreign.apis import APIS
from tokcount.logs.record import Record, Skipped
from tokcount.logs.registry import format_names
from tokcount.logs.source import expand
from tokcount.logs.summary import summarise

EXPECTED = {
    line["file"]: line for line in map(json.loads, (FIXTURES / "expected.jsonl").read_text().splitlines())
}

TESTED_ELSEWHERE = (
    "openai.chat",
    "openai.completions",
    "openai.responses",
    "openai.batch",
    "generic.",
    "prompt.",
    *(f"{api.name}.{side}" for api in APIS for side in ("request", "response")),
)
"""Families whose samples stand in the tests of their own file."""

NAMES_OF_FAMILIES = frozenset(
    {
        *("otel", "langsmith.batch", "openai.pair", "openai.response", "openai.stream", "openai.error"),
        *("anthropic.batch", "gemini.batch", "bedrock.batch"),
    }
)
"""Names that stand for several formats; `openai.embeddings.request` and errors are never records."""


@pytest.fixture
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A sample; the SQL of a database becomes the database."""
    path = FIXTURES / request.param
    if path.suffix != ".sql":
        return path
    made = tmp_path / f"{path.stem}.db"
    with closing(sqlite3.connect(made)) as database:
        database.executescript(path.read_text())
    return made


@pytest.mark.parametrize(("sample", "name"), [(name, name) for name in EXPECTED], indirect=["sample"])
def test_a_sample_is_read_as_its_expectation_says(sample: Path, name: str) -> None:
    (source,) = expand([str(sample)])
    wanted, seen = EXPECTED[name], summarise(source)

    assert set(seen["formats"]) == {wanted["format"]}
    assert (seen["records"], seen["kinds"]) == (wanted["records"], wanted["kind"])
    assert seen["skipped_reasons"] == wanted.get("skipped", {})
    for key in ("messages", "chars_in", "chars_out"):
        assert (key, seen[key]) == (key, wanted[key])
    assert seen["usage"] == wanted.get("usage", {"records": 0, "input": 0, "output": 0})
    assert seen["flags"] == wanted.get("flags", {})


def test_every_format_has_a_sample() -> None:
    with_sample = {line["format"] for line in EXPECTED.values()}
    missing = [
        name
        for name in format_names()
        if name not in with_sample | NAMES_OF_FAMILIES
        and not name.startswith(TESTED_ELSEWHERE)
        and not name.startswith("openai.embeddings")
    ]

    assert missing == []


def values_of_samples() -> list[Any]:
    """The objects in the samples that are JSON, element by element."""
    found: list[Any] = []
    for name in EXPECTED:
        text = (FIXTURES / name).read_text()
        if name.endswith(".jsonl"):
            found += map(json.loads, text.splitlines())
        elif name.endswith((".json", ".har")):
            value = json.loads(text)
            found += value if isinstance(value, list) else [value]
    return found


SAMPLES = values_of_samples()

JUNK: list[Any] = [
    None,
    True,
    -1,
    1e308,
    float("nan"),
    10**40,
    "",
    "{",
    '{"a": 1}',
    "[{}]",
    "\ud83d",
    "9" * 5000,
    [],
    {},
    [None],
    [[]],
    [{}],
    {"role": 5, "content": {}},
    {"type": []},
    [{"type": {}}],
    {"choices": [1]},
    {"messages": [1]},
    [[{"lc": 1, "id": [], "kwargs": 3}]],
]


def paths(value: Any) -> list[tuple[Any, ...]]:
    """The place of everything inside a value."""
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    else:
        return []
    return [(key, *rest) for key, child in children for rest in [(), *paths(child)]]


def bent(value: Any, path: tuple[Any, ...], junk: Any) -> None:
    """Put `junk` at the place, or take the place away."""
    parent = value
    for key in path[:-1]:
        parent = parent[key]
    if junk is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = junk


@settings(max_examples=400, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.data())
def test_a_bent_sample_is_read_or_skipped_and_never_raises(data: st.DataObject) -> None:
    value = copy.deepcopy(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 3))):
        places = paths(value)
        if places:
            junk = data.draw(st.sampled_from([..., *JUNK]))
            bent(value, data.draw(st.sampled_from(places)), copy.deepcopy(junk))

    for item in items(value, value):
        assert isinstance(item, Record | Skipped)
        assert list(getattr(item, "flags", ())) == sorted(getattr(item, "flags", ()))
