"""Requests as the chat template in the folder of a model renders them."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.in_process import run
from support.model_folders import TEMPLATE, write_model

from tokcount.errors import UsageError
from tokcount.framing.layout import Layout
from tokcount.framing.rules import layout
from tokcount.framing.templates import model_folder
from tokcount.framing.templates.model_folder import REFUSED, RENDERED, family_of

pytest.importorskip("jinja2")

HELLO = {"messages": [{"role": "user", "content": "one two"}]}


def laid(name: str, request: dict[str, Any], timestamp: float | None = None) -> Layout:
    family = family_of(name)
    assert family is not None
    return layout("chat", request, family, timestamp=timestamp)


def test_special_tokens_are_counted_and_the_text_between_them_is_encoded(tmp_path: Path) -> None:
    found = laid(write_model(tmp_path), HELLO)
    assert (found.constant, found.texts, found.content) == (4, ["user one two", "assistant"], ["one two"])
    assert (found.basis, found.reasons) == ("estimated", (RENDERED,))


def test_a_run_counts_what_the_template_renders(tmp_path: Path) -> None:
    pytest.importorskip("tokenizers")
    name = write_model(tmp_path)
    log = tmp_path / "log.jsonl"
    log.write_text(2 * (json.dumps({"model": "gpt-4o", **HELLO}) + "\n"), encoding="utf-8")
    (_, target) = json.loads(run("drift", str(log), "--from", "gpt-4o", "--to", name, "-f", "json").out)[
        "references"
    ]
    assert (target["content_tokens"], target["framing_tokens"], target["input_tokens"]) == (4, 12, 16)


def test_the_file_of_a_template_comes_before_that_in_the_configuration(tmp_path: Path) -> None:
    name = write_model(tmp_path)
    (tmp_path / "chat_template.jinja").write_text("{{ messages | length }} messages", encoding="utf-8")
    assert laid(name, HELLO).texts == ["1 messages"]


def test_of_several_templates_the_default_is_used(tmp_path: Path) -> None:
    several = [{"name": "rag", "template": "no"}, {"name": "default", "template": "yes"}]
    assert laid(write_model(tmp_path, None, chat_template=several), HELLO).texts == ["yes"]


def test_parts_of_text_are_one_text_and_images_make_it_partial(tmp_path: Path) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}
    parts = [{"type": "text", "text": "one "}, image, {"type": "text", "text": "two"}]
    found = laid(write_model(tmp_path), {"messages": [{"role": "user", "content": parts}]})
    assert (found.texts[0], found.basis) == ("user one two", "partial")


@pytest.mark.parametrize("city", ["call.function.arguments.city", "(call.function.arguments + '')[10:14]"])
def test_calls_are_given_in_the_form_that_the_template_takes(city: str, tmp_path: Path) -> None:
    name = write_model(tmp_path, TEMPLATE.replace("call.function.arguments.city", city))
    call = {"type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    assert "Rome" in laid(name, {"messages": [message]}).texts


def test_tools_are_shown_as_json_with_their_own_characters(tmp_path: Path) -> None:
    tool = {"type": "function", "function": {"name": "größe"}}
    assert (
        json.dumps(tool, ensure_ascii=False) in laid(write_model(tmp_path), {**HELLO, "tools": [tool]}).texts
    )


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('roles must alternate') }}",
        "{% for n in range(20000) %}x{% endfor %}",
        "{% for n in range(9999) %}{{ 'x' * 9999 }}{% endfor %}",
        "{{ messages.append(1) }}",
        "{{ messages[0].__class__.__mro__ }}{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{% include 'tokenizer.json' %}",
    ],
)
def test_a_template_that_fails_or_does_what_it_must_not_leaves_an_estimate(
    template: str, tmp_path: Path
) -> None:
    found = laid(write_model(tmp_path, template), HELLO)
    assert (found.basis, found.reasons, found.texts) == ("estimated", (REFUSED,), ["one two"])


def test_today_is_the_day_of_the_record(tmp_path: Path) -> None:
    name = write_model(tmp_path, "{{ strftime_now('%Y-%m-%d') }}")
    assert laid(name, HELLO, timestamp=1_700_000_000.0).texts == ["2023-11-14"]
    assert laid(name, HELLO).texts == ["2026-01-01"]


def test_marks_of_what_a_model_wrote_are_left_out(tmp_path: Path) -> None:
    assert laid(write_model(tmp_path, "{% generation %}one{%- endgeneration -%}"), HELLO).texts == ["one"]


def test_a_template_that_is_not_jinja_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"the chat template of .* cannot be read: "):
        family_of(write_model(tmp_path, "{% if %}"))


def test_a_name_without_a_folder_or_a_template_has_no_such_family(tmp_path: Path) -> None:
    assert family_of(write_model(tmp_path, None)) is None
    assert family_of(str(tmp_path / "tokenizer.json")) is None
    assert family_of("acme") is None


def test_without_jinja_the_extra_to_install_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "jinja2.ext", None)
    model_folder._environment.cache_clear()
    with pytest.raises(UsageError, match=r"chat templates need jinja2: install tokcount\[tokenizers\]\."):
        family_of(write_model(tmp_path))
