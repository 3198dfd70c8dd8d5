"""The memo remembers what was met lately and never more than it may."""

from sys import getsizeof

from hypothesis import given
from hypothesis import strategies as st

from tokcount.tokens.memo import ENTRY_BYTES, Memo


def test_a_text_is_computed_once() -> None:
    asked = []

    def compute(text: str) -> int:
        asked.append(text)
        return len(text)

    memo = Memo(compute, 10_000)

    assert [memo["abc"], memo["abc"], memo["de"]] == [3, 3, 2]
    assert asked == ["abc", "de"]
    assert memo.missed == 5


@given(st.lists(st.text(max_size=60)), st.integers(0, 3000))
def test_values_are_right_and_size_is_bounded_whatever_is_forgotten(texts: list[str], limit: int) -> None:
    memo = Memo(len, limit)

    assert [memo[text] for text in texts] == [len(text) for text in texts]
    assert sum(getsizeof(text) + ENTRY_BYTES for text in (*memo, *memo._old)) <= max(limit, 0)


def test_recurring_texts_outlive_others() -> None:
    memo = Memo(len, 20 * (getsizeof("0000") + ENTRY_BYTES))
    for number in range(200):
        assert memo["kept"] == 4
        assert memo[f"{number:04}"] == 4

    assert memo.missed == 4 * 201
