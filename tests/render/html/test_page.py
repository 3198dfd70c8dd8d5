"""The page: complete without scripts and images, and safe against log content."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import polars as pl
import pytest
from support.audit_reports import AUDIT, HOSTILE_MODEL, OPTIONS, ROWS, WITH_TEXT
from support.frames import SKIPS
from support.rendering import render
from support.reports import REPORTS
from support.trust.harmless import FINE_TAGS

from tokcount.document.blocks import (
    Badge,
    Bar,
    Blocks,
    Card,
    Cards,
    Chart,
    Column,
    Fact,
    Heading,
    Line,
    Measured,
    Series,
    Span,
    Table,
    Title,
)
from tokcount.document.document import Document, Envelope, Run
from tokcount.render.html import charts as html_charts
from tokcount.render.html.page import render as render_page
from tokcount.render.html.template import SCRIPT, policy
from tokcount.render.terminal import OutputTarget
from tokcount.reports.audit.compute import report

VOID = {"meta", "link", "wbr"}
ALLOWED = FINE_TAGS | {"circle"}


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
        self.words.append(data.replace("\N{NO-BREAK SPACE}", " "))


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


def test_the_page_of_a_large_log_stays_small() -> None:
    """A thousand models, files, reasons and days: what a page lists is bounded, the number of records is not in it."""
    names = pl.int_range(1_000)
    day = pl.datetime(2021, 1, 1, time_zone="UTC") + pl.duration(days=names)
    rows = pl.concat([ROWS] * 250).with_columns(
        line=names,
        model=pl.format("model-{}", names),
        source=pl.format("logs/{}.jsonl", names),
        reason=pl.format("reason {}", names),
        timestamp=day.cast(ROWS.schema["timestamp"]),
    )

    page = render(report(rows, SKIPS, OPTIONS), "html")

    assert "Moving 1,000 records" in page
    assert len(page.encode()) < 500_000


def test_without_vl_convert_charts_become_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = parsed(render(AUDIT, "html"))
    monkeypatch.setattr(html_charts, "find_spec", lambda name: None)
    plain = parsed(render(AUDIT, "html"))

    assert "svg" not in plain.tags
    assert "install tokcount[html]" in " ".join(plain.words)
    numbers = {word for word in drawn.words if re.fullmatch(r"[−+]?[\d,.]+( %)?", word)}
    assert {"514", "353", "−31.3 %", "−180"} <= numbers & set(plain.words)


BLOCKS: Blocks = [
    Title("2 of 3 broken", Badge("fail", "failed"), ("3 records",)),
    Line("first", "strong"),
    Cards((Card("gpt-4o", Badge("warn", "ends"), (Fact("input", Measured(3, "int"), Measured(2, "int")),)),)),
    Heading("Second part"),
    Table(
        (Column("a"), Column("n", "int"), Column("share", "percent", below=True), Column("bar", "bar")),
        (("x", -1, 0.5, Bar((Span(0, -1, 1),), -1, 1)), ("all", 7, None, "")),
        note="note",
        styles={1: "sum"},
    ),
]


def page_of(blocks: Blocks) -> str:
    run = Run(date(2026, 11, 26), "tokcount check 'a b.jsonl'")
    envelope = Envelope(command="check")
    return render_page(
        Document(
            envelope=envelope, run=run, blocks=lambda: blocks, rows=list, data=dict, budgets=lambda: None
        ),  # type: ignore[arg-type,return-value] # not called
        OutputTarget(),
    )


def test_the_title_is_the_verdict_with_the_day_and_the_command() -> None:
    page = page_of(BLOCKS)

    assert '<h1><span class="badge fail">✗ failed</span> 2 of 3 broken</h1>' in page
    assert "<li>Check of 26 November 2026</li><li>3 records</li>" in page
    assert '<code class="command">tokcount check &#x27;a b.jsonl&#x27;</code>' in page
    assert "<title>tokcount check: 2 of 3 broken</title>" in page


def test_blocks_become_sections_cards_and_tables() -> None:
    page = page_of(BLOCKS)

    assert page.index("first") < page.index('<h2 id="second-part-1">Second part</h2>')
    assert '<dt>input</dt><dd><strong><data value="3">3</data> → <data value="2">2</data></strong>' in page
    assert 'data-value="-1">−1<small data-value="0.5">+50.0\N{NO-BREAK SPACE}%</small></td>' in page
    assert '<i class="s1" style="margin-left:0.00%;width:50.00%"></i><b style="left:50.00%"></b>' in page
    assert '</tbody><tbody role="rowgroup">\n<tr role="row" class="sum">' in page
    assert '<p class="note">note</p>' in page


def test_many_targets_are_a_table() -> None:
    card = Card(
        "m", Badge("pass", "fine"), (Fact("input", Measured(3, "int"), change=Measured(0.5, "percent")),)
    )

    assert '<div class="cards">' in page_of([Cards((card,) * 3)])
    page = page_of([Cards((card,) * 4)])
    assert '<div class="cards">' not in page
    assert page.count("3<small>+50.0\N{NO-BREAK SPACE}%</small>") == 4


CHARTS = {
    "distribution": Chart(
        "Many", "More <here>", "distribution", ("<b>one", "0 %"), (Series("n", (1, 2), 1),)
    ),
    "time": Chart(
        "By day", "Of days", "time", ("2023-05-01",) * 20, (Series("a", (0.001, *[None] * 19)),), "usd"
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_panel_is_one_image_with_a_name_and_a_description(name: str) -> None:
    pytest.importorskip("vl_convert")
    chart = CHARTS[name]
    drawn = html_charts.figure(chart, "c1", 4)

    assert 'role="img" aria-labelledby="c1-1-narrow-title c1-1-narrow-desc"' in drawn
    assert f'<title id="c1-1-narrow-title">{chart.title}: {chart.series[0].name}</title>' in drawn
    assert drawn.count("role=") == drawn.count("<svg") == 2
    assert "<b>" not in drawn
    assert f"var(--s{chart.series[0].tone})" in drawn


def test_panels_have_the_values_and_the_same_scale() -> None:
    chart = Chart("t", "d", "time", ("a", "b"), (Series("x", (1, 9)), Series("y", (4, None), 2)))
    first, second = (html_charts.specification(chart, series, 2, 346) for series in chart.series)

    assert [row["value"] for row in first["data"]["values"]] == [1, 9]
    assert [row["shown"] for row in second["data"]["values"]] == ["4", ""]
    domains = [one["layer"][0]["encoding"]["y"]["scale"]["domain"] for one in (first, second)]
    assert domains == [[0, 9], [0, 9]]
