"""How far it is from one record to its report: the number of Python calls that `drift` makes for it.

Counted are the calls of functions that are defined in the package, of one whole command in this process: options,
catalog, reading, counting, report and table. Resumptions of generators (which `sys.setprofile` reports as calls too)
and the bodies of modules and classes are left out, caches of the package are empty, and everything is imported.
"""

from __future__ import annotations

import functools
import gc
import inspect
import json
import sys
from collections import Counter
from pathlib import Path
from types import FrameType

import pytest
from support.in_process import run
from support.paths import ROOT

MOST_CALLS = 1_620
"""Two thirds of the calls that were counted before the path was shortened (2,431)."""
PACKAGE = f"{ROOT / 'tokcount'}/"
RECORD = {
    "id": "c1",
    "request": {
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "You are terse."},
            {"role": "user", "content": "What is the capital of France?"},
        ],
    },
    "response": {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1735689600,
        "model": "gpt-4o-mini-2024-07-18",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": "Paris."}, "finish_reason": "stop"}
        ],
        "usage": {"prompt_tokens": 24, "completion_tokens": 2, "total_tokens": 26},
    },
}


def calls_of(*arguments: str | Path) -> Counter[str]:
    """Calls by module and function."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if (
            event == "call"
            and code.co_filename.startswith(PACKAGE)
            and code.co_flags & inspect.CO_OPTIMIZED
            and not code.co_flags & inspect.CO_GENERATOR
        ):
            calls[f"{code.co_filename.removeprefix(PACKAGE)}:{code.co_qualname}"] += 1

    sys.setprofile(count)
    try:
        run(*arguments)
    finally:
        sys.setprofile(None)
    return calls


def forget_what_is_cached() -> None:
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and str(found.__module__).startswith("tokcount"):
            found.cache_clear()


def test_one_record_takes_few_calls(tmp_path: Path) -> None:
    if sys.getprofile() is not None or sys.gettrace() is not None:
        pytest.skip("something else counts calls")
    log = tmp_path / "one.jsonl"
    log.write_text(json.dumps(RECORD) + "\n", encoding="utf-8")
    command = ("drift", log, "--to", "gpt-4o")
    run(*command)
    forget_what_is_cached()

    calls = calls_of(*command)

    assert calls.total() <= MOST_CALLS, calls.most_common(20)
