"""Prompts that are not API bodies: fine-tuning files, evaluation sets, tables, bare strings.

These formats accept almost anything and are tried last.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from tokcount.logs.adapt import (
    ANSWER_KEYS,
    HISTORY_KEYS,
    JSON_ONLY,
    PROMPT_NAMES,
    ROWS_ONLY,
    SYSTEM_KEYS,
    Among,
    CallMetadata,
    Item,
    Json,
    Kind,
    Location,
    LogFormat,
    Rank,
    Record,
    answer_in,
    body_record,
    could_be_text,
    failure_of_row,
    has_roles,
    label,
    messages_in,
    metadata_around,
    prompt_record,
    skipped,
)
from tokcount.logs.formats.vetoes import is_foreign_usage, veto_of, without_text

MESSAGES_KEYS = ("messages", "input_messages", "request_messages", "prompt_messages", "chat_messages")
"""Keys of the messages of a request, tried in this order."""

PROMPT_KEYS = (
    *("prompt", "user_prompt", "question", "user_message", "user_input", "user_query"),
    *("userPrompt", "userMessage", "userInput", "userQuery"),
)
"""Keys that only prompts have, tried in this order."""

PAIRED_KEYS = ("user", "human", "request", "inputs")
"""Keys of the prompt in a row that also has an answer or a system prompt, tried after `PROMPT_KEYS`."""

TEXT_KEYS = ("text", "content", "input", "query", "context")
"""Keys of anything, also of prompts, tried in this order where there is none of the others."""

_ALL_KEYS = (*PROMPT_KEYS, *PAIRED_KEYS, *TEXT_KEYS)
_OTHERS = tuple(dict.fromkeys((*PROMPT_KEYS, *TEXT_KEYS, *HISTORY_KEYS, *sorted(PROMPT_NAMES))))
"""Keys that may hold a part of the prompt when it is under another one."""

ALPACA = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Response:"
)
ALPACA_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further context. "
    "Write a response that appropriately completes the request.\n\n"
    "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:"
)
"""The prompts behind the rows of Alpaca (tatsu-lab/stanford_alpaca, train.py)."""

_ALPACA_KEYS = frozenset({"instruction", "input", "output"})


class Messages(LogFormat):
    """`{"messages": [...]}` without request keys: chat fine-tuning files, stored conversations, logs of one's own."""

    name = "generic.messages"
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY
    keys = tuple(frozenset({key}) for key in MESSAGES_KEYS)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        if "messages" not in value:
            key = next(key for key in MESSAGES_KEYS if key in value)
            value = {"messages": value[key], **{name: item for name, item in value.items() if name != key}}
        if not (has_roles(value["messages"]) or messages_in(value["messages"])):
            return None
        return [
            body_record(
                at,
                self.name,
                kind="chat",
                request=value,
                response=answer_in(value, "chat"),
                metadata=metadata_around(value),
            )
        ]


