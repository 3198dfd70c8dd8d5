"""The reports of the commands that only look: formats, models, config and doctor."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec import UNSET, UnsetType

from tokcount.reports.inspect.compatibility import Taken
from tokcount.reports.report import Count, Report, SkippedPlace, Usd


class KnownFormat(msgspec.Struct, frozen=True):
    """A log format that can be read."""

    name: str
    description: str


class BilledTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Records with usage, and the tokens that were billed for them."""

    records: Count
    input: Count
    output: Count


class FileNote(msgspec.Struct, frozen=True):
    """Something about a file that was read nevertheless."""

    line: Count
    text: str


class DetectedFile(msgspec.Struct, frozen=True, kw_only=True):
    """What one file holds."""

    path: str
    container: str
    records: Count
    formats: dict[str, Count]
    """Format → records; a format with skipped items only has their number."""
    kinds: dict[str, Count]
    skipped: Count
    skipped_reasons: dict[str, Count]
    """Reason → skipped items."""
    skipped_at: list[SkippedPlace]
    """The first skipped items."""
    messages: Count
    """Elements of the message lists of chat requests."""
    chars_in: Count
    """Code points of chat messages and of prompts that are text."""
    chars_out: Count
    """Code points of the text of all responses."""
    usage: BilledTotals
    requests: Count
    """API calls; one record can hold the usage of several."""
    flags: dict[str, Count]
    """Flag → records that carry it."""
    fields: dict[str, Count]
    """Field that was taken for the prompt, by its name alone → records."""
    variables: dict[str, Count] = {}
    """Variable of a prompt file without a value → records; at most 20."""
    read_from: dict[str, dict[str, Count]] = {}
    """Of logs of one's own: meaning → field or path that it was read from → records."""
    not_read: dict[str, Count]
    """Field of a request or an answer that was not read → records in which it holds something; at most 20."""
    notes: list[FileNote]


class FormatsReport(Report, frozen=True, kw_only=True, tag="formats"):
    """The known log formats, or with paths what was detected in each file."""

    files: list[DetectedFile] | UnsetType = UNSET
    """With paths: what was detected."""
    formats: list[KnownFormat] | UnsetType = UNSET
    """Without paths: the known formats."""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """USD per 1,000,000 tokens; `None`: the model has no such price of its own."""

    input: Usd | None
    cached_input: Usd | None
    cache_write: Usd | None
    cache_write_long: Usd | None = None
    output: Usd | None
    audio_input: Usd | None = None
    audio_output: Usd | None = None
    image_input: Usd | None = None
    image_output: Usd | None = None


class TierRates(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of a service tier: of its own, or the standard ones times `multiplier`."""

    name: str
    multiplier: Usd | None
    rates: Rates | None
    long: Rates | None


class PricePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of a model from one day to another, in USD per 1,000,000 tokens."""

    start: date | None = msgspec.field(name="from")
    end: date | None = msgspec.field(name="to")
    input: Usd | None
    cached_input: Usd | None
    cache_write: Usd | None
    cache_write_long: Usd | None = None
    output: Usd | None
    audio_input: Usd | None = None
    audio_output: Usd | None = None
    image_input: Usd | None = None
    image_output: Usd | None = None
    batch_input: Usd | None
    batch_output: Usd | None
    tiers: list[TierRates] = []
    """The service tiers whose prices are known."""
    regional: Usd | None = None
    """What all prices are multiplied by for calls that are processed in a region."""
    long_threshold: Count | None
    """Input tokens above which the prices in `long` apply."""
    long: Rates | None
    verified: bool
    origin: str
    source: str
    note: str


class ModelEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A model of the catalog."""

    name: str
    vendor: str
    """Who makes it; empty for a model of the user's."""
    encoding: str
    """Empty if the vendor publishes no tokenizer."""
    encoding_basis: str
    family: str
    """Family of framing rules."""
    endpoint: str
    context_window: Count | None
    max_input: Count | None
    max_output: Count | None
    shutdown_date: date | None
    replacement: str | None
    replacement_chain: list[str]
    """The recommended replacement, its own replacement, and so on."""
    source: str
    price: Rates | None
    """The newest prices."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What recorded calls say about counts of a model: see docs/framing.md."""

    endpoint: str
    """`*`: on all endpoints."""
    scope: str
    """Model, framing family or form of tool definitions that the recordings are of; `*`: all of them."""
    feature: str
    since: date | None
    until: date | None
    """First day, and first day after; `None`: at any time."""
    projects: Count
    definitions: Count
    """Distinct tool sets, schemas or message lists."""
    recordings: Count
    exact: Count
    """Recordings that are counted as billed."""
    confirmed: bool
    """Enough for counts to be `exact`."""


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """How a name was resolved to a model, and the prices of that model."""

    asked: str
    model: ModelEntry
    steps: list[str]
    assumed: bool
    """The catalog does not have this date of the model."""
    price_name: str
    prices: list[PricePeriod]
    host: str = ""
    """Who serves the model according to the name, if not its vendor; the shutdown date is the vendor's."""
    charged: list[str] = []
    """What the name means for the price: a surcharge of a host, a fee that is not known, somebody else's bill."""
    evidence: list[Recorded]
    """Of the model itself first. What has no entry has no recordings, so it is `estimated`."""
    compatibility: Taken
    """Which requests the model takes."""


class StaleEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the bundled data, and when it was last compared with its sources."""

    name: str
    kind: str
    """`model`, `fine-tune` or `fee`."""
    checked: date
    days: Count
    sources: list[str]
    """Keys of `StaleEntries.sources`."""


class StaleEntries(msgspec.Struct, frozen=True, kw_only=True):
    """The entries that are older than some number of days, the oldest first."""

    older_than: Count
    """Days."""
    entries: list[StaleEntry]
    sources: dict[str, str]
    """Key → what it refers to."""


class ModelsReport(Report, frozen=True, kw_only=True, tag="models"):
    """The model catalog, or how names are resolved in it."""

    data_version: str
    data_date: date
    models: list[ModelEntry] | UnsetType = UNSET
    """Without names: the catalog, the models that are not shut down first, the newest generation first."""
    is_current: bool = msgspec.field(name="current", default=False)
    """`models` are only those that are not shut down and have a price."""
    resolutions: list[Resolution] | UnsetType = UNSET
    """With names: how each was resolved."""
    unknown: list[str] | UnsetType = UNSET
    """With names: those that are not known."""
    stale: StaleEntries | UnsetType = UNSET
    """What was not compared with its sources for some time, if that was asked for."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One option."""

    key: str
    value: str | bool | int | float | list[str] | None
    origin: str
    """`default`, `command line`, an environment variable, or the configuration file."""


class ConfigReport(Report, frozen=True, kw_only=True, tag="config"):
    """The settings that apply in the current folder."""

    file: str | None
    """The configuration file; `None`: there is none."""
    settings: list[Setting]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that counting depends on."""

    name: str
    ok: bool | None
    """`None`: not there, and not needed."""
    value: str
    """What was found."""
    remedy: str
    """What to do about it; empty: nothing."""


class DoctorReport(Report, frozen=True, kw_only=True, tag="doctor"):
    """Whether the installation is complete and correct."""

    checks: list[Check]
