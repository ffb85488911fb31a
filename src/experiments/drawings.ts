/** The figures of experiments: each a separate SVG file on white, so that it may stand in any page. */
import * as Plot from '@observablehq/plot';
import type { Markup } from '../report/markup.ts';
import { confidenceAxis, draw, tickText, type ConfidenceAxis } from '../report/plot-frame.ts';
import type { Interval } from './intervals.ts';

/** A median with its interval for each of 0, 1, 2 … of the horizontal axis. */
export interface Band {
  readonly label: string;
  readonly values: readonly Interval[];
}

export const colours = [
  '#3b76c4',
  '#d97b1f',
  '#2f8f5b',
  '#c2417c',
  '#7a5cc2',
  '#8a6d3b',
  '#4a4a4a',
  '#1b9aa8',
];
const size = { width: 640, height: 360, marginLeft: 84, marginBottom: 44, marginRight: 130 };

/** Medians as lines and their intervals as bands, as the paper draws the progress of ten runs. */
export function bandsDrawing(
  bands: readonly Band[],
  {
    horizontal,
    axis,
    what,
  }: { readonly horizontal: string; readonly axis: ConfidenceAxis; readonly what: string },
): string {
  const { height, scale, marks } = confidenceAxis(
    axis,
    bands.flatMap(({ values }) => values.flatMap(({ low, high }) => [low, high])),
  );
  const points = bands.flatMap(({ label, values }) =>
    values.map(({ median, low, high }, place) => {
      return { place, label, middle: height(median), low: height(low), high: height(high) };
    }),
  );
  const drawn = [
    Plot.areaY(points, { x: 'place', y1: 'low', y2: 'high', z: 'label', fill: 'label', fillOpacity: 0.25 }),
    Plot.lineY(points, { x: 'place', y: 'middle', z: 'label', stroke: 'label', strokeWidth: 2 }),
    ...namesBeside(bands.map(({ label, values }) => ({ label, end: values.at(-1)?.median ?? 0 }))),
  ];
  const x = { label: horizontal, ticks: 6 };
  const color = { domain: bands.map(({ label }) => label), range: colours };
  return standing({
    ...size,
    x,
    y: { grid: true, ...scale },
    color,
    marks: [...marks, ...drawn],
    ariaLabel: what,
  });
}

/** A curve through points, named at its end; with an interval around each point where it has one. */
export interface NamedCurve {
  readonly label: string;
  readonly points: readonly TracePoint[];
}

interface TracePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export function tracesDrawing(
  traces: readonly NamedCurve[],
  options: {
    readonly horizontal: string;
    readonly vertical: string;
    readonly what: string;
    /** Whether values are confidences; default: plain numbers. */
    readonly axis?: ConfidenceAxis;
    readonly logarithmic?: boolean;
  },
): string {
  const { horizontal, vertical, what, axis, logarithmic = false } = options;
  const { height, scale, marks } = axis
    ? confidenceAxis(
        axis,
        traces.flatMap(({ points }) => points.flatMap(({ y, low = y, high = y }) => [low, high])),
      )
    : { height: (value: number) => value, scale: { tickFormat: tickText }, marks: [] };
  const points = traces.flatMap(({ label, points: own }) =>
    own.map(({ x, y, low = y, high = y }) => {
      return { x, y: height(y), low: height(low), high: height(high), label };
    }),
  );
  const drawn = [
    Plot.areaY(points, { x: 'x', y1: 'low', y2: 'high', z: 'label', fill: 'label', fillOpacity: 0.15 }),
    Plot.lineY(points, { x: 'x', y: 'y', z: 'label', stroke: 'label', strokeWidth: 2 }),
    Plot.dot(points, { x: 'x', y: 'y', fill: 'label', r: points.length > 200 ? 0 : 2 }),
    ...(traces.length > mostNamedAtEnds
      ? namesBeside(traces.map(({ label, points: own }) => ({ label, end: own.at(-1)?.y ?? 0 })))
      : [namesAtEnds(points, 'x', 'y')]),
  ];
  const x = { label: horizontal, ...(logarithmic && { type: 'log' as const, tickFormat: tickText }) };
  const color = { domain: traces.map(({ label }) => label), range: colours };
  const y = { grid: true, ...scale, label: vertical };
  const marginRight = traces.length > mostNamedAtEnds ? 150 : size.marginRight;
  return standing({ ...size, marginRight, x, y, color, marks: [...marks, ...drawn], ariaLabel: what });
}

