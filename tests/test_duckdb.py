"""Token counts inside DuckDB: a function, and the rows of a relation."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.engines import LINES, SELECTED, TO, TODAY, assert_same, counted, local_rows, table_of, write_logs

import tokcount

duckdb = pytest.importorskip("duckdb")

import tokcount.duckdb  # noqa: E402 - only where duckdb is

CONNECTION = tokcount.duckdb.register(duckdb.connect())


@settings(deadline=None)  # the first example loads the vocabulary
@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_the_function_counts_as_the_library_does_and_keeps_nulls(texts: list[str | None]) -> None:
    query = "SELECT t, token_count(t, 'o200k_base') FROM (SELECT unnest($texts::VARCHAR[]) AS t)"
    found = CONNECTION.execute(query, {"texts": texts}).fetchall()
    assert found == [(text, None if text is None else tokcount.count(text)) for text in texts]


def test_the_encoding_may_differ_from_row_to_row_and_be_null() -> None:
    query = """SELECT token_count('2 + 2 = 4', e)
               FROM (VALUES ('p50k_base'), (NULL), ('cl100k_base'), ('p50k_base')) AS t(e)"""
    assert CONNECTION.sql(query).fetchall() == [(5,), (None,), (7,), (5,)]


def test_the_function_works_over_many_vectors() -> None:
    query = "SELECT sum(token_count('a b ' || i, 'o200k_base')), count(*) FROM range(10000) AS t(i)"
    expected = sum(tokcount.count(f"a b {i}") for i in range(10_000))
    assert CONNECTION.sql(query).fetchall() == [(expected, 10_000)]


def test_an_unknown_encoding_ends_the_query_with_its_name() -> None:
    with pytest.raises(duckdb.Error, match=r"unknown encoding 'x'\. Known: "):
        CONNECTION.sql("SELECT token_count('a', 'x')").fetchall()


def test_a_relation_has_the_rows_of_the_local_command(tmp_path: Path) -> None:
    paths = write_logs(tmp_path)
    lines = table_of(paths)
    relation = CONNECTION.sql("FROM lines ORDER BY hash(text, number)")
    rows = tokcount.duckdb.scan(relation, LINES, to=TO, today=TODAY)
    assert_same(counted(rows), local_rows(paths, tmp_path))
    total = CONNECTION.sql(
        """SELECT sum("gpt-4o:input_tokens") FROM rows WHERE kind <> 'skipped'"""
    ).fetchall()
    assert total == [(counted(rows)["gpt-4o:input_tokens"].sum(),)]
    assert lines.num_rows <= rows.num_rows


def test_a_selection_selects_the_rows_of_the_local_command(tmp_path: Path) -> None:
    paths = write_logs(tmp_path)
    lines = table_of(paths)

    rows = tokcount.duckdb.scan(CONNECTION.from_arrow(lines), LINES, to=TO, today=TODAY, **SELECTED)

    assert_same(counted(rows), local_rows(paths, tmp_path, selected=SELECTED))
