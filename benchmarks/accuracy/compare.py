"""The same recorded calls counted by several tools: how many exactly as billed.

    python benchmarks/accuracy/compare.py RECORDINGS... [--node-modules FOLDER] [-o TABLE.md]

Prints tables in Markdown: the share counted exactly by shape and family, by recording and by distinct definition
(tool set, schema or messages; it counts when all its recordings are exact), the share that a tool answered at all,
and the mean error where it did. A tool that is not installed is left out; README.md says how to install them.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from counters import Call, Counter, Counts, installed
from forms import form_of
from score import KINDS, definition, load, with_images
from tables import SHAPES, STRUCTURED, Scored, by_shape, report

SHOWN_WITH = {"0301": "chat", "o1mini": "o"}
"""Family in the recordings → the family it is shown with."""


def call_of(record: dict[str, Any], file: str) -> Call | None:
    """A recording as a call; ``None`` for one that is out of scope or known to have been edited."""
    if record["category"] not in SHAPES or "edited-request" in record["flags"]:
        return None
    kind = KINDS[record["endpoint"]]
    request, usage = with_images(record["request"]), record["response"]["usage"]
    return Call(
        id=record["id"],
        file=file,
        endpoint=kind,
        family=SHOWN_WITH.get(record["family"], record["family"]),
        shape=record["category"],
        definition=definition(_defining(record)),
        suspect="suspect" in record["flags"],
        model=record["model"],
        billed=usage.get("prompt_tokens", usage.get("input_tokens")),
        request=request,
        response=record["response"],
        form=form_of(kind, request),
    )


def _defining(record: dict[str, Any]) -> dict[str, Any]:
    """What makes a request another one: its tools or schema, or else its messages."""
    request: dict[str, Any] = record["request"]
    if record["category"] in STRUCTURED:
        return request
    return {key: request[key] for key in ("messages", "input", "prompt") if key in request}


def scores(
    calls: Sequence[Call], counters: Iterable[Counter]
) -> tuple[dict[str, list[Scored]], dict[str, str]]:
    """The counts of every tool, and their versions."""
    scored, versions = {}, {}
    for counter in counters:
        counts: Counts = counter.count(calls)
        scored[counter.name] = [Scored(call, n) for call, n in zip(calls, counts, strict=True)]
        versions[counter.name] = counter.version
    return scored, versions


def write_counts(path: Path, scored: dict[str, list[Scored]]) -> None:
    """One line a recording: its id, what was billed, and what each tool counted."""
    calls = [row.call for row in next(iter(scored.values()))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "endpoint", "shape", "family", "definition", "model", "billed", *scored])
        for number, call in enumerate(calls):
            counts = [rows[number].counted for rows in scored.values()]
            writer.writerow([call.id, *by_shape(call), call.definition, call.model, call.billed, *counts])


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recordings", nargs="+", help="files of recorded calls, gzipped JSON lines")
    parser.add_argument(
        "--node-modules", type=Path, help="folder in which gpt-tokenizer was installed by npm"
    )
    parser.add_argument("--counts", type=Path, help="also write what each tool counted, one recording a line")
    parser.add_argument("-o", "--output", type=Path, help="write the tables here")
    options = parser.parse_args()
    found = [call_of(record, Path(path).name) for path in options.recordings for record in load(path)]
    calls = [call for call in found if call is not None]
    if not calls:
        sys.exit("no recording in scope: give files with recorded calls")
    scored, versions = scores(calls, installed(options.node_modules))
    text = report(scored, versions, datetime.now(UTC).date().isoformat())
    if options.counts:
        write_counts(options.counts, scored)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
