"""The features of a call whose rules are confirmed or not, in the words that reports use.

A layout names those that its request has; `tokcount.framing.evidence` knows what recordings say about each.
"""

from typing import Final

MESSAGES: Final = "messages"
"""Every request with messages has it."""
PROMPT: Final = "a prompt"
ASSISTANT_TEXT: Final = "an assistant text"
EMPTY_ASSISTANT: Final = "an assistant message without text"
INTERIM: Final = "an assistant text before more of its turn"
NAME: Final = "a name"
TEXT_PARTS: Final = "text parts"
TOOLS: Final = "tools"
CUSTOM_TOOLS: Final = "custom tools"
GRAMMAR: Final = "a custom tool's grammar"
SERIAL: Final = "parallel_tool_calls: false"
GIVEN_TOOLS: Final = "tools offered by input items"
FORCED: Final = "a function chosen by name"
CHOICES: Final = frozenset({"none", "required"})
"""Values of `tool_choice` that are features of their own."""
SCHEMA: Final = "json_schema"
SCHEMA_WITH_TOOLS: Final = "json_schema with tools"
SCHEMA_WITH_HISTORY: Final = "json_schema with an assistant text"
CALL: Final = "a tool call"
PARALLEL_CALLS: Final = "parallel tool calls"
CALLS_ALONE: Final = "tool calls without tools"
STORED_CALL: Final = "a tool call sent back with its id"
OTHER_ARGUMENTS: Final = "arguments that are not an object"
TEXT_WITH_CALL: Final = "text together with a tool call"
LONE_RESULT: Final = "a tool result without its call"
UNMATCHED: Final = "tool calls and results that do not match"
RESULT_PARTS: Final = "a tool result in parts"
RESULT_MEDIA: Final = "media in a tool result"
IMAGE: Final = "an image"
LOW_DETAIL: Final = "an image in low detail"
OLD_REASONING: Final = "reasoning from before the last user message"
ANSWER_CALLS: Final = "an answer of several calls"
ANSWER_MESSAGES: Final = "an answer of several messages"
"""Responses has billed the input of such answers in several ways."""
COMPACTED: Final = "a context that the server may compact"
SUFFIX: Final = "a suffix"
THINKING: Final = "thinking"

PLAIN: Final = frozenset({MESSAGES})
PLAIN_HISTORY: Final = frozenset({MESSAGES, ASSISTANT_TEXT})
PROMPTS: Final = frozenset({PROMPT})

OF_TOOL_SCHEMA: Final = " in a tool's schema"
OF_RESPONSE_SCHEMA: Final = " in a response schema"
"""How the features of JSON schemas end."""
