"""The user's own mapping reads what no format knows."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.logfiles import read_all, records_of

from tokcount.errors import UsageError
from tokcount.logs.detect import Detector
from tokcount.logs.mapping.mapper import Mapper
from tokcount.logs.mapping.path import Path as Expression
from tokcount.logs.options import Mapping

VALUE = {
    "a": {"b": [1, {"c": "x"}]},
    "dotted.key": 5,
    "s": '{"t": [2]}',
    "deep": {"dotted.key": 6},
    "two words": 7,
}
VALUE["größe"] = {"in-hub": 8}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("a.b[0]", 1),
        ("$.a.b[1].c", "x"),
        (".a.b[1].c", "x"),
        (".a.b[].c", ["x"]),
        (".", VALUE),
        (".['two words']", 7),
        ("two words", 7),
        ("größe.in-hub", 8),
        (".größe.in-hub", 8),
        ("$['a']['b'][0]", 1),
        ("dotted.key", 5),
        ("$['dotted.key']", 5),
        ('$.deep["dotted.key"]', 6),
        ("$.a.b[*]", [1, {"c": "x"}]),
        ("$", VALUE),
        ("s.t[0]", 2),
        ("a.b[?c].c | [0]", "x"),
        ("nothing", None),
        ("length(a)", 1),
        ("length(nothing)", None),
    ],
)
def test_paths(expression: str, found: Any) -> None:
    """JMESPath, the common JSONPath, a key that contains dots, and JSON in strings."""
    assert Expression("prompt_path", expression).find(VALUE) == found


@pytest.mark.parametrize("expression", ["a.[", "$.a[", "$..a", "a..b", ".a b", "a b["])
def test_a_wrong_expression_is_a_usage_error(expression: str) -> None:
    """It names the argument and the expression."""
    with pytest.raises(UsageError, match=r"^prompt_path="):
        Mapper(Mapping(prompt_path=expression), Detector().items)


def test_all_paths_together(tmp_path: Path) -> None:
    """A record with everything that can be mapped."""
    value = {
        "q": {"msgs": '[{"role": "user", "content": "Hi"}]'},
        "reply": "Hello",
        "m": "gpt-4o",
        "u": {"prompt_tokens": 8, "completion_tokens": 1},
        "when": "2024-05-01T00:00:00Z",
        "no": 17,
        "labels": ["a", "b"],
    }
    mapping = Mapping(
        messages_path="q.msgs",
        completion_path="reply",
        model_path="m",
        usage_path="u",
        time_path="when",
        id_path="no",
        tag_path="labels",
    )

    (record,) = records_of(tmp_path, value, mapping=mapping)

    assert (record.kind, record.model, record.id, record.tags) == ("chat", "gpt-4o", "17", ("a", "b"))
    assert record.timestamp == 1714521600
    assert record.usage is not None
    assert (record.usage.input, record.usage.output) == (8, 1)
    assert (record.request or {})["messages"] == [{"role": "user", "content": "Hi"}]
    assert (record.response or {})["choices"][0]["message"]["content"] == "Hello"


@pytest.mark.parametrize(
    ("kind", "key"),
    [("completions", "prompt"), ("text", "prompt"), ("responses", "input"), ("chat", "messages")],
)
def test_the_kind_decides_about_the_shape(kind: Any, key: str, tmp_path: Path) -> None:
    """A prompt can be mapped to every endpoint."""
    (record,) = records_of(tmp_path, {"p": "x"}, mapping=Mapping(prompt_path="p", kind=kind))

    assert record.kind == kind
    assert key in (record.request or {})


def test_a_prompt_that_is_json_text_stays_text(tmp_path: Path) -> None:
    """Only a list of messages is taken for one."""
    first, second = records_of(
        tmp_path,
        {"p": '{"a": 1}'},
        {"p": '[{"role": "user", "content": "x"}]'},
        mapping=Mapping(prompt_path="p"),
    )

    assert (first.kind, first.request) == ("text", {"prompt": '{"a": 1}'})
    assert second.kind == "chat"


@pytest.mark.parametrize("text", ['[{"p": "a"}, {"p": "b"}]', '{"p": "a"}\n{"p": "b"}\n'])
def test_records_path_over_a_streamed_array(text: str, tmp_path: Path) -> None:
    """`[*]` takes the elements of a file that is an array as they stream by, and lines as they are."""
    mapping = Mapping(records_path="$[*]", prompt_path="$.p")

    records, skipped = read_all(tmp_path, text, mapping=mapping)

    assert skipped == []
    assert [(record.request or {})["prompt"] for record in records] == ["a", "b"]


def test_records_inside_a_value_are_numbered(tmp_path: Path) -> None:
    """Line and index tell them apart."""
    mapping = Mapping(records_path="rows[].{p: text}", prompt_path="p")

    records = records_of(tmp_path, {"rows": [{"text": "a"}, {"text": "b"}]}, mapping=mapping)

    assert [(record.line, record.index) for record in records] == [(1, 0), (1, 1)]


@pytest.mark.parametrize(
    "damaged", ['[{"role":"user","content":"Hel', '{"role": "us', "", " ", {}, [1, 2], [None], {"a": 1}]
)
def test_what_is_no_message_is_not_counted_as_one(damaged: Any, tmp_path: Path) -> None:
    lines = json.dumps({"m": damaged}) + "\n" + json.dumps({"m": "one text"})

    records, skipped = read_all(tmp_path, lines, mapping=Mapping(messages_path="m"))

    assert [record.messages[0].text for record in records] == ["one text"]
    assert [item.detail for item in skipped] == ["no message at --messages-path"]


def test_what_the_mapping_does_not_find_is_skipped(tmp_path: Path) -> None:
    """It names the option that found nothing."""
    _, prompts = read_all(tmp_path, '{"a": 1}', mapping=Mapping(prompt_path="p"))
    _, rows = read_all(tmp_path, '{"a": 1}', mapping=Mapping(records_path="rows", prompt_path="p"))

    assert [item.detail for item in (*prompts, *rows)] == [
        "nothing at --prompt-path",
        "nothing at --records-path",
    ]


def test_paths_without_a_prompt_add_to_detected_records(tmp_path: Path) -> None:
    """For a known format with its model or tags elsewhere."""
    value = {"messages": [{"role": "user", "content": "x"}], "meta": {"model": "gpt-4o", "team": "red"}}

    (record,) = records_of(tmp_path, value, mapping=Mapping(model_path="meta.model", tag_path="meta.team"))

    assert (record.format, record.model, record.tags) == ("generic.messages", "gpt-4o", ("red",))


@pytest.mark.parametrize(
    "mapping",
    [
        Mapping(input_tokens_path="use.in", output_tokens_path=".use.out", model_path="$.engine_used"),
        Mapping(usage_path="use2", model_path="engine_used"),
    ],
)
def test_paths_of_numbers_suffice_without_text(mapping: Mapping, tmp_path: Path) -> None:
    value = {"engine_used": "gpt-4o", "use": {"in": 9, "out": "2"}, "use2": {"prompt": 9, "completion": 2}}

    (record,) = records_of(tmp_path, value, mapping=mapping)

    assert (record.kind, record.model, record.flags) == ("usage", "gpt-4o", ("no_text",))
    assert record.usage is not None
    assert (record.usage.input, record.usage.output) == (9, 2)


def test_a_path_overrides_one_meaning_and_conventional_names_give_the_rest(tmp_path: Path) -> None:
    value = {
        "question": "Hello",
        "other": "Bye",
        "answer": "Yes",
        "system": "Be brief.",
        "model": "gpt-4o",
        "promptTokens": 7,
        "completionTokens": 2,
        "meta": {"in": 11, "cached": 4, "usd": 0.5, "who": "ann"},
    }

    (number,) = records_of(tmp_path, value, mapping=Mapping(input_tokens_path="meta.in"))
    (prompt,) = records_of(tmp_path, value, mapping=Mapping(prompt_path="other", user_path="meta.who"))
    (usage,) = records_of(
        tmp_path, value, mapping=Mapping(cached_tokens_path="meta.cached", cost_path="meta.usd")
    )

    assert [record.model for record in (number, prompt, usage)] == ["gpt-4o"] * 3
    assert [record.usage and record.usage.input for record in (number, prompt, usage)] == [11, 7, 7]
    assert [record.messages[-1].text for record in (number, prompt)] == ["Hello", "Bye"]
    assert [record.messages[0].role for record in (number, prompt)] == ["system", "system"]
    assert (prompt.user, (prompt.response or {})["choices"][0]["message"]["content"]) == ("ann", "Yes")
    assert usage.usage is not None
    assert (usage.usage.output, usage.usage.cached_input, usage.usage.cost_usd) == (2, 4, "0.5")


def test_system_prompt_and_answer_of_a_detected_record_can_be_elsewhere(tmp_path: Path) -> None:
    value = {"prompt": "Hi", "model": "gpt-4o", "x": {"sys": "Be brief.", "reply": "Hello"}}

    (record,) = records_of(tmp_path, value, mapping=Mapping(system_path="x.sys", completion_path="x.reply"))

    assert [message.text for message in record.messages] == ["Be brief.", "Hi"]
    assert (record.kind, (record.response or {})["choices"][0]["message"]["content"]) == ("chat", "Hello")


def test_a_failed_call_of_mapped_numbers_is_skipped(tmp_path: Path) -> None:
    _, (item,) = read_all(
        tmp_path, '{"n": {"in": 0}, "status": 500}', mapping=Mapping(input_tokens_path="n.in")
    )

    assert (item.reason, item.detail) == ("error", "a failed call (HTTP 500)")


def test_paths_that_find_no_number_are_named(tmp_path: Path) -> None:
    _, (item,) = read_all(tmp_path, '{"a": 1}', mapping=Mapping(usage_path="u", cost_path="c"))

    assert item.detail.startswith("nothing at --usage-path or --cost-path; keys seen: a")


def test_a_record_names_the_fields_that_it_was_read_from(tmp_path: Path) -> None:
    value = {"question": "Hi", "promptTokens": 7, "m": "gpt-4o"}

    (detected,) = records_of(tmp_path, value)
    (mapped,) = records_of(tmp_path, value, mapping=Mapping(model_path="m", time_path="when"))

    assert detected.read_from == {"prompt": "question", "input": "promptTokens"}
    assert mapped.read_from == {"prompt": "question", "input": "promptTokens", "model": "m"}
