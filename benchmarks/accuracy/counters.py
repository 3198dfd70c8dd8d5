"""The counters that are compared, each behind one call: recorded calls in, counted input tokens out.

Every counter is given the request in the form it documents and the model that the response names. ``None`` is an
error or a refusal. Whatever is not installed is left out.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from forms import Form, Json, text_of

ENCODINGS = ("r50k_base", "p50k_base", "cl100k_base", "o200k_base")
NODE_SCRIPT = Path(__file__).with_name("gpt_tokenizer.mjs")


class Call(NamedTuple):
    """A recorded call: what was sent (``form``: as a Chat request, if it can be one), and what was billed."""

    id: str
    file: str
    endpoint: str
    family: str
    shape: str
    definition: str
    suspect: bool
    model: str
    billed: int
    request: Json
    response: Json
    form: Form | None


Counts = list[int | None]


class Counter(NamedTuple):
    """A counter's name, its version and its counts of a list of calls."""

    name: str
    version: str
    count: Callable[[Sequence[Call]], Counts]


def installed(node_modules: Path | None) -> Iterator[Counter]:
    """All counters that are there, tokcount first; those of npm in the folder given."""
    from tokcount.version import __version__

    _use_shipped_vocabularies()
    yield Counter("tokcount", __version__, tokcount)
    yield Counter("cookbook", "", _one_by_one(cookbook))
    if version := _version("litellm"):
        yield Counter("litellm", version, _one_by_one(litellm))
    if version := _version("tokencost"):
        yield Counter("tokencost", version, _one_by_one(tokencost))
    if node_modules is not None and shutil.which("node"):
        yield from _gpt_tokenizer(node_modules)


def tokcount(calls: Sequence[Call]) -> Counts:
    """As ``tokcount reconcile`` counts a log of these calls, each under the model that served it."""
    from tokcount.logs import source as files
    from tokcount.logs.options import ReadOptions
    from tokcount.scanning.plan import own_plan
    from tokcount.scanning.run import run

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls.jsonl"
        lines = (json.dumps({"request": call.request, "response": call.response}) for call in calls)
        log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        frame = run(files.expand([str(log)]), own_plan(), ReadOptions(), jobs=1).frame()
    counted = dict(zip(frame["line"], frame["own:input_tokens"], strict=True))
    return [counted.get(number) for number in range(1, len(calls) + 1)]


def cookbook(call: Call, form: Form) -> int:
    """The rule of the OpenAI cookbook, "How to count tokens with tiktoken", with its recipe for tools.

    Written anew from the public description, with the numbers of its early editions for gpt-3.5-turbo-0301, and
    more lenient: every model has the rule and its own encoding, text parts are joined, values that are no text are
    left out, and missing descriptions are empty.
    """
    encoding = _encoding(call.model)
    early = call.model == "gpt-3.5-turbo-0301"

    def tok(text: str) -> int:
        return len(encoding.encode_ordinary(text))

    if form.prompt is not None:
        return sum(map(tok, form.prompt))
    total = 3 + sum(_cookbook_message(message, tok, early=early) for message in form.messages)
    if form.tools:
        start = 7 if encoding.name == "o200k_base" else 10
        total += 12 + sum(_cookbook_function(tool["function"], start, tok) for tool in form.tools)
    return total


def _cookbook_message(message: Json, tok: Callable[[str], int], *, early: bool) -> int:
    """Every text of the message, whatever its key; a name costs one more, and in the early rule one less."""
    texts = [text_of(value) for value in message.values()]
    named = "name" in message
    return (4 if early else 3) + sum(tok(text) for text in texts if text) + named * (-1 if early else 1)


def _cookbook_function(function: Json, start: int, tok: Callable[[str], int]) -> int:
    described = (function.get("description") or "").removesuffix(".")
    total = start + tok(f"{function['name']}:{described}")
    properties = (function.get("parameters") or {}).get("properties") or {}
    if properties:
        total += 3
    for name, schema in properties.items():
        total += 3 + tok(f"{name}:{schema.get('type')}:{(schema.get('description') or '').removesuffix('.')}")
        if "enum" in schema:
            total += -3 + sum(3 + tok(str(item)) for item in schema["enum"])
    return total


