"""YAML from strangers is data, and not much more of it than its text is long."""

import json
from pathlib import Path

import pytest
from support.logfiles import read_all

from tokcount.logs.adapt.yaml_text import Document

pytest.importorskip("yaml", reason="PyYAML is not installed")

LAUGHS = ", ".join(f"x{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9))
"""A few hundred characters that expand to 43 million times `lol`."""
REQUEST = "{uri: 'https://api.openai.com/v1/chat/completions', method: POST, body: %s}"
CASSETTE = f"interactions:\n- request: {REQUEST}\n  response: {{status: {{code: 200}}, body: {{}}}}\n"


def test_a_text_without_aliases_is_never_too_long() -> None:
    text = json.dumps(["word " * 10] * 1_000)
    document = Document(text)

    assert document.value(document.root) == json.loads(text)


def test_aliases_that_repeat_a_little_are_data() -> None:
    document = Document("[&a {role: user}, *a, {<<: *a, content: hi}]")

    assert document.value(document.root) == [{"role": "user"}] * 2 + [{"role": "user", "content": "hi"}]


def test_aliases_that_expand_to_gigabytes_are_refused() -> None:
    with pytest.raises(ValueError, match="aliases that expand to more than 16 MB"):
        Document(f"{{x0: &a0 [lol], {LAUGHS}}}")


def test_what_holds_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="aliases"):
        Document("&a [*a]")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system [true]",
        "!!python/name:os.system",
        "!!bool x",
        "!!int x",
        "!!timestamp x",
        "!!set {[a]: b}",
        "{[a]: b}",
        "2026-13-45",
    ],
)
def test_what_is_no_plain_data_is_one_line_and_does_nothing(text: str) -> None:
    document = Document(text)

    with pytest.raises(ValueError, match=r"broken YAML \(\w+\)") as raised:
        document.value(document.root)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["[", "{a: b: c}", "- " * 3_000, "\t\0", "a: *b"])
def test_what_is_no_yaml_is_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"broken YAML \(\w+\)"):
        Document(text)


def test_a_cassette_that_would_explode_is_skipped_with_the_reason(tmp_path: Path) -> None:
    body = f"{{model: gpt-4o, messages: [{{role: user, content: &a0 [lol]}}], {LAUGHS}, tools: *a8}}"
    records, skipped = read_all(tmp_path, CASSETTE % body, "cassette.yaml")

    assert records == []
    assert [item.detail for item in skipped] == ["aliases that expand to more than 16 MB"]


def test_a_prompt_that_would_explode_is_the_text_it_is(tmp_path: Path) -> None:
    prompt = f"- role: user\n  content: &a0 [lol]\n- {{role: user, {LAUGHS}, content: *a8}}\n"
    row = {"prompt": {"raw": prompt}, "provider": {"id": "openai:gpt-4o"}, "response": {"output": "x"}}
    records, _ = read_all(tmp_path, json.dumps({"evalId": "e", "results": {"version": 3, "results": [row]}}))

    assert [record.request for record in records] == [{"messages": [{"role": "user", "content": prompt}]}]
