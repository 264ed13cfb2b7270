// The page's only style. No color carries what no word, sign or shape says.

export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --ink: #1b1f24; --muted: #57606c; --line: #d8dce2; --band: #cfdbeb;
  --edge: #7f95b3; --good: #17653a; --warn: #7a4b00; --bad: #a8201a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1b1f25; --ink: #e7e9ec; --muted: #a5adb8; --line: #363d47; --band: #31445f;
    --edge: #7f9cc4; --good: #74d29b; --warn: #f0b95a; --bad: #ff9087;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, p, ol, ul, dl, dd, figure { margin: 0; }
h1 { font-size: 2.1rem; line-height: 1.15; letter-spacing: -0.02em; }
h2 { font-size: 1.3rem; margin: 2.75rem 0 0.75rem; }
h3 { font-size: 1.05rem; }
.verdict { padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-left: 0.5rem solid; border-radius: 0.5rem; }
.verdict p { margin-top: 0.5rem; color: var(--ink); }
.what { font-size: 0.85rem; color: var(--muted); text-transform: uppercase; letter-spacing: 0.08em; }
.healthy, .ok, .under { color: var(--good); }
.collapsed, .bad, .over { color: var(--bad); }
.indeterminate, .insufficient_data, .warn, .across { color: var(--warn); }
.not_computable, .not_resolvable, .muted { color: var(--muted); }
.verdict .muted { color: var(--muted); font-size: 0.92rem; }
.worst { padding: 0; list-style: none; counter-reset: worst; display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); }
.worst li { counter-increment: worst; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
.worst li::before { content: counter(worst); display: block; font-weight: 700; font-size: 1.3rem; color: var(--muted); }
section.part { margin-top: 1rem; padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
.head { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; align-items: baseline; justify-content: space-between; }
.tag { font-weight: 600; }
td.tag { white-space: nowrap; }
.asks, caption { color: var(--muted); font-size: 0.92rem; }
.scroll + .asks { margin-top: 1rem; }
.findings { padding: 0; list-style: none; }
.findings li { padding: 0.75rem 0; border-top: 1px solid var(--line); margin-top: 0.75rem; }
.findings li + li { margin-top: 0; }
.findings li:last-child { padding-bottom: 0; }
.numbers { color: var(--muted); font-size: 0.88rem; font-variant-numeric: tabular-nums; }
svg { display: block; width: 100%; max-width: 26rem; height: auto; margin: 0.35rem 0; overflow: visible; }
svg text { font: 11px system-ui, sans-serif; fill: var(--muted); }
.axis { stroke: var(--line); stroke-width: 1; }
.band { fill: var(--band); stroke: var(--edge); stroke-width: 1; }
.reach { stroke: var(--ink); stroke-width: 3; }
.dot { fill: var(--ink); stroke: var(--card); stroke-width: 1.5; }
.margin { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 4 3; }
.none { stroke: var(--muted); stroke-width: 1; }
.track { fill: none; stroke: var(--edge); stroke-width: 1; }
.full { fill: var(--edge); }
.scroll { overflow-x: auto; }
code { font: 0.94em ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: 0.5rem; }
th, td { padding: 0.4rem 0.75rem 0.4rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 600; min-width: 8rem; }
.number { text-align: right; white-space: nowrap; }
.bar { width: 8rem; } td.bar svg { width: 7rem; margin: 0.35rem 0 0; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: 0.35rem 1.25rem; }
dt { color: var(--muted); }
.notes { padding-left: 1.25rem; }
a { color: inherit; }
footer { margin-top: 3rem; color: var(--muted); font-size: 0.85rem; }
@media (max-width: 34rem) {
  body { padding: 1rem 0.75rem 3rem; }
  h1 { font-size: 1.7rem; }
  .verdict, section.part { padding: 1rem; }
  tbody th { min-width: 6rem; }
  th, td { padding-right: 0.5rem; }
  .bar { width: 5rem; } td.bar svg { width: 4.5rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 0.6rem; }
}
@media print {
  :root {
    --page: #fff; --card: #fff; --ink: #000; --muted: #444; --line: #bbb; --band: #ddd; --edge: #777;
    --good: #000; --warn: #000; --bad: #000;
    font-size: 10pt;
  }
  body { max-width: none; padding: 0; }
  .findings li, .worst li, tr, .verdict, .channel { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; }
}
`;
