"""A request laid out as the chat template of a vendor encodes it: message by message, definitions before them."""

from __future__ import annotations

from typing import Any

from tokcount.framing import features
from tokcount.framing.calls import Call, compact, parsed, read_calls, spaced
from tokcount.framing.content import INSTRUCTION_ROLES, REASONING, TOOL_ROLES, read_content, reasoning_of
from tokcount.framing.family import Family, template_rules
from tokcount.framing.images import add_media
from tokcount.framing.layout import UNDATED, Layout, LayoutBuilder
from tokcount.framing.responses.request import SERVER_STATE
from tokcount.framing.templates.definitions import definitions
from tokcount.framing.templates.items import as_chat
from tokcount.framing.tools.tool_set import OTHER_TOOLS, forced_name
from tokcount.logs.accounting.unread import Unread, unread_request
from tokcount.logs.record import STATE_FIELDS
from tokcount.logs.scalars import Json

UNKNOWN_TOOLS = "how the API shows tools to this model is not known"
UNKNOWN_SCHEMA = "what a JSON schema costs on this model is not known"
OTHER_THINKING = "thinking as another API asks for it"


def layout_template(
    kind: str,
    request: Json,
    family: Family,
    *,
    roles: bool = False,
    timestamp: float | None = None,
    model: str = "",
    unread: Unread | None = None,
) -> Layout:
    """The layout of a Chat or Responses request (`kind`) for a family with a template.

    The body is in the form of OpenAI's APIs, into which readers of logs bring those of other vendors. `unread` is what
    the layout for another family found out. Never raises for decoded JSON.
    """
    chat = as_chat(request) if kind == "responses" else request
    builder = _Template(chat, family, timestamp, model)
    if kind == "responses" and any(request.get(key) for key in STATE_FIELDS):
        builder.mark_partial(SERVER_STATE)
    return builder.finish(roles=roles).mark_unread(
        unread_request(kind, request) if unread is None else unread
    )


