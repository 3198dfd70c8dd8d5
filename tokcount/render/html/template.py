"""The HTML page around a report: styles for light and dark screens and for print, and the script that sorts tables."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark;
  --paper: #fff; --ink: #1c2024; --soft: #5a6169; --line: #d5d9de; --band: #f4f6f8;
  --more: #b3261e; --less: #0b6e3a; --warn: #8a4b00;
  --c0: #0b5cad; --c1: #b34700; --c2: #6a3fa0; --c3: #00695c; --c4: #a3245f; --c5: #5d5d00; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #15181b; --ink: #e8eaed; --soft: #a9b0b8; --line: #3a4046; --band: #1e2226;
  --more: #ff8a80; --less: #6ddc9a; --warn: #ffb74d;
  --c0: #6cb2ff; --c1: #ffa05c; --c2: #c3a1ff; --c3: #4fd1be; --c4: #ff8fc0; --c5: #d6d65c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.1rem; margin: 0 0 1rem; color: var(--soft); font-weight: 600; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p { margin: .4rem 0; overflow-wrap: anywhere; white-space: pre-line; }
.lead .strong { font-size: 1.2rem; line-height: 1.4; margin: .8rem 0; }
.strong { font-weight: 600; margin-top: 1rem; }
.note { color: var(--soft); font-size: .9rem; }
.warning { color: var(--warn); }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { padding: .25rem .7rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--line); }
th[scope=row] { font-weight: 400; }
.right { text-align: right; }
thead th { color: var(--soft); font-weight: 600; }
tbody tr:nth-child(even) { background: var(--band); }
.more { color: var(--more); } .less { color: var(--less); }
td.bar { width: 10rem; min-width: 6rem; } td.bar i { display: block; height: .8rem; background: var(--c0); }
th button { all: unset; cursor: pointer; } th button:hover { text-decoration: underline; }
th button:focus-visible, .scroll:focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
th[aria-sort=ascending] button::after { content: " ↑"; } th[aria-sort=descending] button::after { content: " ↓"; }
figure { margin: 1.2rem 0; } figcaption { font-size: .92rem; color: var(--soft); margin-bottom: .4rem; }
figcaption strong { color: var(--ink); }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
footer { margin-top: 3rem; color: var(--soft); font-size: .9rem; border-top: 1px solid var(--line); }
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --band: #fff;
    --more: #8c1d18; --less: #0b5c31; --warn: #6d3b00;
    --c0: #0b5cad; --c1: #b34700; --c2: #6a3fa0; --c3: #00695c; --c4: #a3245f; --c5: #5d5d00; }
  body { max-width: none; padding: 0; font-size: 10pt; } table { font-size: 8.5pt; } .scroll { overflow: visible; }
  h2, figcaption, caption { break-after: avoid; } figure, tr { break-inside: avoid; } th, td { padding: .15rem .4rem; }
}
"""

SCRIPT: Final = """
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  if (body.rows.length < 2) continue;
  const key = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent;
  heads.forEach((head, i) => {
    if (!head.textContent.trim()) return;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const numeric = head.classList.contains("right");
      const compare = (a, b) => numeric
        ? (parseFloat(key(a, i)) || 0) - (parseFloat(key(b, i)) || 0)
        : key(a, i).localeCompare(key(b, i), "en", { numeric: true });
      body.append(...[...body.rows].sort((a, b) => sign * compare(a, b)));
    });
  });
}
"""


def page(title: str, body: str, made_by: str) -> str:
    """The whole page; all three arguments are HTML already."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}</main>
<footer><p>{made_by}</p></footer>
<script>{SCRIPT}</script>
</body>
</html>
"""


def policy() -> str:
    """Nothing is fetched, and only the script of the page runs (Content Security Policy Level 3)."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
