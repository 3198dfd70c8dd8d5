"""What the new requests are for: a model, one of its endpoints, and what it refuses."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from tokcount.errors import UsageError
from tokcount.framing.families import FAMILIES
from tokcount.models.references import Reference

Api = Literal["chat", "responses"]

URLS: Final[dict[Api, str]] = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}

REASONING_NAMES: Final = ("codex-mini",)
"""Reasoning models of other families (Microsoft Learn, "Azure OpenAI reasoning models")."""
NOT_REASONING_NAMES: Final = ("gpt-5-chat",)
"""Models of those families that answer at once (vercel/ai, packages/openai, isReasoningModel)."""
NO_SYSTEM_NAMES: Final = ("o1-mini", "o1-preview")
"""Models without system messages (OpenAI developer community, topic 1110750)."""


class MigrationTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The model of the new requests, by the name that they carry.

    `reasoning`: it refuses sampling parameters. `takes_system`: it takes system messages.
    """

    model: str
    encoding: str
    api: Api = "chat"
    reasoning: bool = False
    takes_system: bool = True


def target_of(reference: Reference, api: Api = "chat") -> MigrationTarget:
    """The target behind `--to`.

    Raises `UsageError` for an encoding, for a model without messages, and for one that the chat endpoint lacks.
    """
    model = reference.model
    if model is None:
        raise UsageError(f"--to {reference.label}: requests need a model, not an encoding; e.g. --to gpt-4o.")
    if model.endpoint not in ("chat", "responses"):
        raise UsageError(
            f"--to {reference.label}: a model of the {model.endpoint} endpoint takes no messages; name a chat model."
        )
    if model.endpoint == "responses" and api == "chat":
        raise UsageError(f"--to {reference.label}: served by the Responses API alone; add --api responses.")
    name = model.name.removeprefix("ft:")
    reasons = FAMILIES[model.family].reasoning or name.startswith(REASONING_NAMES)
    return MigrationTarget(
        model=reference.label,
        encoding=model.encoding,
        api=api,
        reasoning=reasons and not name.startswith(NOT_REASONING_NAMES),
        takes_system=not name.startswith(NO_SYSTEM_NAMES),
    )
