/** Bars side by side, each with the interval that its value is sure to lie in, and with words at its end. */
import * as Plot from '@observablehq/plot';
import { tickText, draw, plotWidth } from '../../src/report/plot-frame.ts';
import type { Markup } from '../../src/report/markup.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly interval?: readonly [low: number, high: number];
  /** Stands at the bar's end. */
  readonly words: string;
  /** Drawn in the colour that stands out. */
  readonly marked?: boolean;
}

const [usual, outstanding] = ['#3b76c4', '#d97b1f'];
/** Pixels of a character, roughly. */
const characterWidth = 7.2;
const barHeight = 22;

/** @param label of the axis. @param what read out in place of the drawing */
export function plotBars(bars: readonly Bar[], label: string, what: string): Markup {
  const longest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));
  const names = bars.map(({ name }) => name);
  const most = Math.max(...bars.map(({ value, interval }) => Math.max(value, interval?.[1] ?? 0)), 0);
  const marginLeft = Math.min(0.4 * plotWidth, 16 + characterWidth * longest(names));
  const marginRight = 14 + characterWidth * longest(bars.map(({ words }) => words));
  const points = bars.map(({ value, interval, ...bar }) => {
    return { ...bar, value, low: interval?.[0] ?? value, high: interval?.[1] ?? value };
  });
  const spread = points.filter(({ low, high }) => low < high);
  const fill = ({ marked }: { marked?: boolean }) => (marked ? outstanding : usual);
  const title = ({ name, words }: { name: string; words: string }) => `${name}: ${words}`;
  return draw({
    ariaLabel: what,
    width: plotWidth,
    height: 50 + barHeight * bars.length,
    marginLeft,
    marginRight,
    marginBottom: 38,
    marginTop: 6,
    x: { label, domain: [0, most > 0 ? most : 1], ticks: 4, tickFormat: tickText, grid: true },
    y: { label: null, domain: names, tickSize: 0 },
    marks: [
      Plot.barX(points, {
        x: 'value',
        y: 'name',
        fill,
        title,
        insetTop: 2,
        insetBottom: 2,
        fillOpacity: 0.8,
      }),
      Plot.ruleY(spread, { x1: 'low', x2: 'high', y: 'name', strokeWidth: 1.5 }),
      Plot.tickX(spread, { x: 'low', y: 'name', inset: 7 }),
      Plot.tickX(spread, { x: 'high', y: 'name', inset: 7 }),
      Plot.text(points, { x: 'high', y: 'name', text: 'words', textAnchor: 'start', dx: 6 }),
    ],
  });
}
