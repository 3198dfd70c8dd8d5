"""The parameters of the completions endpoint, and what stands for each in chat and in Responses requests.

One table; `tokcount.reports.migrate.carrying` obeys it and `docs/migrate.md` shows it.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

Takes = Literal["number", "integer", "boolean", "text", "texts", "object", "limit", "biases", "alternatives"]
"""What a value may be. `limit`, `biases` and `alternatives` are rewritten, the others carried as they are."""

SPECIFICATION: Final = (
    "openai/openai-openapi: CreateCompletionRequest, CreateChatCompletionRequest, CreateResponse"
)
REASONING: Final = 'Microsoft Learn, "Azure OpenAI reasoning models"; vercel/ai, packages/openai'


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of the completions endpoint.

    `chat`, `responses`: its name there, empty without an equivalent. `reasoning`: whether reasoning models take
    it. `default`: the value that asks for nothing, so that nothing is lost without it (beside null).
    """

    name: str
    takes: Takes
    chat: str = ""
    responses: str = ""
    reasoning: bool = True
    default: Any = None
    happens: str
    source: str = SPECIFICATION


PARAMETERS: Final = (
    Parameter(
        name="max_tokens",
        takes="limit",
        chat="max_completion_tokens",
        responses="max_output_tokens",
        happens="carried; with --scale-max-tokens times the drift of the log's own outputs, rounded up. Raised to 1 "
        "(chat) or 16 (Responses) where it is less. For reasoning models it bounds the reasoning as well",
        source=f"{SPECIFICATION}; the least of Responses: UKGovernmentBEIS/inspect_evals#694",
    ),
    Parameter(
        name="temperature",
        takes="number",
        chat="temperature",
        responses="temperature",
        reasoning=False,
        default=1,
        happens="carried",
        source=f"{SPECIFICATION}; {REASONING}; griptape-ai/griptape#1915",
    ),
    Parameter(
        name="top_p",
        takes="number",
        chat="top_p",
        responses="top_p",
        reasoning=False,
        default=1,
        happens="carried",
        source=f"{SPECIFICATION}; {REASONING}",
    ),
    Parameter(
        name="presence_penalty",
        takes="number",
        chat="presence_penalty",
        reasoning=False,
        default=0,
        happens="carried",
        source=f"{SPECIFICATION}; {REASONING}",
    ),
    Parameter(
        name="frequency_penalty",
        takes="number",
        chat="frequency_penalty",
        reasoning=False,
        default=0,
        happens="carried",
        source=f"{SPECIFICATION}; {REASONING}",
    ),
    Parameter(
        name="stop",
        takes="texts",
        chat="stop",
        reasoning=False,
        default=[],
        happens="carried",
        source=f"{SPECIFICATION}; BerriAI/litellm#15244; langchain-ai/langchain#38336",
    ),
    Parameter(
        name="n",
        takes="integer",
        chat="n",
        default=1,
        happens="carried",
    ),
    Parameter(
        name="seed",
        takes="integer",
        chat="seed",
        happens="carried",
        source=f"{SPECIFICATION}; openresponses/openresponses#59",
    ),
    Parameter(
        name="user",
        takes="text",
        chat="user",
        responses="user",
        happens="carried",
    ),
    Parameter(
        name="logit_bias",
        takes="biases",
        chat="logit_bias",
        reasoning=False,
        default={},
        happens="each token is written with its id under the new encoding; dropped where it is not a single token "
        "there, where it is a special token, and where the old encoding is not known",
        source=f"{SPECIFICATION}; {REASONING}",
    ),
    Parameter(
        name="logprobs",
        takes="alternatives",
        chat="logprobs, top_logprobs",
        responses="include, top_logprobs",
        reasoning=False,
        happens="the number of alternatives becomes top_logprobs, with logprobs: true (chat) or "
        "include: message.output_text.logprobs (Responses)",
        source=f"{SPECIFICATION}; {REASONING}",
    ),
    Parameter(
        name="stream",
        takes="boolean",
        chat="stream",
        responses="stream",
        default=False,
        happens="carried; dropped with --batch, which does not stream",
    ),
    Parameter(
        name="stream_options",
        takes="object",
        chat="stream_options",
        happens="carried; dropped with --batch. A Responses stream always ends with the usage",
    ),
    Parameter(
        name="suffix",
        takes="text",
        default="",
        happens="dropped: chat models do not fill gaps. The text after the gap is not in the new request",
    ),
    Parameter(
        name="echo",
        takes="boolean",
        default=False,
        happens="dropped: no prompt is repeated. With --with-responses it is taken off the logged answer",
    ),
    Parameter(
        name="best_of",
        takes="integer",
        default=1,
        happens="dropped, unless it is no more than n",
    ),
)
"""Every parameter of the completions endpoint besides `model` and `prompt`."""

NOT_PARAMETERS: Final = frozenset(
    {
        *("model", "engine", "deployment_id", "deployment", "prompt"),
        *("response", "completion", "output", "answer", "choices", "usage", "status", "error", "object"),
        *("id", "request_id", "call_id", "uuid", "custom_id", "user_id", "tags", "url", "path", "endpoint"),
        *("timestamp", "ts", "time", "created_at", "created", "datetime", "date"),
        *("startTime", "start_time", "endTime", "end_time"),
    }
)
"""Keys of a logged request that are the model, the prompt, or what a log says around a call."""

LEAST_LIMIT: Final = {"chat": 1, "responses": 16}
"""The least limit of output tokens that each API takes."""
MOST_ALTERNATIVES: Final = 20