class PromptCompletion(LogFormat):
    """`{"prompt", "completion"}`: the fine-tuning files of the completions endpoint."""

    name = "generic.prompt_completion"
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY
    keys = (frozenset({"prompt", "completion"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        prompt = value["prompt"]
        if len(value) > 4 or not (isinstance(prompt, str | None) or messages_in(prompt)):
            return None
        return [_record(value, "prompt", at, self.name, "completions", metadata_around(value))]


class Instruction(LogFormat):
    """Rows with an `instruction`; those of Alpaca's own three fields are counted in the template of their training."""

    name = "generic.instruction"
    rank = Rank.LOOSE_BODY
    accepts = JSON_ONLY
    keys = (frozenset({"instruction"}),)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        has_prompt = any(isinstance(value.get(key), str) for key in PROMPT_KEYS)
        if has_prompt or not isinstance(value["instruction"], str):
            return None
        given = next((value[key] for key in ("input", "context") if _is_filled(value.get(key))), "")
        metadata = metadata_around(value)
        if value.keys() == _ALPACA_KEYS:
            template = ALPACA_INPUT if given else ALPACA
            prompt = template.replace("{instruction}", value["instruction"]).replace("{input}", given)
            metadata.flags.add("reserialised")
        else:
            prompt = "\n\n".join(part for part in (value["instruction"], given) if part)
        if around := {key: value[key] for key in (*SYSTEM_KEYS, *HISTORY_KEYS) if value.get(key)}:
            request = {**around, "prompt": prompt}
            response = answer_in(value, "completions")
            return [
                body_record(at, self.name, kind="text", request=request, response=response, metadata=metadata)
            ]
        return [prompt_record(at, self.name, prompt, answer_in(value, "completions"), metadata)]


def _is_filled(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


class Prompt(LogFormat):
    """Any object with a field that looks like a prompt, unless its other fields say that it is none."""

    name = "generic.prompt"
    rank = Rank.TEXT
    accepts = JSON_ONLY
    keys = tuple(frozenset({key}) for key in _ALL_KEYS)

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        return _read(value, at, self.name, "text")


class Table(LogFormat):
    """A CSV or TSV file with a column of prompts or of messages; column names in any case."""

    name = "generic.csv"
    rank = Rank.TEXT
    accepts = ROWS_ONLY
    keys = tuple(frozenset({key}) for key in ("messages", *_ALL_KEYS))

    def read(self, value: Json, at: Location) -> Iterable[Item] | None:
        row = _lowered(value)
        if not any(row.values()):
            return [skipped(at, "empty", "an empty row", self.name)]
        metadata = metadata_around(row)
        if metadata.usage is not None:
            metadata.usage.source = "csv"
        if messages_in(row.get("messages")):
            request = {key: row[key] for key in ("messages", *_SYSTEM(row)) if row[key]}
            request |= {"model": metadata.model} if metadata.model else {}
            response = answer_in(row, "chat")
            return [
                body_record(at, self.name, kind="chat", request=request, response=response, metadata=metadata)
            ]
        return _read(row, at, self.name, "completions" if metadata.model else "text", metadata)


@lru_cache(maxsize=4096)
def _other_spellings(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((column.strip().lower(), column) for column in columns if column != column.strip().lower())


def _lowered(row: Json) -> Json:
    """The row, its cells also under the names of their columns in lower case."""
    more = _other_spellings(tuple(row))
    return {**row, **{name: row[column] for name, column in more}} if more else row


_SYSTEM, _ANSWERS, _SPREAD = Among(SYSTEM_KEYS), Among(ANSWER_KEYS), Among(_OTHERS)
_PROMPTS, _PAIRED, _TEXTS = Among(PROMPT_KEYS), Among(PAIRED_KEYS), Among(TEXT_KEYS)


def _read(
    row: Json, at: Location, name: str, kind: Kind, metadata: CallMetadata | None = None
) -> list[Item] | None:
    """The record of a row, or what the row is instead; `None`: it has no field of a prompt."""
    field = _prompt_field(row)
    if field is None:
        return None
    if without_text(row):
        return [skipped(at, "not_llm", "a call that generates no text, such as embeddings", name)]
    is_answered = any(row[key] for key in _ANSWERS(row))
    if field in TEXT_KEYS and not is_answered and (veto := veto_of(row)):
        return [_refused(row, field, veto, at, name)]
    if not is_answered and (error := failure_of_row(row)):
        return [skipped(at, "error", f"a failed call ({error})", name)]
    item = _record(row, field, at, name, kind, metadata or metadata_around(row))
    if isinstance(item, Record) and item.kind != "usage":
        item.field = field if field != "prompt" else None
        item.read_from = {"prompt": field, **(item.read_from or {})}
    return [item]


def _prompt_field(row: Json) -> str | None:
    """The field of the prompt: the first that holds text or messages, else the first that is there but empty."""
    is_pair = any(_is_text(row[key]) for key in (*_SYSTEM(row), *_ANSWERS(row)))
    keys = (*_PROMPTS(row), *(_PAIRED(row) if is_pair else ()), *_TEXTS(row))
    for key in keys:
        given = row[key]
        if given and (isinstance(given, str) or messages_in(given)):
            return key
    return next((key for key in keys if row[key] in (None, "")), None)


def _is_text(value: object) -> bool:
    """Can this be the other half of a call? The status in the log of a server (`200`) cannot."""
    return (
        bool(value)
        and isinstance(value, str | list | dict)
        and not (isinstance(value, str) and value.isdigit())
    )


def _refused(row: Json, field: str, veto: tuple[str, str], at: Location, name: str) -> Item:
    """A row that is no prompt: what it says was used, else why it was skipped."""
    metadata = metadata_around(row)
    if metadata.usage is not None and (metadata.usage.input or metadata.usage.output):
        return body_record(at, name, metadata=metadata)
    what, seen = veto
    detail = (
        f"{what}, by its field {label(seen, '…')}; if {field} is a prompt, read it with --prompt-path {field}"
    )
    return skipped(at, "not_llm", detail, name)


def _record(row: Json, field: str, at: Location, name: str, kind: Kind, metadata: CallMetadata) -> Item:
    """The record of a row whose prompt is in `field`; text in other fields of prompts is in the request, not read."""
    prompt = row[field]
    if not isinstance(prompt, str | list | dict):
        return skipped(at, "empty", "a row without a prompt", name)
    if not metadata.model and is_foreign_usage(row):
        metadata.flags.add("non_openai")
    others = {key: row[key] for key in _SPREAD(row) if key != field and could_be_text(row[key])}
    system = {key: row[key] for key in _SYSTEM(row) if row[key]}
    request = {**others, **system, "prompt": prompt, **({"model": metadata.model} if metadata.model else {})}
    response = answer_in(row, "completions")
    if prompt == "" and metadata.usage is not None and metadata.usage.input:
        return body_record(at, name, response=response, metadata=metadata)
    return body_record(at, name, kind=kind, request=request, response=response, metadata=metadata)
