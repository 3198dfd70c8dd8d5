"""Prompts without an API around them: fine-tune files, evaluation sets, tables, bare strings.

The looseest formats; they are asked last.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.bodies import CallMetadata, body_record, skipped
from tokcount.logs.adapt.envelope import answer_of, deployment_of, facts_around, has_roles
from tokcount.logs.adapt.prompt_record import prompt_record
from tokcount.logs.adapt.usage import body_usage, usage_from
from tokcount.logs.format import BODY, LOOSE, Location, Single
from tokcount.logs.record import Kind
from tokcount.logs.scalars import Json, decoded, first, text

if TYPE_CHECKING:
    from tokcount.logs.format import Item

TEXT_KEYS = ("prompt", "text", "content", "question", "context", "input", "query")
"""Where prompts stand, tried in this order."""

ANSWER_KEYS = ("completion", "response", "output", "answer", "result")

ALPACA = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Response:"
)
ALPACA_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:"
)
"""The prompts behind ``instruction`` rows (tatsu-lab/stanford_alpaca, train.py)."""

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


class _Loose(Single):
    """What these formats share: they read one value at a time."""

    accepts: tuple[str, ...] = ("json",)
    rank = LOOSE


class Messages(_Loose):
    """``{"messages": [...]}`` without request keys: chat fine-tuning files, stored conversations."""

    name = "generic.messages"
    rank = BODY + 2
    keys = (frozenset({"messages"}),)

    def matches(self, value: Json) -> bool:
        return has_roles(value["messages"])

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        answer = next((value[key] for key in ANSWER_KEYS if value.get(key)), None)
        response = None if answer is None else answer_of(answer, "chat")
        facts = facts_around(value)
        if isinstance(value.get("usage"), dict):
            facts.usage = body_usage(value["usage"])
        return (body_record(place, self.name, kind="chat", request=value, response=response, facts=facts),)


class PromptCompletion(_Loose):
    """``{"prompt", "completion"}``: the fine-tuning files of the completions endpoint."""

    name = "generic.prompt_completion"
    rank = BODY + 2
    keys = (frozenset({"prompt", "completion"}),)

    def matches(self, value: Json) -> bool:
        return len(value) <= 4 and isinstance(value["prompt"], str | None)

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        facts = facts_around(value)
        yield prompt_record(place, self.name, value["prompt"], value["completion"], facts, kind="completions")


class Instruction(_Loose):
    """Alpaca rows: ``instruction``, ``input``, ``output``, with the template they were trained with."""

    name = "generic.instruction"
    rank = BODY + 2
    keys = (frozenset({"instruction"}),)

    def matches(self, value: Json) -> bool:
        return isinstance(value["instruction"], str) and not isinstance(value.get("prompt"), str)

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        given = value.get("input")
        has_input = isinstance(given, str) and given.strip()
        template = ALPACA_INPUT if has_input else ALPACA
        prompt = template.replace("{instruction}", value["instruction"])
        if has_input:
            prompt = prompt.replace("{input}", str(given))
        answer = _first_text(value, ("output", "response", "completion"))
        yield prompt_record(place, self.name, prompt, answer, facts_around(value))


class Prompt(_Loose):
    """Any object with a text field that looks like a prompt."""

    name = "generic.prompt"
    keys = tuple(frozenset({key}) for key in TEXT_KEYS)

    def matches(self, value: Json) -> bool:
        return _first_text(value, TEXT_KEYS) is not None or value.get("prompt", 0) is None

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        answer = _first_text(value, ANSWER_KEYS)
        yield prompt_record(place, self.name, _first_text(value, TEXT_KEYS), answer, facts_around(value))


class Table(_Loose):
    """A CSV or TSV file with a column of prompts or of messages; column names in any case."""

    name = "generic.csv"
    accepts = ("row",)
    keys = tuple(frozenset({key}) for key in ("messages", *TEXT_KEYS))

    def items(self, value: Json, place: Location) -> Iterable[Item]:
        row = {key.strip().lower(): cell for key, cell in value.items()}
        if not any(row.values()):
            return (skipped(place, "empty", "an empty row", self.name),)
        facts = self._facts(row)
        answer = _first_cell(row, ANSWER_KEYS)
        messages = decoded(row.get("messages"))
        if has_roles(messages) and messages:
            request = {"messages": messages} | ({"model": facts.model} if facts.model else {})
            response = answer_of(answer, "chat") if answer else None
            return (
                body_record(place, self.name, kind="chat", request=request, response=response, facts=facts),
            )
        prompt = _first_cell(row, TEXT_KEYS)
        kind: Kind = "completions" if facts.model else "text"
        return (prompt_record(place, self.name, prompt, answer, facts, kind),)

    def _facts(self, row: Json) -> CallMetadata:
        facts = facts_around(row)
        facts.model = text(first(row, MODEL_KEYS)) or deployment_of(row.get("url"))
        facts.usage = usage_from(row, TABLE_USAGE, "csv")
        return facts


def _first_cell(row: Json, keys: tuple[str, ...]) -> str | None:
    return next((row[key] for key in keys if row.get(key)), None)


FORMATS = (Messages(), PromptCompletion(), Instruction(), Prompt(), Table())
