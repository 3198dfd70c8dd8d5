"""Translate command-line options into sources, read options and scan plans, and report what a scan skipped."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import typer

from tokcount.cli.files import need_pipe
from tokcount.cli.options import GROUP_KEYS, ReferenceGroup, RunGroup
from tokcount.cli.selecting import ReadGroup
from tokcount.errors import UsageError, suggest
from tokcount.logs import source as files
from tokcount.logs.paths.ignored import Ignored
from tokcount.logs.paths.ignored import left_out as left_out_files
from tokcount.logs.record import IMPLAUSIBLE

if TYPE_CHECKING:
    import polars as pl

    from tokcount.framing.family import UserFamily
    from tokcount.logs.options import ReadOptions
    from tokcount.models.catalog import Catalog
    from tokcount.processes import Workers
    from tokcount.reports.report import Report
    from tokcount.scanning.plan import ScanPlan
    from tokcount.scanning.result import ScanResult, SkippedSummary


_HEAD: Final = 4096
"""Bytes that show whether something may be a saved report."""


def sources_of(
    paths: Sequence[str] | None, *, quiet: bool = False, ignore: bool = True
) -> list[files.Source]:
    """The files behind the paths, or standard input if there are no paths and it is piped.

    A file that has several names is read once, and what git ignores in folders is left out unless `ignore` is false;
    both are noted on standard error unless `quiet`.
    Raises `UsageError` for a path that does not exist, and when there is neither a path nor a pipe.
    """
    if paths:
        ignored: list[Ignored] = []
        sources = files.expand(paths, ignore=ignore, left_out=ignored)
        for sentence in (files.read_once(sources), left_out_files(ignored)):
            if sentence and not quiet:
                _print(sentence)
        return sources
    need_pipe()
    return files.expand([files.STDIN])


def report_in(path: str) -> bytes | None:
    """The saved report in a file or standard input; `None` for anything else, which can be read from its start."""
    from tokcount.reports.saved import LARGEST, is_report, may_be_report

    if path == files.STDIN:
        return _report_in_stdin()
    file = Path(path)
    try:
        if not file.is_file() or file.stat().st_size > LARGEST:
            return None  # opening a pipe would block and consume its content
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
            content = head + opened.read() if may_be_report(head) else head
    except OSError:
        return None  # reading it as a log reports why it cannot be read
    return content if is_report(content) else None


def saved_reports(paths: Sequence[str] | None) -> dict[str, Report]:
    """The saved reports among the paths, by path; empty if all are logs. Raises `UsageError` if they are mixed."""
    from tokcount.reports.saved import load

    found = [(path, content) for path in paths or (files.STDIN,) if (content := report_in(path)) is not None]
    if found and len(found) != len(paths or (files.STDIN,)):
        raise UsageError(f"{found[0][0]} is a saved report: read either reports or logs, not both at once.")
    return {path: load(content, path) for path, content in found}


def _report_in_stdin() -> bytes | None:
    from tokcount.reports.saved import LARGEST, is_report, may_be_report

    if sys.stdin is None or sys.stdin.isatty():
        return None
    begun = sys.stdin.buffer.read(_HEAD)
    if may_be_report(begun):
        begun += sys.stdin.buffer.read(LARGEST - len(begun))
        if is_report(begun):
            return begun
    sys.stdin = io.TextIOWrapper(io.BufferedReader(_Resumed(begun, sys.stdin.buffer)))
    return None


class _Resumed(io.RawIOBase):
    """A stream of which the first bytes have been read already."""

    def __init__(self, begun: bytes, rest: BinaryIO) -> None:
        self._begun = io.BytesIO(begun)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._rest.fileno()

    def readinto(self, buffer: Any) -> int:
        found = self._begun.read(len(buffer)) or self._rest.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def read_options(group: ReadGroup) -> ReadOptions:
    """The options of the log reader. Raises `UsageError` for a wrong expression or format name."""
    from tokcount.cli.prices import today
    from tokcount.logs.bytes.text_encoding import known
    from tokcount.logs.options import Mapping, ReadOptions
    from tokcount.logs.prompts.values import variables_in

    mapping = Mapping(**{name: getattr(group, name) for name in Mapping.__struct_fields__})
    return ReadOptions(
        input_format=group.input_format,
        mapping=mapping,
        formats=group.formats,
        table=group.table,
        unit=group.unit,
        text=True if group.text else None,
        text_encoding=group.text_encoding and known(group.text_encoding),
        max_ratio=group.max_ratio,
        today=today(),
        variables=variables_in(group.vars) if group.vars else {},
    )


def plan_of(
    group: ReferenceGroup,
    run: RunGroup,
    catalog: Catalog | None,
    *,
    by: Sequence[str] = (),
    shapes: bool = False,
) -> ScanPlan:
    """The scan plan for the references on the command line."""
    from tokcount.cli.prices import today
    from tokcount.scanning.plan import make_plan

    return make_plan(
        from_=group.from_,
        to=group.to or (),
        assume_model=group.assume_model,
        engine=run.engine,
        catalog=catalog,
        families=families_of(group.families),
        by=by,
        shapes=shapes,
        today=today(),
    )


def families_of(path: Path | None) -> tuple[UserFamily, ...]:
    """The user's own framing constants. Raises `UsageError` if the file has mistakes."""
    if path is None:
        return ()
    from tokcount.framing.families.user_file import load

    return load(path)


