"""Charts as inline SVG, drawn by Vega-Lite through vl-convert (extra `html`): no browser, no network, no script.

Each series has a panel of its own, with the name above it and the same scales in all. A panel is drawn as wide as a
phone and as half a page, so that no page scales its texts. Colours are the page's custom properties, so
a chart follows its dark mode and its print style. For a screen reader an SVG is one image with a title and a
description; the elements inside have no roles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Final
from xml.etree import ElementTree as ET

from tokcount.document.blocks import CellKind, Chart, Series
from tokcount.document.values import fixed_usd, integer, show
from tokcount.render.escape import visible
from tokcount.render.html.tables import text

WIDTHS: Final = {"wide": 500, "narrow": 346}
"""Width of a panel: half a page where there are at most two, and a phone."""
HEIGHT: Final = 130
MOST_NUMBERS: Final = 18
"""With more columns there are no numbers above them, but an axis."""
AXIS_FORMATS: Final[dict[CellKind, str]] = {"usd": "$,.6~f"}
ZERO: Final = "0 %"
"""The class of a distribution at whose left edge nothing changes."""
_SVG: Final = "{http://www.w3.org/2000/svg}"
_DRAWING: Final = frozenset({"svg", "g", "path", "line", "rect", "text", "circle", "clipPath", "defs"})
_REFERENCE: Final = re.compile(r"url\(#([\w-]+)\)")

_LABELS: Final = {
    "labelColor": "var(--ink2)",
    "labelFontSize": 12,
    "domainColor": "var(--rule)",
    "ticks": False,
}
CONFIG: Final[dict[str, Any]] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "autosize": {"type": "fit", "contains": "padding"},
    "padding": {"left": 2, "right": 12, "top": 4, "bottom": 2},
    "axis": {**_LABELS, "gridColor": "var(--line)", "titleColor": "var(--ink2)", "titleFontSize": 12},
    "axisX": {"grid": False, "labelAngle": 0, "labelOverlap": "greedy", "labelSeparation": 10},
    "axisY": {"domain": False, "tickCount": 3},
    "text": {"fill": "var(--ink)", "fontSize": 11},
}


def charts_missing() -> str | None:
    """`None` when charts can be drawn, else a sentence on how to get them."""
    if find_spec("vl_convert"):
        return None
    return "The charts of this page are tables: to have them drawn, install tokcount[html]."


def figure(chart: Chart, name: str, places: int) -> str:
    """The chart as a `<figure>`; `name` makes its ids unique in the page, `places` are the decimals of amounts."""
    widths = list(WIDTHS) if len(chart.series) <= 2 else ["narrow"]
    panels = ""
    for n, series in enumerate(chart.series, 1):
        drawn = "".join(
            f'<div class="{size}">{svg(chart, series, f"{name}-{n}-{size}", places, WIDTHS[size])}</div>\n'
            for size in widths
        )
        key = f'<p class="panel"><i class="s{tone(series)}"></i>{text(series.name)}</p>'
        panels += f"<div>{key}\n{drawn}</div>\n"
    caption = f"<figcaption>{text(chart.title)}<small>{text(chart.description)}</small></figcaption>"
    return f'<figure>\n{caption}\n<div class="panels">\n{panels}</div></figure>\n'


def tone(series: Series) -> int:
    """The colour of a series: 0 for the baseline, 1 and 2 in turn for targets."""
    return (series.tone - 1) % 2 + 1 if series.tone else 0


def svg(chart: Chart, series: Series, name: str, places: int, width: int) -> str:
    """The panel of a series as an `<svg>` element."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(specification(chart, series, places, width), allowed_base_urls=[])
    root = ET.fromstring(drawn)  # noqa: S314 - drawn by vl-convert, and `_clean` keeps known elements only
    _clean(root, name)
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-desc"})
    title, description = ET.Element("title"), ET.Element("desc")
    title.text, description.text = visible(f"{chart.title}: {series.name}"), visible(_numbers(chart, series))
    title.set("id", f"{name}-title")
    description.set("id", f"{name}-desc")
    root[:0] = [title, description]
    return ET.tostring(root, encoding="unicode").replace("##", "#&#35;")  # not a command to a CI runner


def _numbers(chart: Chart, series: Series) -> str:
    """The description of a panel: its largest column, and how many columns it has."""
    known = [(value, label) for value, label in zip(series.values, chart.labels, strict=True) if value]
    if not known:
        return "No values."
    value, label = max(known)
    return f"Largest of {integer(len(known))} columns: {show(value, chart.unit)} at {label}."


def specification(chart: Chart, series: Series, places: int, width: int) -> dict[str, Any]:
    """The panel of a series as a Vega-Lite specification."""
    values = [
        {"label": visible(label), "value": value, "shown": _shown(value, chart.unit, places)}
        for label, value in zip(chart.labels, series.values, strict=True)
    ]
    numbered = len(values) <= MOST_NUMBERS
    x = {"field": "label", "type": "ordinal", "sort": None, "title": None, "scale": {"paddingInner": 0.12}}
    y = {
        "field": "value",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [0, _largest(chart.series)], "nice": not numbered},
        "axis": None if numbered else {"format": AXIS_FORMATS.get(chart.unit, ",~f")},
    }
    color = {"value": f"var(--s{tone(series)})"}
    layers: list[dict[str, Any]] = [{"mark": "bar", "encoding": {"x": x, "y": y, "color": color}}]
    if numbered:
        above = {"type": "text", "baseline": "bottom", "dy": -2}
        layers.append({"mark": above, "encoding": {"x": x, "y": y, "text": {"field": "shown"}}})
    if chart.kind == "distribution" and ZERO in chart.labels:
        layers.append(_zero(x))
    return {"data": {"values": values}, "config": CONFIG, "width": width, "height": HEIGHT, "layer": layers}


def _zero(x: dict[str, Any]) -> dict[str, Any]:
    """A line at the left edge of the first class that does not shrink."""
    edge = {**x, "bandPosition": 0}
    return {
        "data": {"values": [{"label": ZERO}]},
        "mark": {"type": "rule", "color": "var(--rule)", "strokeWidth": 1},
        "encoding": {"x": edge},
    }


def _largest(all_series: Sequence[Series]) -> float:
    return max((value for series in all_series for value in series.values if value), default=1)


def _shown(value: float | None, unit: CellKind, places: int) -> str:
    if not value:
        return ""
    return fixed_usd(value, places) if unit == "usd" else show(value, unit)


def _clean(element: ET.Element, name: str) -> None:
    """Keep drawing elements only, without namespace, roles or labels, and prefix ids with the name of the chart."""
    element.tag = element.tag.removeprefix(_SVG)
    for key, value in list(element.attrib.items()):
        if key.startswith(("aria", "{", "on")) or key in ("role", "class", "href"):
            del element.attrib[key]
        else:
            element.set(key, _REFERENCE.sub(rf"url(#{name}-\1)", value))
    if "id" in element.attrib:
        element.set("id", f"{name}-{element.get('id')}")
    for child in list(element):
        if child.tag.removeprefix(_SVG) in _DRAWING:
            _clean(child, name)
        else:
            element.remove(child)
