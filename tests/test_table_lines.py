"""Lines of keys: every spelling of a key in TOML and JSON is found where it stands."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.table_lines import lines_of

TOML = '''\
# models."commented" = 1
title = "a # b = [c] \\" \\\\"   # and a comment

[models."gpt-3.5"]  # [not.this]
encoding = 'o200k_base'
  context.window = 1_000
"quoted \\u00e9" = 2024-01-01T00:00:00Z
'literal "key"' = 1.5
text = """
[fake]
fake = 1
""""
after = \'\'\'
[fake]\'\'\'
sizes = [
  1, # one
  [2, 3],
  { a = 1, b.c = { d = 2 } },
]

[[models.x.prices]]
from = 2024-01-01
[models.x.prices.batch]
input = 1
[[models.x.prices]]
from = 2025-01-01
batch = { input = 1 }
[[models.x.prices.tiers]]
[[models.x.prices.tiers]]
above = 2
'''


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 2),
        (("models",), 4),
        (("models", "gpt-3.5"), 4),
        (("models", "gpt-3.5", "encoding"), 5),
        (("models", "gpt-3.5", "context"), 6),
        (("models", "gpt-3.5", "context", "window"), 6),
        (("models", "gpt-3.5", "quoted é"), 7),
        (("models", "gpt-3.5", 'literal "key"'), 8),
        (("models", "gpt-3.5", "text"), 9),
        (("models", "gpt-3.5", "after"), 13),
        (("models", "gpt-3.5", "sizes", 0), 16),
        (("models", "gpt-3.5", "sizes", 1, 1), 17),
        (("models", "gpt-3.5", "sizes", 2, "b", "c", "d"), 18),
        (("models", "x", "prices"), 21),
        (("models", "x", "prices", 0, "from"), 22),
        (("models", "x", "prices", 0, "batch", "input"), 24),
        (("models", "x", "prices", 1), 25),
        (("models", "x", "prices", 1, "batch", "input"), 27),
        (("models", "x", "prices", 1, "tiers", 1, "above"), 30),
    ],
)
def test_a_key_is_on_the_line_where_it_is_written(key: tuple[str | int, ...], line: int) -> None:
    assert lines_of(TOML)[key] == line


def test_comments_and_strings_hold_no_keys() -> None:
    assert not any("fake" in key or "commented" in key or "not" in key for key in lines_of(TOML))


def test_all_keys_of_a_document_are_found_and_no_others() -> None:
    assert set(lines_of(TOML)) == set(keys_of(tomllib.loads(TOML)))


names = st.text(max_size=5) | st.sampled_from(["a", "b", "a.b", '"', "\\", "[x]"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(names, values, max_size=4), st.sampled_from([None, 1]))
def test_all_keys_of_any_json_document_are_found(document: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(document, indent=indent)

    assert set(lines_of(text, is_json=True)) == set(keys_of(document))


def keys_of(value: Any, key: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [found for name, item in items for found in ((*key, name), *keys_of(item, (*key, name)))]
