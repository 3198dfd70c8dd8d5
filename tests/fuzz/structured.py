"""Fuzzing values instead of bytes: the fuzzer's bytes are the choices that Hypothesis makes.

What bytes rarely reach, a field of another type deep inside a valid value, is the usual case here.
"""

from __future__ import annotations

import json
from typing import Any

from fuzz import targets
from hypothesis import HealthCheck, given, settings
from support.strategies import bent_values


@settings(suppress_health_check=list(HealthCheck), deadline=None, database=None)
@given(bent_values())
def bent_value(value: Any) -> None:
    """A valid value of any format with some of its parts replaced is read, and what is read is counted."""
    data = json.dumps(value).encode()
    targets.read(data)
    targets.count(data)


bent = bent_value.hypothesis.fuzz_one_input  # type: ignore[attr-defined] # Hypothesis adds it
"""Takes the bytes of the fuzzer."""
