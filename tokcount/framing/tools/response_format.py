"""Response formats: a JSON schema as the API shows it to the model."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from tokcount.framing.tools.schema_forms import response_forms

UNSHOWN = frozenset(
    {
        *("additionalProperties", "required", "default", "format", "pattern", "$schema"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
        *("minLength", "maxLength", "minItems", "maxItems"),
    }
)
"""Keywords that constrain the decoder and are not shown to the model."""

_BY_NAME = frozenset({"properties", "$defs", "definitions", "patternProperties"})
_VERBATIM = frozenset({"enum", "const", "examples"})


class ResponseFormat(NamedTuple):
    """A JSON schema that the reply must follow."""

    name: str
    text: str
    forms: tuple[str, ...]
    """Features of the schema: `tokcount.framing.evidence` knows how well each is confirmed."""


def response_format(value: Any) -> ResponseFormat | None:
    """The format of `response_format`; `None` for plain text and `json_object`, which cost nothing."""
    if not isinstance(value, dict) or value.get("type") != "json_schema":
        return None
    inner = value.get("json_schema")
    definition = inner if isinstance(inner, dict) else value
    try:
        return _remembered(msgspec.json.encode(definition))
    except (TypeError, ValueError, OverflowError, RecursionError):
        return format_of(definition)


@lru_cache(maxsize=256)
def _remembered(definition: bytes) -> ResponseFormat:
    return format_of(msgspec.json.decode(definition))


def format_of(definition: dict[str, Any]) -> ResponseFormat:
    r"""The shown text of `{"name", "description", "schema"}` (Chat nests it, Responses does not).

    >>> format_of({"name": "answer", "schema": {"type": "string", "minLength": 1}}).text
    '# Response Formats\n\n## answer\n\n{"type":"string"}'
    """
    name = definition.get("name")
    name = name if isinstance(name, str) else ""
    description = definition.get("description")
    comment = f"// {description}\n" if isinstance(description, str) and description else ""
    schema = json.dumps(shown(definition.get("schema")), separators=(",", ":"))
    forms = tuple(sorted(response_forms(definition.get("schema"))))
    return ResponseFormat(name, f"# Response Formats\n\n## {name}\n\n{comment}{schema}", forms)


def shown(schema: Any) -> Any:
    """A schema without the keywords of `UNSHOWN`, at every level; properties of such a name stay."""
    if isinstance(schema, list):
        return [shown(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in UNSHOWN:
            continue
        if key in _BY_NAME and isinstance(value, dict):
            kept[key] = {name: shown(inner) for name, inner in value.items()}
        else:
            kept[key] = value if key in _VERBATIM else shown(value)
    return kept
