"""Reports in, bytes out: every format a command can print or write, and nothing about how numbers came.

    report ──▶ views/<command> ──▶ blocks (for people) ──▶ table, markdown
                               └─▶ rows   (for programs) ──▶ csv, jsonl
    report ──▶ json

`emit` does all of it; `render` gives the text; `write` writes what is finished; `records` writes frames.
"""

from tokcount.render.formats import FORMATS, emit, render
from tokcount.render.terminal import ColorChoice, OutputTarget, surface_of
from tokcount.render.writing import drop_stdout, replacing, write

__all__ = [
    "FORMATS",
    "ColorChoice",
    "OutputTarget",
    "drop_stdout",
    "emit",
    "render",
    "replacing",
    "surface_of",
    "write",
]
