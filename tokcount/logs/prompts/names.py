"""Which files are prompts, by their names and by where they are.

A file that was named is a prompt by its suffix alone. In a folder that was named, text files are prompts where the
name of a folder says so (`prompts/`, `.github/instructions/`), or where their own name does (`AGENTS.md`,
`x.prompt.md`); the documents of a project never are.
"""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from typing import Final, Literal

Kind = Literal["text", "template", "dotprompt", "prompty", "yaml", "json"]
"""How a prompt file is written: plain text, a template, text behind front matter, or data."""

TEMPLATES: Final = {
    ".jinja": "jinja",
    ".jinja2": "jinja",
    ".j2": "jinja",
    ".mustache": "mustache",
    ".hbs": "handlebars",
    ".handlebars": "handlebars",
    ".tmpl": "go",
}
"""Suffix of a template → its syntax (`tokcount.logs.prompts.templates`)."""
_TEXT: Final = frozenset({".md", ".markdown", ".mdx", ".txt", ".text", ".rst"})
_IN_TEMPLATES: Final = frozenset({"", ".prompt", ".system", ".user", *_TEXT})
"""What may precede the suffix of a template that is a prompt: `page.html.j2` is none."""
_DATA: Final[dict[str, Kind]] = {".yml": "yaml", ".yaml": "yaml", ".json": "json"}

_ALWAYS: Final = re.compile(
    r"(?:.*\.(?:prompt|instructions|chatmode|agent)\.(?:md|txt|ya?ml|json)|promptfooconfig.*\.(?:ya?ml|json)"
    r"|skprompt\.txt|(?:agents|claude|gemini|skill|copilot-instructions)\.md)",
    re.IGNORECASE,
)
"""Names that only prompts have. Source: GitHub Models, VS Code, promptfoo, Semantic Kernel, AGENTS.md, Claude Code."""
_FOLDER: Final = re.compile(
    r"(?:[a-z0-9]{1,40}[-_.])?prompts?(?:[-_.](?:files?|templates?|library))?|instructions|chatmodes",
    re.IGNORECASE,
)
"""Names of folders of prompts."""
_DEFINITIONS: Final = re.compile(
    rf"{_FOLDER.pattern}|(?:[a-z0-9]{1, 40}[-_.])?(?:tools?|functions?|schemas?)(?:[-_.][a-z0-9]{1, 40})?",
    re.IGNORECASE,
)
"""Names of folders, and of files, of prompts and definitions as JSON."""
_DOCUMENT: Final = re.compile(
    r"(?:readme|licen[cs]e|copying|notice|authors|changelog|contributing|code_of_conduct)(?:[-_][a-z0-9]{1,12})?"
    r"(?:(?:\.[a-z]{2}(?:-[a-z]{2})?)?\.(?:md|markdown|mdx|txt|text|rst))?|(?:requirements(?:[-_.][a-z]{1,20})?|constraints|robots|cmakelists)\.txt",
    re.IGNORECASE,
)
"""Names of documents that are no prompts wherever they are."""
_PROGRAMS: Final = re.compile(
    r"\.(?:py|pyi|ipynb|jsx?|[mc]js|tsx?|vue|svelte|html?|s?css|go|rs|java|kt|scala|swift|[ch]|cc|[ch]pp|cs|fs|rb|php|pl|lua"
    r"|r|jl|dart|exs?|erl|hs|clj|sh|bash|zsh|ps1|bat|sql|proto|graphql|tf|toml|ini|cfg|lock|xml|svg)"
)
"""Suffixes of programs, pages and settings."""


def kind_of(path: str, folder: str | None) -> Kind | None:
    """How the prompt in a file is written; `None` when its name does not make it one.

    `folder`: the folder that was named, in which it was found. What is `yaml` or `json` may still hold something else.
    """
    name, suffix = _name_and_suffix(path)
    if suffix == ".prompty":
        return "prompty"
    if suffix == ".prompt":
        return "dotprompt"
    if suffix in TEMPLATES:
        inner = PurePath(name).with_suffix("").suffix
        return (
            "template"
            if folder is None or inner in _IN_TEMPLATES or _is_among(path, folder, _FOLDER)
            else None
        )
    if suffix in _DATA:
        return _DATA[suffix] if suffix != ".json" or _may_be_data(path, folder) else None
    if suffix not in _TEXT or (folder is not None and is_document(path)):
        return None
    is_prompt = folder is None or _ALWAYS.fullmatch(name) or _is_among(path, folder, _FOLDER)
    return "text" if is_prompt else None


def is_certain(path: str, folder: str | None) -> bool:
    """Do its name or its folder say that a file is a prompt, whatever it holds?"""
    around = os.path.dirname(path) or "." if folder is None else folder  # noqa: PTH120
    return bool(_ALWAYS.fullmatch(PurePath(path).name)) or _is_among(path, around, _FOLDER)


def is_of_project(path: str, folder: str | None) -> bool:
    """Is a file of a folder part of a project (its documents, programs and pages), neither a log nor a prompt?"""
    if folder is None or kind_of(path, folder) is not None:
        return False
    suffix = PurePath(path).suffix.lower()
    return (
        _PROGRAMS.fullmatch(suffix) is not None
        or suffix in TEMPLATES
        or (suffix in _TEXT and suffix != ".txt")
        or is_document(path)
    )


def is_document(path: str) -> bool:
    """Is it a document of a project, such as README.md?"""
    return bool(_DOCUMENT.fullmatch(PurePath(path).name))


def _name_and_suffix(path: str) -> tuple[str, str]:
    name = PurePath(path).name
    return name, PurePath(name).suffix.lower()


def _may_be_data(path: str, folder: str | None) -> bool:
    name = PurePath(path).stem
    return (
        folder is None
        or bool(_DEFINITIONS.fullmatch(name) or _ALWAYS.fullmatch(PurePath(path).name))
        or _is_among(path, folder, _DEFINITIONS)
    )


def _is_among(path: str, folder: str, names: re.Pattern[str]) -> bool:
    """Is a file in a folder of such a name: the one that was named, above it as it was named, or below it?"""
    root = PurePath(folder)
    below = PurePath(path).relative_to(root).parent.parts
    given = () if root.is_absolute() else root.parts
    named = os.path.basename(os.path.abspath(folder))  # noqa: PTH100, PTH119 - `.` has a name, too
    return any(names.fullmatch(part) for part in (*below, *given, named))
