"""The Python interface."""

import ast
import doctest
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.paths import ROOT, SAMPLES

import tokcount
from tokcount import Record, Skipped, api


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(tokcount).failed == 0
    assert doctest.testmod(api).failed == 0


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = (
        "import sys, tokcount; dir(tokcount);"
        "print(sorted({'polars', 'tiktoken', 'msgspec', 'typer'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout.decode().strip() == "[]"


def test_every_public_name_loads_and_is_listed_by_dir() -> None:
    assert all(hasattr(tokcount, name) for name in tokcount.__all__)
    assert set(tokcount.__all__) <= set(dir(tokcount))
    with pytest.raises(AttributeError, match="no attribute 'tokenise'"):
        _ = tokcount.tokenise  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("request_body", "model", "total"),
    [
        ({"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}, "gpt-4o", 14),
        ({"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}, "gpt-5", 13),
        ({"input": "What is the weather in Paris?"}, "gpt-4o", 14),
        ({"prompt": "2 + 2 = 4"}, "text-davinci-003", 5),
        ({"prompt": "2 + 2 = 4", "model": "davinci-002"}, None, 7),
    ],
)
def test_a_request_is_counted_as_billed(
    request_body: dict[str, object], model: str | None, total: int
) -> None:
    counted = tokcount.count_request(request_body, model)

    assert counted.total == total == counted.content + counted.framing
    assert counted.basis == "exact"


def test_an_unknown_model_is_a_usage_error() -> None:
    with pytest.raises(tokcount.UsageError, match="unknown model 'gpt4o'"):
        tokcount.count_request({"messages": []}, "gpt4o")


def test_read_yields_records_and_skipped_items() -> None:
    items = list(tokcount.read(SAMPLES / "defects.jsonl"))

    assert [type(item) for item in items].count(Record) == 7
    assert {item.reason for item in items if isinstance(item, Skipped)} == {
        "unparsed",
        "error",
        "unrecognised",
    }


def test_read_takes_a_mapping(tmp_path: Path) -> None:
    log = tmp_path / "own.jsonl"
    log.write_text('{"q": "Hello!"}\n{"q": "Bye!"}\n')
    records = list(tokcount.read(log, prompt_path="q", kind="completions"))

    assert [record.request for record in records if isinstance(record, Record)] == [
        {"prompt": "Hello!"},
        {"prompt": "Bye!"},
    ]


@pytest.mark.parametrize("body", [{}, {"mesages": []}, {"messages": "x"}, [], None, "hello"])
def test_anything_but_a_request_body_is_refused(body: Any) -> None:
    with pytest.raises(tokcount.UsageError, match="not a request body"):
        tokcount.count_request(body, "gpt-4o")


def test_a_dir_of_a_fresh_import_shows_the_lazy_names() -> None:
    script = "import tokcount; print({'Record', 'Skipped', 'Usage', 'Message', 'Part', 'count'} <= set(dir(tokcount)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)

    assert done.stdout.decode().strip() == "True"


def test_a_text_is_counted_under_the_encoding_of_a_model() -> None:
    assert tokcount.count("2 + 2 = 4", "gpt-4o") == tokcount.count("2 + 2 = 4", "o200k_base") == 7
    assert tokcount.count("2 + 2 = 4", "text-davinci-003") == 5
    with pytest.raises(tokcount.UsageError, match=r"unknown model 'gpt-4oo'\. Did you mean gpt-4o"):
        tokcount.count("2 + 2 = 4", "gpt-4oo")


@pytest.mark.parametrize("text", [None, b"hello", 4])
def test_count_takes_strings_only(text: Any) -> None:
    with pytest.raises(TypeError, match=r"count\(\) expects a string, not "):
        tokcount.count(text)


def test_read_and_scan_need_paths() -> None:
    nothing: Any = None
    with pytest.raises(TypeError, match="expected a path"):
        list(tokcount.read(nothing))
    with pytest.raises(TypeError, match="expected a path"):
        tokcount.scan(nothing)


def test_a_request_without_a_model_asks_for_one() -> None:
    with pytest.raises(tokcount.UsageError, match="pass model="):
        tokcount.count_request({"messages": []})


def test_a_wrong_mapping_is_reported_as_an_argument() -> None:
    with pytest.raises(tokcount.UsageError, match=r"^prompt_path='\[': not a JMESPath expression") as caught:
        list(tokcount.read(SAMPLES / "support-chat.jsonl", prompt_path="["))

    assert caught.value.command_line.startswith("--prompt-path '[': not a JMESPath expression")


COMMAND_LINE_ONLY = {"parse_price_option", "parse_alias_option"}
"""Functions below the interface that only the command line reaches: they parse an option."""


ERRORS = {"UsageError", "DataError", "UnknownModel", "VocabularyError"}


def error_texts(source: str) -> list[str]:
    """The constant texts of all errors that are made, without those given as `command_line=`."""
    texts = []
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    for function in functions:
        if function.name in COMMAND_LINE_ONLY:
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                constants = (part for argument in node.args for part in ast.walk(argument))
                texts += [part.value for part in constants if isinstance(part, ast.Constant)]
    return [text for text in texts if isinstance(text, str)]


@pytest.mark.parametrize(
    "folder", ["logs", "framing", "tokens", "scanning", "models", "frames", "spark", "*.py"]
)
def test_errors_below_the_interface_name_no_options_of_the_command_line(folder: str) -> None:
    package = ROOT / "tokcount"
    files = package.glob(folder) if "*" in folder else (package / folder).rglob("*.py")
    raised = [(path.name, text) for path in files for text in error_texts(path.read_text("utf-8"))]

    assert raised
    assert [found for found in raised if re.search(r"(^|[\s(])--[a-z]", found[1])] == []
