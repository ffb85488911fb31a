/** Axes and canvas of the plots. Confidences crowd near certainty: an axis of nines is logarithmic in 1 − confidence. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { formatNumber } from './format.ts';
import { trusted, type Markup } from './markup.ts';

/** How confidences are spread along the vertical axis. */
export type ConfidenceAxis = 'linear' | 'nines';

/** A vertical axis: where a value stands on it, and what is drawn behind the curves. */
export interface VerticalAxis {
  readonly height: (value: number) => number;
  readonly scale: Plot.ScaleOptions;
  readonly marks: readonly Plot.Markish[];
}

/** Of one plot; a screen of usual width holds two side by side. */
export const plotWidth = 520;

/** 1 − confidence below this is rounding: float32 cannot hold it. */
const leastMissing = 1e-7;

/** A class of this confidence counts as fooled; the axis of nines has a dashed line there. */
const fooled = 0.9999;

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

export function confidenceAxis(axis: ConfidenceAxis): VerticalAxis {
  if (axis === 'linear') {
    const tickFormat = (value: number) => `${formatNumber(100 * value)} %`;
    return {
      height: (value) => value,
      scale: { domain: [0, 1], label: 'confidence', tickFormat },
      marks: [],
    };
  }
  const height = (value: number) => Math.max(leastMissing, 1 - value);
  return {
    height,
    scale: {
      type: 'log',
      domain: [1, leastMissing],
      ticks: Object.keys(nines).map(Number),
      label: 'confidence (nines)',
      labelArrow: 'up',
      tickFormat: (missing: number) => nines[missing] ?? '',
    },
    marks: [Plot.ruleY([height(fooled)], { strokeDasharray: '4 4', strokeOpacity: 0.6 })],
  };
}

/** An axis of even steps. */
export function evenAxis(label: string): VerticalAxis {
  return { height: (value) => value, scale: { label, tickFormat: tickText }, marks: [] };
}

/**
 * A logarithmic axis; what is not above 0 stands at its foot.
 *
 * @param values all that will stand on it
 */
export function logAxis(label: string, values: readonly number[]): VerticalAxis {
  let least = Infinity;
  for (const value of values) if (value > 0 && value < least) least = value;
  const foot = least === Infinity ? 1 : least;
  return {
    height: (value) => Math.max(foot, value),
    scale: { type: 'log', label, ticks: 6, tickFormat: tickText },
    marks: [],
  };
}

/** `1,500`, `0.25`, `3e-7`: as short as a tick must be. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.01 || size >= 1e6)) return Number(value.toPrecision(2)).toExponential();
  return formatNumber(value);
}

/** Size and scales of a plot; the vertical axis has room for the longest confidence. */
export function plotFrame(horizontal: Plot.ScaleOptions, { scale }: VerticalAxis): Plot.PlotOptions {
  const scales = { x: horizontal, y: { grid: true, ...scale } };
  return { width: plotWidth, height: 300, marginLeft: 84, marginBottom: 40, ...scales };
}

/** Plot writes into a document; outside a browser linkedom lends one. Both are typed by the DOM, which the core lacks. */
const plot = Plot.plot as unknown as (options: DrawingOptions) => { readonly outerHTML: string };
const parse = parseHTML as unknown as (page: string) => { readonly document: object };

interface DrawingOptions extends Omit<Plot.PlotOptions, 'document' | 'style'> {
  readonly document: object;
  readonly style: Readonly<Record<string, string>>;
}

/** @param style of the whole drawing, beside the size of its letters */
export function draw(options: Plot.PlotOptions, style: Readonly<Record<string, string>> = {}): Markup {
  const { document } = parse('<!doctype html><html><body></body></html>');
  return trusted(plot({ ...options, document, style: { fontSize: '12px', ...style } }).outerHTML);
}
