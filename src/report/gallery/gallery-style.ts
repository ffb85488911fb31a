/** The style of a gallery's page, after that of every report. */
export const galleryStyle = `
main { max-width: none; padding-bottom: 1rem; }
.filters { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: end;
  margin: 1rem -1rem; padding: .6rem 1rem; background: var(--page); border-bottom: 1px solid var(--line); }
.filters label { display: grid; color: var(--quiet); font-size: .8125rem; min-width: 0; }
.filters input, .filters select, .viewer button { font: inherit; font-size: .9375rem; color: var(--text);
  background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .5rem; max-width: 16rem; }
.filters input { width: 14rem; }
.filters output { margin-left: auto; padding: .35rem 0; font-variant-numeric: tabular-nums; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.cards { position: relative; contain: layout style; }
.card { position: absolute; top: 0; left: 0; width: var(--card-width); height: var(--card-height); contain: strict; padding: 3px; }
.card button { display: block; width: 100%; height: 100%; padding: 0; border: 0; background: none; color: inherit; font: inherit;
  text-align: left; cursor: pointer; }
.card img, .card .missing { display: block; width: 100%; height: calc(var(--card-width) - 6px); object-fit: contain;
  background: var(--panel); border: 1px solid var(--line); }
.card .missing { display: grid; font-size: .875rem; }
.card span { display: block; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-size: .8125rem; line-height: 1.35;
  color: var(--quiet); font-variant-numeric: tabular-nums; }
.card .name { color: var(--text); font-weight: 600; font-size: .875rem; margin-top: .25rem; }
.card .sure { color: var(--text); }
.card button:hover img { border-color: var(--accent); }
.pixels { image-rendering: pixelated; }
.nothing { padding: 2rem 0; }
dialog.viewer { width: min(72rem, 100vw - 2rem); max-height: calc(100vh - 2rem); padding: 0; color: var(--text);
  background: var(--page); border: 1px solid var(--line); border-radius: 10px; overflow: auto; overscroll-behavior: contain; }
dialog.viewer::backdrop { background: rgb(0 0 0 / .55); }
.viewer .bar { position: sticky; top: 0; z-index: 1; display: flex; gap: .5rem; align-items: center; padding: .6rem 1rem;
  background: var(--page); border-bottom: 1px solid var(--line); }
.viewer .bar h2 { flex: 1; min-width: 0; margin: 0; padding: 0; border: 0; font-size: 1.1rem; overflow-wrap: anywhere; }
.viewer button { cursor: pointer; }
.viewer button:disabled { opacity: .4; cursor: default; }
.viewer .body { display: grid; grid-template-columns: minmax(0, 22rem) minmax(0, 1fr); gap: 0 1.5rem; padding: 1rem; }
.viewer figure img { width: 100%; display: block; background: var(--panel); border: 1px solid var(--line); }
.viewer h3:first-child { margin-top: 0; }
.viewer .wide { grid-column: 1 / -1; min-width: 0; }
.viewer table { width: 100%; }
.viewer th[scope=row] { width: 9rem; }
.viewer .line { max-height: 16rem; overflow: auto; }
.guesses { list-style: none; margin: 0; padding: 0; }
.guesses li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 1rem; margin: .35rem 0; overflow-wrap: anywhere; }
.guesses b { font-weight: 400; font-variant-numeric: tabular-nums; }
.guesses i { grid-column: 1 / -1; height: .4rem; border-radius: 3px; background: var(--input); overflow: hidden; }
.guesses i::before { content: ""; display: block; height: 100%; width: var(--share); background: var(--positive); }
.guesses .own { font-weight: 600; }
@media (max-width: 44rem) {
  .viewer .body { grid-template-columns: minmax(0, 1fr); }
  .filters { position: static; }
  .filters label { flex: 1 1 8rem; }
  .filters label:first-child { flex-basis: 100%; }
  .filters input, .filters select { width: 100%; max-width: none; }
}
`;
