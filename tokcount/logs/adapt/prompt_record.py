"""Prompts without an API around them as records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tokcount.logs.adapt.metadata import CallMetadata
from tokcount.logs.adapt.record_builder import body_record, skipped
from tokcount.logs.format import Location
from tokcount.logs.record import Kind
from tokcount.logs.scalars import Json

if TYPE_CHECKING:
    from tokcount.logs.format import Item


def text_record(place: Location, prompt: str, name: str = "generic.text") -> Item:
    """A prompt without an endpoint."""
    return prompt_record(place, name, prompt, None, CallMetadata())


def prompt_record(
    place: Location,
    name: str,
    prompt: Any,
    response: Json | None,
    metadata: CallMetadata,
    kind: Kind = "text",
) -> Item:
    """A record of a prompt and perhaps its answer; an empty row is skipped."""
    if not isinstance(prompt, str | list) or prompt == []:
        return skipped(place, "empty", "a row without a prompt", name)
    request: Json = {"prompt": prompt}
    if metadata.model:
        request["model"] = metadata.model
    return body_record(place, name, kind=kind, request=request, response=response, metadata=metadata)
