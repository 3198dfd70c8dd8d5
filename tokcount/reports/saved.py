"""Reports that were saved as JSON, read back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from tokcount.document.amounts import as_text
from tokcount.document.document import SCHEMA_VERSION
from tokcount.errors import UsageError
from tokcount.reports.registry import report_type
from tokcount.reports.report import Report


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


def _document(content: bytes, name: str) -> dict[str, Any]:
    try:
        document = msgspec.json.Decoder(float_hook=Decimal).decode(content)
    except msgspec.DecodeError as error:
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
