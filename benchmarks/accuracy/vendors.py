"""How many recorded calls to other vendors' models are counted exactly as they were billed, and what litellm counts.

    python benchmarks/accuracy/vendors.py RECORDINGS... [--misses] [--evidence FILE.jsonl.gz]

The recordings are JSON lines as README.md describes them. They are read like any log, as pairs of a request and a
response, and counted under the model at its host. `--evidence` writes those that score.py and evidence.py can read.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import importlib.util
import json
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, NamedTuple

from tables import markdown, percent

import tokcount
from tokcount.framing.families import FAMILIES
from tokcount.framing.layout import Layout
from tokcount.framing.rules import layout
from tokcount.models.resolve import Resolution, find
from tokcount.tokens.counter import TextCounter

PREFIXES = {
    "google": "gemini/",
    "vertex": "vertex_ai/",
    "bedrock": "bedrock/",
    "groq": "groq/",
    "cerebras": "cerebras/",
    "openrouter": "openrouter/",
    "together": "together_ai/",
}
"""Host → what stands before the name of a model there; a model that is not known so is looked up without it."""
ROUTERS = frozenset(
    {"openrouter", "venice", "doubleword", "huggingface", "ollama", "databricks", "heroku", "together"}
)
"""Hosts that pass calls on, or run models with templates of their own."""
SHAPES = ("plain", "several turns", "thinking", "JSON schema", "tools", "calls and results", "media")
TEXTS = frozenset({"text", "input_text", "output_text", "thinking", "redacted_thinking", "refusal"})
Json = dict[str, Any]


class Scored(NamedTuple):
    """A recording as tokcount counts it, as it was billed, and as litellm counts it."""

    recording: Json
    family: str
    encoding: str
    shape: str
    laid: Layout
    counted: int
    chat: Json
    litellm: int | None

    @property
    def residual(self) -> int:
        """Counted - billed."""
        return self.counted - int(self.recording["billed"])


def load(paths: Iterable[str]) -> Iterator[Json]:
    """The recordings of files, plain or gzipped."""
    for path in paths:
        opened = gzip.open if path.endswith(".gz") else open
        with opened(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def read(recordings: Sequence[Json]) -> Iterator[tuple[Json, tokcount.Record]]:
    """The recordings that are model calls, with their records."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "calls.jsonl"
        with log.open("w", encoding="utf-8") as file:
            for one in recordings:
                request = {"model": one["asked"], **one["request"]}
                file.write(json.dumps({"request": request, "response": one["response"]}) + "\n")
        for record in tokcount.read([str(log)]):
            if isinstance(record, tokcount.Record) and record.request is not None:
                yield recordings[(record.line or 1) - 1], record


def known(recording: Json) -> Resolution | None:
    """The model at its host."""
    for prefix in (PREFIXES.get(recording["host"], ""), ""):
        for name in (recording["model"], recording["asked"]):
            found = find(f"{prefix}{name}") if name else None
            if found is not None and FAMILIES[found.model.family].template is not None:
                return found
    return None


def score(recording: Json, record: tokcount.Record) -> Scored | None:
    """The counts of a recording; `None`: of a model whose tokenizer is not known."""
    found = known(recording)
    if found is None or not found.model.encoding or record.request is None:
        return None
    model, time = found.model, _time(recording)
    laid = layout(record.kind, record.request, FAMILIES[model.family], model=model.name, timestamp=time)
    if "hidden_context" in record.flags:
        laid.mark_unread(("what the server keeps",))
    counted = laid.constant + sum(
        _counter(model.encoding).tokens(model.encoding, text) for text in laid.texts
    )
    chat = record.request
    name = f"{PREFIXES.get(recording['host'], '')}{recording['asked']}"
    return Scored(
        recording, model.family, model.encoding, _shape(chat, laid), laid, counted, chat, _litellm(name, chat)
    )


@functools.cache
def _counter(encoding: str) -> TextCounter:
    return TextCounter((encoding,))


def _time(recording: Json) -> float | None:
    try:
        return parsedate_to_datetime(recording["date"]).timestamp()
    except (TypeError, ValueError):
        return None


