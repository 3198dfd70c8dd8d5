"""The table of parameters is whole, names what the APIs have, and is what the documentation shows."""

from __future__ import annotations

import pytest
from support.paths import DOCS

from tokcount.reports.migrate.parameters import NOT_PARAMETERS, PARAMETERS, Parameter

DOCUMENT = DOCS / "migrate.md"
NAMES = [parameter.name for parameter in PARAMETERS]


def names_of(joined: str) -> set[str]:
    return set(joined.split(", ")) - {""}


def as_markdown() -> str:
    """The table as `docs/migrate.md` shows it."""
    lines = [
        "| parameter | chat | Responses | reasoning models | what happens | source |",
        "|---|---|---|---|---|---|",
    ]
    for row in PARAMETERS:
        cells = (
            f"`{row.name}`",
            _code(row.chat),
            _code(row.responses),
            _reasoning(row),
            row.happens,
            row.source,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _code(joined: str) -> str:
    return ", ".join(f"`{name}`" for name in joined.split(", ")) if joined else "–"


def _reasoning(row: Parameter) -> str:
    return "–" if not row.chat else "yes" if row.reasoning else "refuse it"


def test_every_parameter_of_the_completions_endpoint_has_a_row() -> None:
    completions = pytest.importorskip("openai.types.completion_create_params")
    known = set(completions.CompletionCreateParamsNonStreaming.__annotations__)
    known |= set(completions.CompletionCreateParamsBase.__annotations__)

    assert known - {"model", "prompt"} == set(NAMES)


def test_every_name_in_the_table_is_one_of_the_new_endpoint() -> None:
    chat = pytest.importorskip("openai.types.chat.completion_create_params").CompletionCreateParamsBase
    responses = pytest.importorskip("openai.types.responses.response_create_params").ResponseCreateParamsBase

    for row in PARAMETERS:
        assert names_of(row.chat) - {"stream"} <= set(chat.__annotations__), row.name
        assert names_of(row.responses) - {"stream"} <= set(responses.__annotations__), row.name


def test_a_parameter_without_an_equivalent_really_has_none() -> None:
    responses = pytest.importorskip("openai.types.responses.response_create_params").ResponseCreateParamsBase
    same_name_other_meaning = {"stream_options"}

    missing = {row.name for row in PARAMETERS if not row.responses}

    assert missing & set(responses.__annotations__) <= same_name_other_meaning


def test_names_are_told_once_and_are_no_keys_of_the_log() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert not NOT_PARAMETERS & set(NAMES)


def test_every_row_names_its_source() -> None:
    assert all(row.source and row.happens for row in PARAMETERS)


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the documentation is not part of this copy")
def test_the_documentation_shows_the_table_as_it_is() -> None:
    assert as_markdown() in DOCUMENT.read_text("utf-8")
