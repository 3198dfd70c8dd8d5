"""The page in a real browser: nothing asked for, nothing complained about, names and contrast as WCAG 2.2 AA wants.

Slow; skipped where Chromium, its driver or selenium is not installed. With `AXE_CORE` set to the path of axe-core's
`axe.min.js`, its rules are run as well.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.audit_reports import AUDIT, WITH_TEXT
from support.rendering import render

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium and chromedriver are not installed"),
]
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

CONTRAST = """
const parse = (c) => { const m = c.match(/[\\d.]+/g).map(Number); return { rgb: m.slice(0, 3), a: m[3] ?? 1 }; };
const light = (rgb) => rgb.map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
  if (c.a === 1) return c.rgb; } return [255, 255, 255]; };
const low = [];
for (const e of document.querySelectorAll("body *:not(script):not(style)")) {
  const words = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent.trim()).join("");
  if (!words || ["title", "desc"].includes(e.tagName)) continue;
  const style = getComputedStyle(e), ink = e.closest("svg") ? style.fill : style.color;
  const [a, b] = [light(parse(ink).rgb), light(behind(e))].sort((x, y) => y - x);
  if ((a + .05) / (b + .05) < 4.5) low.push([e.tagName, words.slice(0, 30), ink]);
}
return low;
"""
NAMES = """
const bad = [];
for (const e of document.querySelectorAll("svg, button, [role=region], section, table th"))
  if (!(e.getAttribute("aria-label") || e.textContent.trim())) bad.push(e.outerHTML.slice(0, 80));
for (const e of document.querySelectorAll("[aria-labelledby]"))
  for (const id of e.getAttribute("aria-labelledby").split(" "))
    if (!document.getElementById(id)?.textContent.trim()) bad.push(id);
return bad;
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    selenium = pytest.importorskip("selenium.webdriver")
    options = selenium.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = selenium.Chrome(options=options, service=selenium.ChromeService(DRIVER))
    driver.get("about:blank")
    driver.get_log("performance")
    yield driver
    driver.quit()


@pytest.fixture
def page(tmp_path: Path) -> str:
    file = tmp_path / "report.html"
    file.write_text(render(WITH_TEXT, "html"), encoding="utf-8")
    return file.as_uri()


def show(browser: Any, page: str, scheme: str = "light") -> None:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(page)


def requested(browser: Any) -> list[str]:
    messages = (json.loads(entry["message"])["message"] for entry in browser.get_log("performance"))
    return [m["params"]["request"]["url"] for m in messages if m["method"] == "Network.requestWillBeSent"]


def test_the_page_makes_no_requests_and_logs_no_errors(browser: Any, page: str) -> None:
    requested(browser)
    show(browser, page)

    assert set(requested(browser)) <= {page, "data:,"}
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_contrast_and_every_element_has_a_name(browser: Any, page: str, scheme: str) -> None:
    show(browser, page, scheme)

    assert browser.execute_script(CONTRAST) == []
    assert browser.execute_script(NAMES) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.skipif("AXE_CORE" not in os.environ, reason="AXE_CORE does not name axe.min.js")
def test_axe_finds_no_violation(browser: Any, page: str, scheme: str) -> None:
    show(browser, page, scheme)
    browser.execute_script(Path(os.environ["AXE_CORE"]).read_text("utf-8"))
    script = "const done = arguments[0]; axe.run().then((r) => done(r.violations.map((v) => v.id)))"

    assert browser.execute_async_script(script) == []


def column(browser: Any, table: int, cell: int) -> list[str]:
    rows = "document.querySelectorAll('table')[arguments[0]].tBodies[0].rows"
    script = f"return [...{rows}].map((row) => row.cells[arguments[1]].textContent)"
    found: list[str] = browser.execute_script(script, table, cell)
    return found


def test_a_table_is_sorted_by_the_column_that_is_clicked(browser: Any, page: str) -> None:
    show(browser, page)
    tables = browser.find_elements("css selector", "table")
    worst = next(n for n, table in enumerate(tables) if "baseline" in table.text)
    button = tables[worst].find_elements("css selector", "thead button")[2]
    before = column(browser, worst, 2)
    button.click()
    falling = column(browser, worst, 2)
    button.click()

    assert falling == sorted(before, key=int, reverse=True)
    assert column(browser, worst, 2) == sorted(before, key=int)
    assert button.find_element("xpath", "..").get_attribute("aria-sort") == "ascending"


def test_hostile_content_does_nothing(browser: Any, page: str) -> None:
    show(browser, page)

    assert browser.execute_script("return document.images.length + document.scripts.length") == 1
    assert "<img src=x onerror=alert(1)>" in browser.find_element("css selector", "body").text


def test_the_page_fits_a_phone_screen(browser: Any, page: str) -> None:
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    show(browser, page)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    assert width <= 390


def test_without_scripts_the_page_is_complete(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "plain.html"
    file.write_text(render(AUDIT, "html"), encoding="utf-8")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(file.as_uri())
    words = browser.find_element("css selector", "body").text
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert "Records that grow most" in words
    assert "−31.3 %" in words


def test_the_page_prints(browser: Any, page: str) -> None:
    show(browser, page)

    assert browser.execute_cdp_cmd("Page.printToPDF", {})["data"].startswith("JVBER")
