"""JSON: the report itself, and the way back from a saved one."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import msgspec

from tokcount.errors import UsageError
from tokcount.render.escape import json_text
from tokcount.render.terminal import OutputTarget
from tokcount.reports.report import SCHEMA_VERSION, Report


def render(report: Report, surface: OutputTarget) -> str:  # noqa: ARG001 - JSON is the same everywhere
    """The report as one indented JSON document in the order of its contract."""
    document = json.dumps(report.document(), ensure_ascii=False, indent=2, allow_nan=False)
    return json_text(document) + "\n"


def load(content: bytes, name: str) -> Report:
    """A report from a saved JSON document; ``name`` says in errors where it came from.

    Raises `UsageError` when it is no report of tokcount, or one of a later schema.
    """
    try:
        document = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise UsageError(f"{name} is not JSON ({error}); save a report with -f json first") from error
    if not isinstance(document, dict) or not {"schema_version", "command"} <= document.keys():
        raise UsageError(f"{name} is not a report of tokcount; save one with -f json first")
    version = document.pop("schema_version")
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"{name} has schema version {version}, this tokcount reads {SCHEMA_VERSION}; make the report anew"
        )
    command, made_by = str(document.pop("command")), str(document.pop("tokcount", ""))
    return Report(command, document, made_by)


def schema(command: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a command's report, as shipped in ``tokcount/render/schemas``."""
    file = resources.files("tokcount.render") / "schemas" / f"{command}.json"
    loaded: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return loaded