def _shape(chat: Json, laid: Layout) -> str:
    messages = [message for message in chat.get("messages", []) if isinstance(message, dict)]
    if any(_has_media(message.get("content")) for message in messages):
        return "media"
    if any(message.get("tool_calls") or message.get("role") == "tool" for message in messages):
        return "calls and results"
    if chat.get("tools"):
        return "tools"
    if "json_schema" in str(chat.get("response_format")):
        return "JSON schema"
    if "thinking" in laid.features:
        return "thinking"
    return "several turns" if any(message.get("role") == "assistant" for message in messages) else "plain"


def _has_media(content: object) -> bool:
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and part.get("type", "text") not in TEXTS for part in parts)


def _litellm(model: str, chat: Json) -> int | None:
    """`litellm.token_counter` with its defaults; `None`: it is not installed, or refuses the request."""
    if importlib.util.find_spec("litellm") is None:
        return None
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    from litellm import token_counter

    try:
        return int(
            token_counter(
                model=model,
                messages=chat.get("messages"),
                tools=chat.get("tools") or None,
                tool_choice=chat.get("tool_choice"),
            )
        )
    except Exception:  # noqa: BLE001 - whatever it raises, it has no count
        return None


def table(found: Iterable[Scored]) -> str:
    """A row for each family and shape, in percent; partial counts are a column, not misses."""
    groups: dict[tuple[str, str], list[Scored]] = defaultdict(list)
    for one in found:
        groups[one.family, one.shape].append(one)
    rows = [
        [
            "family",
            "shape",
            "n",
            "projects",
            "exact",
            "within 1 %",
            "partial",
            "called exact",
            "right of these",
            "litellm",
        ]
    ]
    for family, shape in sorted(groups, key=lambda key: (key[0], SHAPES.index(key[1]))):
        group = groups[family, shape]
        named = [one for one in group if one.laid.basis == "exact"]
        close = sum(abs(one.residual) <= one.recording["billed"] / 100 for one in group)
        rows.append(
            [
                *(family, shape, str(len(group)), str(len({_project(one) for one in group}))),
                _share(sum(not one.residual for one in group), len(group)),
                _share(close, len(group)),
                _share(sum(one.laid.basis == "partial" for one in group), len(group)),
                _share(len(named), len(group)),
                _share(sum(not one.residual for one in named), len(named)),
                _share(sum(one.litellm == one.recording["billed"] for one in group), len(group)),
            ]
        )
    return markdown(rows)


def _share(part: int, of: int) -> str:
    return percent(part / of) if of else "–"


def _project(one: Scored) -> str:
    return str(one.recording["source"]["repo"]).rpartition("/")[2]


def as_evidence(one: Scored) -> Json:
    """The recording in the form of score.py, with its framing family and encoding."""
    recording = one.recording
    return {
        **{key: recording[key] for key in ("id", "source", "license")},
        "endpoint": "/v1/chat/completions",
        "model": find_name(recording),
        "family": one.family,
        "encoding": one.encoding,
        "category": one.shape,
        "request": one.chat,
        "response": {"created": _time(recording), "usage": {"prompt_tokens": recording["billed"]}},
        "flags": recording.get("flags", []),
    }


def find_name(recording: Json) -> str:
    """The name of the model in the catalog."""
    found = known(recording)
    return found.model.name if found else str(recording["model"])


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("recordings", nargs="+")
    parser.add_argument("--misses", action="store_true", help="list the most frequent residuals of each row")
    parser.add_argument("--evidence", type=Path, help="write recordings from the vendors' own hosts here")
    options = parser.parse_args()
    scored = [one for pair in read(list(load(options.recordings))) if (one := score(*pair)) is not None]
    direct = [one for one in scored if one.recording["host"] not in ROUTERS]
    print(f"{len(scored)} calls, {len(direct)} of them to vendors and clouds\n\n{table(direct)}\n")
    print("Through routers, and hosts with templates of their own:\n")
    print(table(one for one in scored if one.recording["host"] in ROUTERS))
    if options.misses:
        misses: dict[tuple[str, ...], Counter[int]] = defaultdict(Counter)
        for one in direct:
            misses[one.family, one.shape, _project(one)][one.residual] += 1
        for key, residuals in sorted(misses.items()):
            print(*key, residuals.most_common(6))
    if options.evidence:
        with gzip.open(options.evidence, "wt", encoding="utf-8") as file:
            file.writelines(
                json.dumps(as_evidence(one)) + "\n"
                for one in direct
                if one.laid.basis != "partial" and "messages" in one.chat
            )


if __name__ == "__main__":
    main()
