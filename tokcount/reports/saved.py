"""Reports that were saved as JSON, read back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import msgspec

from tokcount.document.amounts import as_text, is_plain
from tokcount.document.document import SCHEMA_VERSION
from tokcount.errors import UsageError
from tokcount.logs.bytes import text_encoding
from tokcount.reports.registry import report_type
from tokcount.reports.report import Report

LARGEST: Final = 64 << 20
"""Bytes of a saved report: what is larger is a log."""
BEGINNING: Final = re.compile(rb'\s*\{\s*"schema_version"\s*:\s*\d+\s*,\s*"tokcount"\s*:')
"""How a report begins as it was written."""
_KEYS: Final = {"schema_version", "tokcount"}


def may_be_report(head: bytes) -> bool:
    """Whether the first bytes are those of a JSON object, in any Unicode encoding."""
    return _utf8(head).lstrip().startswith(b"{")


def is_report(content: bytes) -> bool:
    """Whether this is a report, also one that another program wrote again: keys sorted, indented, in UTF-16."""
    text = _utf8(content)
    if BEGINNING.match(text):
        return True
    if not all(b'"%s"' % key.encode() in text for key in _KEYS):
        return False
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return isinstance(document, dict) and document.keys() >= _KEYS


def _utf8(content: bytes) -> bytes:
    encoding, mark = text_encoding.detect(content)
    plain = content[mark:]
    return plain if encoding == "utf-8" else plain.decode(encoding, "replace").encode()


def load(content: bytes, name: str) -> Report:
    """A report from a saved JSON document; `name` is the file that errors mention.

    Raises `UsageError` for anything but a report of tokcount with this `SCHEMA_VERSION`.
    """
    document = _document(content, name)
    kind = report_type(document["command"])
    try:
        return msgspec.convert(as_text(document, kind), kind)
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{name} is not a valid report of {document['command']}: {error}; make the report again"
        ) from error


def _fraction(text: str) -> Decimal:
    number = Decimal(text)
    if not is_plain(number):
        raise ValueError("a number that is too long to be written out")
    return number


def _document(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = msgspec.json.Decoder(float_hook=_fraction).decode(_utf8(content))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UsageError(f"{name} is not JSON ({error}); save a report with -f json first") from error
    if not isinstance(document, dict) or not isinstance(document.get("command"), str):
        raise UsageError(f"{name} is not a report of tokcount; save one with -f json first")
    version = document.get("schema_version")
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"{name} is a report of schema version {version}, this tokcount reads version {SCHEMA_VERSION}; "
            "make the report again with -f json"
        )
    return document
