"""The output formats: one row each, from which options, help texts and tests are derived."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import msgspec

from tokcount.errors import UsageError, suggest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from pathlib import Path

    import polars as pl

    from tokcount.document.document import Document, Envelope
    from tokcount.render.terminal import OutputTarget

ENTRY_POINTS: Final = "tokcount.renderers"
"""The entry point group in which other packages offer formats: format name → a `Renderer`."""


class ReportRenderer(Protocol):
    """Turns a report into text."""

    def __call__(self, document: Document, target: OutputTarget) -> str:
        """The whole report as text that ends with a line break. Pure: it never writes."""
        ...


class RowsRenderer(Protocol):
    """Turns rows, one per record, into bytes."""

    def __call__(self, frame: pl.DataFrame, envelope: Envelope, target: OutputTarget) -> Iterable[bytes]:
        """The rows in chunks, so that a frame of millions is never in memory as text."""
        ...


Function = TypeVar("Function", ReportRenderer, RowsRenderer)


class Renderer(msgspec.Struct, frozen=True, kw_only=True):
    """One output format. A function may be named as `module:function`; it is then imported on first use."""

    description: str
    media_type: str
    suffixes: tuple[str, ...] = ()
    """Endings of file names that stand for this format, such as `.csv`."""
    for_reports: ReportRenderer | str | None = None
    for_rows: RowsRenderer | str | None = None
    commands: frozenset[str] = frozenset()
    """The only commands whose reports have this format; empty: every command."""
    binary: bool = False
    """Whether the output is not text, and so not for a terminal."""

    def fits_report(self, command: str) -> bool:
        """Whether a report of the command can be written in this format."""
        return self.for_reports is not None and (not self.commands or command in self.commands)


CHECK: Final = frozenset({"check"})

RENDERERS: Final[dict[str, Renderer]] = {
    "table": Renderer(
        description="sentences and tables; in a pipe or a file, tables have tabs and plain numbers",
        media_type="text/plain",
        suffixes=(".txt",),
        for_reports="tokcount.render.table:render",
        for_rows="tokcount.render.rows:table_rows",
    ),
    "csv": Renderer(
        description="the rows of the main table, for spreadsheets",
        media_type="text/csv",
        suffixes=(".csv",),
        for_reports="tokcount.render.csv_json:render_csv",
        for_rows="tokcount.render.rows:csv_rows",
    ),
    "tsv": Renderer(
        description="the rows of the main table, separated by tabs",
        media_type="text/tab-separated-values",
        suffixes=(".tsv",),
        for_reports="tokcount.render.csv_json:render_tsv",
        for_rows="tokcount.render.rows:tsv_rows",
    ),
    "json": Renderer(
        description="everything, as one document",
        media_type="application/json",
        suffixes=(".json",),
        for_reports="tokcount.render.csv_json:render_json",
        for_rows="tokcount.render.rows:json_rows",
    ),
    "jsonl": Renderer(
        description="the rows of the main table, one JSON object per line",
        media_type="application/jsonl",
        suffixes=(".jsonl", ".ndjson"),
        for_reports="tokcount.render.csv_json:render_jsonl",
        for_rows="tokcount.render.rows:jsonl_rows",
    ),
    "markdown": Renderer(
        description="GitHub Flavored Markdown, for a pull request or a wiki",
        media_type="text/markdown",
        suffixes=(".md", ".markdown"),
        for_reports="tokcount.render.markdown:render",
        for_rows="tokcount.render.rows:markdown_rows",
    ),
    "html": Renderer(
        description="one self-contained page",
        media_type="text/html",
        suffixes=(".html", ".htm"),
        for_reports="tokcount.render.html.page:render",
    ),
    "parquet": Renderer(
        description="rows as Apache Parquet",
        media_type="application/vnd.apache.parquet",
        suffixes=(".parquet",),
        for_rows="tokcount.render.rows:parquet_rows",
        binary=True,
    ),
    "github": Renderer(
        description="annotations of GitHub Actions",
        media_type="text/plain",
        for_reports="tokcount.render.ci.github:render",
        commands=CHECK,
    ),
    "comment": Renderer(
        description="a comment on a pull request, which replaces that of an earlier run",
        media_type="text/markdown",
        for_reports="tokcount.render.ci.comment:render",
        commands=CHECK,
    ),
    "gitlab": Renderer(
        description="code quality of GitLab, for merge requests",
        media_type="application/json",
        for_reports="tokcount.render.ci.gitlab:render",
        commands=CHECK,
    ),
    "junit": Renderer(
        description="JUnit XML, for GitLab, Jenkins, Azure and Buildkite",
        media_type="application/xml",
        suffixes=(".xml",),
        for_reports="tokcount.render.ci.junit:render",
        commands=CHECK,
    ),
    "sarif": Renderer(
        description="SARIF 2.1.0, for code scanning",
        media_type="application/sarif+json",
        suffixes=(".sarif",),
        for_reports="tokcount.render.ci.sarif:render",
        commands=CHECK,
    ),
}
"""Format name → what it is. A new format is one row here, or one entry point of another package."""


REPORT_FORMATS: Final = [name for name, renderer in RENDERERS.items() if renderer.for_reports]
"""Formats for reports, some of them for reports of some commands only."""
COMMON_FORMATS: Final = [name for name in REPORT_FORMATS if not RENDERERS[name].commands]
"""Formats for reports of every command."""
ROW_FORMATS: Final = [name for name, renderer in RENDERERS.items() if renderer.for_rows]
"""Formats for rows, one per record."""


def find(name: str, suggested: Iterable[str] = RENDERERS) -> Renderer:
    """The format of this name, built in or from another package.

    `suggested` are the built-in formats that the error for an unknown name may suggest. Raises `UsageError` for an
    unknown name, and for a format of another package that cannot be loaded.
    """
    if name in RENDERERS:
        return RENDERERS[name]
    plugins = _plugins()
    if name not in plugins:
        raise UsageError(f"unknown format {name!r}. {suggest(name, [*suggested, *plugins])}")
    return _loaded(plugins[name])


def by_suffix(path: Path, suggested: Iterable[str] = RENDERERS) -> str | None:
    """The name of the format that the suffix of a file name stands for; `None` for a name without a suffix.

    `suggested` are the built-in formats whose suffixes the error may list. Raises `UsageError` for a suffix that
    neither a built-in format nor one of another package has.
    """
    suffix = path.suffix.lower()
    if not suffix:
        return None
    known = next((name for name, renderer in RENDERERS.items() if suffix in renderer.suffixes), None)
    known = known or next(
        (name for name, entry in _plugins().items() if suffix in _loaded(entry).suffixes), None
    )
    if known is None:
        listed = [ending for name in suggested for ending in RENDERERS[name].suffixes]
        raise UsageError(
            f"{path}: no format has the suffix {path.suffix}; choose one with -f, or use {', '.join(listed)}."
        )
    return known


def function(renderer: Function | str) -> Function:
    """The function of a format, imported when it is given by name."""
    if not isinstance(renderer, str):
        return renderer
    from pkgutil import resolve_name

    found: Function = resolve_name(renderer)
    return found


def _plugins() -> dict[str, EntryPoint]:
    """What other packages offer. Only looked up for a name that is not built in: it takes some milliseconds."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}


def _loaded(entry: EntryPoint) -> Renderer:
    package = entry.dist.name if entry.dist else entry.value
    try:
        renderer = entry.load()
    except Exception as error:  # another package's code may raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(f"format {entry.name!r} of {package} cannot be loaded: {reason}") from error
    if not isinstance(renderer, Renderer):
        raise UsageError(f"format {entry.name!r} of {package}: {entry.value} is not a Renderer")
    return renderer
