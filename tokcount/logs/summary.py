"""What a source contains, in numbers: the rows of `tokcount formats PATH`."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from tokcount.logs.accounting.unread import unread_answer, unread_request
from tokcount.logs.options import ReadOptions
from tokcount.logs.reader import FileWarning, Reader
from tokcount.logs.record import Record, Skipped
from tokcount.logs.scalars import Json
from tokcount.logs.source import Source

SHOWN_FIELDS = 20
"""Fields that were not read which a summary lists."""
SHOWN_SKIPPED = 20
"""Locations of skipped items that a summary lists."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_SPECIAL = re.compile(r"<\|[a-z_0-9]+\|>")


class Summary:
    """Counts what is read, item by item.

    `messages`: elements of the message lists of chat requests. `chars_in`: code points of chat messages and of
    prompts that are text. `chars_out`: code points of the text of all answers.
    """

    def __init__(self) -> None:
        self.records = self.skipped = self.messages = self.chars_in = self.chars_out = 0
        self.formats = Counter[str]()
        self.skipped_formats = Counter[str]()
        self.kinds = Counter[str]()
        self.reasons = Counter[str]()
        self.flags = Counter[str]()
        self.fields = Counter[str]()
        self.variables = Counter[str]()
        self.read_from: dict[str, Counter[str]] = {}
        self.not_read = Counter[str]()
        self.usage = {"records": 0, "input": 0, "output": 0}
        self.requests = 0
        self.places: list[Json] = []

    def add(self, item: Record | Skipped) -> None:
        """Count one item."""
        if isinstance(item, Skipped):
            self._add_skipped(item)
        else:
            self._add_record(item)

    def _add_skipped(self, item: Skipped) -> None:
        self.skipped += 1
        self.reasons[item.reason] += 1
        if item.format is not None:
            self.skipped_formats[item.format] += 1
        if len(self.places) < SHOWN_SKIPPED:
            self.places.append(
                {"source": item.source, "line": item.line, "reason": item.reason, "detail": item.detail}
            )

    def _add_record(self, record: Record) -> None:
        self.records += 1
        self.formats[record.format] += 1
        self.kinds[record.kind] += 1
        if record.field is not None:
            self.fields[record.field] += 1
        self.variables.update(record.variables)
        if record.read_from and not record.format.startswith("openai."):
            for meaning, field in record.read_from.items():
                self.read_from.setdefault(meaning, Counter())[field] += 1
        asked = prompt_texts(record)
        answered = answer_texts(record)
        messages = (record.request or {}).get("messages")
        self.messages += len(messages) if isinstance(messages, list) else 0
        if record.kind != "responses":
            self.chars_in += sum(map(len, asked))
        self.chars_out += sum(map(len, answered))
        not_read = unread_fields(record)
        self.not_read.update(not_read)
        flags = {*record.flags, *text_flags([*asked, *answered]), *(("not_read",) if not_read else ())}
        self.flags.update(flags)
        self.requests += record.usage.requests if record.usage else 1
        if record.usage is not None:
            self.usage["records"] += 1
            self.usage["input"] += (record.usage.input or 0) - record.usage.apart_input
            self.usage["output"] += (record.usage.output or 0) - record.usage.apart_output

    def as_dict(self, path: str, container: str) -> Json:
        """The summary under the keys of the `formats` report."""
        only_skipped = {name: n for name, n in self.skipped_formats.items() if name not in self.formats}
        return {
            "path": path,
            "container": container,
            "records": self.records,
            "formats": dict(sorted({**self.formats, **only_skipped}.items())),
            "kinds": dict(sorted(self.kinds.items())),
            "skipped": self.skipped,
            "skipped_reasons": dict(sorted(self.reasons.items())),
            "skipped_at": self.places,
            "messages": self.messages,
            "chars_in": self.chars_in,
            "chars_out": self.chars_out,
            "usage": dict(self.usage),
            "requests": self.requests,
            "flags": dict(sorted(self.flags.items())),
            "fields": dict(sorted(self.fields.items())),
            "variables": _most_common(self.variables),
            "read_from": {meaning: _most_common(found) for meaning, found in sorted(self.read_from.items())},
            "not_read": _most_common(self.not_read),
        }


def summarise(source: Source, options: ReadOptions | None = None) -> Json:
    """What one source contains; keys as in the `formats` report, and `notes`: `[{line, text}]`.

    `formats` counts records; a format of which only skipped items were seen is listed with their number.
    """
    notes: list[FileWarning] = []
    reader = Reader(options or ReadOptions(), notes=notes)
    summary = Summary()
    for item in reader.read(source):
        summary.add(item)
    for item in reader.finish():
        summary.add(item)
    notes_found = [{"line": note.line, "text": note.text} for note in notes]
    return {**summary.as_dict(source.path, reader.container), "notes": notes_found}


def prompt_texts(record: Record) -> list[str]:
    """The texts of a request: contents of messages, or prompts; not names, tools or token ids."""
    request = record.request or {}
    if record.kind == "chat":
        return _contents(request.get("messages"))
    if record.kind == "responses":
        given = request.get("input")
        return [given] if isinstance(given, str) else _contents(given)
    prompt = request.get("prompt")
    if isinstance(prompt, str):
        return [prompt]
    return [text for text in prompt if isinstance(text, str)] if isinstance(prompt, list) else []


def unread_fields(record: Record) -> set[str]:
    """Paths of the fields of both bodies that were not read; see `tokcount.logs.accounting`."""
    asked = unread_request(record.kind, record.request) if record.request is not None else ()
    answered = unread_answer(record.kind, record.response) if record.response is not None else ()
    return {*asked, *answered}


def _most_common(fields: Counter[str]) -> dict[str, int]:
    """The fields of most records, bounded: names of fields are content of the log."""
    return dict(sorted(fields.items(), key=lambda entry: (-entry[1], entry[0]))[:SHOWN_FIELDS])


def answer_texts(record: Record) -> list[str]:
    """The texts of all returned choices; not tool calls, refusals or reasoning."""
    response = record.response or {}
    choices = response.get("choices")
    found: list[str] = []
    for choice in choices if isinstance(choices, list) else ():
        if isinstance(choice, dict):
            message = choice.get("message")
            found += _contents([message]) if isinstance(message, dict) else _texts(choice.get("text"))
    output = response.get("output")
    return found + (_contents(output) if isinstance(output, list) else [])


def _contents(items: Any) -> list[str]:
    """The texts in the contents of messages or items."""
    if not isinstance(items, list):
        return []
    return [text for item in items if isinstance(item, dict) for text in _texts(item.get("content"))]


def _texts(content: Any) -> list[str]:
    if isinstance(content, str):
        return [content]
    if not isinstance(content, list):
        return []
    parts = (part.get("text") for part in content if isinstance(part, dict))
    return [text for text in parts if isinstance(text, str)]


def text_flags(texts: list[str]) -> set[str]:
    """`special_token_text` and `surrogate_repaired` where a text calls for them."""
    flags = set[str]()
    for text in texts:
        if "<|" in text and _SPECIAL.search(text):
            flags.add("special_token_text")
        if not text.isascii() and _SURROGATE.search(text):
            flags.add("surrogate_repaired")
    return flags
