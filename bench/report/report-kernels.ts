/** Kernels in the report: the roofline plot of each case's best variant, then every variant of every case. */
import { formatNumber } from '../../src/report/format.ts';
import { html } from '../../src/report/markup.ts';
import { Section } from '../../src/report/section.ts';
import { columnTable, plotFigures, type Figure } from '../../src/report/tables.ts';
import { formatMs, formatShare } from './format-figures.ts';
import { plotBars, type Bar } from './plot-bars.ts';
import { plotRoofline, rooflineWidth, type RooflinePoint } from './plot-roofline.ts';
import type { KernelResult, ResultsOrigin, ResultRow, Timing } from './results-file.ts';

/** All variants of a family at one shape, the fastest first. */
export interface MeasuredCase {
  readonly family: string;
  readonly shape: string;
  readonly variants: readonly KernelResult[];
}

export function measuredCases(rows: readonly ResultRow[]): MeasuredCase[] {
  const cases = new Map<string, { family: string; shape: string; variants: KernelResult[] }>();
  for (const row of rows) {
    if (row.kind !== 'kernel') continue;
    const key = `${row.name}: ${row.shape}`;
    const known = cases.get(key) ?? { family: row.name, shape: row.shape, variants: [] };
    known.variants.push(row);
    cases.set(key, known);
  }
  for (const { variants } of cases.values()) variants.sort((a, b) => a.medianMs - b.medianMs);
  return [...cases.values()];
}

/** Of files that lack it, the quotient of their rates. */
export const intensityOf = ({ intensity, gflops, gbps }: KernelResult): number => intensity ?? gflops / gbps;

export function rooflineSection(rows: readonly ResultRow[], { peaks }: ResultsOrigin): Section | undefined {
  const best = measuredCases(rows).flatMap(({ variants: [fastest] }) => fastest ?? []);
  if (best.length === 0) return undefined;
  const points = best.map((row, index): RooflinePoint => {
    const { name, shape, variant, gflops } = row;
    const what = `${name}, ${shape} (${variant})`;
    return { number: index + 1, family: name, what, intensity: intensityOf(row), gflops };
  });
  // A logarithmic plot has no place for kernels that only move bytes.
  const drawn = points.filter(({ intensity, gflops }) => intensity > 0 && intensity < Infinity && gflops > 0);
  const columns = ['number', 'kernel', 'fastest variant'].map((heading) => ({ heading }));
  const numeric = ['median', 'flop/byte', 'GFLOP/s', 'GB/s', 'of the roof'].map((heading) => ({
    heading,
    numeric: true,
  }));
  const lines = best.map((row, index) => ({
    cells: [
      index + 1,
      `${row.name}, ${row.shape}`,
      html`<code>${row.variant}</code>`,
      formatMs(row.medianMs),
      formatNumber(intensityOf(row)),
      formatNumber(row.gflops),
      formatNumber(row.gbps),
      row.ofPeak === undefined ? '–' : formatShare(row.ofPeak),
    ],
  }));
  const roofs = peaks ? 'below the roofs that were measured on it' : 'the file holds no measured roofs';
  return new Section(
    'Kernels against the roofs of the adapter',
    html`${
      drawn.length > 0
        ? html`<figure>
            <div class="drawing" style="--drawn:${rooflineWidth}px">${plotRoofline(drawn, peaks)}</div>
            <figcaption>
              The fastest variant of each case, ${roofs}; the numbers are those of the table. Bytes are
              counted once for each operand, so that caches may carry a kernel above the roof of memory.
            </figcaption>
          </figure>`
        : undefined
    }
    ${columnTable([...columns, ...numeric], lines)}`,
  );
}

export function variantsSection(rows: readonly ResultRow[]): Section | undefined {
  const several = measuredCases(rows).filter(({ variants }) => variants.length > 1);
  if (several.length === 0) return undefined;
  const families = [...new Set(several.map(({ family }) => family))].map((family) => {
    const figures = several.filter((one) => one.family === family).map(figureOf);
    return html`<h3>${family}</h3>
      ${plotFigures(figures)}`;
  });
  const known = several.some(({ variants }) => variants.some(({ chosen }) => chosen));
  return new Section(
    'Variants of each kernel',
    html`<p class="quiet">
        Median time of a dispatch, less is better;
        ${intervalWords(several.flatMap(({ variants }) => variants))}${
          known ? '. Orange: the variant that is taken by default' : ''
        }.
      </p>
      ${families}`,
  );
}

function figureOf({ family, shape, variants }: MeasuredCase): Figure {
  const bars = variants.map((row): Bar => {
    const words = `${formatNumber(row.gflops)} GFLOP/s`;
    const marked = row.chosen ?? false;
    return { name: row.variant, value: row.medianMs, interval: intervalOf(row), words, marked };
  });
  return [plotBars(bars, 'milliseconds', `Time of each variant of ${family}, ${shape}`), shape];
}

/** The confidence interval of the median, or the spread where the file has none. */
export function intervalOf({ lowMs, highMs, p10Ms, p90Ms }: Timing): readonly [number, number] {
  return [lowMs ?? p10Ms, highMs ?? p90Ms];
}

export function intervalWords(rows: readonly Timing[]): string {
  return rows.some(({ lowMs }) => lowMs !== undefined)
    ? 'the line at a bar’s end is the 95 % confidence interval of the median'
    : 'the line at a bar’s end reaches from the 10th to the 90th percentile';
}
