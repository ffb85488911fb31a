/** The curves of an evolution as inline SVG. Each is drawn twice: as it is, and on an axis of nines. */
import * as Plot from '@observablehq/plot';
import type { CellRecord, ProgressRecord, RunPhaseTimes } from '../runs/evolution/records.ts';
import { evenPlaces, mostCurves, mostPoints, plotCurves, valuesOf } from './curves.ts';
import { formatNumber, shortLabel } from './format.ts';
import type { Markup } from './markup.ts';
import {
  confidenceAxis,
  countAxis,
  draw,
  evenAxis,
  logAxis,
  plotFrame,
  plotWidth,
  type ConfidenceAxis,
  type VerticalAxis,
} from './plot-frame.ts';

/** More classes than this are drawn as quantile bands. */
export const mostClassCurves = mostCurves;

/** One of three curves in one plot. */
interface Series {
  readonly key: string;
  /** A height for each point of the horizontal axis. */
  readonly points: readonly { readonly generation: number; readonly height: number }[];
}

/** Median, mean and lowest confidence of all classes over the generations. */
export function plotProgress(progress: readonly ProgressRecord[], axis: ConfidenceAxis): Markup {
  const records = shownOf(progress);
  const vertical = confidenceAxis(
    axis,
    records.flatMap(({ min, median, mean }) => [min, median, mean]),
  );
  const names = { median: 'median', mean: 'mean', min: 'lowest' } as const;
  const series = (['median', 'mean', 'min'] as const).map((key): Series => {
    return {
      key: names[key],
      points: records.map((one) => ({ generation: one.generation, height: vertical.height(one[key]) })),
    };
  });
  return plotSeries(series, vertical, 'Median, mean and lowest confidence against generation');
}

/** The sum of the confidences of all cells over the generations. */
export function plotQdScore(progress: readonly ProgressRecord[]): Markup {
  const points = shownOf(progress).map(({ generation, confidences, qdScore }) => {
    return { generation, height: qdScore ?? confidences.reduce((sum, confidence) => sum + confidence, 0) };
  });
  return plotSeries([{ key: 'QD-score', points }], evenAxis('QD-score'), 'QD-score against generation');
}

/** Cells at 90 %, 99 % and 99.99 % over the generations; undefined where no record counts them. */
export function plotSureCells(progress: readonly ProgressRecord[]): Markup | undefined {
  const names = { above90: '90 %', above99: '99 %', above9999: '99.99 %' } as const;
  const records = shownOf(progress);
  const series = (['above90', 'above99', 'above9999'] as const).map((key): Series => {
    const points = records.flatMap(({ generation, [key]: height }) =>
      height === undefined ? [] : [{ generation, height }],
    );
    return { key: names[key], points };
  });
  if (series.some(({ points }) => points.length === 0)) return undefined;
  const most = Math.max(1, ...series.flatMap(({ points }) => points.map(({ height }) => height)));
  const { scale, ...axis } = evenAxis('cells');
  return plotSeries(
    series,
    { ...axis, scale: { ...scale, domain: [0, most], ticks: Math.min(5, most) } },
    'Cells of at least so much confidence against generation',
  );
}

/**
 * Cells won per child, and of them those won by children of other classes: means over stretches of generations, since single
 * ones differ widely. Undefined where no record counts goal switches.
 */
export function plotWins(progress: readonly ProgressRecord[], population: number): Markup | undefined {
  const counted = progress.filter(({ goalSwitches }) => goalSwitches !== undefined);
  const stretch = Math.ceil(counted.length / mostStretches);
  const stretches = Array.from({ length: Math.ceil(counted.length / Math.max(1, stretch)) }, (_, index) =>
    counted.slice(index * stretch, (index + 1) * stretch),
  );
  if (stretches.length === 0) return undefined;
  const meanOf = (key: string, count: (record: ProgressRecord) => number): Series => {
    const points = stretches.map((records) => {
      const wins = records.reduce((sum, record) => sum + count(record), 0);
      return { generation: records[0]?.generation ?? 0, height: wins / (population * records.length) };
    });
    return { key, points };
  };
  const series = [
    meanOf('all', ({ replaced }) => replaced),
    meanOf('goal switches', ({ goalSwitches = 0 }) => goalSwitches),
  ];
  const vertical = logAxis(
    'cells won per child',
    series.flatMap(({ points }) => points.map(({ height }) => height)),
  );
  const drawn = series.map(({ key, points }) => {
    return { key, points: points.map((point) => ({ ...point, height: vertical.height(point.height) })) };
  });
  return plotSeries(drawn, vertical, 'Cells won per child against generation');
}

