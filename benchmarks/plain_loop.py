"""The loop that everybody writes first: ``json.loads`` a line, ``encode_ordinary`` each message under each encoding.

    python benchmarks/plain_loop.py LOG    → {"p50k_base": tokens, …} of all message and answer texts

The vocabularies are tokcount's own files, so that the loop pays for tiktoken's loading and not for a download.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tokcount.tokens import encodings

NAMES = ("p50k_base", "cl100k_base", "o200k_base")


def texts_of(line: dict) -> list[str]:  # type: ignore[type-arg]
    """The text of every message of the request and of every answer, of a pair or of a plain row."""
    if "messages" in line:
        return [*(message["content"] for message in line["messages"]), line["response"]]
    messages = [*line["request"]["messages"], *(choice["message"] for choice in line["response"]["choices"])]
    return [message["content"] for message in messages if message.get("content")]


def main() -> None:
    """Print the totals."""
    loaded = {name: encodings.get(name) for name in NAMES}
    totals = dict.fromkeys(NAMES, 0)
    with Path(sys.argv[1]).open(encoding="utf-8") as file:
        for line in file:
            for text in texts_of(json.loads(line)):
                for name, encoding in loaded.items():
                    totals[name] += len(encoding.encode_ordinary(text))
    print(json.dumps(totals))


if __name__ == "__main__":
    main()
