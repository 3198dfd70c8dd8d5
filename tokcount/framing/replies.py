"""What came back, laid out as the API bills it: texts, calls and the tokens around them.

The numbers around them stand in ``data/outputs.toml``. They tell drift and plausibility, not the invoice: the same
reply is billed with one token more or less from day to day. Reasoning is never in the layout; its tokens are in
the usage of the response, and nowhere else.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from tokcount.framing.calls import Call, parallel_calls, read_calls
from tokcount.framing.content import read_content
from tokcount.framing.layout import Layout, LayoutBuilder
from tokcount.framing.tools.tool_set import forced_name

if TYPE_CHECKING:
    from tokcount.framing.families import Family

AROUND = "the tokens around a reply vary"
REASONING = "reasoning tokens are not in the log"
NOT_TEXT = "a reply that is neither text nor calls"
ECHOED = "a reply that repeats its prompt"

_REASONING_FAMILIES = frozenset({"o", "o1mini", "gpt5"})
_CUT = frozenset({"length", "incomplete"})


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens around replies, explained in ``data/outputs.toml``."""

    family: str
    text: int = 0
    tools: int = 0
    schema: int = 0
    schema_tools: int = 0
    call: int = 0
    forced: int = 0
    forced_named: bool = False
    parallel: int = 0
    reasoning: int = 0
    basis: Literal["exact", "estimated"] = "estimated"


class Asked(msgspec.Struct, frozen=True):
    """What the request asked for that changes the tokens around its reply."""

    tools: bool
    schema: bool
    forced: bool
    reasoned: bool


class Reply(msgspec.Struct):
    """One choice, or all items of a response together."""

    texts: list[str]
    calls: list[Call]
    cut: bool = False
    """The reply ended at the limit of tokens, without its closing tokens."""