/** Of generations whose mean is one point. */
const mostStretches = 100;

const shownOf = (progress: readonly ProgressRecord[]): ProgressRecord[] =>
  evenPlaces(progress.length, mostPoints).flatMap((place) => progress[place] ?? []);

const looks = [
  { dash: '', width: 2.5, colour: '#3b76c4' },
  { dash: '6 3', width: 1.5, colour: '#d97b1f' },
  { dash: '2 3', width: 1.5, colour: '#c2417c' },
] as const;

/** @param series at most three, the most important first */
function plotSeries(series: readonly Series[], vertical: VerticalAxis, ariaLabel: string): Markup {
  const lines = series.map(({ key, points }, index) => {
    const { dash = '', width: strokeWidth = 1.5 } = looks[index] ?? {};
    const own = points.map((point) => ({ ...point, key }));
    const style = { z: null, stroke: 'key', strokeWidth, ...(dash && { strokeDasharray: dash }) };
    const at = { x: 'generation', y: 'height', title: 'key' } as const;
    // A line of one point is none.
    return own.length > 1 ? Plot.lineY(own, { ...at, ...style }) : Plot.dot(own, { ...at, fill: 'key' });
  });
  const color = {
    legend: series.length > 1,
    domain: series.map(({ key }) => key),
    range: looks.slice(0, series.length).map(({ colour }) => colour),
  };
  const generations = series[0]?.points.map(({ generation }) => generation) ?? [];
  const frame = plotFrame(countAxis('generation', generations), vertical);
  return draw({ ...frame, ariaLabel, color, marks: [...vertical.marks, ...lines] });
}

/** Every class's confidence over the generations; many classes as the bands between their quantiles. */
export function plotClasses(
  progress: readonly ProgressRecord[],
  cells: readonly CellRecord[],
  axis: ConfidenceAxis,
): Markup {
  const curves = cells.map(({ label, class: number }, index) => {
    return {
      label: shortLabel(label),
      number,
      values: progress.map(({ confidences }) => confidences[index] ?? 0),
    };
  });
  return plotCurves(curves, {
    vertical: confidenceAxis(axis, valuesOf(curves)),
    horizontal: 'generation',
    each: 'class',
    all: 'classes',
    what: 'confidence',
    legend: axis === 'nines' || cells.every(({ confidence }) => confidence < 0.9),
  });
}

/** One bar divided by stage. Stages of the device overlap those of the host, so the sum may exceed the run's time. */
export function plotStages(
  stages: readonly { readonly name: string; readonly milliseconds: number }[],
): Markup {
  const color = { legend: true, domain: stages.map(({ name }) => name), scheme: 'observable10' } as const;
  const bar = Plot.barX(
    stages.map(({ name, milliseconds }) => ({ name, seconds: milliseconds / 1000 })),
    {
      x: 'seconds',
      fill: 'name',
      title: ({ name, seconds }: { name: string; seconds: number }) => `${name}: ${formatNumber(seconds)} s`,
      insetRight: 1,
    },
  );
  return draw({
    ariaLabel: 'Seconds by stage',
    width: plotWidth,
    height: 84,
    marginLeft: 10,
    marginBottom: 48,
    x: { label: 'seconds' },
    color,
    marks: [bar],
  });
}

/** The stages of a run in the order in which they happen. */
export const stageNames: Readonly<Record<keyof RunPhaseTimes, string>> = {
  setUp: 'set up',
  render: 'render pictures',
  network: 'evaluate network',
  readBack: 'read back',
  evolution: 'evolution',
  saving: 'save',
};
