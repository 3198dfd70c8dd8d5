"""The pages in a real browser: nothing asked for, nothing complained about, readable for everyone, at every width.

Skipped where no Chromium is installed; in CI there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.audit_reports import AUDIT, WITH_TEXT
from support.browser import Browser, Visit, started
from support.rendering import render
from support.reports import REPORTS

from tokcount.reports.report import Report

PHONE, TABLET, DESKTOP = 390, 800, 1300
PAGES = ("audit_text", "checked", "cost floors", "grouped", "reconcile", "resolved")
"""Reports with every kind of block."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[[Report], Path]:
    def write(report: Report) -> Path:
        file = tmp_path / "report.html"
        file.write_text(render(report, "html"), encoding="utf-8")
        return file

    return write


Pages = Callable[[Report], Path]


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_page_asks_for_nothing_says_nothing_and_is_never_wider_than_its_window(
    browser: Browser, page_of: Pages, name: str
) -> None:
    page = page_of(REPORTS[name])
    with browser.visit(page) as visit:
        assert set(visit.requests) <= {page.as_uri(), "data:,"}
        assert visit.messages == []
        for width in (PHONE, TABLET, DESKTOP):
            visit.resize(width)
            assert visit.run("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width"), [("light", DESKTOP), ("dark", PHONE)])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(browser: Browser, page_of: Pages, name: str, scheme: str, width: int) -> None:
    with browser.visit(page_of(REPORTS[name]), width=width, scheme=scheme) as visit:
        assert visit.axe() == []


def test_a_table_is_sorted_by_the_column_that_is_clicked(browser: Browser, page_of: Pages) -> None:
    with browser.visit(page_of(AUDIT)) as visit:
        button = visit.page.get_by_role("button", name="baseline", exact=True)
        table = visit.page.locator("table", has=button)
        before = _column(visit, table)
        button.click()
        falling = _column(visit, table)
        button.click()
        rising = _column(visit, table)
        order = visit.run("() => document.activeElement.closest('th').getAttribute('aria-sort')")

    assert falling == sorted(before, reverse=True)
    assert rising == sorted(before)
    assert order == "ascending"


def _column(visit: Visit, table: object) -> list[float]:
    """The numbers under the heading `baseline`."""
    script = """(table) => {
      const at = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent.trim() === "baseline");
      return [...table.tBodies[0].rows].map((row) => Number(row.cells[at].dataset.value)); }"""
    found: list[float] = table.evaluate(script)  # type: ignore[attr-defined] # a locator of Playwright
    return found


def test_hostile_content_does_nothing(browser: Browser, page_of: Pages) -> None:
    with browser.visit(page_of(WITH_TEXT)) as visit:
        assert visit.run("document.images.length + document.scripts.length") == 1
        assert visit.messages == []
        assert "<img src=x onerror=alert(1)>" in visit.page.locator("body").inner_text()


def test_without_scripts_the_page_is_complete(browser: Browser, page_of: Pages) -> None:
    with browser.visit(page_of(AUDIT)) as with_scripts, browser.visit(page_of(AUDIT), scripts=False) as plain:
        words = [one.page.locator("body").inner_text().split() for one in (plain, with_scripts)]
        assert words[0] == words[1]
        assert plain.page.locator("table button").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_a_page_prints(browser: Browser, page_of: Pages, name: str) -> None:
    with browser.visit(page_of(REPORTS[name]), scheme="dark") as visit:
        assert visit.page.pdf().startswith(b"%PDF-")
        visit.page.emulate_media(media="print", color_scheme="dark")
        assert visit.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
