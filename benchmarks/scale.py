"""What one worker of a cluster costs: the figures that docs/scale.md computes with. ``python benchmarks/scale.py``

Everything is CPU time of one process with the Arrow scan under the three encodings, vocabularies loaded before the
clock starts, so that it can be read on a machine that has other work too. Prints Markdown.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from generate import KINDS, Writer, lines

ENGINES = ("fast", "tiktoken")
BATCH = 1_000
PARTITIONS_MB = (0.25, 1, 4, 16)
HUGE_MB = (1, 8, 32)
SIZES_GB = {1: "1 GB", 10: "10 GB", 100: "100 GB", 1_000: "1 TB", 10_000: "10 TB", 100_000: "100 TB"}


def alone(function: Callable[..., Any], *arguments: Any) -> Any:
    """The result of a function in a fresh process, which has nothing loaded and nothing cached."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def megabytes() -> float:
    """Largest resident set of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def vocabulary_costs(engine: str, encodings: tuple[str, ...]) -> tuple[float, float, float, float]:
    """CPU seconds and MB for the libraries, and on top of them for vocabularies."""
    start = time.process_time()
    from tokcount.arrow import Input, Scan
    from tokcount.frames import rows  # noqa: F401 - loads polars, which counting does with its first batch

    libraries, small = time.process_time() - start, megabytes()
    scan = Scan(Input(text="text"), to=encodings, engine=engine)
    start = time.process_time()
    count(scan, [b"hello"], "text")
    return libraries, small, time.process_time() - start, megabytes() - small


def count(scan: Any, rows: Iterable[bytes], column: str = "line") -> float:
    """CPU seconds for some lines, in batches as Spark makes them."""
    import pyarrow as pa

    kind = pa.string() if column == "text" else pa.binary()
    left, spent = iter(rows), 0.0
    while some := list(itertools.islice(left, BATCH)):
        batch = pa.record_batch([pa.array(some, kind)], [column])
        start = time.process_time()
        scan.batch(batch)
        spent += time.process_time() - start
    return spent


def ready(engine: str) -> Any:
    """A scan under the three encodings whose vocabularies are loaded."""
    from tokcount.arrow import Input, Scan

    scan = Scan(Input(log="line"), engine=engine)
    count(scan, [b'{"prompt": "hello"}'])
    return scan


def rate(kind: str, engine: str, size: int) -> tuple[float, float]:
    """MB of log in a CPU second, and the MB that the process takes at most."""
    seconds = count(ready(engine), lines(kind, size, 1))
    return size / 1e6 / seconds, megabytes()


def partitions(engine: str, size: int, shuffled: bool) -> dict[float, float]:
    """CPU seconds per MB where every partition meets a worker that has seen nothing, by the size of partitions."""
    from tokcount.frames import shared

    log = list(lines("resent", size, 1))
    if shuffled:
        random.Random(1).shuffle(log)
    scan = ready(engine)
    found = {}
    for part in (*PARTITIONS_MB, size / 1e6):
        spent = 0.0
        for rows in cut(log, part * 1e6):
            shared.forget()
            spent += count(scan, rows)
        found[part] = spent / size * 1e6
    return found


def cut(log: Iterable[bytes], size: float) -> Iterator[list[bytes]]:
    """Lines in partitions of about ``size`` bytes."""
    part: list[bytes] = []
    held = 0
    for line in log:
        part.append(line)
        held += len(line)
        if held >= size:
            yield part
            part, held = [], 0
    if part:
        yield part


def huge(engine: str, size: int) -> tuple[float, float]:
    """MB in a CPU second of one record of ``size`` bytes of distinct prose, and the MB that the process takes."""
    writer = Writer(7)
    words = "\n\n".join(writer.message(2_000) for _ in range(size // 12_000))
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": words}]}
    line = json.dumps(body, ensure_ascii=False).encode()
    scan = ready(engine)
    before = megabytes()
    return len(line) / 1e6 / count(scan, [line]), megabytes() - before


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Print a Markdown table."""
    columns = list(head)
    print("\n|", " | ".join(columns), "|")
    print("|", " | ".join("---" for _ in columns), "|")
    for row in rows:
        print("|", " | ".join(str(cell) for cell in row), "|", flush=True)


