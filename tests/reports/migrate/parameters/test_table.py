"""The table of parameters is whole, names what the APIs have, and is what the documentation shows."""

from __future__ import annotations

import pytest
from support.paths import DOCS

from tokcount.reports.migrate.parameters.table import (
    NESTED,
    NOT_PARAMETERS,
    PARAMETERS,
    READ_ELSEWHERE,
    SPECIFICATION,
)

DOCUMENT = DOCS / "migrate.md"
NAMES = [parameter.name for parameter in PARAMETERS]


def as_markdown() -> str:
    """The table as `docs/migrate.md` shows it."""
    lines = [
        "| completions | chat | Responses | what happens | source |",
        "|---|---|---|---|---|",
    ]
    for row in PARAMETERS:
        cells = (
            _code(row.completions),
            _code(row.chat),
            _code(row.responses),
            row.happens,
            row.source.removeprefix(SPECIFICATION).removeprefix("; ") or "–",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _code(name: str) -> str:
    return f"`{name}`" if name else "–"


def types(endpoint: str) -> set[str]:
    """The parameters of an endpoint, as OpenAI's library has them."""
    module, name = {
        "completions": ("openai.types.completion_create_params", "CompletionCreateParams"),
        "chat": ("openai.types.chat.completion_create_params", "CompletionCreateParams"),
        "responses": ("openai.types.responses.response_create_params", "ResponseCreateParams"),
    }[endpoint]
    params = pytest.importorskip(module)
    parts = (getattr(params, name + part).__annotations__ for part in ("Base", "NonStreaming"))
    return {key for part in parts for key in part}


ENDPOINTS = ("completions", "chat", "responses")
NOT_WRITTEN = {"responses": {"access_programs", "background_options", "image"}}
"""Parameters that came with models that no log in the samples has; they are listed as lost."""


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_parameter_of_the_endpoints_has_a_row_or_is_read_elsewhere(endpoint: str) -> None:
    rows = {name.split(".")[0] for row in PARAMETERS for name in (getattr(row, endpoint), *row.older)}
    read = {name.split(".")[0] for name in READ_ELSEWHERE[endpoint]}

    assert types(endpoint) - {"model"} - rows - read == NOT_WRITTEN.get(endpoint, set())


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_name_in_the_table_is_one_of_its_endpoint(endpoint: str) -> None:
    for row in PARAMETERS:
        outer, _, inner = str(getattr(row, endpoint)).partition(".")
        assert not outer or outer in types(endpoint), row.name
        assert not inner or outer in NESTED[endpoint], row.name


def test_names_are_unique_and_are_no_keys_of_the_log() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert NOT_PARAMETERS & set(NAMES) == set()


def test_every_row_names_its_source() -> None:
    assert all(row.source and row.happens for row in PARAMETERS)


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the documentation is not part of this copy")
def test_the_documentation_shows_the_table_as_it_is() -> None:
    assert as_markdown() in DOCUMENT.read_text("utf-8")
