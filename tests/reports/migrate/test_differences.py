"""Why new requests do not have the predicted tokens: what was done to them, in a few words."""

from __future__ import annotations

import pytest
from support.migration_records import GPT_4O, RESPONSES, chat, migrator, record, responses, user

from tokcount.logs.record import Record
from tokcount.reports.migrate.differences import (
    OTHER_ENDPOINT,
    OTHERWISE,
    SEVERAL,
    SPLIT,
    SYSTEM,
    Difference,
    reason_of,
)
from tokcount.reports.migrate.requests import Options
from tokcount.reports.migrate.target import MigrationTarget


@pytest.mark.parametrize(
    ("found", "target", "options", "reason"),
    [
        (chat(), GPT_4O, Options(), OTHERWISE),
        (chat(), RESPONSES, Options(), OTHER_ENDPOINT),
        (responses(), GPT_4O, Options(), OTHER_ENDPOINT),
        (record(["a", "b"]), GPT_4O, Options(), SEVERAL),
        (record("Q: a\nA:"), GPT_4O, Options(split=True), SPLIT),
        (chat(), GPT_4O, Options(system="Be kind."), SYSTEM),
        (record(request={"suffix": "end"}), GPT_4O, Options(), "suffix dropped"),
        (chat(user("Hi", note="remember the milk")), GPT_4O, Options(), "messages dropped"),
        (chat(functions=[{"name": "f"}]), GPT_4O, Options(), "functions rewritten"),
        (chat(user("a", name="Ada"), temperature=9), RESPONSES, Options(), f"name dropped; {OTHER_ENDPOINT}"),
    ],
)
def test_the_reason_of_a_difference(
    found: Record, target: MigrationTarget, options: Options, reason: str
) -> None:
    migrated = migrator(target, split=options.split, system=options.system).migrate(found)

    assert reason_of(found, migrated, options) == reason


def test_differences_add_up() -> None:
    difference = Difference(1, -3)
    difference.add(Difference(2, 5))

    assert difference == Difference(3, 2)
