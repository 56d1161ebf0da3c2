"""The style of a report page: light or dark as the reader wishes, light on paper."""

from __future__ import annotations

from typing import Final

from vmatui.drawing.inlinesvg import shade_style

_RULES: Final = """\
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1c2024; --faint: #5c6670;
  --line: #d5dae0; --card: #f5f7f9; --good: #1a7f4b; --bad: #c4261d; --open: #8a5a00; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem; max-width: 62rem; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .25rem 0; }
code, td.n, th.n, td.place, pre { font-family: ui-monospace, Menlo, Consolas, monospace;
  font-size: .85em; }
pre { white-space: pre-wrap; background: var(--card); padding: .75rem; }
.faint { color: var(--faint); }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: .75rem;
  margin: 1rem 0; }
.card { background: var(--card); border: 1px solid var(--line); border-left: .4rem solid;
  border-radius: .4rem; padding: .75rem 1rem; }
.card b { display: block; font-size: 1.4rem; line-height: 1.3; }
.card span { color: var(--ink); }
.card .faint { color: var(--faint); font-size: .8rem; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .15rem 1rem;
  margin: 0; }
dt { color: var(--faint); } dd { margin: 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; overflow-wrap: break-word; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
  border-bottom: 1px solid var(--line); }
th.n, td.n { text-align: right; white-space: nowrap; }
td.place { white-space: nowrap; }
.wide > svg { display: block; width: 100%; min-width: 26rem; }
svg text { font: 1.6px ui-monospace, monospace; text-anchor: end; fill: var(--faint); }
svg [class^="k"] { fill: none; stroke-width: .12; stroke-linecap: round; }
.signs { position: absolute; width: 0; height: 0; }
.swatch { height: .8em; vertical-align: -.05em; margin-right: .4em; }
.legend { list-style: none; padding: 0; margin: .25rem 0 1rem; display: flex; flex-wrap: wrap;
  gap: .1rem 1.25rem; font-size: .85rem; }
.meant { list-style: none; padding: 0; margin: .4rem 0; color: var(--faint); font-size: .9rem; }
"""
_DARK: Final = """\
:root { --ground: #121212; --ink: #e6e8ea; --faint: #94a0ac; --line: #33393f; --card: #1c1f22;
  --good: #5fce94; --bad: #ff7a70; --open: #f0b950; }
"""
_NARROW: Final = """\
@media screen and (max-width: 44rem) {
  .devices tr:first-child { display: none; }
  .devices tr { display: block; padding: .4rem 0; border-bottom: 1px solid var(--line); }
  .devices td { display: flex; justify-content: space-between; padding: 0; border: 0; }
  .devices td:first-child { display: block; font-weight: bold; }
  .devices td[data-kind]::before { content: attr(data-kind); font: .9rem system-ui, sans-serif;
    color: var(--faint); }
  td.place { white-space: normal; }
}
"""
_PRINT: Final = """\
@page { margin: 14mm; }
@media print {
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  .wide { overflow: visible; } .wide > svg { min-width: 0; }
  .card, .map, tr { break-inside: avoid; } h2, h3 { break-after: avoid; }
}
"""


def page_style() -> str:
    """Return the whole style sheet; it names no other file."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{_DARK}{shade_style(dark=True)}\n}}"
    return f"{_RULES}{shade_style(dark=False)}\n{dark}\n{_NARROW}{_PRINT}"
