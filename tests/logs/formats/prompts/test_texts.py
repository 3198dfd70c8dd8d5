"""Texts and templates as prompts, with and without front matter."""

from pathlib import Path

import pytest
from support.prompt_files import read_file, read_folder, spoken, write_all


def test_a_text_is_one_prompt_as_it_is(tmp_path: Path) -> None:
    found = read_file(tmp_path, "a.md", "# Rules\n\nBe brief.\n")

    assert (found.format, found.kind, found.flags, found.variables) == ("prompt.text", "text", (), ())
    assert found.request == {"prompt": "# Rules\n\nBe brief.\n"}


def test_a_template_is_counted_as_written_and_names_its_variables(tmp_path: Path) -> None:
    found = read_file(tmp_path, "a.txt", "Write to {customer} about {{ topic }}.")

    assert (found.flags, found.variables) == (("template",), ("topic", "customer")[::-1])


@pytest.mark.parametrize("name", ["a.jinja", "a.mustache", "a.hbs", "a.md"])
def test_values_make_a_template_a_prompt(tmp_path: Path, name: str) -> None:
    pytest.importorskip("jinja2")
    pytest.importorskip("pystache")
    found = read_file(tmp_path, name, "Hello {{name}}.", name="Ada")

    assert (found.request, found.flags, found.variables) == ({"prompt": "Hello Ada."}, (), ())


def test_values_for_some_variables_leave_a_template(tmp_path: Path) -> None:
    found = read_file(tmp_path, "a.txt", "Hello {first} {last}.", first="Ada")

    assert found.request == {"prompt": "Hello Ada {last}."}
    assert (found.flags, found.variables) == (("template",), ("last",))


def test_helpers_that_are_not_run_leave_a_template(tmp_path: Path) -> None:
    found = read_file(tmp_path, "a.hbs", "{{#if name}}Hello {{name}}{{/if}}", name="Ada")

    assert (found.flags, found.variables) == (("template",), ())


def test_a_template_that_cannot_be_rendered_is_counted_as_written(tmp_path: Path) -> None:
    pytest.importorskip("jinja2")
    found = read_file(tmp_path, "a.jinja", "{% if name %}Hello", name="Ada")

    assert found.request == {"prompt": "{% if name %}Hello"}
    assert found.flags == ("template",)


def test_the_settings_of_a_prompt_file_of_an_editor_are_not_its_text(tmp_path: Path) -> None:
    text = "---\nmodel: gpt-4o\ntools: ['search']\ndescription: Reviews code.\n---\nReview the code.\n"
    found = read_file(tmp_path, "review.prompt.md", text)

    assert found.request == {"model": "gpt-4o", "prompt": "Review the code.\n"}
    assert found.flags == ("hidden_context",)


def test_dotprompt_roles_become_messages(tmp_path: Path) -> None:
    text = (
        "---\nmodel: openai/gpt-4o\n---\n"
        '{{role "system"}}\nWork at {{location}}.\n{{role "user"}}\nGreet me.\n{{role "model"}}\nHello!\n'
    )
    found = read_file(tmp_path, "greet.prompt", text, location="Rome")

    assert (found.format, found.model) == ("prompt.dotprompt", "openai/gpt-4o")
    assert spoken(found) == [("system", "Work at Rome."), ("user", "Greet me."), ("assistant", "Hello!")]
    assert found.flags == ()


def test_dotprompt_without_front_matter_or_roles_is_one_user_message(tmp_path: Path) -> None:
    assert spoken(read_file(tmp_path, "a.prompt", "Hello.\n")) == [("user", "Hello.")]


def test_tools_that_are_only_named_and_media_make_a_prompt_partial(tmp_path: Path) -> None:
    found = read_file(tmp_path, "a.prompt", "---\ntools: [clock]\n---\nLook: {{media url=photo}}\n")

    assert {"hidden_context", "media"} <= set(found.flags)


def test_prompty_roles_model_and_tools_are_read(tmp_path: Path) -> None:
    text = """---
name: Chat
model:
  api: chat
  configuration: {type: azure_openai, azure_deployment: gpt-4o}
  parameters:
    tools:
      - {type: function, function: {name: clock, parameters: {type: object, properties: {}}}}
sample: {question: never sent}
---
system:
Be brief.

user:
{{question}}
"""
    found = read_file(tmp_path, "chat.prompty", text)

    assert (found.format, found.model) == ("prompt.prompty", "gpt-4o")
    assert spoken(found) == [("system", "Be brief."), ("user", "{{question}}")]
    assert found.request is not None
    assert [tool["function"]["name"] for tool in found.request["tools"]] == ["clock"]
    assert found.variables == ("question",)


def test_an_empty_prompt_and_broken_front_matter_are_named(tmp_path: Path) -> None:
    write_all(tmp_path, {"prompts/a.prompt.md": "---\n---\n", "prompts/b.prompty": "---\na: [\n---\nHi\n"})

    records, skipped = read_folder(tmp_path)

    assert records == []
    assert [(Path(item.source).name, item.reason) for item in skipped] == [
        ("a.prompt.md", "empty"),
        ("b.prompty", "unparsed"),
    ]
