"""Keywords of JSON Schema in the parameters of tools: which are shown, which are known not to be, and all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tokcount.logs.accounting.node import holds_something
from tokcount.logs.scalars import Json

SHOWN: Final = frozenset(
    """
    type properties required items anyOf oneOf allOf enum const default title description examples minimum maximum
    format additionalProperties nullable $ref $defs definitions
    """.split()  # noqa: SIM905 - a list of words
)
"""Keywords that the API shows to the model, in the forms of docs/framing.md."""

NOT_SHOWN: Final = frozenset(
    """
    $schema $id $anchor $comment $vocabulary $dynamicRef $dynamicAnchor $recursiveRef $recursiveAnchor id
    exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern minItems maxItems uniqueItems contains
    minContains maxContains minProperties maxProperties propertyNames patternProperties prefixItems not if then else
    dependentRequired dependentSchemas dependencies unevaluatedItems unevaluatedProperties additionalItems
    contentEncoding contentMediaType contentSchema deprecated readOnly writeOnly strict discriminator xml
    externalDocs example propertyOrdering
    """.split()  # noqa: SIM905 - a list of words
)
"""Other keywords of JSON Schema (drafts 4 to 2020-12), of OpenAPI 3 and of tool servers: they are not in the text.
Source: docs/framing.md; those without a recording make the count `estimated`
(`tokcount.framing.tools.confirmed`)."""

KEYWORDS: Final = SHOWN | NOT_SHOWN

_NAMED: Final = ("properties", "$defs", "definitions", "patternProperties", "dependentSchemas")
"""Keywords with an object of schemas."""
_LISTED: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE: Final = ("items", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else")


def has_unread_keywords(schema: Json) -> bool:
    """Whether a keyword in a schema, at any depth, is in no table and holds text or numbers.

    Such a keyword may be any name that somebody chose (a property without `properties` around it): it is not shown.
    """
    waiting: list[Any] = [schema]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        if any(holds_something(node[name]) for name in node.keys() - KEYWORDS):
            return True
        waiting.extend(_inner(node))
    return False


def _inner(schema: Json) -> Iterator[Any]:
    """The schemas directly inside a schema."""
    for name in _NAMED:
        named = schema.get(name)
        if isinstance(named, dict):
            yield from named.values()
    for name in _LISTED:
        listed = schema.get(name)
        if isinstance(listed, list):
            yield from listed
    yield from (schema[name] for name in _SINGLE if name in schema)