def print_vocabularies() -> None:
    asked = {"cl100k_base": ("cl100k_base",), "o200k_base": ("o200k_base",)}
    asked["all three"] = ("p50k_base", "cl100k_base", "o200k_base")
    rows = []
    for engine in ENGINES:
        for name, encodings in asked.items():
            libraries, small, seconds, more = alone(vocabulary_costs, engine, encodings)
            rows.append((engine, name, f"{libraries:.1f}", f"{small:.0f}", f"{seconds:.2f}", f"{more:.0f}"))
    head = (
        "engine",
        "vocabularies",
        "libraries, CPU s",
        "libraries, MB",
        "vocabularies, CPU s",
        "vocabularies, MB",
    )
    table(head, rows)


def print_rates(size: int) -> dict[tuple[str, str], float]:
    found = {(kind, engine): alone(rate, kind, engine, size) for kind in KINDS for engine in ENGINES}
    rows = [
        (*key, f"{speed:.1f}", f"{1e6 / speed / 3600:.0f}", f"{memory:.0f}")
        for key, (speed, memory) in found.items()
    ]
    table(("log", "engine", "MB / CPU s", "core hours / TB", "MB of the process"), rows)
    return {key: speed for key, (speed, _) in found.items()}


def print_sizing(rates: dict[tuple[str, str], float], beside: float) -> None:
    """Computed: size × (1 / rate + CPU seconds a MB beside counting); clocks are of distinct texts, fast engine."""
    rows = []
    for size, name in SIZES_GB.items():
        hours = {key: size * 1000 * (1 / speed + beside) / 3600 for key, speed in rates.items()}
        slow = hours["distinct", "fast"]
        columns = (hours["resent", "fast"], slow, hours["distinct", "tiktoken"])
        clocks = (readable(slow / cores) for cores in (16, 256, 2048))
        rows.append(
            (name, *(f"{value:,.2f}" if value < 1 else f"{value:,.0f}" for value in columns), *clocks)
        )
    head = ("log", "core hours: resent, fast", "distinct, fast", "distinct, tiktoken")
    table((*head, "16 cores", "256 cores", "2,048 cores"), rows)


def readable(hours: float) -> str:
    """A time in the unit that suits it."""
    if hours * 60 < 1:
        return f"{hours * 3600:.0f} s"
    if hours < 2:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def print_partitions(size: int) -> None:
    rows = []
    for engine in ENGINES:
        for shuffled in (False, True):
            found = alone(partitions, engine, size, shuffled)
            *_, whole = found.values()
            order = "shuffled" if shuffled else "in order"
            rows.append((engine, order, *(f"{spent:.3f}" for spent in found.values()), f"{1 / whole:.1f}"))
    sizes = [f"{part:g} MB" for part in PARTITIONS_MB]
    table(("engine", "resent log", *sizes, f"one of {size / 1e6:g} MB", "MB / CPU s of the last"), rows)


def print_huge() -> None:
    rows = [
        (engine, part, *(f"{value:.0f}" for value in alone(huge, engine, part * 1_000_000)))
        for engine in ENGINES
        for part in HUGE_MB
    ]
    table(("engine", "MB of the record", "MB / CPU s", "MB more"), rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mb", type=float, default=120, help="size of each log")
    parser.add_argument(
        "--beside",
        type=float,
        default=0.03,
        help="CPU s a MB that Spark takes beside counting, by scale_spark.py",
    )
    options = parser.parse_args()
    size = int(options.mb * 1e6)
    print_vocabularies()
    print_sizing(print_rates(size), options.beside)
    print_partitions(size)
    print_huge()


if __name__ == "__main__":
    main()