class _Template(LayoutBuilder):
    """Builds the layout of one request."""

    def __init__(self, request: Json, family: Family, timestamp: float | None, model: str) -> None:
        super().__init__()
        self._family, self._timestamp, self._model = family, timestamp, model
        self._times = template_rules(family, model)
        self._rules = self._times.at(timestamp)
        self._names: dict[str, str] = {}
        self.constant = self._rules.priming
        self._dated("priming")
        if family.estimated:
            self.mark_estimated(family.estimated)
        found = request.get("messages")
        messages = (
            [message for message in found if isinstance(message, dict)] if isinstance(found, list) else []
        )
        offers, thinks = self._offer(request), self._think(request)
        if (offers or thinks) and any(_role(message) in INSTRUCTION_ROLES for message in messages):
            self.constant += self._rules.hidden_with_system
        self._schema(request.get("response_format"))
        speaker = ""
        for message in messages:
            role = _role(message)
            turn = "user" if role in TOOL_ROLES else role
            replies = self._rules.open_reply and role == "assistant" and message is messages[-1]
            self._message(message, role, opens=not replies and not (self._rules.merged and turn == speaker))
            speaker = speaker if role in INSTRUCTION_ROLES else turn

    def _offer(self, request: Json) -> bool:
        """Adds tool definitions; whether the model is shown any."""
        shown = definitions(request, self._rules.tools)
        if shown is None:
            return False
        if shown.others:
            self.mark_partial(OTHER_TOOLS)
        choice = request.get("tool_choice", request.get("function_call"))
        if not shown.texts or (choice == "none" and self._rules.none_hides):
            return False
        if self._rules.tools == "unknown":
            self.mark_partial(UNKNOWN_TOOLS)
        self.uses(features.TOOLS)
        for text in shown.texts:
            self.add_encoded(text)
        self.constant += self._rules.block
        self.constant += shown.functions * self._rules.function + shown.properties * self._rules.property
        self._choose(choice)
        if request.get("parallel_tool_calls") is False:
            self.uses(features.SERIAL)
            self.constant += self._rules.serial
        return True

    def _think(self, request: Json) -> bool:
        """Adds the hidden text of thinking that is asked for; whether it is."""
        if request.get("reasoning") or request.get("reasoning_effort"):
            self.mark_estimated(OTHER_THINKING)
        fields = request.get("additionalModelRequestFields")
        places = [request, fields if isinstance(fields, dict) else {}]
        asked = [place.get(name) for place in places for name in ("thinking", "reasoning_config")]
        if not any(isinstance(one, dict) and one.get("type") == "enabled" for one in asked):
            return False
        self.uses(features.THINKING)
        self.constant += self._rules.thinking
        self._dated("thinking")
        return True

    def _dated(self, rule: str) -> None:
        """Says that a rule changed over time, where the log does not say when the request was made."""
        if self._timestamp is None and rule in self._times.varied:
            self.mark_estimated(UNDATED)

    def _choose(self, choice: Any) -> None:
        if name := forced_name(choice):
            self.uses(features.FORCED)
            if self._rules.forced >= 0:
                self.constant += self._rules.forced
                self.add_encoded(name)
        elif isinstance(choice, str) and choice in features.CHOICES:
            self.uses(f"tool_choice: {choice}")
            self.constant += self._rules.required if choice == "required" else 0

    def _schema(self, shape: Any) -> None:
        if not isinstance(shape, dict) or shape.get("type") != "json_schema":
            return
        if self._rules.free_schema:
            self.uses(features.SCHEMA)
        else:
            self.mark_partial(UNKNOWN_SCHEMA)

    def _message(self, message: Json, role: str, *, opens: bool) -> None:
        text = self._text_of(message)
        calls = read_calls(message)
        if role in TOOL_ROLES:
            self._result(message, text)
        else:
            self.add_text(
                role, text.rstrip() if self._rules.trimmed_system and role in INSTRUCTION_ROLES else text
            )
        if message.get("name") and role not in TOOL_ROLES:
            self.mark_estimated(features.NAME)
        if calls:
            self._calls(calls, with_text=bool(text))
        elif role == "assistant":
            self.uses(features.ASSISTANT_TEXT if text else features.EMPTY_ASSISTANT)
        if opens and (self._rules.calls_as_messages or not (calls or role in TOOL_ROLES)):
            self.constant += self._around(role)

    def _around(self, role: str) -> int:
        if role in INSTRUCTION_ROLES:
            return self._rules.system
        return self._rules.assistant if role == "assistant" else self._rules.user

    def _text_of(self, message: Json) -> str:
        """The content, or else the refusal; adds media to the constant."""
        content = message.get("content")
        text, media, doubt = read_content(content)
        if type(content) is list:
            self.uses(features.RESULT_PARTS if _role(message) in TOOL_ROLES else features.TEXT_PARTS)
        if media:
            add_media(self, media, self._family, self._model, self._timestamp)
        if doubt:
            self.mark_estimated(doubt)
        if thought := reasoning_of(message):
            self.add_text("assistant", thought)
            self.mark_estimated(REASONING)
        return text or _string(message.get("refusal"))

    def _calls(self, calls: list[Call], *, with_text: bool) -> None:
        self.uses(features.CALL if len(calls) == 1 else features.PARALLEL_CALLS)
        if with_text:
            self.uses(features.TEXT_WITH_CALL)
        self.constant += (len(calls) - 1) * self._rules.parallel
        for call in calls:
            self._names[call.id] = call.name
            self.constant += self._rules.call
            self.add_encoded(call.name)
            self._arguments(call)

    def _arguments(self, call: Call) -> None:
        given = parsed(call.arguments)
        if not isinstance(given, dict):
            self.uses(features.OTHER_ARGUMENTS)
            self.add_encoded(call.arguments)
        elif self._rules.arguments == "values":
            self.constant += len(given) * self._rules.argument
            self._add_values(given)
        else:
            self.add_encoded(compact(given) if self._rules.arguments == "compact" else spaced(given))

    def _add_values(self, values: Json) -> None:
        for name, value in values.items():
            self.add_encoded(name)
            self.add_encoded(value if isinstance(value, str) else compact(value))

    def _result(self, message: Json, text: str) -> None:
        self.constant += self._rules.result
        if self._rules.result_named:
            self.add_encoded(
                _string(message.get("name")) or self._names.get(_string(message.get("tool_call_id")), "")
            )
        given = parsed(text) if self._rules.results == "values" else None
        if isinstance(given, dict):
            self.add_content_only("tool", text)
            self._add_values(given)
        else:
            self.add_text("tool", text)


def _role(message: Json) -> str:
    return _string(message.get("role"))


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
