"""The parameters of the three endpoints: their names on each, and what becomes of them.

One table; `tokcount.reports.migrate.parameters.mapping` obeys it and `docs/migrate.md` shows it. What a request says
and offers (messages, tools, the form of the answer) is in `tokcount.reports.migrate.reading`. Which model takes a
parameter is in `tokcount.models.compatibility`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tokcount.logs.accounting.tables import AROUND
from tokcount.reports.migrate.parameters import values
from tokcount.reports.migrate.request import Filled

SPECIFICATION: Final = (
    "openai/openai-openapi: CreateCompletionRequest, CreateChatCompletionRequest, CreateResponse"
)


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter.

    `completions`, `chat`, `responses`: its name there, empty where it does not exist; `reasoning.effort` is a field
    of `reasoning`. `older`: names that chat and other servers had before. `takes`: the type of its values. `default`:
    the value that asks for nothing, so that nothing is lost without it (as with null). `tools`: the API refuses it
    without tools.
    """

    name: str
    takes: Any
    completions: str = ""
    chat: str = ""
    responses: str = ""
    older: tuple[str, ...] = ()
    default: Any = None
    tools: bool = False
    happens: str = "kept"
    source: str = SPECIFICATION


def _everywhere(name: str, takes: Any, **fields: Any) -> Parameter:
    """A parameter of all three endpoints."""
    return Parameter(name=name, takes=takes, completions=name, chat=name, responses=name, **fields)


def _messages(name: str, takes: Any, **fields: Any) -> Parameter:
    """A parameter of chat and Responses."""
    return Parameter(name=name, takes=takes, chat=name, responses=name, **fields)


def _sampling(name: str, takes: Any, **fields: Any) -> Parameter:
    """A parameter of completions and chat."""
    return Parameter(name=name, takes=takes, completions=name, chat=name, **fields)


def _chat(name: str, takes: Any, **fields: Any) -> Parameter:
    return Parameter(name=name, takes=takes, chat=name, **fields)


def _completions(name: str, takes: Any, **fields: Any) -> Parameter:
    return Parameter(name=name, takes=takes, completions=name, **fields)


def _responses(name: str, takes: Any, **fields: Any) -> Parameter:
    return Parameter(name=name, takes=takes, responses=name, **fields)


