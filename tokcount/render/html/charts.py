"""Charts as inline SVG, drawn by Vega-Lite through vl-convert (extra `html`): no browser, no network, no script.

Colours are the page's custom properties, so a chart follows its dark mode and its print style. For a screen reader an
SVG is one image with a title and a description; the elements inside have no roles.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from typing import Any, Final
from xml.etree import ElementTree as ET

from tokcount.document.blocks import CellKind, Chart
from tokcount.render.escape import visible

COLORS: Final = 6
"""How many colours the page defines: `--c0` and so on."""
WIDTH: Final = 640
HEIGHT: Final = 220
AXIS_FORMATS: Final[dict[CellKind, str]] = {"usd": "$,.6~f"}
_SVG: Final = "{http://www.w3.org/2000/svg}"
_DRAWING: Final = frozenset({"svg", "g", "path", "line", "rect", "text", "circle", "clipPath", "defs"})
_REFERENCE: Final = re.compile(r"url\(#([\w-]+)\)")

CONFIG: Final[dict[str, Any]] = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "padding": {"left": 30, "right": 15, "top": 5, "bottom": 5},
    "range": {"category": [f"var(--c{number})" for number in range(COLORS)]},
    "axis": {
        "labelColor": "var(--ink)",
        "titleColor": "var(--soft)",
        "gridColor": "var(--line)",
        "domainColor": "var(--soft)",
        "tickColor": "var(--soft)",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelLimit": 260,
    },
    "legend": {
        "labelColor": "var(--ink)",
        "labelFontSize": 12,
        "orient": "top",
        "title": None,
        "labelLimit": 300,
    },
}


def charts_missing() -> str | None:
    """`None` when charts can be drawn, else a sentence on how to get them."""
    if find_spec("vl_convert"):
        return None
    return "The charts of this page are tables: to have them drawn, install tokcount[html]."


def svg(chart: Chart, name: str) -> str:
    """The chart as an `<svg>` element; `name` makes its ids unique in the page."""
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(specification(chart), allowed_base_urls=[])
    root = ET.fromstring(drawn)  # noqa: S314 - drawn by vl-convert, and `_clean` keeps known elements only
    _clean(root, name)
    root.attrib.update({"role": "img", "aria-labelledby": f"{name}-title {name}-desc"})
    title, description = ET.Element("title"), ET.Element("desc")
    title.text, description.text = visible(chart.title), visible(chart.description)
    title.set("id", f"{name}-title")
    description.set("id", f"{name}-desc")
    root[:0] = [title, description]
    return ET.tostring(root, encoding="unicode").replace("##", "#&#35;")  # not a command to a CI runner


def specification(chart: Chart) -> dict[str, Any]:
    """The chart as a Vega-Lite specification."""
    rows = [
        {"label": visible(label), "series": visible(series.name), "value": series.values[index]}
        for series in chart.series
        for index, label in enumerate(chart.labels)
    ]
    names = [visible(series.name) for series in chart.series]
    return {"data": {"values": rows}, "config": CONFIG, **_KINDS[chart.kind](chart, names)}


def _value_axis(chart: Chart) -> dict[str, Any]:
    axis = {"format": AXIS_FORMATS.get(chart.unit, ",~f"), "tickCount": 5}
    return {"field": "value", "type": "quantitative", "title": None, "axis": axis}


def _series(chart: Chart, names: list[str]) -> dict[str, Any]:
    """The colour of each series, with a legend when there are several."""
    legend: dict[str, Any] = {} if len(chart.series) > 1 else {"legend": None}
    return {"field": "series", "type": "nominal", "sort": names, "scale": {"domain": names}, **legend}


def _bars(chart: Chart, names: list[str]) -> dict[str, Any]:
    series = _series(chart, names)
    return {
        "width": WIDTH,
        "height": {"step": max(8, 26 // len(names))},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": "label", "type": "nominal", "sort": None, "title": None},
            "yOffset": {"field": "series", "sort": names},
            "x": _value_axis(chart),
            "color": series,
        },
    }


def _columns(chart: Chart, names: list[str]) -> dict[str, Any]:
    labels = {"labelAngle": -45, "labelOverlap": "parity", "grid": False}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "mark": {"type": "bar", "binSpacing": 1},
        "encoding": {
            "x": {"field": "label", "type": "ordinal", "sort": None, "title": None, "axis": labels},
            "y": _value_axis(chart),
            "color": _series(chart, names),
        },
    }


def _lines(chart: Chart, names: list[str]) -> dict[str, Any]:
    series = _series(chart, names)
    time = {"format": "%Y-%m-%d", "labelOverlap": True, "grid": False, "tickCount": 6}
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "mark": {"type": "line", "point": len(chart.labels) <= 60, "strokeWidth": 2},
        "encoding": {
            "x": {"field": "label", "timeUnit": "utcyearmonthdate", "title": None, "axis": time},
            "y": _value_axis(chart),
            "color": series,
            "strokeDash": series,
        },
    }


_KINDS: Final = {"bars": _bars, "columns": _columns, "lines": _lines}


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
