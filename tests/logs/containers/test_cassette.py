"""YAML cassettes."""

import pytest

from tokcount.logs.containers import cassette


@pytest.mark.parametrize(
    "source",
    ["interactions: [", "interactions:\n- &a [*b]\n", "interactions:\n- !!python/object:os.system {}\n"],
)
def test_a_broken_cassette_is_an_error_of_one_line(source: str) -> None:
    with pytest.raises(ValueError, match="broken YAML"):
        list(cassette.values(source))


def test_yaml_that_is_no_cassette_holds_nothing() -> None:
    assert list(cassette.values("- 1\n- 2\n")) == []
    assert list(cassette.values("")) == []
