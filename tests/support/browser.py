"""A real browser on a page: Chromium, driven by Playwright, with all that it asked for and complained about."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM: Final = next(filter(None, map(shutil.which, NAMES)), None)
REQUIRED: Final = os.environ.get("TOKCOUNT_TEST_BROWSER") == "required"
"""Set where the tests must not be skipped."""
FLAGS: Final = ("--no-sandbox", "--disable-gpu", "--font-render-hinting=none", "--force-color-profile=srgb")
HEIGHT: Final = 900
FONT: Final = "DejaVu Sans"
SHRUNK: Final = 4
"""By how much pictures are shrunk, so that hinting and antialiasing of letters do not matter."""


@cache
def installed_fonts() -> str:
    """The families that fontconfig knows."""
    found = shutil.which("fc-list")
    return (
        subprocess.run([found, ":", "family"], capture_output=True, text=True, check=True).stdout
        if found
        else ""
    )


class Visit:
    """One page in one window. `requests` and `messages` are what it asked for and what it wrote to the console."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.messages: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("dialog", lambda dialog: (self.messages.append(dialog.message), dialog.dismiss()))
        page.on("pageerror", lambda error: self.messages.append(str(error)))

    def run(self, script: str, argument: Any = None) -> Any:
        """The value of a JavaScript expression or function."""
        return self.page.evaluate(script, argument)

    def resize(self, width: int) -> None:
        """Make the window this wide."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def picture(self) -> Image.Image:
        """The whole page, a quarter of its size, in the font that every machine with these tests has."""
        if not self.run(f"document.fonts.check('12px {FONT}')") or FONT not in installed_fonts():
            (pytest.fail if REQUIRED else pytest.skip)(f"the font {FONT} is not installed")
        self.page.add_style_tag(content=f'* {{ font-family: "{FONT}" !important; }}')
        taken = Image.open(io.BytesIO(self.page.screenshot(full_page=True))).convert("RGB")
        return taken.resize((taken.width // SHRUNK, taken.height // SHRUNK), Image.Resampling.BOX)

    def axe(self) -> list[str]:
        """The rules of axe-core that the page violates, with the elements."""
        self.page.evaluate(pytest.importorskip("axe_playwright_python.base").AXE_SCRIPT)
        found = self.page.evaluate("() => axe.run()")["violations"]
        return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


class Browser:
    """Chromium; `visit` opens a page in a new window."""

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium

    @contextmanager
    def visit(
        self, file: Path, *, width: int = 1300, scheme: str = "light", scripts: bool = True
    ) -> Iterator[Visit]:
        """A file in a window of a width, in the colours of a scheme, with or without JavaScript."""
        context = self._chromium.new_context(
            viewport={"width": width, "height": HEIGHT}, color_scheme=scheme, java_script_enabled=scripts
        )
        visit = Visit(context.new_page())
        visit.page.set_default_timeout(10_000)
        visit.page.goto(file.as_uri())
        try:
            yield visit
        finally:
            context.close()


@contextmanager
def started() -> Iterator[Browser]:
    """A running browser. Skips the test where there is none, and fails instead where one is required."""
    if CHROMIUM is None:
        (pytest.fail if REQUIRED else pytest.skip)(f"no browser: none of {', '.join(NAMES)} is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        try:
            yield Browser(chromium)
        finally:
            chromium.close()
