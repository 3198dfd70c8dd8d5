"""The page: complete without scripts and images, and safe against log content."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from support.audit_reports import AUDIT, HOSTILE_MODEL, WITH_TEXT
from support.rendering import render
from support.reports import REPORTS

from tokcount.document.blocks import Chart, Column, Heading, Line, Series, Table
from tokcount.render.html import charts as html_charts
from tokcount.render.html.page import _body
from tokcount.render.html.template import SCRIPT, policy

VOID = {"meta", "link", "br"}
ALLOWED = (
    {
        "html",
        "head",
        "meta",
        "link",
        "title",
        "style",
        "body",
        "main",
        "footer",
        "script",
        "section",
        "div",
        "p",
        "h1",
    }
    | {"h2", "table", "caption", "thead", "tbody", "tr", "th", "td", "i", "figure", "figcaption", "strong"}
    | {"svg", "g", "path", "line", "rect", "text", "circle", "desc", "clippath", "defs"}
)


class Elements(HTMLParser):
    """Checks that tags are closed in order, and collects what could act."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def parsed(page: str) -> Elements:
    elements = Elements()
    elements.feed(page)
    elements.close()
    return elements


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_every_report_is_a_page_of_known_elements(name: str) -> None:
    elements = parsed(render(REPORTS[name], "html"))

    assert elements.tags <= ALLOWED
    assert not [attribute for attribute in elements.attributes if attribute.startswith("on")]
    assert len(elements.ids) == len(set(elements.ids))


def test_the_policy_allows_only_the_script_of_the_page() -> None:
    page = render(AUDIT, "html")

    assert page.count("<script>") == 1
    assert not re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?(?!#|data:,)[\w/:]", page.replace(SCRIPT, ""))
    assert "default-src 'none'" in policy()
    assert "unsafe-inline" not in policy().partition("script-src")[2]


def test_log_content_is_escaped() -> None:
    page = render(WITH_TEXT, "html")

    assert HOSTILE_MODEL not in page
    assert "&lt;/text&gt;&lt;script&gt;" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_without_vl_convert_charts_become_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = parsed(render(AUDIT, "html"))
    monkeypatch.setattr(html_charts, "find_spec", lambda name: None)
    plain = parsed(render(AUDIT, "html"))

    assert "svg" not in plain.tags
    assert "install tokcount[html]" in " ".join(plain.words)
    numbers = {word for word in drawn.words if re.fullmatch(r"[−+]?[\d,.]+( %)?", word)}
    assert {"514", "353", "−31.3 %", "−180"} <= numbers & set(plain.words)


def test_blocks_become_sections_paragraphs_and_tables() -> None:
    table = Table(
        (Column("a"), Column("n", "int"), Column("", "bar")), (("x", -1, 0.5), ("y", None, None)), note="note"
    )
    body = _body([Line("first", "strong"), Heading("Second"), table])

    assert body.index("first") < body.index("<h2>Second</h2>")
    assert '<th scope="row">x</th><td class="right" data-value="-1">−1</td>' in body
    assert '<td class="right">–</td>' in body
    assert "width:50.0%" in body
    assert '<p class="note">note</p>' in body


CHARTS = {
    "bars": Chart(
        "Bars", "More <here>", "bars", ("<b>one", "two"), (Series("a", (1, -2)), Series("b", (3, None)))
    ),
    "columns": Chart("Columns", "Many", "columns", ("−5 %", "0 %"), (Series("n", (1, 2)),)),
    "lines": Chart(
        "Lines", "By day", "lines", ("2023-05-01", "2023-05-02"), (Series("a", (0.001, None)),), "usd"
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_one_image_with_a_name_and_a_description(name: str) -> None:
    pytest.importorskip("vl_convert")
    drawn = html_charts.svg(CHARTS[name], "c1")

    assert drawn.startswith("<svg")
    assert 'role="img" aria-labelledby="c1-title c1-desc"' in drawn
    assert f'<title id="c1-title">{CHARTS[name].title}</title>' in drawn
    assert drawn.count("role=") == 1
    assert "<b>" not in drawn
    assert "var(--c0)" in drawn


def test_a_specification_holds_the_values_of_the_chart() -> None:
    specification = html_charts.specification(CHARTS["bars"])

    assert [row["value"] for row in specification["data"]["values"]] == [1, -2, 3, None]
