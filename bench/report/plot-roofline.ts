/**
 * The roofline plot (Williams, Waterman and Patterson 2009): what a kernel reaches against the work that it does per
 * byte, below the roofs that the adapter was measured to have: memory on the left, arithmetic on the right.
 */
import * as Plot from '@observablehq/plot';
import { formatNumber } from '../../src/report/format.ts';
import { draw, plotWidth, tickText } from '../../src/report/plot-frame.ts';
import type { Markup } from '../../src/report/markup.ts';
import { placeLabels } from './place-labels.ts';

export interface RooflinePoint {
  /** Stands beside the point; the table says what it is. */
  readonly number: number;
  readonly family: string;
  readonly what: string;
  /** Floating-point operations per byte. */
  readonly intensity: number;
  readonly gflops: number;
}

export interface DrawnRoofs {
  readonly gflops: number;
  readonly gbps: number;
}

/** In pixels: it holds a number for each kernel, and is not drawn smaller than these can be read. */
export const rooflineWidth = 2 * plotWidth;

const frame = {
  width: rooflineWidth,
  height: 460,
  marginLeft: 64,
  marginRight: 24,
  marginTop: 24,
  marginBottom: 44,
};

/** @param points with positive figures */
export function plotRoofline(points: readonly RooflinePoint[], roofs: DrawnRoofs | undefined): Markup {
  const ridge = roofs && roofs.gflops / roofs.gbps;
  const intensities = [...points.map(({ intensity }) => intensity), ...(ridge ? [ridge] : [])];
  const [left, right] = [Math.min(...intensities) / 2, Math.max(...intensities) * 2];
  const roof =
    ({ gflops, gbps }: DrawnRoofs) =>
    (intensity: number) =>
      Math.min(gflops, gbps * intensity);
  const heights = [...points.map(({ gflops }) => gflops), ...(roofs ? [roofs.gflops] : [])];
  const [bottom, top] = [Math.min(...heights) / 2, Math.max(...heights) * 1.5];
  const x = { type: 'log', domain: [left, right], label: 'floating-point operations per byte' } as const;
  const y = { type: 'log', domain: [bottom, top], label: 'GFLOP/s', grid: true } as const;
  const pixels = points.map(({ intensity, gflops, number }) => ({
    x:
      frame.marginLeft + share(intensity, left, right) * (frame.width - frame.marginLeft - frame.marginRight),
    y:
      frame.height -
      frame.marginBottom -
      share(gflops, bottom, top) * (frame.height - frame.marginTop - frame.marginBottom),
    text: String(number),
  }));
  const families = [...new Set(points.map(({ family }) => family))];
  return draw({
    ...frame,
    ariaLabel: 'GFLOP/s of each kernel against its floating-point operations per byte',
    color: { legend: true, type: 'categorical', domain: families, scheme: 'observable10' },
    x: { ...x, ticks: 8, tickFormat: tickText },
    y: { ...y, ticks: 6, tickFormat: tickText },
    marks: [
      ...(roofs && ridge
        ? roofMarks(
            roofs,
            [left, ridge, right].map((at) => [at, roof(roofs)(at)] as const),
            bottom,
          )
        : []),
      Plot.dot(points, { x: 'intensity', y: 'gflops', r: 4, fill: 'family', title: titleOf }),
      ...placeLabels(pixels).map(({ dx, dy }, index) =>
        Plot.text(points.slice(index, index + 1), {
          x: 'intensity',
          y: 'gflops',
          text: ({ number }: RooflinePoint) => String(number),
          dx,
          dy,
          fontSize: 11,
        }),
      ),
    ],
  });
}

function roofMarks(
  { gflops, gbps }: DrawnRoofs,
  corners: readonly (readonly [x: number, y: number])[],
  bottom: number,
): Plot.Markish[] {
  const [, [ridge, height], [right]] = corners as [[number, number], [number, number], [number, number]];
  // Below the plot nothing is drawn: the memory roof starts where it comes in.
  const line = corners.map(([x, y]) => (y < bottom ? [bottom / gbps, bottom] : [x, y]));
  const words = { textAnchor: 'end', dy: -9, fillOpacity: 0.8 } as const;
  return [
    Plot.line(line, { strokeWidth: 2, strokeOpacity: 0.7 }),
    Plot.text([[right, height]], { ...words, text: () => `arithmetic: ${formatNumber(gflops)} GFLOP/s` }),
    Plot.text([[ridge, height]], { ...words, dx: -6, text: () => `memory: ${formatNumber(gbps)} GB/s` }),
  ];
}

const titleOf = ({ what, gflops, intensity }: RooflinePoint) =>
  `${what}: ${formatNumber(gflops)} GFLOP/s at ${formatNumber(intensity)} operations per byte`;

/** Where a value stands on a logarithmic axis, 0 to 1. */
function share(value: number, low: number, high: number): number {
  return Math.log(value / low) / Math.log(high / low);
}
