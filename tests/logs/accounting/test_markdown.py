"""The page that shows the tables of fields."""

from support.paths import ROOT

from tokcount.logs.accounting.markdown import tables


def test_the_page_of_fields_shows_the_tables_as_they_are() -> None:
    assert tables() in (ROOT / "docs" / "accounting.md").read_text("utf-8")
