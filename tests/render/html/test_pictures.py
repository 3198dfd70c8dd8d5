"""What a page looks like: pictures at three widths, in light and dark, against stored ones, within a tolerance.

`TOKCOUNT_UPDATE_PICTURES=1` stores the pictures of this run; look at them before they are kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import reduce
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from support.browser import Browser, started
from support.sample_page import sample_page

PICTURES = Path(__file__).parent / "pictures"
WIDTHS = (1300, 800, 390)
HEIGHT, MEAN, LOCAL = 0.015, 2.5, 32
"""What may differ: the height by a share, and the colours by so much on average over the page and over each block."""
BLOCK = 8


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("vl_convert")
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(sample_page(), encoding="utf-8")
    return file


def different(one: Image.Image, other: Image.Image) -> str:
    """How two pictures differ by more than the tolerance; empty when they do not."""
    if one.width != other.width or abs(one.height - other.height) > HEIGHT * other.height:
        return f"{one.size} is not {other.size}"
    box = (0, 0, one.width, min(one.height, other.height))
    changes = reduce(ImageChops.lighter, ImageChops.difference(one.crop(box), other.crop(box)).split())
    blocks = changes.resize((box[2] // BLOCK, box[3] // BLOCK), Image.Resampling.BOX)
    mean, local = ImageStat.Stat(changes).mean[0], blocks.getextrema()[1]
    return "" if mean <= MEAN and local <= LOCAL else f"differs by {mean:.2f}, somewhere by {local}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_looks_as_it_did(browser: Browser, page: Path, width: int, scheme: str) -> None:
    stored = PICTURES / f"{width}-{scheme}.png"
    with browser.visit(page, width=width, scheme=scheme) as visit:
        taken = visit.picture()
    if os.environ.get("TOKCOUNT_UPDATE_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        taken.quantize(64).save(stored, optimize=True)

    assert different(taken, Image.open(stored).convert("RGB")) == ""


@pytest.mark.parametrize(
    "style",
    [
        "td { padding: 14px; }",
        ".badge.fail { background: #00f !important; }",
        ".bar i { display: none; }",
        "svg { visibility: hidden; }",
        ".cards { display: block; }",
    ],
)
def test_a_page_that_looks_different_is_noticed(browser: Browser, page: Path, style: str) -> None:
    with browser.visit(page) as visit:
        visit.page.add_style_tag(content=style)
        taken = visit.picture()

    assert different(taken, Image.open(PICTURES / "1300-light.png").convert("RGB"))
