"""What the other fields of a row say against reading one of its fields as a prompt.

Fields that only prompts have (`prompt`, `question`) are read unless the call generates no text; a field that may hold
anything (`text`, `content`) needs neighbours that do not contradict it, or an answer next to it.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from tokcount.logs.adapt import Among, Json, kind_of_call, kind_of_url
from tokcount.logs.formats.openai.bodies import is_not_text

NO_TEXT: Final = (
    *("embedding", "embeddings", "vector", "vectors", "dense_vector", "sparse_vector", "encoding_format"),
    *("moderation", "category_scores", "negative_prompt", "aspect_ratio", "guidance_scale", "voice"),
)
"""Fields of calls that generate no text."""


_PIXELS: Final = re.compile(r"\d{3,4}x\d{3,4}")


class Veto(msgspec.Struct, frozen=True):
    """A kind of row that is no call, and the fields that each show it."""

    what: str
    fields: frozenset[str]


FOREIGN_USAGE: Final = frozenset(
    {
        *("cache_creation_input_tokens", "cache_read_input_tokens", "inputTokenCount", "outputTokenCount"),
        *(
            "usageMetadata",
            "usage_metadata",
            "promptTokenCount",
            "candidatesTokenCount",
            "prompt_token_count",
        ),
        *("prompt_eval_count", "eval_count", "billed_units", "inputTextTokenCount", "generation_token_count"),
    }
)
"""Usage as other vendors write it: Anthropic, Google, Ollama, Cohere, Amazon, Meta (their API references)."""

VETOES: Final = (
    Veto("an answer of another vendor's model", FOREIGN_USAGE | {"tokens", "thoughts", "stop_sequence"}),
    Veto(
        "a message whose speaker is not known",
        frozenset(
            {
                *("role", "author", "sender", "speaker", "from", "is_user", "is_bot", "isUser", "isBot"),
                *("from_me", "fromMe", "is_from_me", "direction"),
            }
        ),
    ),
    Veto(
        "a query of a database or a service",
        frozenset(
            {
                *("operationName", "operation_name", "variables", "rows", "row_count", "rowcount"),
                *("rows_affected", "database", "db_name", "statement"),
            }
        ),
    ),
    Veto(
        "an event of a user interface",
        frozenset(
            {
                *("say", "ask", "event", "event_type", "eventType", "event_name", "eventName"),
                *("element", "selector", "page_url", "pathname", "click", "component"),
            }
        ),
    ),
    Veto(
        "a line of a log",
        frozenset(
            {
                *(
                    "level",
                    "levelname",
                    "log_level",
                    "loglevel",
                    "severity",
                    "logger",
                    "logger_name",
                    "record",
                ),
                *("funcName", "lineno", "traceback", "stack_trace", "exc_info"),
            }
        ),
    ),
    Veto("feedback", frozenset({"rating", "feedback", "thumbs", "thumbs_up", "vote", "stars"})),
    Veto(
        "a row of an account",
        frozenset(
            {
                *("quota", "amount", "balance", "credit", "credits", "currency", "invoice", "invoice_id"),
                *("payment", "payment_id", "topup", "top_up", "recharge", "refund", "transaction_id"),
            }
        ),
    ),
    Veto("a result of an evaluation, which repeats its prompt", frozenset({"scores", "epoch"})),
)
"""Tried in this order."""

KIND_FIELDS: Final = (
    "type",
    "kind",
    "category",
    "operation",
    "call_type",
    "endpoint",
    "object",
    "request_type",
)
KINDS: Final = {
    **dict.fromkeys(
        ("embedding", "embeddings", "embed", "moderation", "moderations", "rerank"), "a call without text"
    ),
    **dict.fromkeys(
        ("topup", "top-up", "top_up", "recharge", "refund", "payment", "invoice", "billing", "deposit"),
        "a row of an account",
    ),
    **dict.fromkeys(
        ("message", "chat_message", "chatmessage"),
        "a message whose speaker is not known",
    ),
    **dict.fromkeys(
        ("click", "pageview", "page_view", "keypress", "keydown", "scroll", "navigation", "ui"),
        "an event of a user interface",
    ),
}
"""Value of one of the `KIND_FIELDS`, in lower case → what such a row is."""


_NO_TEXT, _KIND_FIELDS, _URLS = Among(NO_TEXT), Among(KIND_FIELDS), Among(("url", "path", "endpoint"))


def without_text(row: Json) -> bool:
    """Does the row say that its call generated no text: embeddings, moderation, images, speech?"""
    size = row.get("size")
    if isinstance(size, str) and _PIXELS.fullmatch(size):
        return True
    if is_not_text(row) or is_not_text({"model": row.get("model_name")}):
        return True
    if any(row[name] not in (None, "", []) for name in _NO_TEXT(row)):
        return True
    return any(kind_of_call(row[name]) == "embeddings" for name in _KIND_FIELDS(row)) or any(
        kind_of_url(row[name]) == "embeddings" for name in _URLS(row)
    )


def is_foreign_usage(row: Json) -> bool:
    """Does a row without a model have usage as another vendor writes it?"""
    return not FOREIGN_USAGE.isdisjoint(row) and any(row[name] for name in FOREIGN_USAGE & row.keys())


def veto_of(row: Json) -> tuple[str, str] | None:
    """What a row without an answer is instead of a call, and the field that shows it."""
    for field in _KIND_FIELDS(row):
        named = row[field]
        if isinstance(named, str) and (what := KINDS.get(named.strip().lower())):
            return what, field
    for veto in VETOES:
        for field in row:
            if field in veto.fields and row[field] not in (None, "", [], {}):
                return veto.what, field
    return None
