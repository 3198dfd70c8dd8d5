"""Rows for programs."""

from __future__ import annotations

from tokcount.document.rows import flat


def test_inner_objects_become_columns_and_lists_are_left_out() -> None:
    assert flat({"a": 1, "b": {"x.y": 2, "z": None}, "c": [3]}) == {"a": 1, "b.x.y": 2, "b.z": None}