PARAMETERS: Final = (
    Parameter(
        name="max_tokens",
        takes=int,
        completions="max_tokens",
        chat="max_completion_tokens",
        responses="max_output_tokens",
        older=("max_tokens",),
        happens="kept; with --scale-max-tokens times the drift of the log's own outputs, rounded up. Raised to 1 "
        "(chat) or 16 (Responses) where it is less, lowered to the longest output of the target where it is more. "
        "For reasoning models it bounds the reasoning as well",
        source=f"{SPECIFICATION}; the least of Responses: UKGovernmentBEIS/inspect_evals#694",
    ),
    _everywhere("temperature", values.Finite, default=1),
    _everywhere("top_p", values.Finite, default=1),
    _sampling("presence_penalty", values.Finite, default=0),
    _sampling("frequency_penalty", values.Finite, default=0),
    _sampling(
        "stop",
        values.Stop,
        default=[],
        source=f"{SPECIFICATION}; BerriAI/litellm#15244; langchain-ai/langchain#38336",
    ),
    _sampling(
        "n",
        values.Answers,
        default=1,
        happens="kept in chat requests; as many Responses requests, each with `-1`, `-2`, … after its `custom_id`",
    ),
    _sampling("seed", values.Seed, source=f"{SPECIFICATION}; openresponses/openresponses#59"),
    _everywhere("user", str, default=""),
    _sampling(
        "logit_bias",
        dict,
        default={},
        happens="each token is written with its id under the new encoding; dropped where it is not a single token "
        "there, where it is a special token, and where the old encoding is not known",
    ),
    Parameter(
        name="top_logprobs",
        takes=int,
        completions="logprobs",
        chat="top_logprobs",
        responses="top_logprobs",
        happens="the number of alternatives; with `logprobs: true` (chat) or "
        "`include: message.output_text.logprobs` (Responses)",
    ),
    _everywhere("stream", bool, default=False, happens="kept; dropped with --batch, which does not stream"),
    Parameter(
        name="stream_options.include_usage",
        takes=bool,
        completions="stream_options.include_usage",
        chat="stream_options.include_usage",
        default=False,
        happens="kept with `stream`. A Responses stream always ends with the usage",
    ),
    _messages("stream_options.include_obfuscation", bool, happens="kept with `stream`"),
    Parameter(
        name="reasoning_effort",
        takes=values.Effort,
        chat="reasoning_effort",
        responses="reasoning.effort",
        happens="kept; another one where the target does not have it",
    ),
    Parameter(name="verbosity", takes=values.Size, chat="verbosity", responses="text.verbosity"),
    _messages("service_tier", values.Tier, default="auto"),
    _messages("parallel_tool_calls", bool, default=True, tools=True, happens="kept with tools"),
    _messages(
        "metadata",
        values.Metadata,
        default={},
        happens="kept in Responses requests; in chat requests only with `store`, as the API asks",
    ),
    _messages(
        "store",
        bool,
        default=False,
        happens="kept in chat requests; Responses requests are never stored (`store: false`)",
    ),
    _messages("prompt_cache_key", str, default=""),
    _messages("prompt_cache_retention", values.Retention),
    _messages("prompt_cache_options", values.CacheOptions),
    _messages("safety_identifier", values.Key),
    _messages("moderation", values.Moderation),
    _chat("modalities", values.Modalities, default=["text"]),
    _chat("audio", values.SpokenAnswer),
    _chat("prediction", values.PredictedAnswer),
    _responses("reasoning.summary", values.Summary, older=("reasoning.generate_summary",)),
    _responses("reasoning.context", values.ReasoningContext, default="auto"),
    _responses("reasoning.mode", Filled),
    _responses("include", values.Inclusions, default=[]),
    _responses("truncation", values.Truncation, default="disabled"),
    _responses("max_tool_calls", values.Positive),
    _responses("context_management", values.Compactions),
    _responses(
        "background",
        bool,
        default=False,
        happens="dropped: the API keeps only stored responses in the background",
    ),
    _completions(
        "suffix",
        str,
        default="",
        happens="dropped: chat models do not fill gaps. The text after the gap is not in the new request",
    ),
    _completions(
        "echo",
        bool,
        default=False,
        happens="dropped: no prompt is repeated. With --with-responses it is taken off the logged answer",
    ),
    _completions("best_of", int, default=1, happens="dropped, unless it is no more than n"),
)
"""Every parameter of the endpoints, apart from `model` and what `tokcount.reports.migrate.reading` reads."""

READ_ELSEWHERE: Final = {
    "completions": frozenset({"prompt"}),
    "chat": frozenset(
        {"messages", "tools", "functions", "tool_choice", "function_call", "response_format", "logprobs"}
        | {"web_search_options"}
    ),
    "responses": frozenset(
        {"input", "instructions", "tools", "tool_choice", "text.format", "previous_response_id"}
        | {"conversation", "prompt"}
    ),
}
"""Endpoint → what is no parameter of its own there."""

NESTED: Final = {
    "completions": ("stream_options",),
    "chat": ("stream_options",),
    "responses": ("stream_options", "reasoning", "text"),
}
"""Endpoint → objects whose fields are parameters."""

NOT_PARAMETERS: Final = AROUND | {
    *("model", "engine", "deployment_id", "deployment", "custom_id", "endTime", "end_time"),
    *(
        "extra_headers",
        "extra_query",
        "extra_body",
        "timeout",
        "api_key",
        "api_base",
        "base_url",
        "api_version",
    ),
    *("num_retries", "drop_params"),
}
"""Keys of a logged request that are the model, options of a client, or what a log says around a call."""
