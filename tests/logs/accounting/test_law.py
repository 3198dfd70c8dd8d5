"""Nothing that was not understood counts as zero, in any body of any format."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from support.accounting import unaccounted
from support.paths import FIXTURES, SAMPLES
from support.reading import items
from support.strategies import RICH, bent_values
from support.together import together

from tokcount import read
from tokcount.logs.record import Record


def bodies(record: Record) -> list[tuple[str, dict[str, Any], bool]]:
    found = [(record.request, False), (record.response, True)]
    return [(record.kind, body, is_answer) for body, is_answer in found if body is not None]


def samples() -> list[Record]:
    records = [record for record in read([FIXTURES, SAMPLES]) if isinstance(record, Record)]
    records += [record for value in RICH for record in items(value) if isinstance(record, Record)]
    first = {(record.format, record.kind, len(json.dumps(record.request))): record for record in records}
    return list(first.values())


@together("record", samples)
def test_a_text_anywhere_in_a_body_of_a_format_is_counted_or_free_or_named(record: Record) -> None:
    for kind, body, is_answer in bodies(record):
        assert unaccounted(kind, body, is_answer=is_answer) == []


@given(bent_values())
def test_a_text_anywhere_in_a_bent_body_is_counted_or_free_or_named(value: Any) -> None:
    for record in items(value):
        for kind, body, is_answer in bodies(record) if isinstance(record, Record) else ():
            assert unaccounted(kind, body, is_answer=is_answer) == []
