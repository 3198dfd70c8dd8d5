"""Markdown by its headings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tokcount.texts.sections import BEFORE, sections_of

TEXT = """intro
# One
text
```
# not a heading
```
## Two *x*
> # quoted
Three
=====
end"""


def test_sections_have_the_headings_above_them() -> None:
    assert [(section.title, section.line) for section in sections_of(TEXT)] == [
        (BEFORE, 1),
        ("One", 2),
        ("One > Two *x*", 7),
        ("Three", 9),
    ]


@given(
    st.lists(st.sampled_from([*"ab \n\r\t\x0c\u2028", "# ", "\n## ", "```\n", "\n===\n"]), max_size=30).map(
        "".join
    )
)
def test_sections_joined_are_the_text(text: str) -> None:
    assert "".join(section.text for section in sections_of(text)) == text


@pytest.mark.parametrize("text", ["", "no headings\n"])
def test_a_text_without_headings_is_at_most_one_section(text: str) -> None:
    assert [section.text for section in sections_of(text)] == [text][: bool(text)]
