/** The style of `report.html`: sober, light or dark as the reader's system asks, one column on a phone. */
export const reportStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfbf9; --panel: #ffffff; --text: #1d2127; --quiet: #5c6470; --line: #dcdfe3; --accent: #2d62ad;
  --sine: #cfe0f7; --sigmoid: #fbdcc0; --gaussian: #d5ebcd; --linear: #e8daf2; --input: #e6e8eb;
  --positive: #3b76c4; --negative: #d0622a; --failed: #ad4713; --warning: #fdf0cf;
  --behind: var(--page); --shade: rgb(0 0 0 / .22);
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1c2026; --text: #e6e8eb; --quiet: #9aa3af; --line: #343b44; --accent: #8ab4f0;
    --sine: #2b4a73; --sigmoid: #75451d; --gaussian: #355a2b; --linear: #563b6c; --input: #39404a;
    --positive: #6ea3e8; --negative: #e88a55; --failed: #e88a55; --warning: #4a3c12; --shade: rgb(255 255 255 / .3);
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h1 small { display: block; font-size: 1.0625rem; font-weight: 400; line-height: 1.4; color: var(--quiet); }
h2 { font-size: 1.2rem; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; overflow-wrap: anywhere; }
p { max-width: 75ch; margin: .5rem 0; }
figure { margin: 0; min-width: 0; }
figcaption, .quiet { color: var(--quiet); font-size: .875rem; }
.warning { background: var(--warning); padding: .5rem .75rem; border-radius: 6px; }
.numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.5rem 0 0; }
.numbers div { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.numbers dt { color: var(--quiet); font-size: .8125rem; }
.numbers dd { margin: 0; font-size: 1.375rem; font-variant-numeric: tabular-nums; }
.numbers dd small { display: block; color: var(--quiet); font-size: .8125rem; }
.elites { display: grid; grid-auto-flow: dense; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 1.25rem 1rem; }
@media (min-width: 48rem) { .elites.five { grid-template-columns: repeat(5, 1fr); } }
.elites.many { grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); }
.elite img, .network img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block;
  background: var(--panel); border: 1px solid var(--line); }
.thumbnail { display: block; width: 100%; background-clip: padding-box; background-repeat: no-repeat; background-color: var(--panel);
  border: 1px solid var(--line); print-color-adjust: exact; }
.pixels { image-rendering: pixelated; }
.elite a:hover :is(img, .thumbnail) { border-color: var(--accent); }
.elites.many .elite { content-visibility: auto; contain-intrinsic-size: auto 15rem; }
.elites.many :is(.elite, a, summary) { scroll-margin-top: 5.5rem; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.contents { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1.5rem 0 0; font-size: .9375rem; }
.contents a, p a, li a { color: var(--accent); }
section { scroll-margin-top: .5rem; }
.chooser { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: end;
  margin: 0 0 1rem; padding: .6rem 0; background: var(--page); border-bottom: 1px solid var(--line); }
.chooser label { display: grid; color: var(--quiet); font-size: .8125rem; min-width: 0; }
.chooser input, .chooser select { font: inherit; font-size: .9375rem; color: var(--text); background: var(--panel);
  border: 1px solid var(--line); border-radius: 6px; padding: .3rem .5rem; width: 14rem; height: 2.125rem; max-width: 100%; }
.chooser output { margin-left: auto; padding: .35rem 0; font-variant-numeric: tabular-nums; }
.elite figcaption { margin-top: .35rem; overflow-wrap: anywhere; }
.elite strong, .elite b { display: block; color: var(--text); font-variant-numeric: tabular-nums; }
.elite b { font-weight: 400; }
.elite .line { display: block; }
.reached { margin: .15rem 0; font-size: .8125rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.reached div { display: flex; justify-content: space-between; gap: .5rem; }
.reached dd { margin: 0; color: var(--text); }
.elite:has(details[open]) { grid-column: 1 / -1; }
.elite:has(details[open]) :is(img, .thumbnail) { max-width: 16rem; }
.table, .drawing, .strip { overflow-x: auto; background:
  linear-gradient(to right, var(--behind) 30%, transparent) 0 0 / 2.5rem calc(100% + 2px) local,
  linear-gradient(to left, var(--behind) 30%, transparent) 100% 0 / 2.5rem calc(100% + 2px) local,
  linear-gradient(to right, var(--shade), transparent) 0 0 / .75rem 100%,
  linear-gradient(to left, var(--shade), transparent) 100% 0 / .75rem 100%;
  background-repeat: no-repeat; }
.strip { display: flex; gap: .5rem; padding-bottom: .35rem; }
.strip figure { flex: 0 0 5.35rem; }
.strip img, .matrix img { width: 100%; aspect-ratio: 1; object-fit: contain; display: block;
  background: var(--panel); border: 1px solid var(--line); }
.strip figcaption, .matrix td { font-size: .8125rem; font-variant-numeric: tabular-nums; }
.strip b { display: block; font-size: .75rem; font-weight: 400; color: var(--text); white-space: nowrap; }
.missing { display: grid; place-items: center; aspect-ratio: 1; border: 1px dashed var(--line); color: var(--quiet); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 1.5rem; align-items: end; }
.plots svg[viewBox], .wide svg[viewBox] { max-width: 100%; height: auto; overflow: visible; }
[class*=swatches] { font-size: .8125rem; overflow-wrap: anywhere; }
[class*=swatch] svg { flex: none; }
.networks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 32rem), 1fr)); gap: 1rem; }
.network { --behind: var(--panel); background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .75rem; min-width: 0; }
.network header { display: grid; grid-template-columns: 5rem 1fr; gap: .75rem; align-items: center; margin-bottom: .5rem; }
.network h3 { margin: 0; }
.graph { display: block; max-width: 100%; min-width: calc(.9 * var(--drawn)); height: auto; margin: 0 auto; }
.drawing svg[viewBox] { max-width: 100%; min-width: calc(.9 * var(--drawn)); height: auto; }
.cppn .connections path { fill: none; stroke-opacity: .75; }
.cppn .positive { stroke: var(--positive); }
.cppn .negative { stroke: var(--negative); }
.graph rect { stroke: var(--quiet); stroke-width: 1; fill: var(--input); }
.cppn .output rect { stroke: var(--text); stroke-width: 2; }
.cppn .sine rect, .swatch.sine { fill: var(--sine); background: var(--sine); }
.cppn .sigmoid rect, .swatch.sigmoid { fill: var(--sigmoid); background: var(--sigmoid); }
.cppn .gaussian rect, .swatch.gaussian { fill: var(--gaussian); background: var(--gaussian); }
.cppn .linear rect, .swatch.linear { fill: var(--linear); background: var(--linear); }
.graph text { font: 12px system-ui, sans-serif; fill: var(--text); text-anchor: middle; }
.lineage path { fill: none; stroke: var(--quiet); stroke-width: 1.25; }
.lineage .count { fill: var(--quiet); paint-order: stroke; stroke: var(--behind); stroke-width: 6px; }
.lineage .switched rect, .swatch.switched { fill: var(--sigmoid); background: var(--sigmoid); }
.lineage .elite rect, .swatch.elite { fill: var(--gaussian); background: var(--gaussian); }
.lineage .chosen rect { stroke: var(--text); stroke-width: 2; }
.lineage path.chosen { stroke: var(--text); stroke-width: 2; }
.strip figure.switched img { border: 2px solid var(--negative); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: 0 0 .75rem; padding: 0;
  font-size: .875rem; }
