"""The report of `tokcount migrate`."""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.logs.format import Location
from tokcount.reports.migrate.request import Endpoint
from tokcount.reports.migrate.stats import Tokens
from tokcount.reports.migrate.target import MigrationTarget
from tokcount.reports.report import Count, Report, SelectedRecords, SkippedPlace

Form = Literal["requests", "batch", "pairs"]


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """Where the requests went, and in which form."""

    path: str | None
    """`None`: standard output, or nowhere."""
    form: Form
    dry_run: bool = False
    """The requests were made and counted, but not written."""
    system: bool = False
    """A system message was added."""
    split: bool = False
    """`--split` was given."""


class WrittenRequests(Written, frozen=True, kw_only=True):
    """What was written."""

    requests: Count
    endpoints: dict[Endpoint, Count]
    """Requests by endpoint."""
    bytes: Count
    batch_files: Count | None
    """The fewest files in which the Batch API takes the requests; `None` without `--batch`."""


class LeftOut(msgspec.Struct, frozen=True):
    """Records without a new request, for one reason."""

    reason: str
    records: Count
    places: list[Location]
    """The first records."""


class LossEntry(msgspec.Struct, frozen=True):
    """What new requests do not contain, or contain with another value or in another form."""

    parameter: str
    effect: Literal["dropped", "changed", "rewritten"]
    reason: str
    records: Count
    places: list[Location]
    """The first records."""


class SplitPrompts(msgspec.Struct, frozen=True):
    """Prompts that were split into messages, and those that were not."""

    split: Count
    whole: Count
    conventions: dict[str, Count]
    """How the roles are written → prompts."""


class OutputFactor(msgspec.Struct, frozen=True):
    """What `max_tokens` is multiplied by, for old models of one encoding."""

    encoding: str
    before_tokens: Count
    """Tokens of their logged outputs."""
    after_tokens: Count
    """Tokens of the same outputs under the target."""
    factor: float


class TokenDifference(msgspec.Struct, frozen=True):
    """Records whose new requests do not have the predicted tokens, for one reason."""

    reason: str
    records: Count
    tokens: int
    """Input tokens after − predicted."""


class TokenSums(msgspec.Struct, frozen=True):
    """The tokens of the requests."""

    before: Tokens
    """The migrated records under their own models."""
    predicted: Tokens
    """The migrated records under the target, as drift counts them."""
    after: Tokens
    """The new requests, read back and counted under the target."""
    differences: list[TokenDifference]
    """Why the new requests do not have the predicted tokens, the largest difference first."""


class MigrationReport(Report, frozen=True, kw_only=True, tag="migrate"):
    """What a migration did: how much was rewritten, what was lost, and the tokens before and after."""

    target: MigrationTarget
    written: WrittenRequests
    records: Count
    """Records read."""
    migrated: Count
    """Records with a new request."""
    skipped: Count
    skipped_reasons: dict[str, Count]
    """Reason → skipped items."""
    skipped_at: list[SkippedPlace]
    """The first skipped items of each reason."""
    selection: SelectedRecords | UnsetType = UNSET
    left: list[LeftOut]
    """The most frequent reason first."""
    losing: Count
    """Migrated records that lost something."""
    losses: list[LossEntry]
    """The most frequent first."""
    rewritten: list[LossEntry]
    """What means the same in another form, the most frequent first."""
    split: SplitPrompts
    unlimited: Count
    """Calls of completions without `max_tokens`: they ended after 16 tokens, the new ones do not."""
    alone: Count
    """Prompts that the log has without their call, and therefore without `max_tokens`."""
    conversations: Count
    """Stored conversations that became one request each."""
    factors: list[OutputFactor] | None
    """`None`: limits are not scaled."""
    tokens: TokenSums

    @property
    def loses(self) -> bool:
        """Whether something of the log is not, or not the same, in the new requests."""
        return bool(self.losses or self.left)
