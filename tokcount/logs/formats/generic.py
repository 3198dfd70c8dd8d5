"""Prompts that are not API bodies: fine-tuning files, evaluation sets, tables, bare strings.

These formats accept almost anything and are tried last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokcount.logs.adapt import (
    JSON_ONLY,
    ROWS_ONLY,
    CallMetadata,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    Rank,
    answer_in,
    body_record,
    body_usage,
    decoded,
    deployment_of,
    first,
    has_roles,
    metadata_around,
    prompt_record,
    skipped,
    text,
    usage_from,
)

TEXT_KEYS = ("prompt", "text", "content", "question", "context", "input", "query")
"""Keys of prompts, tried in this order."""

ALPACA = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Response:"
)
ALPACA_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:"
)
"""The prompts behind `instruction` rows (tatsu-lab/stanford_alpaca, train.py)."""

TABLE_USAGE = {
    "input": ("prompt_tokens", "input_tokens", "tokens_prompt", "tokens_in"),
    "output": ("completion_tokens", "output_tokens", "tokens_completion", "tokens_out"),
    "total": ("total_tokens",),
    "cached_input": ("cached_tokens", "input_cached_tokens", "cached_input_tokens"),
    "reasoning": ("reasoning_tokens",),
    "cost_usd": ("cost_usd", "cost"),
}
MODEL_KEYS = ("model", "model_name", "engine", "deployment")


def _first_text(value: Json, keys: tuple[str, ...]) -> Any:
    """The first of the keys that holds text."""
    return next((value[key] for key in keys if isinstance(value.get(key), str)), None)


class Messages(LogFormat):
    """`{"messages": [...]}` without request keys: chat fine-tuning files, stored conversations."""

    name = "generic.messages"
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY
    keys = (frozenset({"messages"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not has_roles(value["messages"]):
            return None
        response = answer_in(value, "chat")
        metadata = metadata_around(value)
        if isinstance(value.get("usage"), dict):
            metadata.usage = body_usage(value["usage"])
        return [body_record(at, self.name, kind="chat", request=value, response=response, metadata=metadata)]


class PromptCompletion(LogFormat):
    """`{"prompt", "completion"}`: the fine-tuning files of the completions endpoint."""

    name = "generic.prompt_completion"
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY
    keys = (frozenset({"prompt", "completion"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not (len(value) <= 4 and isinstance(value["prompt"], str | None)):
            return None
        metadata = metadata_around(value)
        response = answer_in(value, "completions")
        return [prompt_record(at, self.name, value["prompt"], response, metadata, kind="completions")]


class Instruction(LogFormat):
    """Alpaca rows: `instruction`, `input`, `output`, with the template used in their training."""

    name = "generic.instruction"
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY
    keys = (frozenset({"instruction"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not (isinstance(value["instruction"], str) and not isinstance(value.get("prompt"), str)):
            return None
        given = value.get("input")
        has_input = isinstance(given, str) and given.strip()
        template = ALPACA_INPUT if has_input else ALPACA
        prompt = template.replace("{instruction}", value["instruction"])
        if has_input:
            prompt = prompt.replace("{input}", str(given))
        response = answer_in(value, "completions")
        return [prompt_record(at, self.name, prompt, response, metadata_around(value))]


class Prompt(LogFormat):
    """Any object with a text field that looks like a prompt."""

    name = "generic.prompt"
    rank = Rank.TEXT
    accepts = JSON_ONLY
    keys = tuple(frozenset({key}) for key in TEXT_KEYS)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if not (_first_text(value, TEXT_KEYS) is not None or value.get("prompt", 0) is None):
            return None
        response = answer_in(value, "completions")
        return [prompt_record(at, self.name, _first_text(value, TEXT_KEYS), response, metadata_around(value))]


class Table(LogFormat):
    """A CSV or TSV file with a column of prompts or of messages; column names in any case."""

    name = "generic.csv"
    rank = Rank.TEXT
    accepts = ROWS_ONLY
    keys = tuple(frozenset({key}) for key in ("messages", *TEXT_KEYS))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        row = {key.strip().lower(): cell for key, cell in value.items()}
        if not any(row.values()):
            return [skipped(at, "empty", "an empty row", self.name)]
        metadata = self._metadata(row)
        messages = decoded(row.get("messages"))
        if has_roles(messages) and messages:
            request = {"messages": messages} | ({"model": metadata.model} if metadata.model else {})
            response = answer_in(row, "chat")
            return [
                body_record(at, self.name, kind="chat", request=request, response=response, metadata=metadata)
            ]
        prompt = _first_cell(row, TEXT_KEYS)
        kind: Kind = "completions" if metadata.model else "text"
        return [prompt_record(at, self.name, prompt, answer_in(row, "completions"), metadata, kind)]

    def _metadata(self, row: Json) -> CallMetadata:
        metadata = metadata_around(row)
        metadata.model = text(first(row, MODEL_KEYS)) or deployment_of(row.get("url"))
        metadata.usage = usage_from(row, TABLE_USAGE, "csv")
        return metadata


def _first_cell(row: Json, keys: tuple[str, ...]) -> str | None:
    return next((row[key] for key in keys if row.get(key)), None)
