"""Prompts as plain texts and templates, with and without front matter.

Source: the reference of dotprompt; the specification of Prompty; VS Code's documentation of prompt files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tokcount.logs.adapt import Item, Json, Location, PromptFile, Rank, carried, skipped, tools_of
from tokcount.logs.formats.prompts.kit import PromptFormat, model_in, needs_tools, prompt_item, settings

_KEYS: Final = (frozenset({PromptFile.TEXT}),)
_OF_DOTPROMPT: Final = re.compile(
    r"\{\{~?\s{0,99}role\s{1,99}[\"'](\w{1,32})[\"']\s{0,99}~?\}\}[^\S\n]{0,99}\n?"
)
_MEDIA: Final = re.compile(r"\{\{~?\s{0,99}media\s")
_OF_PROMPTY: Final = re.compile(
    r"^[^\S\n]{0,99}#?[^\S\n]{0,99}(system|developer|user|assistant|tool|function)(?:\[[^\]\n]{0,200}\])?[^\S\n]{0,99}:[^\S\n]{0,99}$\n?",
    re.IGNORECASE | re.MULTILINE,
)
_ROLES: Final = {"model": "assistant"}


class PromptText(PromptFormat):
    """`prompt.text`: a text or a template as one prompt."""

    name = "prompt.text"
    keys = _KEYS
    rank = Rank.TEXT

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        text = file[PromptFile.TEXT]
        if not text.strip():
            return [skipped(at, "empty", "a prompt without text", self.name)]
        _, flags = needs_tools(file.get("tools", []))
        request = settings(file.get("model"), prompt=text)
        return [prompt_item(at, self.name, file, request, kind="text", flags=flags)]


class Dotprompt(PromptFormat):
    """`prompt.dotprompt`: Handlebars behind front matter, with `{{role}}` between messages."""

    name = "prompt.dotprompt"
    keys = _KEYS

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        if not file.name.lower().endswith(".prompt"):
            return None
        messages = _split(file[PromptFile.TEXT], _OF_DOTPROMPT, first="user")
        tools, flags = needs_tools(file.get("tools", []))
        flags |= {"media"} if _MEDIA.search(file[PromptFile.TEXT]) else set()
        output = file.get("output")
        request = settings(file.get("model"), messages=messages, tools=tools_of(tools))
        request |= carried(
            {"output": output if isinstance(output, dict) and output.get("schema") else None}, ()
        )
        return [prompt_item(at, self.name, file, request, kind="chat", flags=flags)]


class Prompty(PromptFormat):
    """`prompt.prompty`: Jinja or Mustache behind front matter, with lines such as `system:` between messages."""

    name = "prompt.prompty"
    keys = _KEYS

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        if not file.name.lower().endswith(".prompty"):
            return None
        model = file.get("model")
        model = model if isinstance(model, dict) else {"id": model}
        configuration, parameters = (_object(model.get(key)) for key in ("configuration", "parameters"))
        deployed = configuration.get("azure_deployment") or model_in(configuration)
        tools, flags = needs_tools(parameters.get("tools") or file.get("tools", []))
        request = settings(
            model_in(model) or deployed,
            messages=_split(file[PromptFile.TEXT], _OF_PROMPTY, first="system"),
            tools=tools_of(tools),
            response_format=parameters.get("response_format"),
        )
        syntax = "mustache" if "mustache" in str(file.get("template")).lower() else None
        return [prompt_item(at, self.name, file, request, kind="chat", syntax=syntax, flags=flags)]


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _split(text: str, between: re.Pattern[str], *, first: str) -> list[Json]:
    """The messages of a text, each from the mark with its role to the next; what precedes them has the role `first`."""
    marks = list(between.finditer(text))
    starts = [(first, 0), *((mark[1].lower(), mark.end()) for mark in marks)]
    ends = [*(mark.start() for mark in marks), len(text)]
    pieces = ((role, text[start:end].strip()) for (role, start), end in zip(starts, ends, strict=True))
    return [{"role": _ROLES.get(role, role), "content": piece} for role, piece in pieces if piece]
