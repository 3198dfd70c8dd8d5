"""The texts of a record that will be counted, cheaply guessed: counting many texts at once costs less than one by one.

A guess that is wrong or incomplete costs time, never a count: what was not learnt ahead is counted when it is met.
"""

from __future__ import annotations

from typing import Any, Final

from tokcount.logs.record import Record

BATCH: Final = 1_000_000
"""Characters of text that are learnt at a time, beside at most one record more."""


def texts_of(record: Record) -> list[str]:
    """Contents of messages, prompts and answers, where they are plain strings."""
    texts: list[str] = []
    request, response = record.request, record.response
    if request is not None:
        _add_contents(texts, request.get("messages"))
        prompt = request.get("prompt")
        texts.extend(
            part for part in (prompt if isinstance(prompt, list) else [prompt]) if isinstance(part, str)
        )
    if response is not None:
        choices = response.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                _add_contents(texts, [choice.get("message")])
                text = choice.get("text")
                if isinstance(text, str):
                    texts.append(text)
    return texts


def _add_contents(texts: list[str], messages: Any) -> None:
    if not isinstance(messages, list):
        return
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, str):
            texts.append(content)