.swatch { display: inline-block; width: 1em; height: 1em; margin-right: .4em; border: 1px solid var(--quiet);
  border-radius: 3px; vertical-align: -.1em; }
.stroke { display: inline-block; width: 1.5em; margin-right: .4em; border-top: 3px solid; vertical-align: .25em; }
.stroke.positive { border-color: var(--positive); }
.stroke.negative { border-color: var(--negative); }
table { border-collapse: collapse; font-size: .9375rem; }
th, td { text-align: left; font-weight: 400; padding: .3rem 1.25rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--quiet); min-width: 7rem; }
thead th { vertical-align: bottom; white-space: nowrap; }
.columns th.number { min-width: 0; }
th.number { text-align: right; }
.marked, .marked th { color: var(--text); font-weight: 600; }
.columns th, .columns td { white-space: nowrap; padding-right: 1rem; }
.sentences .columns :is(td, tbody th) { white-space: normal; min-width: 8rem; }
.matrix td { min-width: 7rem; }
.matrix th[scope=row] { position: sticky; left: 0; min-width: 8rem; background: var(--page); }
.matrix td, .matrix thead th { width: 7rem; padding-right: .75rem; white-space: normal; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .875em ui-monospace, monospace; overflow-wrap: anywhere; }
time { white-space: nowrap; }
summary { cursor: pointer; color: var(--accent); }
@media print {
  :root { color-scheme: light; }
  .chooser { display: none; }
  .elites.many .elite { content-visibility: visible; }
  .elite, .network, .plots figure, .strip figure, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .table, .drawing, .strip { overflow: visible; background: none; }
  .strip { flex-wrap: wrap; }
  .graph, .drawing svg[viewBox] { min-width: 0; }
  .swatch { print-color-adjust: exact; }
}
@media (max-width: 36rem) {
  .plots svg.framed, .wide svg[viewBox] { font-size: 16px !important; }
  .plots figure:has(svg[viewBox]:not(.framed)) { overflow-x: auto; }
  .plots svg[viewBox]:not(.framed), .drawing img { min-width: 34rem; }
  .elites, .elites.many { grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: 1rem .75rem; }
  .sentences .columns :is(td, tbody th) { min-width: 6rem; }
  .network { padding: .5rem; }
  .chooser { position: static; }
  .chooser label { flex: 1 1 8rem; }
  .chooser input, .chooser select { width: 100%; }
}
`;
