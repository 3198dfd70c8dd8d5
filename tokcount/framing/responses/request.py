"""Requests to the Responses API, laid out as the API encodes them.

Their constants differ from those of Chat Completions: tools are shown without headings and without a message of their
own, calls are counted one by one. docs/framing-responses.md gives the rules and their evidence (recorded calls from
public test suites).
"""

from __future__ import annotations

from typing import Any

from tokcount.framing import features
from tokcount.framing.family import Family, ResponsesRules, chat_rules, responses_rules
from tokcount.framing.layout import UNDATED, Layout, LayoutBuilder
from tokcount.framing.periods import Timeline
from tokcount.framing.responses.hosted import add_hosted
from tokcount.framing.responses.items import Items
from tokcount.framing.tools.response_format import format_of
from tokcount.framing.tools.tool_set import forced_name, tool_set
from tokcount.framing.tools.typescript import grammar_of
from tokcount.logs.accounting.unread import Unread, unread_around, unread_request
from tokcount.logs.record import STATE_FIELDS

SERVER_STATE = "part of the prompt is stored on the server"
HIDDEN_MODE = "a reasoning mode that adds hidden text"
_HIDDEN_MODE_TOKENS = (1_500, 2_200)
"""1,511 to 1,990 in 16 recorded calls with `reasoning.mode: "pro"`, 2 projects."""

_ROLES = frozenset({"user", "system", "developer", "assistant"})
_PLAIN_KEYS = frozenset({"role", "content", "type", "status", "id"})
_BEYOND_PLAIN = ("tools", "context_management", *STATE_FIELDS)


def layout_responses(
    request: dict[str, Any],
    family: Family,
    *,
    model: str = "",
    timestamp: float | None = None,
    roles: bool = False,
    answer: dict[str, Any] | None = None,
    unread: Unread | None = None,
) -> Layout:
    """The layout of a Responses request: instructions, input items, tools, text format.

    `model` is the served model; it selects the rules of its generation and of images. `timestamp` (seconds since
    1970, UTC) chooses between rules that changed over time. `answer` is the body of the response, which shows what
    hosted tools did. `unread`: what is known of the request from another layout. Never raises for decoded JSON.
    """
    plain = _layout_plain(request, family, timestamp, model)
    if plain is not None:
        if roles:
            plain.roles = _plain_roles(request)
        return plain.mark_unread(unread_around("responses", request))
    builder = LayoutBuilder()
    times = responses_rules(family, model)
    rules = times.at(timestamp)
    builder.constant = chat_rules(family, model).at(timestamp).priming + rules.priming
    if family.estimated:
        builder.mark_estimated(family.estimated)
    _add_state(builder, request)
    if request.get("tools") and isinstance(request["tools"], list):
        _add_tools(builder, request, family, times, timestamp)
        add_hosted(builder, request, family, model, timestamp, answer)
    _add_format(builder, request, rules)
    items = Items(builder, request, family, rules, model, timestamp)
    items.add_instructions(request.get("instructions"))
    items.add(request.get("input"))
    unread = unread_request("responses", request) if unread is None else unread
    return builder.finish(roles=roles).mark_unread(unread)


def _layout_plain(
    request: dict[str, Any], family: Family, timestamp: float | None, model: str
) -> Layout | None:
    """The layout of instructions and messages that are strings, the common case; `None`: there is more."""
    for key in _BEYOND_PLAIN:
        if request.get(key):
            return None
    if _schema(request) is not None or _mode(request):
        return None
    given, instructions = request.get("input"), request.get("instructions")
    texts: list[str] = []
    replies, previous = 0, ""
    if instructions is not None:
        if type(instructions) is not str or not instructions:
            return None
        texts.append(instructions)
    for item in given if type(given) is list else [{"role": "user", "content": given}]:
        if type(item) is not dict or (len(item) != 2 and not _is_plain_message(item)):
            return None
        content, role = item.get("content"), item.get("role")
        if type(content) is not str or type(role) is not str or not content or role not in _ROLES:
            return None
        texts.append(content)
        if role == "assistant":
            if role == previous:
                return None
            replies += 1
        previous = role
    rules = chat_rules(family, model).at(timestamp)
    priming = rules.priming + responses_rules(family, model).at(timestamp).priming
    constant = priming + len(texts) * (rules.per_message + 1) + replies * rules.assistant_text
    used = features.PLAIN_HISTORY if replies else features.PLAIN
    if family.estimated:
        return Layout(constant, texts, texts, "estimated", (family.estimated,), features=used)
    return Layout(constant, texts, texts, features=used)


