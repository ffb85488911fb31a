/** One curve for each of several series, or the bands between their quantiles when there are too many to tell apart. */
import * as Plot from '@observablehq/plot';
import { formatNumber } from './format.ts';
import type { Markup } from './markup.ts';
import { countAxis, draw, plotFrame, type VerticalAxis } from './plot-frame.ts';

export interface Curve {
  /** As the page shows it. */
  readonly label: string;
  /** Tells curves of one label apart. */
  readonly number: number;
  /** A value for each of 0, 1, 2 … of the horizontal axis. One that ends early keeps its last value among bands. */
  readonly values: readonly number[];
}

export interface CurvesFrame {
  readonly vertical: VerticalAxis;
  /** What is counted along the horizontal axis. */
  readonly horizontal: string;
  /** Of what there is a curve each, e.g. `class`, `classes`. */
  readonly each: string;
  readonly all: string;
  /** Read out in place of the drawing: what is drawn, e.g. `confidence`. */
  readonly what: string;
  readonly legend: boolean;
}

/** More curves than this are drawn as quantile bands. */
export const mostCurves = 30;

/** A screen shows no more; it keeps the page of a long run small. */
export const mostPoints = 300;

const colour = '#3b76c4';

/** All values of all curves. */
export function* valuesOf(curves: readonly Curve[]): Generator<number> {
  for (const { values } of curves) yield* values;
}

export function plotCurves(curves: readonly Curve[], frame: CurvesFrame): Markup {
  const { vertical, horizontal, each, what } = frame;
  const places = evenPlaces(Math.max(0, ...curves.map(({ values }) => values.length)), mostPoints);
  if (curves.length > mostCurves) return plotBands(curves, places, frame);
  const domain = uniqueLabels(curves);
  const lines = curves.map(({ values }, index) =>
    endingAt(places, values.length).map((place) => {
      return { place, label: domain[index], height: vertical.height(values[place] ?? 0) };
    }),
  );
  const scheme = curves.length <= 10 ? 'observable10' : 'turbo';
  const color = { legend: frame.legend, type: 'categorical', domain, scheme } as const;
  const style = { z: 'label', stroke: 'label', title: 'label', strokeWidth: 1.5 };
  const alone = lines.filter((line) => line.length === 1).flat();
  const marks = [
    Plot.lineY(lines.flat(), { x: 'place', y: 'height', ...style }),
    ...(alone.length > 0
      ? [Plot.dot(alone, { x: 'place', y: 'height', fill: 'label', title: 'label' })]
      : []),
  ];
  const ariaLabel = `${what} of each ${each} against ${horizontal}`;
  return draw({ ...frameOf(frame, places), ariaLabel, color, marks: [...vertical.marks, ...marks] });
}

/** Evenly spread whole numbers below a count, first and last among them; all where they are few. */
export function evenPlaces(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, place) => place);
  const step = (count - 1) / (most - 1);
  return Array.from({ length: most }, (_, index) => Math.round(index * step));
}

/** The places before an end, and the last one before it. */
function endingAt(places: readonly number[], length: number): number[] {
  const before = places.filter((place) => place < length);
  return length > 0 && before.at(-1) !== length - 1 ? [...before, length - 1] : before;
}

const bands = [
  { low: 0, high: 1, opacity: 0.15 },
  { low: 0.1, high: 0.9, opacity: 0.25 },
  { low: 0.25, high: 0.75, opacity: 0.35 },
] as const;

function plotBands(curves: readonly Curve[], places: readonly number[], frame: CurvesFrame): Markup {
  const { vertical, horizontal, all, what } = frame;
  const begun = curves.filter(({ values }) => values.length > 0);
  const sorted = places.map((place) => {
    const values = begun.map(({ values }) => values[Math.min(place, values.length - 1)] ?? 0);
    return { place, heights: values.sort((a, b) => a - b).map(vertical.height) };
  });
  const areas = bands.map(({ low, high, opacity }) => {
    const points = sorted.map(({ place, heights }) => {
      return { place, low: quantile(heights, low), high: quantile(heights, high) };
    });
    const title = low === 0 ? `all ${all}` : `middle ${formatNumber(100 * (high - low))} % of the ${all}`;
    const look = { fill: colour, fillOpacity: opacity, title: () => title };
    if (points.length > 1) return Plot.areaY(points, { x: 'place', y1: 'low', y2: 'high', ...look });
    const bar = { strokeWidth: 24, stroke: colour, strokeOpacity: opacity, title: () => title };
    return Plot.ruleX(points, { x: 'place', y1: 'low', y2: 'high', ...bar });
  });
  const middle = sorted.map(({ place, heights }) => ({ place, height: quantile(heights, 0.5) }));
  const at = { x: 'place', y: 'height' } as const;
  const line =
    middle.length > 1
      ? Plot.lineY(middle, { ...at, stroke: colour, strokeWidth: 2.5 })
      : Plot.dot(middle, { ...at, fill: colour });
  const ariaLabel = `Quantiles of the ${what} of all ${all} against ${horizontal}`;
  return draw({ ...frameOf(frame, places), ariaLabel, marks: [...vertical.marks, ...areas, line] });
}

function frameOf({ horizontal, vertical }: CurvesFrame, places: readonly number[]): Plot.PlotOptions {
  return plotFrame(countAxis(horizontal, places), vertical);
}

/** The nearest rank below. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

/** Two classes of one name are two curves. */
function uniqueLabels(curves: readonly Curve[]): string[] {
  const times = new Map<string, number>();
  for (const { label } of curves) times.set(label, (times.get(label) ?? 0) + 1);
  return curves.map(({ label, number }) =>
    (times.get(label) ?? 0) > 1 ? `${label} (${String(number)})` : label,
  );
}
