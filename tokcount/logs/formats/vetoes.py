"""What the other fields of a row say against reading one of its fields as a prompt.

Fields that only prompts have (`prompt`, `question`) are read unless the call generates no text; a field that may hold
anything (`text`, `content`) needs neighbours that do not contradict it, or an answer next to it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tokcount.logs.adapt import Json, kind_of_call, kind_of_url
from tokcount.logs.formats.openai.bodies import is_not_text

NO_TEXT: Final = (
    *("embedding", "embeddings", "vector", "vectors", "dense_vector", "sparse_vector", "encoding_format"),
    *("moderation", "category_scores"),
)
"""Fields of calls that generate no text."""


class Veto(msgspec.Struct, frozen=True):
    """A kind of row that is no call, and the fields that each show it."""

    what: str
    fields: frozenset[str]


VETOES: Final = (
    Veto(
        "an answer of another vendor's model",
        frozenset(
            {
                *("cache_creation_input_tokens", "cache_read_input_tokens", "stop_sequence"),
                *(
                    "usageMetadata",
                    "usage_metadata",
                    "promptTokenCount",
                    "candidatesTokenCount",
                    "prompt_token_count",
                ),
                *("prompt_eval_count", "eval_count", "billed_units", "inputTokenCount", "outputTokenCount"),
                *("inputTextTokenCount", "generation_token_count", "tokens", "thoughts"),
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
        ("click", "pageview", "page_view", "keypress", "keydown", "scroll", "navigation", "ui"),
        "an event of a user interface",
    ),
}
"""Value of one of the `KIND_FIELDS`, in lower case → what such a row is."""


def without_text(row: Json) -> bool:
    """Does the row say that its call generated no text: embeddings, moderation, images, speech?"""
    if is_not_text(row) or is_not_text({"model": row.get("model_name")}):
        return True
    if any(row.get(name) not in (None, "", []) for name in NO_TEXT):
        return True
    return "embeddings" in (
        *map(kind_of_call, map(row.get, KIND_FIELDS)),
        *map(kind_of_url, map(row.get, ("url", "path", "endpoint"))),
    )


def veto_of(row: Json) -> tuple[str, str] | None:
    """What a row without an answer is instead of a call, and the field that shows it."""
    for field in KIND_FIELDS:
        named = row.get(field)
        if isinstance(named, str) and (what := KINDS.get(named.strip().lower())):
            return what, field
    for veto in VETOES:
        for field in row:
            if field in veto.fields and row[field] not in (None, "", [], {}):
                return veto.what, field
    return None
