"""What a framing family is: the tokens that the API adds to requests and replies of a group of models.

One file in `families/` per family, and each table of a user's `--families` file, has this schema. docs/framing.md and
docs/framing-responses.md give the evidence for the numbers; docs/extend/framing-family.md shows how to add a family.
All numbers are in tokens.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec

from tokcount.framing.periods import Rules, Timeline, first_match, timeline
from tokcount.framing.templates.rules import TemplateFraming, TemplateRules

Confirmed = Literal["exact", "estimated"]


class ChatRules(Rules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What Chat Completions adds to a request. A role is one token more than what is listed here."""

    per_message: int = 0
    priming: int = 0
    """Once per request, for the start of the reply."""
    assistant_text: int = 0
    """Extra for each assistant message with text in the history, even an empty one."""
    header: str = ""
    """Text before a leading system message that tool definitions or a schema are joined to."""
    block: int = 0
    """A block of tool definitions, in addition to its text."""
    hidden: int = 0
    """Hidden text that the API adds once tools are offered."""
    hidden_undescribed: int = 0
    """The same when the first function has no description."""
    renderer: Literal["typescript", "0613"] = "typescript"
    """How tool definitions are shown to the model."""
    forced: int = -1
    """A function chosen by name, in addition to `"." + name`; -1: the choice costs nothing, not even the name."""
    required: int = 0
    """`tool_choice: required` with tools."""
    none_choice: int = 0
    """`tool_choice: none` with tools."""
    name_replaces_role: bool = False
    """A name is shown instead of the role."""
    call: int = 0
    """One call: role, recipient and separators."""
    result: int = 0
    """The result of one call."""
    parallel: int = 0
    """Several calls in one message together with their results."""
    escaped_results: bool = False
    """Whether characters other than ASCII are escaped in the results of several calls."""
    call_after_last_user: int = 0
    """Extra for a message with calls after the last user message."""
    call_before_last_user: int = 0
    """Extra for a message with calls before the last user message."""
    text_with_call: int = 0
    """The text of a message that also has calls."""
    reply_names_schema: bool = False
    """Whether the start of the reply names the JSON schema (2 tokens and the name)."""

    def hidden_for(self, *, described: bool) -> int:
        """Hidden text once tools are offered."""
        return self.hidden if described else self.hidden_undescribed


