/**
 * The curves of a run as inline SVG. Confidences crowd near certainty, so each curve is drawn twice: as it is, and on
 * an axis of nines, that is logarithmic in 1 − confidence.
 */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { CellRecord, ProgressRecord, StageTimes } from '../evolution/run-record.ts';
import { formatNumber, shortLabel } from './format.ts';
import { trusted, type Markup } from './markup.ts';

/** How confidences are spread along the vertical axis. */
export type ConfidenceAxis = 'linear' | 'nines';

/** More classes than this are drawn as quantile bands. */
export const mostClassCurves = 30;

/** A screen shows no more; it keeps the page of a long run small. */
const mostPoints = 300;

/** 1 − confidence below this is rounding: float32 cannot hold it. */
const leastMissing = 1e-7;

/** A class of this confidence counts as fooled; the axis of nines has a dashed line there. */
const fooled = 0.999;

const width = 520;

/** Median, mean and lowest confidence of all classes over the generations. */
export function plotProgress(progress: readonly ProgressRecord[], axis: ConfidenceAxis): Markup {
  const series = [
    { key: 'median', dash: '', width: 2.5 },
    { key: 'mean', dash: '6 3', width: 1.5 },
    { key: 'min', dash: '2 3', width: 1.5 },
  ] as const;
  const points = thin(progress).flatMap((record) =>
    series.map(({ key }) => ({ generation: record.generation, key, height: heightOf(record[key], axis) })),
  );
  const lines = series.map(({ key, dash, width: strokeWidth }) => {
    const own = points.filter((point) => point.key === key);
    const style = { stroke: 'key', strokeWidth, ...(dash && { strokeDasharray: dash }) };
    return Plot.lineY(own, { x: 'generation', y: 'height', title: 'key', ...style });
  });
  const color = {
    legend: true,
    domain: series.map(({ key }) => key),
    range: ['#3b76c4', '#d97b1f', '#c2417c'],
  };
  const ariaLabel = 'Median, mean and lowest confidence against generation';
  return draw({ ...confidenceFrame(axis), ariaLabel, color, marks: [...frameMarks(axis), ...lines] });
}

/** Every class's confidence over the generations; many classes as the bands between their quantiles. */
export function plotClasses(
  progress: readonly ProgressRecord[],
  cells: readonly CellRecord[],
  axis: ConfidenceAxis,
): Markup {
  const thinned = thin(progress);
  if (cells.length > mostClassCurves) return plotBands(thinned, axis);
  const domain = uniqueLabels(cells);
  const points = thinned.flatMap(({ generation, confidences }) =>
    confidences.map((confidence, index) => {
      return { generation, label: domain[index], height: heightOf(confidence, axis) };
    }),
  );
  const scheme = cells.length <= 10 ? 'observable10' : 'turbo';
  // A legend of hundreds of names hides the plot; each curve still says its own.
  const legend = axis === 'nines' && cells.length <= mostInLegend;
  const color = { legend, type: 'categorical', domain, scheme } as const;
  const lines = Plot.lineY(points, {
    x: 'generation',
    y: 'height',
    stroke: 'label',
    title: 'label',
    strokeWidth: 1.5,
  });
  const ariaLabel = 'Confidence of each class against generation';
  return draw({ ...confidenceFrame(axis), ariaLabel, color, marks: [...frameMarks(axis), lines] });
}

const mostInLegend = 30;

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
    width: 2 * width,
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

const bands = [
  { low: 0, high: 1, opacity: 0.15 },
  { low: 0.1, high: 0.9, opacity: 0.25 },
  { low: 0.25, high: 0.75, opacity: 0.35 },
] as const;

