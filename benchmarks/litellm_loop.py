"""The loop that users of litellm write: ``token_counter`` for the messages of each line of a log, under one model.

    python benchmarks/litellm_loop.py LOG MODEL    → input tokens, one number a line

litellm brings the vocabularies with it. Set ``LITELLM_LOCAL_MODEL_COST_MAP=True``, or it asks the network for prices.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from litellm import token_counter


def main() -> None:
    """Print the counts."""
    log, model = sys.argv[1:]
    with Path(log).open(encoding="utf-8") as file:
        for line in file:
            print(token_counter(model=model, messages=json.loads(line)["request"]["messages"]))


if __name__ == "__main__":
    main()
