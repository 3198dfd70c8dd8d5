"""SECURITY.md names tests that there are."""

from __future__ import annotations

import ast
import re

import pytest
from support.paths import ROOT

NAMED = sorted(
    set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "SECURITY.md").read_text("utf-8")))
)


def test_tests_are_named() -> None:
    assert len(NAMED) > 15


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_test_that_is_named_exists(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}

    assert not test or test in names
    assert any(name.startswith("test_") for name in names)
