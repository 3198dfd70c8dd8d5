"""Replies laid out as the API bills them: texts, calls and the tokens that the API adds.

Good enough for drift and plausibility, not for the invoice: the same reply is billed with one token more or less from
day to day. Reasoning is never in the layout; its tokens are only in the usage of the response.
"""

from __future__ import annotations

from typing import Any

import msgspec

from tokcount.framing.calls import Call, arguments_text, parallel_calls, read_calls
from tokcount.framing.content import read_content, reasoning_of
from tokcount.framing.family import Family, ReplyFraming
from tokcount.framing.layout import Layout, LayoutBuilder
from tokcount.framing.tools.tool_set import forced_name
from tokcount.logs.accounting.unread import Unread, plain_choices, unread_answer

AROUND = "the framing of a reply varies"
REASONING = "reasoning tokens are not in the log"
NOT_TEXT = "a reply that is neither text nor tool calls"
ECHOED = "a reply that repeats its prompt"

_TEXT_ALONE = ReplyFraming(basis="exact")
_ASKS = ("tools", "functions", "response_format")
"""Fields of a request that change how the text of its reply is framed."""


class Asked(msgspec.Struct, frozen=True):
    """What the request asked for that changes the framing of its reply."""

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


def layout_output(
    kind: str,
    response: dict[str, Any],
    family: Family,
    *,
    request: dict[str, Any] | None = None,
    unread: Unread | None = None,
) -> Layout:
    """The layout of the body of a response; its `request` makes the framing more accurate.

    `unread`: what is known of it from another layout.

    Reasoning tokens are not included: add those of the usage. Empty for a body without a reply. Never raises for
    decoded JSON.
    """
    plain = None if unread else _layout_plain(kind, response, family, request or {})
    if plain is not None:
        return plain
    laid = _layout_reply(kind, response, family, request or {})
    return laid.mark_unread(unread_answer(kind, response) if unread is None else unread)


def _layout_plain(
    kind: str, response: dict[str, Any], family: Family, request: dict[str, Any]
) -> Layout | None:
    """The layout of messages with nothing but text that answer a request for text, the common case; else `None`."""
    choices = plain_choices(response)
    if not choices or (kind == "responses" and "output" in response):
        return None
    if not (
        request.keys().isdisjoint(_ASKS) and (isinstance(response.get("usage"), dict) or not family.reasoning)
    ):
        return None
    around, texts, framed = family.replies.chat, [], 0
    for choice in choices:
        if text := choice["message"]["content"]:
            texts.append(text)
            framed += choice.get("finish_reason") != "length"
    constant = framed * around.text
    if around.reasoning and has_reasoned(response):
        constant += framed * around.reasoning
    if framed and around.basis != "exact":
        return Layout(constant, texts, texts, "estimated", (AROUND,))
    return Layout(constant, texts, texts)


def _layout_reply(kind: str, response: dict[str, Any], family: Family, request: dict[str, Any]) -> Layout:
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
    """The legacy endpoint bills the texts alone; under a chat family, each text is one chat reply.

    With `echo` a text begins with the prompt, which is input.
    """
    builder = LayoutBuilder()
    prompt = request.get("prompt") if request.get("echo") else None
    asked = Asked(
        tools=False,
        schema=False,
        forced=False,
        reasoned=family.framed and _reasoned(builder, response, family),
    )
    around = family.replies.chat if family.framed else _TEXT_ALONE
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
            _add(builder, reply, asked, family.replies.chat)
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
            reply.calls.append(Call(_string(item.get("name")), arguments_text(item.get("arguments")), ""))
        elif kind != "reasoning":
            builder.mark_partial(NOT_TEXT)
    _add(builder, reply, asked, family.replies.responses)
    return builder.finish()


def _reasoned(builder: LayoutBuilder, response: dict[str, Any], family: Family) -> bool:
    """Whether the usage reports reasoning; without usage, the reply of a reasoning model is partial."""
    if family.reasoning and not isinstance(response.get("usage"), dict):
        builder.mark_partial(REASONING)
    return has_reasoned(response)


def has_reasoned(response: dict[str, Any]) -> bool:
    """Whether the usage of an answer reports reasoning."""
    usage = response.get("usage")
    if not isinstance(usage, dict):
        return False
    details = usage.get("completion_tokens_details") or usage.get("output_tokens_details")
    return isinstance(details, dict) and bool(details.get("reasoning_tokens"))


def _texts(builder: LayoutBuilder, message: dict[str, Any]) -> list[str]:
    text, media, _ = read_content(message.get("content"))
    refusal = message.get("refusal")
    if media or message.get("audio"):
        builder.mark_partial(NOT_TEXT)
    found = [reasoning_of(message), text, refusal if isinstance(refusal, str) and refusal != text else ""]
    return [part for part in found if part]


def _add(builder: LayoutBuilder, reply: Reply, asked: Asked, around: ReplyFraming) -> None:
    """Adds one reply: its texts and calls, and their framing unless it was cut off."""
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


def _add_calls(builder: LayoutBuilder, calls: list[Call], asked: Asked, around: ReplyFraming) -> None:
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
