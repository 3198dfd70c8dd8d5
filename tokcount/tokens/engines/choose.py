"""Selects the engine: tiktoken, or the fast one when it is installed."""

from __future__ import annotations

from tokcount.errors import UsageError
from tokcount.tokens.engines.base import ENGINES, Engine, TiktokenEngine


def choose(name: str = "auto") -> Engine:
    """The engine called `name`; `auto` is the fast one when it is installed, else tiktoken.

    `UsageError` for any other name, and for `fast` when it cannot be used.
    """
    if name == "tiktoken":
        return TiktokenEngine()
    if name not in ENGINES:
        raise UsageError(f"unknown engine {name!r}. Engines: {', '.join(ENGINES)}.")
    from tokcount.tokens.engines import splintr as fast

    problem = fast.problem()
    if problem is None:
        return fast.FastEngine()
    if name == "fast":
        raise UsageError(f"the fast engine is not available: {problem}. Install tokcount[fast].")
    engine = TiktokenEngine()
    if problem != fast.NOT_INSTALLED:
        engine.warnings.append(f"{problem}; tiktoken is used. Install tokcount[fast].")
    return engine
