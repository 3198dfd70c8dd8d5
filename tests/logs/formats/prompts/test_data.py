"""Prompts as YAML and JSON, and definitions of tools and schemas."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.prompt_files import read_file, read_folder, spoken, write_all

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"label": {"type": "string"}},
    "required": ["label"],
}
FUNCTION: dict[str, Any] = {"name": "clock", "description": "Tells the time.", "parameters": SCHEMA}
GITHUB = """
name: Classify
model: openai/gpt-4o-mini
modelParameters: {temperature: 0.5}
messages:
  - role: system
    content: Classify.
  - {role: user, content: "Text: {{input}}"}
responseFormat: json_schema
jsonSchema: '{"name": "label", "schema": {"type": "object", "properties": {}}}'
testData:
  - input: a long text that nobody sends
evaluators: []
"""


def test_github_models_prompts_have_their_messages_model_and_schema(tmp_path: Path) -> None:
    found = read_file(tmp_path, "a.prompt.yml", GITHUB)

    assert (found.format, found.kind, found.model) == ("prompt.github_models", "chat", "openai/gpt-4o-mini")
    assert spoken(found) == [("system", "Classify."), ("user", "Text: {{input}}")]
    assert found.request is not None
    assert found.request["response_format"]["json_schema"]["name"] == "label"
    assert "nobody" not in json.dumps(found.request)
    assert (found.flags, found.variables) == (("template",), ("input",))


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("model: gpt-4o\nprompt: Hi {name}", {"model": "gpt-4o", "prompt": "Hi {name}"}),
        (
            "system: Be brief.\nuser: Hi",
            {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}]},
        ),
        ("- role: user\n  content: Hi", {"messages": [{"role": "user", "content": "Hi"}]}),
    ],
)
def test_yaml_of_ones_own_is_read_by_the_usual_names(tmp_path: Path, text: str, request_: object) -> None:
    assert read_file(tmp_path, "a.yaml", text).request == request_


def test_langchain_prompts_are_read_with_their_syntax(tmp_path: Path) -> None:
    found = read_file(tmp_path, "a.yaml", "_type: prompt\ntemplate: 'A {kind} of {{json}}'\n", kind="joke")

    assert (found.format, found.request) == ("prompt.langchain", {"prompt": "A joke of {json}"})


def test_examples_of_langchain_are_written_by_their_own_prompt(tmp_path: Path) -> None:
    prompt = {
        "_type": "few_shot",
        "prefix": "Antonyms.",
        "example_prompt": {"_type": "prompt", "template": "{word}: {other}"},
        "examples": "examples.json",
        "suffix": "{adjective}:",
    }
    write_all(tmp_path, {"examples.json": '[{"word": "hot", "other": "cold"}]'})

    found = read_file(tmp_path, "few.json", json.dumps(prompt))

    assert found.request == {"prompt": "Antonyms.\n\nhot: cold\n\n{adjective}:"}


def test_chat_prompts_that_langchain_dumped_are_read(tmp_path: Path) -> None:
    def dumped(name: str, **arguments: object) -> dict[str, object]:
        return {"lc": 1, "type": "constructor", "id": ["langchain", "prompts", name], "kwargs": arguments}

    prompt = dumped("PromptTemplate", template="Be {tone}.", template_format="f-string")
    message = dumped("SystemMessagePromptTemplate", prompt=prompt)
    place = dumped("MessagesPlaceholder", variable_name="history")
    chat = dumped("ChatPromptTemplate", messages=[message, place])

    found = read_file(tmp_path, "chat.json", json.dumps(chat))

    assert spoken(found) == [("system", "Be {tone}.")]
    assert (found.flags, found.variables) == (("hidden_context", "template"), ("tone",))


def test_semantic_kernel_prompts_have_marked_messages_and_a_model(tmp_path: Path) -> None:
    text = """
name: Story
template_format: semantic-kernel
template: |
  <message role="system">Tell of {{$topic}} &amp; more</message>
  <message role="user">Go</message>
