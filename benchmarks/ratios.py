"""Tables of ratios in Markdown, for README.md, from what pytest-benchmark wrote:

    python benchmarks/ratios.py FILE...    FILE: written by pytest with --benchmark-json; several are read as one,
                                                  and of a benchmark in two of them the later run counts

A ratio compares the fastest rounds of two sides: other work on the machine can only make a round slower. A side that
was skipped is "–". Below the tables stands what the benchmarks noted while they checked their results. Seconds are
left out on purpose.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]


class Job(NamedTuple):
    """One benchmark function in a table. The strings are filled with the parameters of each benchmark.

    ``row`` and ``column`` place it, ``side`` is what is compared, and ``base`` the side that all others are
    compared with, within the same row and column.
    """

    function: str
    row: str
    base: str
    side: str = "{side}"
    column: str = ""


class Section(NamedTuple):
    """A table. ``label`` heads its rows; ``longer`` turns the ratio around: times as long instead of as fast."""

    title: str
    told: str
    label: str
    jobs: tuple[Job, ...]
    longer: bool = False


SECTIONS = (
    Section(
        "End to end",
        "Times as fast as the plain loop.",
        "log",
        (Job("bench_end_to_end", "{kind}", base="plain loop"),),
    ),
    Section(
        "Commands",
        "Times as long as `drift --per-record`.",
        "log",
        (Job("bench_a_command", "{kind}", base="drift --per-record", side="{command}"),),
        longer=True,
    ),
    Section(
        "Containers",
        "Times as long as JSON lines.",
        "log",
        (Job("bench_a_container", "short", base="jsonl", side="{container}"),),
        longer=True,
    ),
    Section(
        "Files",
        "Times as long as one file.",
        "log",
        (Job("bench_files", "short", base="one file"),),
        longer=True,
    ),
    Section(
        "Engines",
        "Times as fast as `encode_ordinary`, in the same process.",
        "text",
        (Job("test_counting_a_megabyte", "{kind}", base="plain", side="{engine}", column="{encoding}"),),
    ),
    Section(
        "Each text once",
        "Times as fast as counting every message with tiktoken, in the same process.",
        "log",
        (Job("test_counting_a_log", "{kind}", base="tiktoken, plain", side="{engine}, {way}"),),
    ),
    Section(
        "Start-up",
        "Times as long as the other program.",
        "program",
        (
            Job("bench_help", "`--help`, beside `import typer`", base="import typer"),
            Job("bench_short_text", "one short text, beside ttok", base="ttok"),
        ),
        longer=True,
    ),
    Section(
        "Other tools",
        "Times as fast as the other tool.",
        "job",
        (
            Job("bench_a_text_file", "a text file, beside ttok", base="ttok"),
            Job("bench_a_text_corpus", "texts under two encodings, beside tokendrift", base="tokendrift"),
            Job("bench_a_chat_log", "{kind} chat log, beside litellm token_counter", base="litellm"),
        ),
    ),
)

Place = tuple[str, str]
Table = list[list[str]]


def read(paths: list[str]) -> tuple[Json, list[Json]]:
    """The machine (of the first file) and the benchmarks of all files."""
    files = [json.loads(Path(path).read_text(encoding="utf-8")) for path in paths]
    return files[0], [benchmark for file in files for benchmark in file["benchmarks"]]


def function_of(benchmark: Json) -> str:
    return str(benchmark["name"]).partition("[")[0]


def seconds(section: Section, benchmarks: list[Json]) -> dict[Place, dict[str, float]]:
    """Row and column → the fastest round of each side; the base, which no column shows, is called ``""``."""
    found: dict[Place, dict[str, float]] = {}
    for job in section.jobs:
        for benchmark in benchmarks:
            if function_of(benchmark) != job.function:
                continue
            row, column, side = (
                text.format(**benchmark["params"]) for text in (job.row, job.column, job.side)
            )
            sides = found.setdefault((row, column), {})
            sides["" if side == job.base else side] = benchmark["stats"]["min"]
    return found


def table(section: Section, benchmarks: list[Json]) -> Table:
    """Head and rows; without rows when none of its benchmarks were run."""
    found = seconds(section, benchmarks)
    rows = dict.fromkeys(row for row, _ in found)
    columns = dict.fromkeys((column, side) for (_, column), sides in found.items() for side in sides if side)
    head = [section.label, *(f"{column} {side}".strip() for column, side in columns)]

    def cell(row: str, column: str, side: str) -> str:
        sides = found.get((row, column), {})
        return ratio(sides.get(side), sides.get(""), longer=section.longer)

    return [head, *([row, *(cell(row, *column) for column in columns)] for row in rows)]


def ratio(side: float | None, base: float | None, *, longer: bool) -> str:
    """How many times as fast as the base a side is, or takes as long; "–" where either was skipped."""
    if side is None or base is None:
        return "–"
    times = side / base if longer else base / side
    return f"{times:.1f}" if times >= 1 else f"{times:.2f}"


def noted(benchmarks: list[Json]) -> list[str]:
    """What benchmarks noted beside their times, a line each."""
    return [
        f"- `{benchmark['name']}`: "
        + ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in benchmark["extra_info"].items())
        for benchmark in benchmarks
        if benchmark["extra_info"]
    ]


def machine(run: Json) -> str:
    """Day, processors, Python and the versions of all that was compared."""
    info = run["machine_info"]
    processors = f"{info['cpu']['count']} processors {info['cpu'].get('brand_raw', '')}".strip()
    python = f"Python {info['python_version']}"
    versions = (f"{name} {version}" for name, version in info.get("versions", {}).items())
    return f"{run['datetime'][:10]} · {processors} · {', '.join((python, *versions))}"


def markdown(rows: Table) -> str:
    """A table in Markdown, numbers on the right."""
    line = ["---", *("---:" for _ in rows[0][1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (rows[0], line, *rows[1:]))


def report(run: Json, benchmarks: list[Json]) -> str:
    """All tables that have rows."""
    parts = [machine(run)]
    for section in SECTIONS:
        rows = table(section, benchmarks)
        if len(rows) > 1:
            parts += [f"## {section.title}", section.told, markdown(rows)]
    notes = noted(benchmarks)
    if notes:
        parts += ["## Noted", "\n".join(notes)]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Print the tables."""
    if not sys.argv[1:]:
        raise SystemExit(
            "usage: python benchmarks/ratios.py FILE... (written by pytest with --benchmark-json)"
        )
    print(report(*read(sys.argv[1:])), end="")


if __name__ == "__main__":
    main()
