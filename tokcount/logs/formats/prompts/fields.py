"""Prompts as YAML and JSON: GitHub Models, LangChain, Semantic Kernel, and files of one's own.

Source: GitHub's documentation of prompts in repositories; langchain-core (prompts/loading.py, load/dump.py); the YAML
schema of Semantic Kernel prompts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any, Final

from tokcount.logs.adapt import (
    SYSTEM_KEYS,
    Item,
    Json,
    Location,
    PromptFile,
    Rank,
    decoded,
    messages_in,
    skipped,
    tools_of,
)
from tokcount.logs.formats.prompts.kit import PromptFormat, model_in, needs_tools, prompt_item, settings

_FORMATS: Final = {
    "f-string": "f-string",
    "jinja2": "jinja",
    "mustache": "mustache",
    "handlebars": "handlebars",
    "semantic-kernel": "semantic-kernel",
    "liquid": "jinja",
}
"""`template_format` → syntax."""


class GithubModels(PromptFormat):
    """`prompt.github_models`: messages, model and schema of a `.prompt.yml`; its test data are not sent."""

    name = "prompt.github_models"
    emits = ("prompt.github_models", "prompt.messages")
    keys = (frozenset({"messages"}),)
    rank = Rank.BODY

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        messages = messages_in(file["messages"])
        if messages is None:
            return None
        tools, flags = needs_tools(file.get("tools", []))
        request = settings(
            file.get("model"),
            messages=messages,
            tools=tools_of(tools),
            response_format=_schema_of(file),
        )
        is_github = re.search(r"\.prompt\.ya?ml$", file.name, re.IGNORECASE)
        return [prompt_item(at, self.emits[0 if is_github else 1], file, request, kind="chat", flags=flags)]


class OwnPrompt(PromptFormat):
    """`prompt.fields`: a YAML or JSON file of one's own with a prompt, a system prompt or both."""

    name = "prompt.fields"
    keys = (*(frozenset({key}) for key in ("prompt", "user", "user_prompt", "template", *SYSTEM_KEYS)),)
    rank = Rank.LOOSE_BODY

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        system = next((file[key] for key in SYSTEM_KEYS if isinstance(file.get(key), str)), None)
        asked = next((file[key] for key in _ASKED if isinstance(file.get(key), str)), None)
        if PromptFile.TEXT in file or (system is None and asked is None):
            return None
        tools, flags = needs_tools(file.get("tools", []))
        if system is None and not tools:
            request = settings(file.get("model"), prompt=asked)
            return [prompt_item(at, self.name, file, request, kind="text", syntax="text", flags=flags)]
        spoken = (("system", system), ("user", asked))
        messages = [{"role": role, "content": content} for role, content in spoken if content]
        request = settings(
            file.get("model"), messages=messages, tools=tools_of(tools), response_format=_schema_of(file)
        )
        return [prompt_item(at, self.name, file, request, kind="chat", syntax="text", flags=flags)]


_ASKED: Final = ("prompt", "user", "user_prompt", "template")


def _schema_of(file: PromptFile) -> Any:
    """The response format: GitHub's `responseFormat` with `jsonSchema`, or the API's own field."""
    if "response_format" in file:
        return file["response_format"]
    schema = decoded(file.get("jsonSchema"))
    return {"type": "json_schema", "json_schema": schema} if isinstance(schema, dict) else None


class LangChain(PromptFormat):
    """`prompt.langchain`: prompts of `load_prompt` (`_type`) and of `dumpd` (`lc`)."""

    name = "prompt.langchain"
    keys = (frozenset({"_type"}), frozenset({"lc", "kwargs"}))

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        prompt = _plain(file)
        messages = prompt.get("messages")
        syntax = _syntax_in(prompt)
        if isinstance(messages, list):
            spoken = [message for each in messages if (message := _message(each)) is not None]
            flags = {"hidden_context"} if len(spoken) < len(messages) else set()
            request: Json = {"messages": spoken}
            return [prompt_item(at, self.name, file, request, kind="chat", syntax=syntax, flags=flags)]
        text = _few_shot(prompt, file) if "example_prompt" in prompt else _template(prompt, file)
        if text is None:
            return (
                None
                if "lc" in file
                else [skipped(at, "unrecognised", "a LangChain prompt of another type", self.name)]
            )
        return [prompt_item(at, self.name, file, {"prompt": text}, kind="text", syntax=syntax)]


_SPEAKERS: Final = {"human": "user", "ai": "assistant", "system": "system", "chat": "user", "tool": "tool"}


def _plain(value: Any) -> Json:
    """A serialised object as its arguments, with `_type` for its class."""
    if not isinstance(value, dict):
        return {}
    arguments = value.get("kwargs")
    if "lc" in value and isinstance(arguments, dict):
        names = value.get("id")
        return {"_type": str(names[-1]) if isinstance(names, list) and names else "", **arguments}
    return value


