"""The exit code of `tokcount check` for every combination of an outcome, a level and the options that change it."""

from __future__ import annotations

import json
from itertools import product
from typing import Final

import pytest
from support.inside import Inside

IMAGE: Final = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
CALLS: Final = [
    {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]},
    {"model": "gpt-4o", "messages": [{"role": "user", "content": [{"type": "text", "text": "See:"}, IMAGE]}]},
]
"""A call that is counted, and one that is counted in part."""
OUTCOMES: Final = {
    "met": "records.total <= 9",
    "broken": "records.total <= 1",
    "half known": "input_tokens.max <= 9k",
    "known to be beyond": "input_tokens.max <= 1",
    "known to be enough": "input_tokens.max >= 1",
    "nothing known": "input_tokens.max <= 9k where model = nothing",
    "half known but allowed": "input_tokens.max <= 9k allow unknown",
    "nothing known but allowed": "input_tokens.max <= 9k where model = nothing allow unknown",
}
ALWAYS: Final = {
    "met": True,
    "broken": False,
    "known to be beyond": False,
    "known to be enough": True,
    "half known but allowed": True,
    "nothing known but allowed": True,
}
"""Outcome → whether it passes, where no option changes that."""
SHARES: Final = {None: 0.01, "0%": 0.0, "49%": 0.49, "50%": 0.5, "100%": 1.0}


def passes(outcome: str, share: str | None, *, allowed: bool) -> bool:
    """Whether a budget passes: half of the records are not known in full."""
    if outcome in ALWAYS:
        return ALWAYS[outcome]
    return allowed or (outcome == "half known" and SHARES[share] >= 0.5)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_exit_code_follows_from_outcome_level_and_options(inside: Inside, outcome: str) -> None:
    inside.write("log.jsonl", "\n".join(map(json.dumps, CALLS)))
    for level, share, is_allowed, is_zero in product(
        ("budget", "warn"), SHARES, (False, True), (False, True)
    ):
        options = [f"--{level}", OUTCOMES[outcome]]
        options += ["--max-unknown", share] if share else []
        options += ["--allow-unknown"] * is_allowed + ["--exit-zero"] * is_zero

        done = inside("check", "log.jsonl", *options, "-f", "json")

        passed = passes(outcome, share, allowed=is_allowed)
        fails = not passed and level == "budget" and not is_zero
        assert (done.code, json.loads(done.out)["budgets"][0]["passed"]) == (int(fails), passed), options


SAVED: Final = {
    "kept": '{"tokcount_baseline": 2, "values": {"records.total": 2}}',
    "grown": '{"tokcount_baseline": 2, "values": {"records.total": 1}}',
    "new": '{"tokcount_baseline": 2, "values": {}}',
    "missing": None,
    "corrupt": "{",
    "foreign": '{"version": 1}',
}
"""What the baseline is → its file."""


@pytest.mark.parametrize("state", SAVED)
def test_the_exit_code_follows_from_the_baseline(inside: Inside, state: str) -> None:
    inside.write("log.jsonl", "\n".join(map(json.dumps, CALLS)))
    content = SAVED[state]
    if content is not None:
        inside.write("main.json", content)
    expected = {"kept": 0, "grown": 1, "new": 0, "missing": 0, "corrupt": 2, "foreign": 2}[state]
    for level, missing, is_zero in product(("budget", "warn"), (None, "pass", "fail"), (False, True)):
        options = [f"--{level}", "records.total <= baseline", "--baseline", "main.json"]
        options += ["--baseline-missing", missing] if missing else []
        options += ["--exit-zero"] * is_zero

        done = inside("check", "log.jsonl", *options)

        code = 1 if state == "missing" and missing == "fail" else expected
        code = 0 if code == 1 and (level == "warn" or is_zero) else code
        assert done.code == code, options
        assert code != 2 or len(done.err.splitlines()) == 1