/** How values are spread within each group: quartiles, the median, and what lies outside 1.5 of their distance. */
export function boxesDrawing(
  groups: readonly { readonly label: string; readonly values: readonly number[] }[],
  {
    vertical,
    what,
    axis,
  }: { readonly vertical: string; readonly what: string; readonly axis?: ConfidenceAxis },
): string {
  const { height, scale, marks } = axis
    ? confidenceAxis(
        axis,
        groups.flatMap(({ values }) => values),
      )
    : { height: (value: number) => value, scale: { tickFormat: tickText }, marks: [] };
  const points = groups.flatMap(({ label, values }) =>
    values.map((value) => ({ label, value: height(value) })),
  );
  const boxes = Plot.boxY(points, { x: 'label', y: 'value', fill: '#c6d8ef', stroke: '#26466f', r: 1.5 });
  const x = { label: null, domain: groups.map(({ label }) => label) };
  const y = { grid: true, ...scale, label: vertical };
  return standing({ ...size, marginRight: 20, x, y, marks: [...marks, boxes], ariaLabel: what });
}

function namesAtEnds(points: Plot.Data, x: string, y: string): Plot.Markish {
  const where = { x, y, z: 'label', text: 'label', fill: 'label' };
  return Plot.text(points, Plot.selectLast({ ...where, textAnchor: 'start', dx: 6 }));
}

/** The ends of more curves than these lie so close that their names would cover one another. */
const mostNamedAtEnds = 4;

/** In a list beside the drawing, in the order in which the curves end, the highest first. */
function namesBeside(curves: readonly { readonly label: string; readonly end: number }[]): Plot.Markish[] {
  const named = curves.map((curve, place) => ({
    ...curve,
    fill: colours[place % colours.length] ?? 'black',
  }));
  const ordered = named.sort((one, other) => other.end - one.end);
  // Not by the scale of colours, which takes a name for a colour where it is one, as `none`.
  return ordered.map(({ label, fill }, place) => {
    const where = { frameAnchor: 'top-right', textAnchor: 'start', dx: 10, dy: 4 + 18 * place } as const;
    return Plot.text([label], { ...where, text: [label], fill });
  });
}

/** A page gives drawings its colours; alone they need their own. */
export function standing(options: Plot.PlotOptions): string {
  const { text } = draw(options, { background: 'white', color: 'black' });
  if (!text.startsWith('<svg ')) throw new Error('a drawing with a legend is no SVG file');
  // HTML may have these signs in attributes, XML may not.
  const wellFormed = text.replace(/="[^"]*"/g, (attribute) =>
    attribute.replace(/&(?!quot;)/g, '&amp;').replaceAll('<', '&lt;'),
  );
  return wellFormed.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ');
}

/** A graph of the report as a separate file, with the colours that a page would give it. */
export function graphDrawing({ text }: Markup): string {
  const style =
    '<style>rect.back{fill:white}.graph rect,.graph ellipse,.graph circle{fill:#eef2f7;stroke:#6b7c93}.graph .switched rect{fill:#f6c28b;stroke:#b5651d}.graph .elite rect{fill:#bfe3c6;stroke:#2f8f5b}.graph path{fill:none;stroke:#6b7c93}.graph text{font:12px system-ui,sans-serif;fill:#1c2733;text-anchor:middle}.graph .count{font-size:10px}</style>';
  return text.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"').replace(/>/, `>${style}`);
}
