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

/** How an axis of nines names confidences by their number of nines. More are rounding: float32 cannot hold them. */
const namesOfNines = [
  '0 %',
  '90 %',
  '99 %',
  '99.9 %',
  '99.99 %',
  '99.999 %',
  '99.9999 %',
  '99.99999 %',
] as const;
const mostNines = namesOfNines.length - 1;

/** What is missing to certainty. `10 ** -5` is another number on some engines. */
const missingAt = (nines: number): number => Number(`1e-${String(nines)}`);

/** A class of so many nines counts as fooled; an axis that reaches as far has a dashed line there. */
const fooled = 4;

/** What a caption says of such an axis. */
export const axisOfNines = `on an axis of nines (dashed where it is reached: ${namesOfNines[fooled]})`;

/**
 * @param values all that will stand on it: an axis of nines reaches from those of the least to those of the greatest, an even
 * one from 0 to 1, or to the greatest where that is less than half
 */
export function confidenceAxis(axis: ConfidenceAxis, values: Iterable<number>): VerticalAxis {
  if (axis === 'linear') {
    let most = 0;
    for (const value of values) most = Math.max(most, value);
    const tickFormat = (value: number) => `${formatNumber(100 * value)} %`;
    return {
      height: (value) => value,
      scale: { domain: [0, most > 0 && most < 0.5 ? most : 1], nice: true, label: 'confidence', tickFormat },
      marks: [],
    };
  }
  const height = (value: number) => Math.max(missingAt(mostNines), 1 - value);
  const [least, most] = ninesAround(values);
  const ticks = namesOfNines.flatMap((_, nines) => (nines >= least && nines <= most ? missingAt(nines) : []));
  return {
    height,
    scale: {
      type: 'log',
      domain: [missingAt(least), missingAt(most)],
      ticks,
      label: 'confidence (nines)',
      labelArrow: 'up',
      tickFormat: (missing: number) => namesOfNines[Math.round(-Math.log10(missing))] ?? '',
    },
    marks:
      least <= fooled && fooled <= most
        ? [Plot.ruleY([missingAt(fooled)], { strokeDasharray: '4 4', strokeOpacity: 0.6 })]
        : [],
  };
}

/** Whole numbers of nines around all values, at least one apart. */
function ninesAround(values: Iterable<number>): [least: number, most: number] {
  let [low, high] = [1, 0];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  if (low > high) return [0, 1];
  const ninesOf = (value: number) =>
    Math.min(mostNines, Math.max(0, -Math.log10(Math.max(Number.MIN_VALUE, 1 - value))));
  // What a difference of binary fractions is off by makes no other nine.
  const least = Math.min(mostNines - 1, Math.floor(ninesOf(low) + 1e-6));
  return [least, Math.max(least + 1, Math.ceil(ninesOf(high) - 1e-6))];
}

/** An axis of even steps. */
export function evenAxis(label: string): VerticalAxis {
  return { height: (value) => value, scale: { label, tickFormat: tickText }, marks: [] };
}

/**
 * A logarithmic axis; what is not above 0 stands at its foot, which says 0 where nothing is.
 *
 * @param values all that will stand on it
 */
export function logAxis(label: string, values: readonly number[]): VerticalAxis {
  let least = Infinity;
  for (const value of values) if (value > 0 && value < least) least = value;
  if (least === Infinity)
    return {
      height: (value) => value,
      scale: { label, domain: [0, 1], ticks: [0], tickFormat: tickText },
      marks: [],
    };
  const foot = least;
  return {
    height: (value) => Math.max(foot, value),
    scale: { type: 'log', label, ticks: 6, tickFormat: tickText },
    marks: [],
  };
}

/**
 * A horizontal axis of whole numbers.
 *
 * @param places all that will stand on it, ascending
 */
export function countAxis(label: string, places: readonly number[]): Plot.ScaleOptions {
  const [first = 0, last = first] = [places[0], places.at(-1)];
  const step = wholeStep((last - first) / mostSteps);
  const count = Math.floor(last / step) - Math.ceil(first / step) + 1;
  const ticks = Array.from({ length: count }, (_, index) => (Math.ceil(first / step) + index) * step);
  return {
    label,
    // A single one may be no multiple of the step.
    ticks: ticks.length > 0 ? ticks : [first],
    tickFormat: formatNumber,
    insetLeft: 4,
  };
}

/** Between the ticks of such an axis, roughly. */
const mostSteps = 5;

/** The number of the kind 1, 2, 5, 10, 20 … that is nearest by ratio. */
function wholeStep(wanted: number): number {
  if (wanted <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const ratio = wanted / power;
  return power * (ratio >= Math.sqrt(50) ? 10 : ratio >= Math.sqrt(10) ? 5 : ratio >= Math.SQRT2 ? 2 : 1);
}

/** `1,500`, `0.25`, `3e-7`: as short as a tick must be. */
export function tickText(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.01 || size >= 1e6)) return Number(value.toPrecision(2)).toExponential();
  return formatNumber(value);
}

/** Size and scales of a plot; the vertical axis has room for the longest confidence in the letters of a narrow screen. */
export function plotFrame(horizontal: Plot.ScaleOptions, { scale }: VerticalAxis): Plot.PlotOptions {
  const scales = { x: horizontal, y: { grid: true, ...scale } };
  const margins = { marginTop: 30, marginLeft: 110, marginBottom: 48 };
  return { className: 'framed', width: plotWidth, height: 310, ...margins, ...scales };
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
