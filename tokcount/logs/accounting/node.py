"""What is known of the fields of one kind of object in a body."""

from __future__ import annotations

import msgspec

TEXT = "text"
"""A string; its text is counted."""
WORD = "word"
"""A short name without spaces, such as a role; the API turns it into a token or two."""
ANY = "any"
"""Whatever it is, it is counted, or the rule that counts it reports why it cannot be."""

LONGEST_WORD = 64


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of object: its fields are counted, free, or not read, which is every other field.

    `counted` says what the value of a field may be, alternatives joined by `|`: `text`, `word`, `any`, the name of
    another kind for an object, and the name in brackets for a list of them.
    """

    counted: dict[str, str] = {}
    free: frozenset[str] = frozenset()
    """Fields that cost nothing: ids, parameters, annotations and the like."""
    repeats: dict[str, str] = {}
    """Field → the field whose value it repeats in another form; it is free where that one holds something."""
    is_body: bool = False
    """A whole body: of its other fields only what may be prompt text is reported."""
    whole: bool = False
    """All fields are counted, or the rule that counts the object reports why it cannot be."""
    source: str = ""


class Field(msgspec.Struct, frozen=True, gc=False):
    """What the value of a counted field may be."""

    text: bool
    word: bool
    whole: bool
    objects: str | None
    items: str | None


def field(written: str) -> Field:
    """The alternatives of a counted field.

    >>> field("text|[part]")
    Field(text=True, word=False, whole=False, objects=None, items='part')
    """
    named = [name for name in written.split("|") if name not in (TEXT, WORD, ANY)]
    return Field(
        text=TEXT in written.split("|"),
        word=WORD in written.split("|"),
        whole=ANY in written.split("|"),
        objects=next((name for name in named if not name.startswith("[")), None),
        items=next((name.strip("[]") for name in named if name.startswith("[")), None),
    )


def holds_something(value: object) -> bool:
    """Whether there is a text or a number in a value, however deep; switches are neither."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)
        elif found is not None and not isinstance(found, bool) and found != "":
            return True
    return False


def may_be_prompt(value: object) -> bool:
    """Whether a value next to the fields of a body could be text for the model: a long text, a list of objects."""
    if isinstance(value, str):
        return len(value) >= LONG_TEXT and (" " in value or not value.isascii())
    if isinstance(value, list):
        return any(holds_something(item) if isinstance(item, dict) else _is_sentence(item) for item in value)
    return isinstance(value, dict) and any(map(may_be_prompt, value.values()))


LONG_TEXT = 40
"""Characters from which a text next to the fields of a body may be a prompt."""


def _is_sentence(item: object) -> bool:
    if isinstance(item, str):
        return " " in item.strip() or len(item) >= LONG_TEXT or not item.isascii()
    return isinstance(item, list) and may_be_prompt(item)


_LABEL_ENDINGS = (
    "_id",
    "Id",
    "_ids",
    "Ids",
    "ID",
    "_at",
    "At",
    "_time",
    "Time",
    "_date",
    "Date",
    "_ms",
    "uuid",
)


def is_label(name: str, value: object) -> bool:
    """An id or a time: a number or a word under a name that says so."""
    if not name.endswith(_LABEL_ENDINGS):
        return False
    return not isinstance(value, dict | list) if not isinstance(value, str) else is_word(value)


def is_word(value: str) -> bool:
    """A name, not a sentence.

    >>> is_word("assistant"), is_word("Say hello.")
    (True, False)
    """
    return len(value) <= LONGEST_WORD and value.isascii() and not any(map(str.isspace, value.strip()))
