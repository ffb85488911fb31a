/** Shares as bars, several to a group. */
import * as Plot from '@observablehq/plot';
import { formatNumber } from '../report/format.ts';
import { colours, standing } from './drawings.ts';

export interface BarGroup {
  readonly label: string;
  /** Shares from 0 to 1. */
  readonly bars: readonly { readonly name: string; readonly share: number }[];
}

/** Pixels that the longest text takes at the size of the drawings. */
const roomFor = (texts: readonly string[]): number =>
  20 + 6.6 * Math.max(...texts.map(({ length }) => length));

/** @returns an SVG file; groups below each other, each bar named beside it */
export function barsDrawing(groups: readonly BarGroup[], what: string): string {
  const rows = groups.flatMap(({ label, bars }) => bars.map((bar) => ({ label, ...bar })));
  const names = [...new Set(rows.map(({ name }) => name))];
  const tickFormat = (value: number) => `${formatNumber(100 * value)} %`;
  const named = { x: 'share', y: 'name', fy: 'label', textAnchor: 'start', dx: 4 } as const;
  return standing({
    ...{
      width: 640,
      height: 60 + rows.length * 18,
      marginLeft: roomFor(groups.map(({ label }) => label)),
      marginRight: roomFor(names) + 40,
      marginBottom: 44,
    },
    x: { domain: [0, 1], label: 'share of images', tickFormat, grid: true },
    y: { axis: null, domain: names },
    fy: { domain: groups.map(({ label }) => label), label: null, axis: 'left' },
    color: { domain: names, range: colours },
    marks: [
      Plot.barX(rows, { x: 'share', y: 'name', fy: 'label', fill: 'name' }),
      Plot.text(rows, {
        ...named,
        text: ({ name, share }: (typeof rows)[number]) => `${name} ${tickFormat(share)}`,
      }),
    ],
    ariaLabel: what,
  });
}