execution_settings: {default: {model_id: gpt-4o}}
"""
    found = read_file(tmp_path, "a.yaml", text, topic="dogs")

    assert (found.format, found.model) == ("prompt.semantic_kernel", "gpt-4o")
    assert spoken(found) == [("system", "Tell of dogs & more"), ("user", "Go")]


def test_a_prompt_of_semantic_kernel_has_its_settings_in_the_file_next_to_it(tmp_path: Path) -> None:
    settings = {"schema": 1, "execution_settings": {"default": {"model_id": "gpt-4"}}, "input_variables": []}
    write_all(
        tmp_path,
        {"prompts/Joke/skprompt.txt": "Tell {{$x}}", "prompts/Joke/config.json": json.dumps(settings)},
    )

    (found,), (skipped,) = read_folder(tmp_path)

    assert (found.model, found.variables) == ("gpt-4", ("x",))
    assert (skipped.reason, Path(skipped.source).name) == ("not_llm", "config.json")


PROMPTFOO = """
prompts:
  - "Translate {{text}}"
  - file://prompts/two.txt
  - {raw: '[{"role": "user", "content": "{{question}}"}]', label: chat}
  - file://make.py
  - file://../outside.txt
providers:
  - openai:gpt-4o
  - {id: "openai:chat:gpt-4o-mini", config: {temperature: 0}}
tests:
  - vars: {text: never counted}
"""


def test_promptfoo_prompts_count_once_for_every_provider(tmp_path: Path) -> None:
    write_all(
        tmp_path,
        {"in/promptfooconfig.yaml": PROMPTFOO, "in/prompts/two.txt": "One\n---\nTwo\n", "outside.txt": "No"},
    )
    records, skipped = read_folder(tmp_path / "in")
    found = [record for record in records if record.format == "prompt.promptfoo"]

    assert [(record.index, record.model) for record in found] == [
        (index, ("gpt-4o", "gpt-4o-mini")[index % 2]) for index in range(8)
    ]
    texts = [record.request["prompt"] for record in found[:6:2] if record.request is not None]
    assert texts == ["Translate {{text}}", "One", "Two"]
    assert spoken(found[6]) == [("user", "{{question}}")]
    assert [item.reason for item in skipped] == ["unsupported"] * 2


@pytest.mark.parametrize(
    "value",
    [
        [{"type": "function", "function": FUNCTION}],
        [{"type": "function", **FUNCTION}],
        {"tools": [{"type": "function", "function": FUNCTION}]},
        {"functions": [FUNCTION]},
        {"type": "function", "function": FUNCTION},
        FUNCTION,
    ],
)
def test_definitions_of_tools_are_read_in_every_form(tmp_path: Path, value: object) -> None:
    found = read_file(tmp_path, "tools.json", json.dumps(value))

    assert (found.format, found.flags) == ("prompt.tools", ("fragment",))
    assert found.request == {"messages": [], "tools": [{"type": "function", "function": FUNCTION}]}


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (SCHEMA, "response"),
        ({**SCHEMA, "$schema": "http://json-schema.org/draft-07/schema#", "title": "Label"}, "Label"),
        ({"name": "label", "strict": True, "schema": SCHEMA}, "label"),
        ({"type": "json_schema", "json_schema": {"name": "label", "schema": SCHEMA}}, "label"),
    ],
)
def test_schemas_are_read_alone_and_with_their_name(tmp_path: Path, value: object, name: str) -> None:
    found = read_file(tmp_path, "answer.schema.json", json.dumps(value))

    assert (found.format, found.flags) == ("prompt.schema", ("fragment",))
    assert found.request is not None
    assert found.request["response_format"]["json_schema"]["name"] == name


def test_yaml_of_a_folder_that_holds_no_prompt_is_named(tmp_path: Path) -> None:
    write_all(tmp_path, {"ci.yml": "jobs: {}", "prompts/x.yml": "jobs: {}", "prompts/y.yml": "a: ["})

    records, skipped = read_folder(tmp_path)

    assert records == []
    assert [(Path(item.source).name, item.reason) for item in skipped] == [
        ("ci.yml", "not_llm"),
        ("x.yml", "unrecognised"),
        ("y.yml", "unparsed"),
    ]
