"""How many recorded calls are counted exactly as they were billed.

    python benchmarks/accuracy/score.py RECORDINGS... [--endpoint chat] [--misses] [--category tools]

Prints one row for each endpoint, family and shape: recordings, share exact, distinct definitions (tool sets or
schemas), share of those that are exact on every recording. ``--misses`` lists residuals (counted - billed).
"""

from __future__ import annotations

import argparse
import base64
import functools
import gzip
import hashlib
import json
import re
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import tiktoken
from tiktoken_ext import openai_public

from tokcount.framing.families import FAMILIES
from tokcount.framing.family import Family
from tokcount.framing.layout import Layout
from tokcount.framing.rules import layout
from tokcount.models.resolve import find
from tokcount.tokens.counter import TextCounter
from tokcount.tokens.encodings import NAMES

REMOVED = re.compile(r"removed-media:image/[^;]+;width=(\d+);height=(\d+)")
KINDS = {"/v1/chat/completions": "chat", "/v1/responses": "responses", "/v1/completions": "completions"}


def load(path: str) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def with_images(value: Any) -> Any:
    """The request with a GIF header of the recorded size where the recording has only the size of an image."""
    if isinstance(value, dict):
        return {key: with_images(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_images(inner) for inner in value]
    found = (
        REMOVED.match(value) if isinstance(value, str) and value.startswith("removed-media:image") else None
    )
    if found is None:
        return value
    header = b"GIF89a" + struct.pack("<HH", int(found[1]), int(found[2]))
    return "data:image/gif;base64," + base64.b64encode(header + b"\0" * 8).decode()


@functools.cache
def counter(encoding: str) -> Callable[[str], int]:
    """tok() of one encoding, remembered; vocabularies come from the package."""
    if encoding not in NAMES:
        texts = TextCounter((encoding,))
        return functools.lru_cache(maxsize=200_000)(lambda text: texts.tokens(encoding, text))
    try:
        from tokcount.tokens.encodings import get

        encode = get(encoding).encode_ordinary
    except ImportError:
        encode = local_encoding(encoding).encode_ordinary
    return functools.lru_cache(maxsize=200_000)(lambda text: len(encode(text)))


def local_encoding(name: str) -> tiktoken.Encoding:
    folder = Path(__file__).resolve().parents[3] / "shared" / "vocabularies"

    def ranks(*_args: Any, **_options: Any) -> dict[bytes, int]:
        lines = gzip.decompress((folder / f"{name}.tiktoken.gz").read_bytes()).splitlines()
        return {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines)}

    original = openai_public.load_tiktoken_bpe
    openai_public.load_tiktoken_bpe = ranks
    try:
        return tiktoken.Encoding(**getattr(openai_public, name)())
    finally:
        openai_public.load_tiktoken_bpe = original


ENCODINGS = [
    (r"^(gpt-4o|gpt-4\.[15]|chatgpt-4o|computer-use|codex-mini|gpt-audio|gpt-[56]|o[134])", "o200k_base"),
    (r"^text-davinci-00[23]|^code-|cushman", "p50k_base"),
    (r"^(davinci|babbage)-002|^(davinci|babbage):2023-07-21-v2|^gpt-", "cl100k_base"),
    (r"^(davinci|curie|babbage|ada|text-)", "r50k_base"),
]


def encoding_of(model: str) -> str:
    name = model.lower().removeprefix("ft:")
    return next((encoding for pattern, encoding in ENCODINGS if re.search(pattern, name)), "o200k_base")


def family_of(model: str) -> Family:
    """The family in the catalog; `chat` for a model that is not in it."""
    found = find(model)
    return FAMILIES[found.model.family if found else "chat"]


def definition(request: dict[str, Any]) -> str:
    """A key for the tool set or schema of a request; requests without one are told apart by their messages."""
    text = request.get("text")
    asked = [request.get(key) for key in ("tools", "functions", "response_format")]
    asked.append(text.get("format") if isinstance(text, dict) else None)
    if not any(asked):
        asked = [request.get("messages"), request.get("input"), request.get("prompt")]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]


