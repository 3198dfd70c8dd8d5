"""Which files are prompts by their names, in folders and alone."""

import json
from pathlib import Path

import pytest
from support.prompt_files import read_folder, read_names, write_all

from tokcount import Record, Skipped, read
from tokcount.logs.prompts.names import kind_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("prompts/a.md", "text"),
        ("prompts/search/a.txt", "text"),
        (".github/instructions/a.md", "text"),
        ("app/system_prompts/a.txt", "text"),
        ("AGENTS.md", "text"),
        ("src/x.prompt.md", "text"),
        ("src/skprompt.txt", "text"),
        ("src/a.j2", "template"),
        ("src/a.txt.jinja", "template"),
        ("src/a.hbs", "template"),
        ("src/a.prompt", "dotprompt"),
        ("src/a.prompty", "prompty"),
        ("src/a.prompt.yml", "yaml"),
        ("src/tools.json", "json"),
        ("docs/a.md", None),
        ("a.txt", None),
        ("README.md", None),
        ("prompts/README.md", None),
        ("prompts/LICENSE.txt", None),
        ("prompts/requirements-dev.txt", None),
        ("prompts/README.zh.md", None),
        ("prompts/security-review.md", "text"),
        ("prompts/support.txt", "text"),
        ("prompts/history.md", "text"),
        ("deploy/nginx.conf.j2", None),
        ("web/page.html.jinja", None),
        ("logs/calls.json", None),
        ("logs/calls.jsonl", None),
        ("src/a.py", None),
    ],
)
def test_a_file_of_a_folder_is_a_prompt_by_its_name_or_by_its_folder(name: str, kind: str | None) -> None:
    assert kind_of(f"/somewhere/repo/{name}", "/somewhere/repo") == kind


@pytest.mark.parametrize("name", ["README.md", "a.txt", "a.md", "web/page.html.jinja"])
def test_a_file_that_is_named_is_a_prompt_by_its_suffix(name: str) -> None:
    assert kind_of(name, None) in ("text", "template")


def test_the_named_folder_itself_may_be_one_of_prompts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tmp_path, {"prompts/a.md": "A", "docs/a.md": "A"})
    monkeypatch.chdir(tmp_path / "prompts")

    assert kind_of("./a.md", ".") == "text"
    assert kind_of(str(tmp_path / "docs/a.md"), str(tmp_path / "docs")) is None


def test_a_folder_above_the_named_one_makes_no_prompts() -> None:
    assert kind_of("/somewhere/prompts/repo/docs/a.md", "/somewhere/prompts/repo") is None


def test_a_folder_of_logs_and_prompts_gives_both_and_names_the_rest(tmp_path: Path) -> None:
    write_all(
        tmp_path,
        {
            "logs/a.jsonl": '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}\n',
            "prompts/a.md": "Be brief.",
            "README.md": "# About",
            "notes.txt": "Remember the milk.",
            "src/app.py": "print()",
        },
    )
    records, skipped = read_folder(tmp_path)

    assert [record.format for record in records] == ["openai.chat.request", "prompt.text"]
    assert [(Path(item.source).name, item.reason) for item in skipped] == [
        ("README.md", "not_llm"),
        ("notes.txt", "unrecognised"),
        ("app.py", "not_llm"),
    ]


@pytest.mark.parametrize(
    "name", ["support-chat.jsonl", "readme.jsonl", "history.log", "security.jsonl", "notice.json"]
)
def test_a_log_may_have_the_name_of_a_document(tmp_path: Path, name: str) -> None:
    write_all(tmp_path, {name: '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}\n'})

    assert read_names(tmp_path) == [name]


def test_a_log_with_the_suffix_of_a_text_is_a_log(tmp_path: Path) -> None:
    line = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}\n'
    write_all(
        tmp_path, {"prompts/log.txt": line * 2, "prompts/rows.txt": "Name, place, thing.\nOne, two, three.\n"}
    )

    records, _ = read_folder(tmp_path)

    assert [record.format for record in records] == ["openai.chat.request"] * 2 + ["prompt.text"]


def test_json_logs_are_not_taken_for_prompts(tmp_path: Path) -> None:
    call = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}], "tools": []}'
    others = {
        "schema.json": '{"type": "track", "properties": {"a": "x"}}',
        "functions.json": '{"name": "a", "parameters": {"b": 1}}',
    }
    write_all(tmp_path, {"tools.json": call, **others})

    (record,), skipped = read_folder(tmp_path)

    assert record.format == "openai.chat.request"
    assert [item.reason for item in skipped] == ["unrecognised"] * 2


def test_a_list_of_things_with_names_is_no_list_of_tools_and_is_read_once(tmp_path: Path) -> None:
    """A conversation of a log, in a file whose suffix prompts have as well."""
    said = [
        {"type": "human", "data": {"content": "Hi"}},
        {"type": "ai", "data": {"content": "Hello", "name": "a"}},
    ]
    named = [{"name": "first", "uuid": "1"}, {"name": "second", "uuid": "2"}]
    write_all(tmp_path, {"export.json": json.dumps(said), "named.json": json.dumps(named)})

    records = [item for item in read(tmp_path / "export.json") if isinstance(item, Record)]
    skipped = list(read(tmp_path / "named.json"))

    assert [(record.format, len(record.messages)) for record in records] == [("langchain.messages", 2)]
    assert {item.reason for item in skipped if isinstance(item, Skipped)} == {"unrecognised"}
    assert len(skipped) == 2