def scan(
    sources: list[files.Source],
    plan: ScanPlan,
    options: ReadOptions,
    group: RunGroup,
    workers: Workers | None = None,
) -> ScanResult:
    """Count everything, with a progress bar on a terminal, and print the warnings."""
    from tokcount.cli.progress import progress_for
    from tokcount.scanning.run import run

    with progress_for(sources, shown=not (group.quiet or group.no_progress)) as progress:
        result = run(sources, plan, options, jobs=group.jobs, progress=progress, workers=workers)
    if not group.quiet:
        for warning in result.warnings:
            say(warning, group)
    return result


def say(message: str, run: RunGroup) -> None:
    """Print one line to standard error, unless `--quiet` is set."""
    if not run.quiet:
        _print(message)


def _print(message: str) -> None:
    from tokcount.render import escape

    typer.echo(escape.message(f"tokcount: {message}"), err=True)


def left_out(skipped: SkippedSummary) -> list[str]:
    """What was not selected and what was skipped, a sentence each, worded as in the reports."""
    from tokcount.render.escape import visible
    from tokcount.reports.overview import skipped_items
    from tokcount.reports.phrases import selected_sentence

    selection = skipped_items(skipped).selection
    sentences = [visible(selected_sentence(selection))] if selection else []
    return [*sentences, skipped_sentence(skipped)] if skipped.total else sentences


def implausible(frame: pl.DataFrame) -> list[str]:
    """Which records have implausible values: a sentence with the first places for each flag of `IMPLAUSIBLE`."""
    from tokcount.render.escape import visible
    from tokcount.reports.phrases import flagged_sentence

    return [visible(sentence) for flag in IMPLAUSIBLE if (sentence := flagged_sentence(frame, flag))]


def assumed(frame: pl.DataFrame, plan: ScanPlan) -> list[str]:
    """Which records are counted as an assumed model, worded as in the reports; nothing when none are."""
    if plan.assumed is None:
        return []
    from tokcount.render.escape import visible
    from tokcount.reports.overview import assumable, assumed_models
    from tokcount.reports.phrases import assumed_sentence

    found = assumed_models(assumable(frame), plan.assumed, plan.catalog)
    return [visible(assumed_sentence(found))] if found else []


def skipped_sentence(skipped: SkippedSummary) -> str:
    """What was skipped, worded as in the reports."""
    from tokcount.render.escape import visible
    from tokcount.reports.overview import skipped_items
    from tokcount.reports.phrases import skipped_sentence

    return visible(skipped_sentence(skipped_items(skipped)))


def list_skipped(
    path: Path,
    sources: Sequence[files.Source],
    options: ReadOptions,
    *,
    shown: bool,
    keep_copies: bool = True,
) -> None:
    """Write all skipped items to a file, one JSON line each: `source, line, reason, detail, format`.

    Reads the log a second time without counting it, so that a list of any length needs no memory. `shown`: show a
    progress bar on a terminal. `keep_copies`: copies of calls are not skipped.
    """
    import json

    from msgspec.structs import asdict

    from tokcount.cli.progress import advances_for
    from tokcount.logs.reader import read
    from tokcount.logs.record import Skipped
    from tokcount.render.escape import json_text
    from tokcount.render.writing import destination
    from tokcount.scanning.copies import copies_left_out

    with (
        advances_for(sources, shown=shown) as advance,
        destination(path) as file,
    ):
        items = read(sources, options, None, advance)
        for item in items if keep_copies else copies_left_out(items):
            if isinstance(item, Skipped):
                line = json_text(json.dumps(asdict(item), ensure_ascii=False))
                file.write(f"{line}\n".encode("utf-8", "backslashreplace"))


def need_files(sources: Sequence[files.Source], option: str) -> None:
    """Raise `UsageError` if an option reads the log twice but a source, such as a pipe, can be read only once."""
    for source in sources:
        if source.size is None:
            raise UsageError(
                f"{option} reads the log twice, but {source.path} can be read only once; use a file or remove {option}."
            )


def named(sources: Sequence[files.Source]) -> str:
    """The name of the only source, or the number of sources."""
    if len(sources) == 1:
        return sources[0].path
    return f"{len(sources)} files" if sources else "no files"


def group_keys(keys: list[str] | None, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The distinct keys of `--by`, which may be one of `more` too. Raises `UsageError` for an unknown one."""
    known = (*GROUP_KEYS, *more)
    for key in keys or ():
        if key not in known:
            raise UsageError(f"--by {key}: unknown key. {suggest(key, known)}")
    return tuple(dict.fromkeys(keys or ()))
