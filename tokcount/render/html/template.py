"""The HTML page around a report: its styles for screens, phones and print, and the script that sorts tables."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

LIGHT: Final = """--bg: #fff; --surface: #f5f6f8; --line: #d5dae1; --rule: #16191d;
  --ink: #16191d; --ink2: #434b55; --muted: #5c6570; --link: #14539a;
  --s0: #7d8793; --s1: #1f5fa8; --s2: #b97400; --over: #a8201a;
  --fail: #a8201a; --on-fail: #fff; --cost: #714600; --on-cost: #fcefd6; --pass: #175c38; --on-pass: #e3f3ea;"""
DARK: Final = """--bg: #111418; --surface: #1a1f25; --line: #353d47; --rule: #e8ebef;
  --ink: #e8ebef; --ink2: #c0c8d1; --muted: #9da7b3; --link: #8cbcf2;
  --s0: #87919d; --s1: #4f8fdc; --s2: #dfa03f; --over: #f4857d;
  --fail: #f4857d; --on-fail: #2b0705; --cost: #f2c881; --on-cost: #3a2b10; --pass: #8ed6ac; --on-pass: #15311f;"""

STYLE: Final = f"""
:root {{ color-scheme: light dark; {LIGHT} }}
@media (prefers-color-scheme: dark) {{ :root {{ {DARK} }} }}
""" + """
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  font-variant-numeric: tabular-nums lining-nums; }
main { max-width: 1088px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 8px; letter-spacing: -.01em; overflow-wrap: anywhere; }
h1 .badge { font-size: 18px; line-height: 30px; padding: 0 12px; vertical-align: 4px; }
header + section { margin-top: 24px; }
h2 { font-size: 20px; line-height: 1.3; margin: 56px 0 8px; padding-top: 12px; border-top: 2px solid var(--rule); }
p { margin: 0 0 8px; max-width: 72ch; overflow-wrap: anywhere; white-space: pre-line; }
.strong { font-weight: 600; } .plain { color: var(--ink2); }
.note { font-size: 13px; color: var(--muted); margin-top: 8px; max-width: 110ch; }
.warning { border-left: 3px solid var(--cost); padding-left: 10px; }
a { color: var(--link); }
.facts { display: flex; flex-wrap: wrap; gap: 2px 24px; margin: 0; padding: 0; list-style: none; color: var(--ink2); }
.facts li, .command { overflow-wrap: anywhere; min-width: 0; }
.command { display: block; background: var(--surface); border-radius: 4px; padding: 8px 12px; margin: 12px 0 0; }
.command, td.code, tbody th.code { font: 12.5px/1.5 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
nav { margin: 16px 0 0; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; }
nav a { text-decoration: none; padding: 4px 0; } nav a:hover { text-decoration: underline; }
:focus-visible { outline: 2px solid var(--s1); outline-offset: 2px; }
.badge { display: inline-block; font-size: 12px; line-height: 18px; font-weight: 600; border-radius: 3px;
  padding: 0 7px; white-space: nowrap; border: 1px solid transparent; }
.fail { background: var(--fail); color: var(--on-fail); }
.cost { background: var(--on-cost); color: var(--cost); border-color: currentColor; }
.warn { color: var(--ink); border-color: var(--muted); }
.unknown { color: var(--ink2); border: 1px dashed var(--muted); }
.pass { background: var(--on-pass); color: var(--pass); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 24px; margin: 24px 0 12px; }
.card { border: 1px solid var(--line); border-top: 4px solid var(--rule); border-radius: 4px; padding: 14px 18px 12px; }
.card.s1 { border-top-color: var(--s1); } .card.s2 { border-top-color: var(--s2); }
.card h2 { border: 0; margin: 0; padding: 0; font-size: 18px; display: flex; flex-wrap: wrap; gap: 4px 10px;
  align-items: baseline; justify-content: space-between; overflow-wrap: anywhere; }
.card > p { margin: 4px 0 8px; font-weight: 600; }
.card dl { margin: 8px 0 0; display: grid; grid-template-columns: 136px minmax(0, 1fr); }
.card dt, .card dd { margin: 0; padding: 7px 0; border-top: 1px solid var(--line); }
.card dt { color: var(--muted); font-size: 13px; line-height: 19px; padding: 9px 10px 7px 0; }
.card strong { font-size: 16px; font-weight: 600; }
.change { font-weight: 600; white-space: nowrap; margin-left: 8px; }
small { display: block; color: var(--muted); font-size: 12.5px; line-height: 1.45; font-weight: 400; }
.scroll { overflow-x: auto; margin: 12px 0 0; }
.scroll + .scroll, .note + .scroll, figure + .scroll { margin-top: 32px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 1.45; }
caption { text-align: left; font-weight: 600; font-size: 15px; padding: 0 0 6px; }
th, td { padding: 6px 8px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
thead th, thead td { font-size: 12.5px; font-weight: 600; color: var(--muted); border-bottom: 1px solid var(--rule);
  vertical-align: bottom; }
tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 128px; } tbody th:has(small) { font-weight: 600; }
.right { text-align: right; white-space: nowrap; } td.left { overflow-wrap: anywhere; } td.long { min-width: 160px; }
th .badge { white-space: normal; overflow-wrap: anywhere; }
td.code span { display: block; } td.code { min-width: 200px; }
tr.sum > * { font-weight: 600; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
tr.apart > * { color: var(--muted); border-bottom-style: dashed; }
th button { all: unset; cursor: pointer; }
th button span::after { content: " \\2195"; content: " \\2195" / ""; opacity: .6; }
th[aria-sort=ascending] button span::after { content: " \\2191"; content: " \\2191" / ""; opacity: 1; }
th[aria-sort=descending] button span::after { content: " \\2193"; content: " \\2193" / ""; opacity: 1; }
th button:focus-visible { outline: 2px solid var(--s1); outline-offset: 2px; }
td.bar { width: 40%; vertical-align: middle; padding-top: 0; padding-bottom: 0; }
.bar div { position: relative; padding: 6px 0; min-height: 26px; }
.bar i { display: block; height: 8px; min-width: 1px; margin-bottom: 1px; }
.bar b { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--rule); }
i.s0 { background: var(--s0); } i.s1 { background: var(--s1); } i.s2 { background: var(--s2); }
i.over { background: var(--over); margin-top: -9px; }
figure { margin: 24px 0 0; } figcaption { font-weight: 600; }
.panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(330px, 100%), 1fr)); gap: 12px 20px; }
.panel { margin: 8px 0 4px; font-size: 13px; color: var(--ink2); }
.panel i { display: inline-block; width: 12px; height: 12px; border-radius: 2px; margin-right: 6px;
  vertical-align: -1px; }
.wide { display: none; }
@media (min-width: 1088px) { .wide { display: block; } .wide + .narrow { display: none; } }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
@media screen and (max-width: 820px) {
  main { padding: 20px 14px 48px; }
  h1 { font-size: 23px; } h2 { margin-top: 44px; }
  .card { padding: 12px 14px; } .card dl { grid-template-columns: 104px minmax(0, 1fr); }
}
@media screen and (max-width: 640px) {
  table.bars .spare { display: none; } table.bars th, table.bars td { padding-left: 5px; padding-right: 5px; }
  table.bars tbody th { min-width: 92px; } table.bars th:first-child { padding-left: 0; } td.bar { width: 34%; }
  .stack, .stack tbody, .stack tr, .stack th, .stack td, .stack caption { display: block; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .stack tr { border-bottom: 1px solid var(--line); padding: 10px 0; display: grid; gap: 6px 12px;
    grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .stack tr.sum { border-bottom-color: var(--rule); }
  .stack th, .stack td, .stack tr.sum > * { border: 0; padding: 0; text-align: left; white-space: normal; }
  .stack tbody th, .stack .long, .stack td.code { grid-column: 1 / -1; min-width: 0; }
  .stack tbody th { font-weight: 600; }
  .stack td[data-label]::before { content: attr(data-label); display: block; font-size: 12px; line-height: 16px;
    color: var(--muted); font-family: system-ui, sans-serif; }
  .stack .none { display: none; }
}
@media print {
  :root { color-scheme: light; LIGHT }
  @page { size: A4; margin: 12mm; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  body { zoom: .76; } main { max-width: none; padding: 0; }
  .wide { display: none; } .wide + .narrow { display: block; }
  nav, th button span::after { display: none; content: none; } .scroll { overflow: visible; }
  h2 { margin-top: 40px; } h2, figcaption, caption { break-after: avoid; } figure, .card, tr { break-inside: avoid; }
  thead { display: table-header-group; } a { color: inherit; text-decoration: none; }
}
""".replace("LIGHT", LIGHT)

SCRIPT: Final = """
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  if (!body || body.rows.length < 2) continue;
  const key = (row, i) => row.cells[i].dataset.value ?? row.cells[i].textContent;
  heads.forEach((head, i) => {
    if (!head.textContent.trim() || head.classList.contains("bar")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.firstChild.after(document.createElement("span"));
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


def page(title: str, header: str, body: str) -> str:
    """The whole page; all arguments are HTML already."""
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
<header>
{header}</header>
{body}</main>
<script>{SCRIPT}</script>
</body>
</html>
"""


def policy() -> str:
    """Nothing is fetched, and only the script of the page runs (Content Security Policy Level 3)."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