class ChatFraming(ChatRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[chat]`, and `[[chat.models]]`: what is different for some models, or was at some time. What such a table leaves
    out is as in `[chat]`; where two that apply change the same rule, the first holds.
    """

    models: tuple[ChatRules, ...] = ()


class ResponsesRules(Rules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the Responses API adds to a request. Messages cost the same as in `[chat]`."""

    priming: int = 0
    """Extra for the start of the reply, in addition to the priming of `[chat]`."""
    tools: int = 0
    """Definitions of functions."""
    tools_undescribed: int | None = None
    """The same when the first function has no description; absent: as `tools`."""
    forced: int = -1
    """A function chosen by name, or by `required` when it is the only one, in addition to `"." + name`;
    -1: the choice costs nothing, not even the name."""
    none_choice: int = 0
    """`tool_choice: none`."""
    schema: int = 0
    """The text of a JSON schema."""
    call: int = 0
    """A function call and its output, in addition to the name (twice), the arguments and the output."""
    stored_call: int = 0
    """Extra when the call is sent back with its id, alone in its turn, and may have been stored: the server then
    repeats what the model wrote, which differs from call to call."""
    parallel: int = 0
    """Once for a turn of several calls."""
    raw_arguments: bool = False
    """Arguments are shown as sent; otherwise reserialised without spaces."""
    interim: int = 0
    """An assistant text followed by more from the assistant (a call, another text)."""
    serial: int = 0
    """Tools with `parallel_tool_calls: false`."""
    custom_tools: int = 0
    """Extra when custom tools with free text are offered."""
    given_tools: int | None = None
    """Functions that an input item offers (`additional_tools`); absent: such items are not counted."""
    old_reasoning: bool = False
    """Whether reasoning items from before the last user message stay in the context."""


class ResponsesFraming(ResponsesRules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[responses]`, and `[[responses.models]]`, which work as in `[chat]`."""

    models: tuple[ResponsesRules, ...] = ()


class ReplyFraming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[replies.chat]`, `[replies.responses]`: billed output = texts + these."""

    text: int = 0
    """A text."""
    tools: int = 0
    """Extra for a text when tools were offered."""
    schema: int = 0
    """Extra for a text when a JSON schema was asked for, without tools."""
    schema_tools: int = 0
    """The same with tools."""
    call: int = 0
    """One function call, in addition to `"functions." + name` and the arguments."""
    forced: int = 0
    """One call that the request forced, in addition to its arguments."""
    forced_named: bool = False
    """Whether a forced call costs its name like any other."""
    parallel: int = 0
    """Several calls, in addition to their JSON."""
    reasoning: int = 0
    """Extra when the model reasoned; the reasoning itself is in the usage."""
    basis: Confirmed = "estimated"


class Replies(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[replies]`, per endpoint."""

    chat: ReplyFraming = ReplyFraming()
    responses: ReplyFraming = ReplyFraming()


class ImageRule(Rules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[images]]`: `base + unit × tiles`, or `base + ⌈unit × patches⌉` with at most `cap` patches.

    The first table that matches applies.
    """

    rule: Literal["tiles", "patches"]
    base: int = 0
    base_until: str = ""
    """First day on which the base is 0; empty: it still holds."""
    unit: float
    cap: int = 0
    source: str = ""


class HostedTool(Rules, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[[hosted]]`: the hidden text of a tool that the API runs itself."""

    tool: str
    """Its `type` in the request."""
    tokens: int
    with_functions: int = 0
    """Extra when functions are offered too."""
    forced: int = 0
    """Extra when `tool_choice` names the tool."""
    results: bool = False
    """Whether what the tool finds while the request runs is billed as input too."""
    hidden: tuple[int, int] | None = None
    """Hidden text in addition to `tokens`: the fewest and the most that were billed."""
    found: tuple[int, int] | None = None
    """What one run of the tool finds: the fewest and the most tokens that were billed."""


class FamilyTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, cache_hash=True):
    """The file of a family. A family with `like` starts from that family and states only what differs."""

    like: str = ""
    framed: bool = True
    """False for endpoints that bill the text alone."""
    reasoning: bool = False
    """Whether its models reason before they answer; the log shows how much only in the usage."""
    estimated: str = ""
    """Why no count of this family is exact; empty: the evidence decides."""
    chat: ChatFraming = ChatFraming()
    responses: ResponsesFraming = ResponsesFraming()
    template: TemplateFraming | None = None
    """Of other vendors' models: their chat template, in place of `chat` and `responses`."""
    replies: Replies = Replies()
    images: tuple[ImageRule, ...] = ()
    hosted: tuple[HostedTool, ...] = ()


class Family(FamilyTable, frozen=True, kw_only=True, cache_hash=True):
    """A framing family under its name."""

    name: str
    model_folder: str = ""
    """Of a model in a folder of the user: its chat template renders requests, in place of everything else."""

    @property
    def renderer(self) -> str:
        """How its models are shown tool definitions."""
        return self.chat.renderer if self.template is None else self.template.tools

    def image_rule(self, model: str, timestamp: float | None = None) -> ImageRule | None:
        """The rule for images of a model; `None`: the model is not known to take images."""
        return first_match(self.images, model, timestamp)

    def hosted_tool(self, tool: str, model: str, timestamp: float | None = None) -> HostedTool | None:
        """What is known of a hosted tool (its `type`); `None`: nothing is."""
        return first_match([row for row in self.hosted if row.tool == tool], model, timestamp)


class UserFamily(msgspec.Struct, frozen=True):
    """The framing of one model, from a user's file."""

    model: str
    """Lower-case, as logs name it."""
    family: Family
    encoding: str | None = None


@lru_cache(maxsize=4096)
def chat_rules(family: Family, model: str) -> Timeline[ChatRules]:
    """What Chat Completions adds to a request to a model."""
    return timeline(family.chat, family.chat.models, model)


@lru_cache(maxsize=4096)
def responses_rules(family: Family, model: str) -> Timeline[ResponsesRules]:
    """What the Responses API adds to a request to a model."""
    return timeline(family.responses, family.responses.models, model)


@lru_cache(maxsize=4096)
def template_rules(family: Family, model: str) -> Timeline[TemplateRules]:
    """What the chat template of a family with one adds to a request to a model."""
    template = family.template or TemplateFraming()
    return timeline(template, template.models, model)


def around_prompt(family: Family, model: str, timestamp: float | None) -> int:
    """Tokens around a prompt that is sent as the only user message."""
    if family.template is not None:
        shown = template_rules(family, model).at(timestamp)
        return shown.priming + shown.user
    rules = chat_rules(family, model).at(timestamp)
    return rules.priming + rules.per_message + 1
