"""promptfoo configurations: each of their prompts for each of their providers.

Prompts in files next to the configuration are read; those that programs make are not. The variables of tests are not
filled in: a test is an evaluation, not what an application sends. Source: promptfoo's documentation (prompts, chat
threads, providers).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any, Final

from tokcount.logs.adapt import (
    Document,
    Item,
    Kind,
    Location,
    PromptFile,
    messages_in,
    skipped,
)
from tokcount.logs.formats.prompts.kit import PromptFormat, prompt_item, settings

_FILE: Final = "file://"
_SUFFIXES: Final = frozenset({".txt", ".md", ".json", ".yaml", ".yml", ".j2", ".jinja", ".jinja2"})
_BETWEEN: Final = re.compile(r"^---[^\S\n]{0,99}$", re.MULTILINE)
_COMPLETIONS: Final = "completion"


class Configuration(PromptFormat):
    """`prompt.promptfoo`: a promptfoo configuration; every prompt counts once for every provider."""

    name = "prompt.promptfoo"
    keys = (frozenset({"prompts", "providers"}), frozenset({"prompts", "targets"}))

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        return self._calls(file, at)

    def _calls(self, file: PromptFile, at: Location) -> Iterator[Item]:
        models = [*_models(file.get("providers", file.get("targets")))] or [(None, False)]
        index = 0
        for text in _prompts(file["prompts"], file):
            if text is None:
                yield skipped(at, "unsupported", _NOT_READ, self.name)
                continue
            messages = _messages(text)
            for model, is_legacy in models:
                request = settings(model, messages=messages) if messages else settings(model, prompt=text)
                kind: Kind = "chat" if messages else "completions" if is_legacy else "text"
                yield prompt_item(at, self.name, file, request, kind=kind, syntax="jinja", index=index)
                index += 1


_NOT_READ: Final = (
    "a prompt that a program makes, or that is not in a text file in the folder of the configuration"
)


def _messages(text: str) -> list[Any] | None:
    """The messages of a prompt that is a chat, as JSON or YAML."""
    found = messages_in(text)
    if found is None and text.lstrip().startswith("- role:"):
        try:
            document = Document(text)
            found = messages_in(document.value(document.root))
        except (ImportError, ValueError):
            return None
    return found


def _prompts(value: Any, file: PromptFile) -> Iterator[str | None]:
    """The texts of all prompts; `None` for one that cannot be read."""
    for each in value if isinstance(value, list) else [value]:
        written = (
            (each.get("raw") or each.get("prompt") or each.get("id")) if isinstance(each, dict) else each
        )
        if not isinstance(written, str):
            yield None
        elif written.startswith(_FILE) or ("\n" not in written and PurePath(written).suffix in _SUFFIXES):
            yield from _in_files(written.removeprefix(_FILE), file)
        elif written.startswith(("exec:", "python:", "langfuse://", "portkey://", "helicone://")):
            yield None
        else:
            yield written


def _in_files(pattern: str, file: PromptFile) -> Iterator[str | None]:
    """The texts of the files that a reference names; a text file may hold several, with lines of dashes between."""
    near = file.neighbours
    names = [] if near is None else near.fitting(pattern) if "*" in pattern else [pattern]
    texts = [(name, near.read(name)) for name in names if PurePath(name).suffix in _SUFFIXES] if near else []
    if not texts:
        yield None
    for name, text in texts:
        if text is not None and name.endswith(".txt"):
            yield from (piece.strip() for piece in _BETWEEN.split(text) if piece.strip())
        else:
            yield text


def _models(value: Any) -> Iterator[tuple[str | None, bool]]:
    """The models of all providers, and whether each is called at the completions endpoint."""
    for each in value if isinstance(value, list) else [value]:
        name = each
        if isinstance(each, dict):
            name = each.get("id") or each.get("provider") or next(iter(each), None)
        if isinstance(name, str) and name and not name.startswith((_FILE, "exec:", "python:", "http")):
            *vendor, model = name.split(":", 2)
            yield model if vendor else None, _COMPLETIONS in vendor