class Score(NamedTuple):
    """A recording as tokcount counts it, and as it was billed."""

    counted: int
    billed: int
    basis: str
    reasons: tuple[str, ...]
    features: frozenset[str]
    beyond: tuple[int, int] | None
    family: Family
    timestamp: float | None

    @property
    def residual(self) -> int:
        """Counted - billed."""
        return self.counted - self.billed


def score(record: dict[str, Any], lay_out: Callable[..., Layout] = layout) -> Score:
    """The counts of one recording; ``lay_out`` is `layout` or, without the labels of the evidence, `unlabelled`."""
    model = record["model"]
    kind = KINDS[record["endpoint"]]
    encoding = record.get("encoding")
    family = FAMILIES["completions"] if kind == "completions" else family_of(model)
    if encoding is not None:
        family = FAMILIES[record["family"]]
    usage = record["response"]["usage"]
    billed = usage.get("prompt_tokens", usage.get("input_tokens"))
    created = record["response"].get("created") or record["response"].get("created_at")
    laid = lay_out(
        kind,
        with_images(record["request"]),
        family,
        timestamp=created,
        model=model,
        response=record["response"],
    )
    tok = counter(encoding or encoding_of(model))
    counted = laid.constant + laid.token_ids + sum(map(tok, laid.texts))
    return Score(counted, billed, laid.basis, laid.reasons, laid.features, laid.beyond, family, created)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recordings", nargs="+")
    parser.add_argument("--endpoint", default="")
    parser.add_argument("--category", default="")
    parser.add_argument("--misses", action="store_true")
    options = parser.parse_args()
    rows: dict[tuple[str, str, str], list[tuple[str, int, str, tuple[str, ...], dict[str, Any]]]] = (
        defaultdict(list)
    )
    for path in options.recordings:
        for record in load(path):
            if options.endpoint and options.endpoint != KINDS[record["endpoint"]]:
                continue
            if options.category not in ("", record["category"]) or "edited-request" in record["flags"]:
                continue
            found = score(record)
            key = (KINDS[record["endpoint"]], family_of(record["model"]).name, record["category"])
            rows[key].append(
                (definition(record["request"]), found.residual, found.basis, found.reasons, record)
            )
    print_table(rows)
    if options.misses:
        print_misses(rows)


def print_table(rows: dict[tuple[str, str, str], list[Any]]) -> None:
    heads = f"{'endpoint':12} {'family':10} {'shape':24} {'n':>5} {'exact':>7} {'defs':>5} {'exact':>7}"
    print(heads + "  claimed exact (right)")
    for key, found in sorted(rows.items()):
        by_definition: dict[str, bool] = {}
        for name, residual, *_ in found:
            by_definition[name] = by_definition.get(name, True) and residual == 0
        exact = sum(residual == 0 for _, residual, *_ in found)
        claimed = [residual for _, residual, basis, *_ in found if basis == "exact"]
        print(
            f"{key[0]:12} {key[1]:10} {key[2]:24} {len(found):5} {exact / len(found):7.1%} {len(by_definition):5} "
            f"{sum(by_definition.values()) / len(by_definition):7.1%}  {len(claimed)} ({claimed.count(0)})"
        )


def print_misses(rows: dict[tuple[str, str, str], list[Any]]) -> None:
    for key, found in sorted(rows.items()):
        misses = [row for row in found if row[1]]
        if not misses:
            continue
        print("\n" + " · ".join(key), Counter(row[1] for row in misses).most_common(12))
        for name, residual, basis, reasons, record in sorted(misses, key=lambda row: (row[0], row[1])):
            where = f"{record['source']['repo']} {record['source']['path'][-70:]}"
            print(f"  {residual:+6} {record['id']} def {name} {record['model']} {basis} {reasons} {where}")


if __name__ == "__main__":
    main()
