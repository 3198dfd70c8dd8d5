"""Coverage-guided fuzzing: `python tests/fuzz/run.py TARGET [SECONDS] [CORPUS]`. See README.md in this folder."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import atheris

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "cli"), str(HERE.parent / "logs")]

with atheris.instrument_imports(include=["tokcount"]):
    from fuzz.structured import bent
    from fuzz.targets import LARGEST, TARGETS

    from tokcount.logs.registry import value_entries

SAMPLES = (HERE.parents[1] / "sample_logs", HERE.parent / "logs" / "fixtures")
BUDGETS = (
    "input_tokens.max <= 8000",
    "cost.total <= baseline + 5%",
    "drift.p95 <= -20.5 % where kind = chat and tag != 'a b' for \"my model\"",
    'cost.mean < $0.02 where model = "gpt-4o*" for gpt-5.6-luna',
)
TABLE_ROWS = (
    '"Quoted start,gpt-4o,1000,10',
    'the 27" screen,gpt-4o,1000,10',
    '"two\nlines, ""quoted""",gpt-4o,1000,10\n"b","gpt-4o",1,2',
    'a","b\na,b,c,d,e\na\rb,c\nprompt,model,prompt_tokens,completion_tokens',
)
MARKS = (
    "\\xef\\xbb\\xbf",
    "\\xff\\xfe",
    "\\x1e",
    "\\x00",
    "\\x0d\\x0a",
    "data: ",
    "[DONE]",
    "\\\\ud800",
    "NaN",
    "1e999",
)


def main() -> None:
    """Write the seeds and the dictionary, then fuzz until the time is over or a promise is broken."""
    target = sys.argv[1]
    seconds = sys.argv[2] if len(sys.argv) > 2 else "300"
    corpus = Path(sys.argv[3] if len(sys.argv) > 3 else f".fuzz/{target}")
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    words = corpus.parent / "words.txt"
    words.write_text(dictionary(), encoding="utf-8")
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        f"-dict={words}",
        "-timeout=20",
        "-len_control=0",
    ]
    found = [f"-artifact_prefix={corpus.parent}/{target}-", "-rss_limit_mb=4096", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, *found, str(corpus)], {**TARGETS, "bent": bent}[target])
    atheris.Fuzz()


def seeds(target: str) -> list[bytes]:
    """Small inputs to start from: the first lines of every sample, each alone and together."""
    if target == "bent":
        return [hashlib.shake_128(bytes([n])).digest(40 * n) for n in range(1, 60)]
    if target == "table":
        return [row.encode() for row in TABLE_ROWS]
    if target == "budget":
        return [text.encode() for text in BUDGETS]
    found: list[bytes] = []
    for path in sorted(path for folder in SAMPLES for path in folder.iterdir() if path.is_file()):
        whole = path.read_bytes()
        if len(whole) <= LARGEST:
            found.append(whole)
        lines = [line for line in whole.splitlines(keepends=True) if len(line) <= LARGEST // 2]
        found += lines[:3] if path.suffix == ".jsonl" else []
        found.append(b"".join(lines)[:LARGEST])
    return found


def dictionary() -> str:
    """Words that libFuzzer puts in: keys that formats look for, and marks of containers."""
    keys = sorted({key for item in value_entries() for need in item.keys for key in need})
    quoted = [json.dumps(f'"{key}":') for key in keys if key.isascii() and key.isprintable()]
    return "\n".join((*quoted, *(f'"{mark}"' for mark in MARKS))) + "\n"


if __name__ == "__main__":
    main()
