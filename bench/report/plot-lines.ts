/** How a rate grows with a size: a line for each series, on a logarithmic axis of sizes. */
import * as Plot from '@observablehq/plot';
import { draw, plotFrame, tickText, type VerticalAxis } from '../../src/report/plot-frame.ts';
import type { Markup } from '../../src/report/markup.ts';

export interface SizePoint {
  readonly series: string;
  readonly size: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function plotLines(
  points: readonly SizePoint[],
  horizontal: string,
  vertical: VerticalAxis,
  what: string,
): Markup {
  const sizes = [...new Set(points.map(({ size }) => size))].sort((a, b) => a - b);
  const domain = [...new Set(points.map(({ series }) => series))];
  const { height } = vertical;
  const drawn = points.map(({ value, low, high, ...point }) => {
    return { ...point, value: height(value), low: height(low), high: height(high) };
  });
  const axis: Plot.ScaleOptions = {
    type: 'log',
    label: horizontal,
    ticks: sizes,
    tickFormat: tickText,
    inset: 8,
  };
  const title = ({ series, size, value }: SizePoint) => `${series}, ${String(size)}: ${tickText(value)}`;
  return draw({
    ...plotFrame(axis, { ...vertical, scale: { zero: true, ...vertical.scale } }),
    ariaLabel: what,
    color: { legend: true, type: 'categorical', domain, scheme: 'observable10' },
    marks: [
      ...vertical.marks,
      Plot.ruleX(drawn, { x: 'size', y1: 'low', y2: 'high', stroke: 'series', strokeOpacity: 0.6 }),
      Plot.line(drawn, { x: 'size', y: 'value', z: 'series', stroke: 'series', strokeWidth: 2 }),
      Plot.dot(drawn, { x: 'size', y: 'value', fill: 'series', r: 3.5, title }),
    ],
  });
}