@cache
def _table() -> dict[str, tuple[Around, ...]]:
    text = resources.files("tokcount.framing").joinpath("data", "outputs.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, tuple[Around, ...]])


@cache
def _around(endpoint: str, family: str) -> Around:
    rows = _table()[endpoint]
    return next((row for row in rows if row.family == family), rows[0])


def layout_output(
    kind: str, response: dict[str, Any], family: Family, *, request: dict[str, Any] | None = None
) -> Layout:
    """Layout of the body of a response; with its ``request`` the tokens around it are better known.

    Reasoning tokens are not in it: add those of the usage. Empty for a body without a reply. Never raises for
    decoded JSON.
    """
    request = request or {}
    choices, items = response.get("choices"), response.get("output")
    if isinstance(items, list) and (kind == "responses" or not isinstance(choices, list)):
        return _layout_items(items, response, family, request)
    if not isinstance(choices, list):
        return Layout(0, [], [])
    found = [choice for choice in choices if isinstance(choice, dict)]
    if any(isinstance(choice.get("message"), dict) for choice in found):
        return _layout_choices(found, response, family, request)
    return _layout_completions(found, response, family, request)


def _layout_completions(
    choices: list[dict[str, Any]], response: dict[str, Any], family: Family, request: dict[str, Any]
) -> Layout:
    """The legacy endpoint bills the texts alone; under a family that frames, each is the reply of a chat.

    With ``echo`` a text begins with the prompt, which is input.
    """
    builder = LayoutBuilder()
    prompt = request.get("prompt") if request.get("echo") else None
    asked = Asked(
        tools=False,
        schema=False,
        forced=False,
        reasoned=family.framed and _reasoned(builder, response, family),
    )
    around = _around("chat", family.base) if family.framed else Around(family=family.name, basis="exact")
    for choice in choices:
        text = choice.get("text")
        if not isinstance(text, str):
            continue
        if request.get("echo"):
            builder.mark_estimated(ECHOED)
            text = text.removeprefix(prompt) if isinstance(prompt, str) else text
        _add(
            builder, Reply([text] if text else [], [], choice.get("finish_reason") == "length"), asked, around
        )
    return builder.finish()


def _layout_choices(
    choices: list[dict[str, Any]], response: dict[str, Any], family: Family, request: dict[str, Any]
) -> Layout:
    builder = LayoutBuilder()
    choice = request.get("tool_choice", request.get("function_call"))
    shape = request.get("response_format")
    asked = Asked(
        tools=bool(request.get("tools") or request.get("functions")),
        schema=isinstance(shape, dict) and shape.get("type") == "json_schema",
        forced=forced_name(choice) is not None,
        reasoned=_reasoned(builder, response, family),
    )
    for entry in choices:
        message = entry.get("message")
        if isinstance(message, dict):
            reply = Reply(
                _texts(builder, message), read_calls(message), entry.get("finish_reason") == "length"
            )
            _add(builder, reply, asked, _around("chat", family.base))
    return builder.finish()


def _layout_items(
    items: list[Any], response: dict[str, Any], family: Family, request: dict[str, Any]
) -> Layout:
    builder = LayoutBuilder()
    text, tools, choice = request.get("text"), request.get("tools"), request.get("tool_choice")
    shape = text.get("format") if isinstance(text, dict) else None
    lone = isinstance(tools, list) and len(tools) == 1
    asked = Asked(
        tools=bool(tools),
        schema=isinstance(shape, dict) and shape.get("type") == "json_schema",
        forced=forced_name(choice) is not None or (choice == "required" and lone),
        reasoned=_reasoned(builder, response, family),
    )
    reply = Reply([], [], response.get("status") == "incomplete")
    for item in items:
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "message":
            reply.texts += _texts(builder, item)
        elif kind == "function_call":
            reply.calls.append(Call(_string(item.get("name")), _string(item.get("arguments")), ""))
        elif kind != "reasoning":
            builder.mark_partial(NOT_TEXT)
    _add(builder, reply, asked, _around("responses", family.base))
    return builder.finish()


def _reasoned(builder: LayoutBuilder, response: dict[str, Any], family: Family) -> bool:
    """Whether the usage says that the model reasoned; a reasoning model without usage leaves a gap."""
    usage = response.get("usage")
    if not isinstance(usage, dict):
        if family.base in _REASONING_FAMILIES:
            builder.mark_partial(REASONING)
        return False
    details = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    return isinstance(details, dict) and bool(details.get("reasoning_tokens"))


def _texts(builder: LayoutBuilder, message: dict[str, Any]) -> list[str]:
    text, media, _ = read_content(message.get("content"))
    refusal = message.get("refusal")
    if media or message.get("audio"):
        builder.mark_partial(NOT_TEXT)
    found = [text, refusal if isinstance(refusal, str) and refusal != text else ""]
    return [part for part in found if part]


def _add(builder: LayoutBuilder, reply: Reply, asked: Asked, around: Around) -> None:
    """One reply: its texts and calls, and the tokens around them unless it was cut off."""
    for text in reply.texts:
        builder.add_text("assistant", text)
    if reply.calls:
        _add_calls(builder, reply.calls, asked, around)
    if reply.cut or not (reply.texts or reply.calls):
        return
    if around.basis != "exact":
        builder.mark_estimated(AROUND)
    if asked.reasoned:
        builder.constant += around.reasoning
    if reply.texts:
        per_text = around.text + (around.tools if asked.tools else 0)
        if asked.schema:
            per_text += around.schema_tools if asked.tools else around.schema
        builder.constant += per_text * len(reply.texts)


def _add_calls(builder: LayoutBuilder, calls: list[Call], asked: Asked, around: Around) -> None:
    if len(calls) > 1:
        builder.constant += around.parallel
        builder.add_encoded(parallel_calls(calls))
        return
    call = calls[0]
    builder.constant += around.forced if asked.forced else around.call
    if not asked.forced or around.forced_named:
        builder.add_encoded("functions." + call.name)
    builder.add_encoded(call.arguments)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
