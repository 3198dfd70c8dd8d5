"""What the chat template of a family adds to a request; docs/framing-vendors.md gives the evidence for the numbers."""

from __future__ import annotations

from typing import Literal

from tokcount.framing.periods import Rules

Definitions = Literal["unknown", "list", "lines", "functions", "invoke", "values", "harmony"]
"""How tool definitions are shown to the model; `tokcount.framing.templates.definitions` has the forms."""


class TemplateRules(Rules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Tokens per message and per part of a request; all of them in addition to the text."""

    priming: int = 0
    """Once per request: its beginning, and the start of the reply."""
    system: int = 0
    """A system (or developer) message."""
    user: int = 0
    """A message of any other role than those named here."""
    assistant: int = 0
    """A message of the model."""
    merged: bool = False
    """Whether messages of one role that follow each other are one; results of tools belong to the user."""
    open_reply: bool = False
    """Whether a last message of the model is the start of the reply, which costs its text alone."""
    trimmed_system: bool = False
    """Whether white space at the end of a system message is not shown."""
    tools: Definitions = "unknown"
    """How tool definitions are shown."""
    block: int = 0
    """Once for all tool definitions."""
    hidden_with_system: int = 0
    """Extra when there is a system message next to tools or thinking."""
    thinking: int = 0
    """A request with `thinking` of the type `enabled`."""
    function: int = 0
    """Each tool definition."""
    property: int = 0
    """Each property of the parameters, nested ones too."""
    none_hides: bool = False
    """Whether `tool_choice: none` leaves the definitions out."""
    required: int = 0
    """`tool_choice: required`."""
    forced: int = -1
    """A function chosen by name, in addition to its name; -1: the choice costs nothing, not even the name."""
    serial: int = 0
    """Tools with `parallel_tool_calls: false`."""
    arguments: Literal["compact", "spaced", "values"] = "compact"
    """Arguments of a call: JSON without spaces or with, or each name and each value as a text of its own."""
    results: Literal["text", "values"] = "text"
    """Results of calls: their text, or, of a JSON object, each name and each value as a text of its own."""
    call: int = 0
    """A call, in addition to its name and arguments."""
    argument: int = 0
    """Each argument of a call whose arguments are shown one by one."""
    result: int = 0
    """The result of a call, in addition to its text."""
    result_named: bool = False
    """Whether a result repeats the name of its function."""
    parallel: int = 0
    """Each further call of one message."""
    calls_as_messages: bool = False
    """Whether messages with calls, and results, cost like other messages too."""
    free_schema: bool = False
    """Whether a JSON schema for the reply costs nothing; otherwise its cost is not known."""


class TemplateFraming(TemplateRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[template]`, and `[[template.models]]`, which work as in `[chat]`."""

    models: tuple[TemplateRules, ...] = ()