function plotBands(progress: readonly ProgressRecord[], axis: ConfidenceAxis): Markup {
  const sorted = progress.map(({ generation, confidences }) => {
    return {
      generation,
      heights: [...confidences].sort((a, b) => a - b).map((value) => heightOf(value, axis)),
    };
  });
  const areas = bands.map(({ low, high, opacity }) => {
    const points = sorted.map(({ generation, heights }) => {
      return { generation, low: quantile(heights, low), high: quantile(heights, high) };
    });
    const title = low === 0 ? 'all classes' : `middle ${formatNumber(100 * (high - low))} % of the classes`;
    const look = { fill: '#3b76c4', fillOpacity: opacity, title: () => title };
    return Plot.areaY(points, { x: 'generation', y1: 'low', y2: 'high', ...look });
  });
  const middle = sorted.map(({ generation, heights }) => ({ generation, height: quantile(heights, 0.5) }));
  const line = Plot.lineY(middle, { x: 'generation', y: 'height', stroke: '#3b76c4', strokeWidth: 2.5 });
  const ariaLabel = 'Quantiles of the confidence of all classes against generation';
  return draw({ ...confidenceFrame(axis), ariaLabel, marks: [...frameMarks(axis), ...areas, line] });
}

/** The nearest rank below. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

/** Evenly spread records, first and last among them. */
function thin(progress: readonly ProgressRecord[]): readonly ProgressRecord[] {
  if (progress.length <= mostPoints) return progress;
  const step = (progress.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, index) => progress[Math.round(index * step)]).filter(
    (record) => record !== undefined,
  );
}

function heightOf(confidence: number, axis: ConfidenceAxis): number {
  return axis === 'linear' ? confidence : Math.max(leastMissing, 1 - confidence);
}

/** Two classes of one name are two curves. */
function uniqueLabels(cells: readonly CellRecord[]): string[] {
  return cells.map((cell) => {
    const label = shortLabel(cell.label);
    const shared = cells.some((other) => other !== cell && shortLabel(other.label) === label);
    return shared ? `${label} (${String(cell.class)})` : label;
  });
}

/** Ticks of the axis of nines: 1 − confidence, and what it is called. */
const nines: Readonly<Record<number, string>> = {
  1: '0 %',
  0.1: '90 %',
  0.01: '99 %',
  0.001: '99.9 %',
  0.0001: '99.99 %',
  0.00001: '99.999 %',
  0.000001: '99.9999 %',
  [leastMissing]: '99.99999 %',
};

function confidenceFrame(axis: ConfidenceAxis): Plot.PlotOptions {
  const vertical: Plot.ScaleOptions =
    axis === 'linear'
      ? {
          domain: [0, 1],
          label: 'confidence',
          tickFormat: (value: number) => `${formatNumber(100 * value)} %`,
        }
      : {
          type: 'log',
          domain: [1, leastMissing],
          ticks: Object.keys(nines).map(Number),
          label: 'confidence (nines)',
          labelArrow: 'up',
          tickFormat: (missing: number) => nines[missing] ?? '',
        };
  const grid = { x: { label: 'generation', ticks: 5, insetLeft: 4 }, y: { grid: true, ...vertical } };
  return { width, height: 300, marginLeft: 84, marginBottom: 40, ...grid };
}

function frameMarks(axis: ConfidenceAxis): Plot.Markish[] {
  const goal = Plot.ruleY([heightOf(fooled, axis)], { strokeDasharray: '4 4', strokeOpacity: 0.6 });
  return axis === 'linear' ? [] : [goal];
}

/** Plot writes into a document; outside a browser linkedom lends one. Both are typed by the DOM, which the core lacks. */
const plot = Plot.plot as unknown as (options: DrawingOptions) => { readonly outerHTML: string };
const parse = parseHTML as unknown as (page: string) => { readonly document: object };

interface DrawingOptions extends Omit<Plot.PlotOptions, 'document' | 'style'> {
  readonly document: object;
  readonly style: Readonly<Record<string, string>>;
}

function draw(options: Plot.PlotOptions): Markup {
  const { document } = parse('<!doctype html><html><body></body></html>');
  return trusted(plot({ ...options, document, style: { fontSize: '12px' } }).outerHTML);
}