def litellm(call: Call, form: Form) -> int:
    """``litellm.token_counter`` with its defaults."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm import token_counter

    if form.prompt is not None:
        return int(token_counter(model=call.model, text=form.prompt))
    tools = list(form.tools) or None
    return int(
        token_counter(model=call.model, messages=form.messages, tools=tools, tool_choice=form.tool_choice)
    )


def tokencost(call: Call, form: Form) -> int:
    """``tokencost.count_message_tokens``; it has no parameter for tools."""
    from tokencost import count_message_tokens, count_string_tokens

    if form.prompt is not None:
        return sum(count_string_tokens(text, call.model) for text in form.prompt)
    return int(count_message_tokens(form.messages, call.model))


def _gpt_tokenizer(node_modules: Path) -> Iterator[Counter]:
    """npm gpt-tokenizer: ``encodeChat``, which takes messages alone, and ``countChatCompletionTokens``."""
    remembered: list[list[Json]] = []

    def answers(calls: Sequence[Call]) -> list[Json]:
        if not remembered:
            remembered.append(_ask_node(node_modules, calls))
        return remembered[0]

    try:
        version = str(_ask_node(node_modules, [])[0]["version"])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return
    for name in ("encodeChat", "countChatCompletionTokens"):
        yield Counter(
            f"gpt-tokenizer {name}",
            version,
            lambda calls, name=name: [answer[name] for answer in answers(calls)[1:]],  # type: ignore[misc]
        )


def _ask_node(node_modules: Path, calls: Sequence[Call]) -> list[Json]:
    lines = "".join(json.dumps(for_gpt_tokenizer(call)) + "\n" for call in calls)
    command = ["node", str(NODE_SCRIPT), str(node_modules.resolve())]
    done = subprocess.run(command, input=lines, capture_output=True, check=True, encoding="utf-8")
    return [json.loads(line) for line in done.stdout.splitlines()]


def for_gpt_tokenizer(call: Call) -> Json:
    """The request in the library's form: text content, functions, and each call a message with a function call."""
    form = call.form
    if form is None:
        return {"model": ""}
    if form.prompt is not None:
        return {"model": call.model, "prompt": form.prompt}
    messages = [flat for message in form.messages for flat in _flat_messages(message)]
    request: Json = {"model": call.model, "messages": messages}
    if form.tools:
        request["functions"] = [tool.get("function") for tool in form.tools]
    if isinstance(form.tool_choice, dict):
        request["function_call"] = form.tool_choice["function"]
    elif form.tool_choice in ("auto", "none"):
        request["function_call"] = form.tool_choice
    return request


def _flat_messages(message: Json) -> list[Json]:
    role = "function" if message.get("role") == "tool" else message.get("role")
    kept: Json = {"role": role, "content": text_of(message.get("content"))}
    if message.get("name"):
        kept["name"] = message["name"]
    calls = [{"role": role, "content": "", "function_call": function} for function in _calls(message)]
    return calls if calls and not kept["content"] else [kept, *calls]


def _calls(message: Json) -> list[Json]:
    calls = [call.get("function") for call in message.get("tool_calls") or []]
    return [call for call in (*calls, message.get("function_call")) if call]


def _one_by_one(count: Callable[[Call, Form], int]) -> Callable[[Sequence[Call]], Counts]:
    """A counter of one call as a counter of many; whatever it raises is a refusal."""

    def count_all(calls: Sequence[Call]) -> Counts:
        logging.disable(logging.WARNING)
        return [_attempt(count, call) for call in calls]

    return count_all


def _attempt(count: Callable[[Call, Form], int], call: Call) -> int | None:
    if call.form is None:
        return None
    try:
        return count(call, call.form)
    except Exception:  # noqa: BLE001 - a counter may fail in any way; that is what is measured
        return None


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _use_shipped_vocabularies() -> None:
    """Give tiktoken, for every counter that uses it, the vocabularies of tokcount: nothing is downloaded."""
    from tiktoken import registry

    from tokcount.tokens.encodings import get

    registry.ENCODINGS.update({name: get(name) for name in ENCODINGS})


@cache
def _encoding(model: str) -> Any:
    import tiktoken

    try:
        return tiktoken.encoding_for_model(model)
    except KeyError:
        return tiktoken.get_encoding("o200k_base")