def _syntax_in(prompt: Json) -> str:
    """The syntax of a prompt, or of the first of its messages that names one."""
    inner = (_plain(_plain(each).get("prompt")) for each in prompt.get("messages") or ())
    named = (each.get("template_format") for each in (prompt, *inner))
    return next((_FORMATS[name] for name in named if isinstance(name, str) and name in _FORMATS), "f-string")


def _message(value: Any) -> Json | None:
    """One message of a chat prompt; `None` for a place of messages that are not in the file."""
    message = _plain(value)
    kind = str(message.get("_type", message.get("role", message.get("type", "")))).lower()
    role = next((role for word, role in _SPEAKERS.items() if word in kind), kind or "user")
    inner = _plain(message.get("prompt"))
    content = inner.get("template", message.get("content", message.get("template")))
    return {"role": role, "content": content} if isinstance(content, str | list) else None


def _template(prompt: Json, file: PromptFile) -> str | None:
    """The text of a prompt, in it or in a file next to it."""
    text, path = prompt.get("template"), prompt.get("template_path")
    if isinstance(path, str) and file.neighbours is not None:
        text = file.neighbours.read(path)
    return text if isinstance(text, str) else None


def _few_shot(prompt: Json, file: PromptFile) -> str | None:
    """A prompt with examples, each written by the prompt for one."""
    each, examples = _template(_plain(prompt.get("example_prompt")), file), prompt.get("examples")
    if isinstance(examples, str) and file.neighbours is not None:
        examples = decoded(file.neighbours.read(examples))
    if each is None or not isinstance(examples, list):
        return None
    written = [_with(each, example) for example in examples if isinstance(example, dict)]
    separator = prompt.get("example_separator")
    pieces = [prompt.get("prefix"), *written, prompt.get("suffix")]
    return (separator if isinstance(separator, str) else "\n\n").join(
        piece for piece in pieces if isinstance(piece, str) and piece
    )


def _with(text: str, values: Json) -> str:
    return re.sub(r"\{([^\W\d]\w{0,39})\}", lambda found: str(values.get(found[1], found[0])), text)


class SemanticKernel(PromptFormat):
    """`prompt.semantic_kernel`: a prompt as YAML, or `skprompt.txt` with its `config.json`."""

    name = "prompt.semantic_kernel"
    keys = (
        frozenset({"template", "template_format"}),
        frozenset({"template", "input_variables", "execution_settings"}),
        frozenset({"template", "execution_settings"}),
        frozenset({PromptFile.TEXT}),
        frozenset({"schema", "input_variables"}),
        frozenset({"schema", "execution_settings"}),
        frozenset({"schema", "completion"}),
    )

    def items(self, file: PromptFile, at: Location) -> Iterable[Item] | None:
        if PromptFile.TEXT in file and file.name.lower() != "skprompt.txt":
            return None
        if "_type" in file:
            return None
        if PromptFile.TEXT not in file and not isinstance(file.get("template"), str):
            detail = "settings of a prompt; they are read with its skprompt.txt"
            return [skipped(at, "not_llm", detail, self.name)] if file.name == "config.json" else None
        settings_of: Json = file
        if PromptFile.TEXT in file:
            near = decoded(file.neighbours.read("config.json")) if file.neighbours is not None else None
            settings_of = near if isinstance(near, dict) else {}
        text = file.get(PromptFile.TEXT, file.get("template"))
        named = settings_of.get("template_format")
        syntax = _FORMATS.get(named if isinstance(named, str) else "", "semantic-kernel")
        model = _model_of(settings_of)
        messages = [*_marked_messages(text)]
        request = settings(model, messages=messages) if messages else settings(model, prompt=text)
        return [prompt_item(at, self.name, file, request, kind="chat" if messages else "text", syntax=syntax)]


def _model_of(settings_of: Json) -> str | None:
    """The model of the default settings, else of the first ones that name it."""
    found = settings_of.get("execution_settings")
    each = [found.get("default"), *found.values()] if isinstance(found, dict) else found
    models = (model_in(one.get("model_id")) for one in each or () if isinstance(one, dict))
    return next((model for model in models if model), None)


_MARK: Final = re.compile(
    r"<message\s{1,99}role\s{0,99}=\s{0,99}[\"'](\w{1,32})[\"'][^<>]{0,200}>|</message\s{0,99}>"
)


def _marked_messages(text: Any) -> Iterator[Json]:
    """The messages of a prompt that marks them as elements."""
    role, start = None, 0
    for mark in _MARK.finditer(text):
        if mark[1]:
            role, start = mark[1], mark.end()
        elif role is not None:
            yield {"role": role, "content": unescape(text[start : mark.start()]).strip()}
            role = None
