"""Texts for users are written in plain English: none of the words below, which a native writer would not use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from support.paths import ROOT
from support.together import together

from tokcount.cli.app import COMMANDS, _built

BANNED: Final = {
    r"beside": "next to, in addition to, with",
    r"(?:un)?told": "reported, specified",
    r"anew": "again",
    r"culprits?": "violations",
    r"(?<!no )rooms?": "folder, space",
    r"tid(?:y|ied)": "clean up, normalise",
    r"odd(?:ly)?": "unusual, unexpected",
    r"stands? (?:for|in|at|there|beside|alone|behind|before|around)": "is, means",
    r"as far as": "if, where",
    r"want of": "lack of",
    r"(?<!there )(?:is|are|was|were) no(?! (?:longer|more than|less than|fewer than)\b)": "is not a",
    r"(?:row|line|process|class|file) an? (?:record|file|command|model|report)": "one row per record",
    r"home-made": "custom",
    r"all the same": "anyway",
    r"otherwise than": "differently from",
    r"is wanted": "is expected",
}
"""Word → what to write instead."""
PATTERN: Final = re.compile(rf"\b(?:{'|'.join(BANNED)})(?!\w)", re.IGNORECASE)
PAGES: Final = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODULES: Final = sorted((ROOT / "tokcount").rglob("*.py"))


def banned_in(text: str) -> list[str]:
    """Every banned word in a text, with the words around it."""
    words = " ".join(text.split())
    return [words[max(0, found.start() - 30) : found.end() + 30] for found in PATTERN.finditer(words)]


def prose_of(page: str) -> str:
    """A Markdown page without code blocks, generated output and inline code."""
    without_blocks = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`]*`|<!--.*?-->", "", without_blocks, flags=re.DOTALL)


def messages_in(source: str) -> Iterator[str]:
    """The texts of a module: string constants that contain a space, without docstrings."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield from [node.value] if " " in node.value.strip() else []


def help_texts(command: Any) -> Iterator[str]:
    """The help of a command and of each of its options."""
    yield command.help or ""
    for parameter in command.params:
        yield getattr(parameter, "help", None) or ""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_plain_english(name: str) -> None:
    texts = [COMMANDS[name][1], *help_texts(_built(name))]

    assert len(texts) >= 2
    assert [found for text in texts for found in banned_in(text)] == []


@together("path", MODULES)
def test_messages_are_in_plain_english(path: Path) -> None:
    texts = messages_in(path.read_text(encoding="utf-8"))

    assert [found for text in texts for found in banned_in(text)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_pages_are_in_plain_english(page: Path) -> None:
    assert banned_in(prose_of(page.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("it stands beside the log", 1),
        ("that is no model", 1),
        ("there is no price", 0),
        ("it is no longer served", 0),
        ("the oddest of them", 0),
        ("one row a record", 1),
        ("one row per record", 0),
    ],
)
def test_the_list_finds_words_and_not_parts_of_words(text: str, found: int) -> None:
    assert len(banned_in(text)) == found
