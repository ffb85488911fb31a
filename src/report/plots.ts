/** The curves of an evolution as inline SVG. Each is drawn twice: as it is, and on an axis of nines. */
import * as Plot from '@observablehq/plot';
import type { CellRecord, ProgressRecord, StageTimes } from '../evolution/run-record.ts';
import { evenPlaces, mostCurves, mostPoints, plotCurves } from './curves.ts';
import { formatNumber, shortLabel } from './format.ts';
import type { Markup } from './markup.ts';
import { confidenceAxis, draw, plotFrame, plotWidth, type ConfidenceAxis } from './plot-frame.ts';

/** More classes than this are drawn as quantile bands. */
export const mostClassCurves = mostCurves;

/** Median, mean and lowest confidence of all classes over the generations. */
export function plotProgress(progress: readonly ProgressRecord[], axis: ConfidenceAxis): Markup {
  const series = [
    { key: 'median', dash: '', width: 2.5 },
    { key: 'mean', dash: '6 3', width: 1.5 },
    { key: 'min', dash: '2 3', width: 1.5 },
  ] as const;
  const vertical = confidenceAxis(axis);
  const records = evenPlaces(progress.length, mostPoints).flatMap((place) => progress[place] ?? []);
  const points = records.flatMap((record) =>
    series.map(({ key }) => ({ generation: record.generation, key, height: vertical.height(record[key]) })),
  );
  const lines = series.map(({ key, dash, width: strokeWidth }) => {
    const own = points.filter((point) => point.key === key);
    const style = { z: null, stroke: 'key', strokeWidth, ...(dash && { strokeDasharray: dash }) };
    return Plot.lineY(own, { x: 'generation', y: 'height', title: 'key', ...style });
  });
  const color = {
    legend: true,
    domain: series.map(({ key }) => key),
    range: ['#3b76c4', '#d97b1f', '#c2417c'],
  };
  const ariaLabel = 'Median, mean and lowest confidence against generation';
  const frame = plotFrame({ label: 'generation', ticks: 5, insetLeft: 4 }, vertical);
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
    vertical: confidenceAxis(axis),
    horizontal: 'generation',
    each: 'class',
    all: 'classes',
    what: 'confidence',
    legend: axis === 'nines',
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
    width: 2 * plotWidth,
    height: 84,
    marginLeft: 10,
    marginBottom: 44,
    x: { label: 'seconds' },
    color,
    marks: [bar],
  });
}

/** The stages of a run in the order in which they happen. */
export const stageNames: Readonly<Record<keyof StageTimes, string>> = {
  render: 'render pictures',
  network: 'evaluate network',
  readBack: 'read back',
  evolution: 'evolution',
  saving: 'save',
};
