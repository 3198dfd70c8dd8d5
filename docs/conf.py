"""The documentation site: `sphinx-build -W --keep-going docs site`, offline."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tokcount.version import __version__

project = "tokcount"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
suppress_warnings = ["toc.no_title", "myst.header"]  # demo/summary.md is what tokcount wrote
exclude_patterns = ["_pages"]
html_extra_path = ["_pages"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"tokcount {__version__}"
html_show_sourcelink = False
html_show_copyright = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"

DOCS = Path(__file__).parent
REPOSITORY = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]["urls"]["Source"]
"""Where the source is; pages link to files outside of `docs` there."""
LOG = "sample_logs/support-chat.jsonl"
PAGES = {
    "demo-audit.html": ["audit", LOG, "--to", "gpt-5.6-luna"],
    "demo-check.html": ["check", LOG, "--budget", "cost.total <= $0.01", "--exit-zero"],
}
"""Pages that tokcount itself makes, of a sample log."""

_OUTSIDE = re.compile(r"\]\(((?:\.\./)+)([^)#]+)(#[^)]*)?\)")


def _link_to_repository(_app: Any, docname: str, source: list[str]) -> None:
    """Links to files outside of `docs`, which are right in the repository, lead there."""

    def linked(found: re.Match[str]) -> str:
        above = found[1].count("../")
        if above <= docname.count("/"):
            return found[0]
        return f"]({REPOSITORY}/blob/main/{found[2]}{found[3] or ''})"

    source[0] = _OUTSIDE.sub(linked, source[0])


def _make_pages() -> None:
    for name, arguments in PAGES.items():
        program = [
            sys.executable,
            "-m",
            "tokcount",
            *arguments,
            "-q",
            "-f",
            "html",
            "-o",
            f"docs/_pages/{name}",
        ]
        subprocess.run(program, cwd=DOCS.parent, check=True)  # noqa: S603 - this project's own program


_make_pages()


def setup(app: Any) -> None:
    """Register what this site adds to Sphinx."""
    app.connect("source-read", _link_to_repository)
