/** The page's look: one column of readable width, both colour schemes, paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2126; --paper: #ffffff; --soft: #5b6570; --line: #d5dade; --tint: #f4f6f8; --link: #0a5c99; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ec; --paper: #14181c; --soft: #a4adb6; --line: #39424b; --tint: #1d2328; --link: #7cc0f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.75rem 0 .6rem; padding-top: .6rem; border-top: 1px solid var(--line); }
p, ul, ol, dl { max-width: 44rem; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
.lead { font-size: 1.08rem; border-left: 4px solid var(--link); padding: .1rem 0 .1rem 1rem; }
nav ol { columns: 2; column-gap: 2.5rem; max-width: 52rem; padding-left: 1.4rem; }
nav summary { cursor: pointer; color: var(--soft); }
.table { overflow-x: auto; margin: 1rem 0 .1rem; }
table { border-collapse: collapse; font-size: .86rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; }
th, td { padding: .28rem .7rem .28rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody th { font-weight: normal; color: inherit; white-space: nowrap; vertical-align: top; }
td[style] { white-space: nowrap; }
th { text-align: left; color: var(--soft); font-weight: 600; vertical-align: bottom; }
tfoot td { border: 0; color: var(--soft); white-space: normal; max-width: 44rem; }
.fold { margin: .8rem 0; }
.fold summary { cursor: pointer; color: var(--link); }
figure { margin: 1.4rem 0; }
.drawing { overflow-x: auto; }
.drawing svg { max-width: 100%; height: auto; min-width: 20rem; }
.source { color: var(--soft); font-size: .78rem; margin: .2rem 0 1rem; }
.missing { border: 1px dashed var(--line); padding: .7rem 1rem; color: var(--soft); }
dt { font-weight: 600; margin-top: .6rem; }
dd { margin: 0; }
pre { background: var(--tint); padding: .8rem 1rem; overflow-x: auto; font-size: .82rem; }
@media (max-width: 40rem) {
  nav ol { columns: 1; }
  body { padding: 1rem .9rem 3rem; }
  tbody th { white-space: normal; min-width: 7.5rem; position: sticky; left: 0; background: var(--paper); }
  .drawing svg { max-width: none; }
}
@page { size: A4; margin: 14mm 12mm; }
@media print {
  :root { --ink: #000; --paper: #fff; --soft: #444; --line: #bbb; --link: #000; }
  body { max-width: none; font-size: 10pt; padding: 0; }
  nav, .skip { display: none; }
  h2, p:has(+ figure) { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  .table, .drawing { overflow: visible; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  table { font-size: 7pt; }
  th, td { padding-right: .4rem; }
  caption, thead { break-after: avoid; }
  .drawing svg { min-width: 0; }
}
`;