def _is_plain_message(item: dict[Any, Any]) -> bool:
    return item.keys() <= _PLAIN_KEYS and item.get("type", "message") == "message"


def _plain_roles(request: dict[str, Any]) -> list[str]:
    given = request["input"]
    roles = ["system"] if request.get("instructions") is not None else []
    return roles + (["user"] if isinstance(given, str) else [item["role"] for item in given])


def _add_state(builder: LayoutBuilder, request: dict[str, Any]) -> None:
    """Marks what the server adds or leaves out by an amount that is not known."""
    if any(request.get(key) for key in STATE_FIELDS):
        builder.mark_partial(SERVER_STATE)
    if _mode(request):
        builder.mark_partial(HIDDEN_MODE, _HIDDEN_MODE_TOKENS)
    if request.get("context_management"):
        builder.uses(features.COMPACTED)


def _mode(request: dict[str, Any]) -> bool:
    reasoning = request.get("reasoning")
    return isinstance(reasoning, dict) and reasoning.get("mode") not in (None, "standard")


def _add_tools(
    builder: LayoutBuilder,
    request: dict[str, Any],
    family: Family,
    times: Timeline[ResponsesRules],
    timestamp: float | None,
) -> None:
    """Adds the functions and custom tools."""
    rules = times.at(timestamp)
    tools = tool_set({"tools": _shown(request["tools"])}, family.chat.renderer, flat=True)
    if tools is None or not tools.functions:
        return
    builder.uses(features.TOOLS, *tools.forms)
    builder.add_encoded(tools.body)
    undescribed = rules.tools if rules.tools_undescribed is None else rules.tools_undescribed
    builder.constant += (rules.tools if tools.described else undescribed) + tools.hidden
    if any(_type(tool) == "custom" and not grammar_of(tool) for tool in request["tools"]):
        builder.constant += rules.custom_tools
        if timestamp is None and "custom_tools" in times.varied:
            builder.mark_estimated(UNDATED)
    _add_choice(builder, request, rules)
    if request.get("parallel_tool_calls") is False and rules.serial:
        builder.constant += rules.serial
        builder.uses(features.SERIAL)


def _shown(tools: list[Any]) -> list[Any]:
    """The tools without those that `tool_search` loads only when the model asks for them."""
    if not any(_type(tool) == "tool_search" for tool in tools):
        return tools
    return [tool for tool in tools if not (isinstance(tool, dict) and tool.get("defer_loading") is True)]


def _type(choice: Any) -> str | None:
    kind = choice.get("type") if isinstance(choice, dict) else None
    return kind if isinstance(kind, str) else None


def _add_choice(builder: LayoutBuilder, request: dict[str, Any], rules: ResponsesRules) -> None:
    """A forced function is named once more; `required` forces the only one."""
    choice = request.get("tool_choice")
    name = None
    if _type(choice) == "function":
        name = forced_name(choice)
    elif choice == "required" and len(request["tools"]) == 1:
        name = forced_name(request["tools"][0])
    if name is not None:
        builder.uses(features.FORCED)
    elif isinstance(choice, str) and choice in features.CHOICES:
        builder.uses(f"tool_choice: {choice}")
    if name is not None and rules.forced >= 0:
        builder.constant += rules.forced
        builder.add_encoded("." + name)
    elif choice == "none":
        builder.constant += rules.none_choice


def _schema(request: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema that the reply must follow."""
    text = request.get("text")
    shape = text.get("format") if isinstance(text, dict) else None
    return shape if isinstance(shape, dict) and shape.get("type") == "json_schema" else None


def _add_format(builder: LayoutBuilder, request: dict[str, Any], rules: ResponsesRules) -> None:
    schema = _schema(request)
    if schema is not None:
        shown = format_of(schema)
        builder.uses(*shown.forms, features.SCHEMA_WITH_TOOLS if request.get("tools") else features.SCHEMA)
        builder.add_encoded(shown.text)
        builder.constant += rules.schema
