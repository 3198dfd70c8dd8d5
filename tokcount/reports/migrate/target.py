"""What the new requests are for: a model, its endpoints, and what it takes there."""

from __future__ import annotations

from typing import Final, get_args

import msgspec

from tokcount.errors import UsageError
from tokcount.models.catalog import Catalog
from tokcount.models.compatibility import OPENAI, Compatibility, compatibility_of
from tokcount.models.references import Reference
from tokcount.reports.migrate.request import Endpoint

URLS: Final[dict[Endpoint, str]] = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
ENDPOINTS: Final[dict[Endpoint, str]] = {"chat": "chat", "responses": "Responses"}
"""Endpoint → its name for people."""

NO_SYSTEM_NAMES: Final = ("o1-mini", "o1-preview")
"""Models without system messages (OpenAI developer community, topic 1110750)."""


class MigrationTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The model of the new requests, by the name that they carry.

    `served`: its endpoints, as far as they are known. `endpoint`: the one that every request is for; `None`: each
    stays at its own where the model is served there. `max_output`: its longest output in tokens, if it is known.
    """

    model: str
    encoding: str
    served: list[Endpoint] = msgspec.field(default_factory=lambda: [*get_args(Endpoint)])
    endpoint: Endpoint | None = None
    max_output: int | None = None

    @property
    def takes_system(self) -> bool:
        """Whether the model takes system messages."""
        return not self.model.removeprefix("ft:").startswith(NO_SYSTEM_NAMES)

    def endpoints_for(self, kind: str) -> tuple[Endpoint, ...]:
        """Where a record of a kind may go, the preferred endpoint first."""
        if self.endpoint is not None:
            return (self.endpoint,)
        own: Endpoint = "responses" if kind == "responses" else "chat"
        return tuple(sorted(self.served, key=lambda endpoint: endpoint != own))


def target_of(
    reference: Reference, endpoint: Endpoint | None = None, catalog: Catalog | None = None
) -> MigrationTarget:
    """The target behind `--to`.

    Raises `UsageError` for an encoding, for a model without messages, and for one that the endpoint lacks.
    """
    model = reference.model
    if model is None:
        raise UsageError(f"--to {reference.label}: requests need a model, not an encoding; e.g. --to gpt-4o.")
    if model.vendor not in ("", OPENAI):
        raise UsageError(
            f"--to {reference.label}: migrate writes requests for OpenAI's API, not for that of {model.vendor}; "
            "tokcount audit compares the models."
        )
    if model.endpoint not in get_args(Endpoint):
        raise UsageError(
            f"--to {reference.label}: a model of the {model.endpoint} endpoint takes no messages; name a chat model."
        )
    served = _served(compatibility_of(model, catalog))
    if not served and model.endpoint == "responses":
        served = ["responses"]
    if endpoint is not None and served and endpoint not in served:
        other = served[0]
        raise UsageError(
            f"--endpoint {endpoint}: {reference.label} is served by {ENDPOINTS[other]} alone; use --endpoint {other}."
        )
    return MigrationTarget(
        model=reference.label,
        encoding=model.encoding,
        served=served or [*get_args(Endpoint)],
        endpoint=endpoint,
        max_output=model.max_output,
    )


def _served(compatibility: Compatibility) -> list[Endpoint]:
    known: tuple[Endpoint, ...] = get_args(Endpoint)
    return [endpoint for endpoint in known if endpoint in compatibility.served]
