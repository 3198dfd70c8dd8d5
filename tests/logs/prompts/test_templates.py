"""Variables of templates: named, and filled in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.errors import UsageError
from tokcount.logs.prompts import templates
from tokcount.logs.prompts.templates import VARIABLES, filled, variables_of

pytest.importorskip("jinja2")
pytest.importorskip("pystache")


@pytest.mark.parametrize(
    ("syntax", "text", "names"),
    [
        ("jinja", "{{ a }} {{- b.c | upper -}} {% if d %}{{ a }}{% endif %}", ["a", "b", "d"]),
        ("jinja", "{% for x in items %}{{ x.name }} {{ loop.index }}{% endfor %}", ["items"]),
        ("jinja", "{% set y = 1 %}{{ y }}{# {{ z }} #}", ["z"]),
        ("mustache", "{{a}} {{{b}}} {{#c}}x{{/c}} {{^d}}{{/d}} {{! note }}", ["a", "b", "c", "d"]),
        ("handlebars", '{{#if a}}{{b}}{{else}}{{this.c}}{{/if}} {{role "system"}}', ["a", "b"]),
        ("f-string", '{a} {b.c} {d:>5} {{not}} {"json": 1} \\frac{x}', ["a", "b", "d", "x"]),
        ("semantic-kernel", "{{$a}} {{plugin.call $b}}", ["a"]),
        ("go", "{{ .Name }} {{if .Old}}{{end}}", ["Name", "Old"]),
        ("text", "{{ a }} {b} {{}} {1} ${c}", ["a", "b"]),
    ],
)
def test_variables_are_named_once_in_order(syntax: str, text: str, names: list[str]) -> None:
    assert variables_of(text, syntax) == names


@pytest.mark.parametrize(
    ("syntax", "text", "result"),
    [
        ("jinja", "{% for x in b %}{{ x }};{% endfor %} {{ a|upper }} {{ c }}\n", "1;2; ONE {{ c }}\n"),
        ("mustache", "{{a}} {{#b}}{{.}};{{/b}} {{c}} {{{a}}}", "One 1;2; {{c}} One"),
        ("handlebars", "{{a}} {{{a}}} {{c}}", "One One {{c}}"),
        ("f-string", "{a} {b} {c} {{a}}", "One [1, 2] {c} {a}"),
        ("semantic-kernel", "{{$a}} {{$c}}", "One {{$c}}"),
        ("go", "{{ .a }} {{.c}}", "One {{.c}}"),
        ("text", "{{ a }} {a} {c}", "One One {c}"),
    ],
)
def test_values_are_filled_in_and_the_rest_stays_as_written(syntax: str, text: str, result: str) -> None:
    assert filled(text, syntax, {"a": "One", "b": [1, 2]}) == result


@given(st.text(), st.sampled_from(sorted(VARIABLES)))
def test_without_values_every_text_stays_as_it_is(text: str, syntax: str) -> None:
    assert filled(text, syntax, {}) == text


@given(st.text(st.sampled_from("{}%#$ .ab\n|")), st.sampled_from(sorted(VARIABLES)))
def test_a_broken_template_raises_a_value_error_at_most(text: str, syntax: str) -> None:
    with suppress(ValueError):
        assert isinstance(filled(text, syntax, {"a": "One"}), str)


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.__class__.__mro__ }}",
        "{% include '/etc/hostname' %}",
        "{% for x in range(999999999) %}{{ x }}{% endfor %}",
        "{% for x in range(99999) %}{% for y in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
    ],
)
def test_a_template_reaches_neither_files_nor_the_program_and_does_not_grow_for_ever(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "_LONGEST", 1 << 16)
    with pytest.raises(ValueError, match="a template that"):
        filled(text, "jinja", {"a": "One" * 100})


def test_a_partial_of_a_mustache_template_is_not_loaded() -> None:
    assert filled("{{> secret}}{{a}}", "mustache", {"a": "One"}) == "One"


def test_without_the_library_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pystache", None)
    with pytest.raises(UsageError, match=r"tokcount\[prompts\]"):
        filled("{{a}}", "mustache", {"a": "One"})
