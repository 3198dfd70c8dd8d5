"""Many cases in one test fail as many tests would."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.together import together


@together("left, right", [(1, 1), (2, 2)])
def test_fixtures_are_given_as_to_any_test(tmp_path: Path, left: int, right: int) -> None:
    assert tmp_path.is_dir()
    assert left == right


def test_every_case_is_tried_and_each_that_failed_is_named() -> None:
    tried = []

    @together("number", [1, 2, 3, 4])
    def check(number: int) -> None:
        tried.append(number)
        assert number % 2, "even"

    with pytest.raises(AssertionError) as caught:
        check()

    assert tried == [1, 2, 3, 4]
    assert str(caught.value).startswith("2 of 4 cases failed:")
    assert "{'number': 2}" in str(caught.value)
    assert "{'number': 4}" in str(caught.value)


def test_cases_are_found_when_the_test_runs() -> None:
    found = []

    @together("number", lambda: found)
    def check(number: int) -> None:
        assert number > 0

    found.append(-1)
    with pytest.raises(AssertionError, match="1 of 1 cases failed"):
        check()


def test_a_case_that_raises_is_a_case_that_failed() -> None:
    @together("text", ["1", "x"])
    def check(text: str) -> None:
        int(text)

    with pytest.raises(AssertionError, match=r"1 of 2 cases failed:\n.*'x'.*ValueError"):
        check()
