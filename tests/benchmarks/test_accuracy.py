"""The comparison with other counters: what each is given, and how the tables are made."""

from __future__ import annotations

from typing import Any

import pytest

from tokcount import count

# The scripts of benchmarks/accuracy are no package; pytest has their folder on its path.
compare = pytest.importorskip("compare", reason="benchmarks/accuracy is not beside the tests")
counters = pytest.importorskip("counters")
forms = pytest.importorskip("forms")
tables = pytest.importorskip("tables")

CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TOOL = {
    "type": "function",
    "function": {"name": "f", "description": "Finds.", "parameters": {"properties": {}}},
}


def call(**fields: Any) -> Any:
    defaults: dict[str, Any] = {
        "id": "1",
        "file": "a.jsonl.gz",
        "endpoint": "chat",
        "family": "chat",
        "shape": "plain",
        "definition": "d1",
        "suspect": False,
        "model": "gpt-4o-2024-08-06",
        "billed": 9,
        "request": {"messages": [{"role": "user", "content": "Hello!"}]},
        "response": {"model": "gpt-4o-2024-08-06"},
        "form": forms.Form([{"role": "user", "content": "Hello!"}]),
    }
    return counters.Call(**{**defaults, **fields})


def rows(*pairs: tuple[int | None, str]) -> list[Any]:
    """Rows of calls billed 9: what was counted, and the definition."""
    return [tables.Scored(call(definition=name), counted) for counted, name in pairs]


@pytest.fixture
def vocabularies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vocabularies of tokcount in a registry of tiktoken that lasts for one test."""
    from tiktoken import registry

    monkeypatch.setattr(registry, "ENCODINGS", {})
    counters._use_shipped_vocabularies()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a", "a"),
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "input_text", "text": "b"}], "ab"),
        ([{"type": "image_url"}], None),
        ({"a": 1}, None),
    ],
)
def test_the_text_of_content_is_its_text_parts_or_nothing(content: Any, text: str | None) -> None:
    assert forms.text_of(content) == text


@pytest.mark.parametrize(
    ("prompt", "expected"), [("a", ["a"]), (["a", "b"], ["a", "b"]), ([1, 2], None), (None, None)]
)
def test_a_prompt_is_a_form_when_it_is_text(prompt: Any, expected: list[str] | None) -> None:
    form = forms.form_of("completions", {"prompt": prompt})

    assert (form.prompt if form else None) == expected


def test_functions_of_2023_become_tools() -> None:
    function = {"name": "f"}
    form = forms.form_of("chat", {"messages": [], "functions": [function], "function_call": function})

    assert form.tools == [{"type": "function", "function": function}]
    assert form.tool_choice == {"type": "function", "function": function}


def test_a_responses_request_becomes_messages_with_calls_and_results() -> None:
    items = [
        {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c1", "output": "42"},
    ]
    tool = {"type": "function", **TOOL["function"]}  # type: ignore[dict-item]
    form = forms.form_of(
        "responses",
        {"instructions": "Be brief.", "input": items, "tools": [tool], "tool_choice": {"name": "f"}},
    )

    assert form.messages == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": None, "tool_calls": [CALL | {"id": "c1"}]},
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]
    assert (form.tools, form.tool_choice) == ([TOOL], {"type": "function", "function": {"name": "f"}})


@pytest.mark.parametrize(
    "request_",
    [
        {"input": [{"type": "reasoning"}]},
        {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
        {"input": "Hi", "tools": [{"type": "web_search"}]},
        {"prompt": {"id": "pmpt_1"}},
    ],
)
def test_what_chat_has_no_place_for_has_no_form(request_: dict[str, Any]) -> None:
    assert forms.form_of("responses", request_) is None


@pytest.mark.parametrize(
    ("message", "tokens"),
    [
        ({"role": "user", "content": "Hello!"}, 3 + 3 + 1 + 2),
        ({"role": "user", "content": "Hello!", "name": "bob"}, 3 + 3 + 1 + 2 + 1 + 1),
        ({"role": "assistant", "content": None, "tool_calls": [CALL]}, 3 + 3 + 1),
    ],
)
@pytest.mark.usefixtures("vocabularies")
def test_the_rule_of_the_cookbook(message: dict[str, Any], tokens: int) -> None:
    assert counters.cookbook(call(), forms.Form([message])) == tokens


@pytest.mark.usefixtures("vocabularies")
def test_the_cookbooks_recipe_for_tools() -> None:
    schema = {"properties": {"a": {"type": "string", "description": "b.", "enum": ["x", "y"]}}}
    tool = {"type": "function", "function": {"name": "f", "description": "Finds.", "parameters": schema}}

    bare, offered = (counters.cookbook(call(), forms.Form([], tools)) for tools in ([], [tool]))

    assert bare == 3
    texts = sum(count(text, "o200k_base") for text in ("f:Finds", "a:string:b", "x", "y"))
    assert offered - bare == 12 + 7 + 3 + 3 - 3 + 2 * 3 + texts


def test_gpt_tokenizer_gets_each_call_as_a_function_call() -> None:
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [CALL, CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
    ]
    form = forms.Form(messages, [TOOL], {"type": "function", "function": {"name": "f"}})

    asked = counters.for_gpt_tokenizer(call(form=form))

    said = {"role": "assistant", "content": "", "function_call": CALL["function"]}
    assert asked["messages"] == [said, said, {"role": "function", "content": "42"}]
    assert (asked["functions"], asked["function_call"]) == ([TOOL["function"]], {"name": "f"})


def test_a_counter_that_raises_refuses() -> None:
    def fails(_call: Any, _form: Any) -> int:
        raise RuntimeError

    assert counters._one_by_one(fails)([call(), call(form=None)]) == [None, None]


def test_tokcount_counts_as_its_own_command_does() -> None:
    unreadable = call(request={"what": 1}, response={})

    assert counters.tokcount([call(), unreadable, call()]) == [9, None, 9]


def test_errors_and_refusals_are_misses() -> None:
    found = rows((9, "a"), (9, "b"), (8, "b"), (None, "c"))

    assert tables.exact_share(found) == 0.5
    assert tables.exact_definitions(found) == pytest.approx(1 / 3)
    assert tables.answered_share(found) == 0.75
    assert tables.mean_error(found) == pytest.approx(1 / 3)
    assert tables.distinct(found) == 3


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "100"), (0.0, "0"), (0.9999, "99.9"), (0.0001, "0.1"), (0.985, "98.5")]
)
def test_only_all_is_100_percent(share: float, shown: str) -> None:
    assert tables.percent(share) == shown


def test_a_table_has_a_row_for_each_shape_and_a_column_for_each_tool() -> None:
    first = rows((9, "a"), (9, "b"))
    first.append(tables.Scored(call(shape="tools", family="gpt5"), 9))
    second = [tables.Scored(row.call, None) for row in first]

    found = tables.table({"one": first, "two": second}, tables.exact_share, "n", len)

    assert found == [
        ["endpoint", "shape", "family", "n", "one", "two"],
        ["chat", "plain", "chat", "2", "100", "0"],
        ["chat", "tools", "gpt5", "1", "100", "0"],
    ]
    assert tables.markdown(found).splitlines()[1] == "| --- | --- | --- | ---: | ---: | ---: |"


def test_the_report_says_what_it_rests_on() -> None:
    found = [tables.Scored(call(), 9), tables.Scored(call(suspect=True, shape="plain"), 8)]
    found.append(tables.Scored(call(shape="tools"), 9))

    text = tables.report({"one": found}, {"one": "1.2"}, "2026-11-23")

    assert text.startswith("2026-11-23 · 3 requests: 3 of a.jsonl.gz · one 1.2\n")
    assert "Without recordings flagged as suspect (1)" in text


@pytest.mark.parametrize(
    ("changes", "shape"),
    [({}, "plain"), ({"category": "image"}, None), ({"flags": ["edited-request"]}, None)],
)
def test_recordings_out_of_scope_or_edited_are_left_out(changes: dict[str, Any], shape: str | None) -> None:
    record = {
        "id": "1",
        "category": "plain",
        "flags": [],
        "family": "0301",
        "endpoint": "/v1/chat/completions",
        "model": "gpt-3.5-turbo-0301",
        "request": {"messages": [{"role": "user", "content": "Hello!"}]},
        "response": {"usage": {"prompt_tokens": 9}},
    }
    found = compare.call_of(record | changes, "a.jsonl.gz")

    assert (found.shape if found else None) == shape
    assert found is None or (found.family, found.billed) == ("chat", 9)
