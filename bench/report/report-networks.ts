/** Networks in the report: a table, how they grow with the batch, and where the time of a submission goes. */
import { formatBytes } from '../../src/gpu/errors.ts';
import { formatNumber } from '../../src/report/format.ts';
import { html, type Markup } from '../../src/report/markup.ts';
import { evenAxis } from '../../src/report/plot-frame.ts';
import { Section } from '../../src/report/section.ts';
import { columnTable, plotFigures, type Figure } from '../../src/report/tables.ts';
import { formatMs, formatShare } from './format-figures.ts';
import { fallsOf } from './batch-verdict.ts';
import { plotBars } from './plot-bars.ts';
import { plotLines, type SizePoint } from './plot-lines.ts';
import { intervalOf } from './report-kernels.ts';
import type { NetworkResult, ResultRow } from './results-file.ts';

const networksOf = (rows: readonly ResultRow[]) => rows.filter((row) => row.kind === 'network');

export function networksSection(rows: readonly ResultRow[]): Section | undefined {
  const networks = networksOf(rows).filter(({ nodesPerSecond }) => nodesPerSecond === undefined);
  if (networks.length === 0) return undefined;
  const columns = [
    { heading: 'work' },
    ...[
      'batch',
      'latency',
      'images/s',
      'throughput, images/s',
      'GFLOP/s',
      'device memory',
      'dispatches',
      'overhead',
    ].map((heading) => ({ heading, numeric: true })),
  ];
  const lines = networks.map((row) => ({
    cells: [
      row.work,
      formatNumber(row.batch),
      formatMs(row.medianMs),
      formatNumber(row.imagesPerSecond),
      row.throughput === undefined ? '–' : formatNumber(row.throughput),
      row.gflops === undefined ? '–' : formatNumber(row.gflops),
      row.deviceBytes === undefined ? '–' : formatBytes(row.deviceBytes),
      row.dispatches === undefined ? '–' : formatNumber(row.dispatches),
      row.overheadShare === undefined ? '–' : formatShare(row.overheadShare),
    ],
  }));
  return new Section(
    'Networks',
    html`<p class="quiet">
        The latency is that of one submission, which is waited for, and images per second are what it comes
        to. The throughput is that of several in flight. Overhead is the time of a whole submission less that
        of its dispatches, as a share of the submission.
      </p>
      ${columnTable(columns, lines)}`,
  );
}

/** How fast CPPNs are drawn. */
export function renderingSection(rows: readonly ResultRow[]): Section | undefined {
  const drawn = networksOf(rows).filter(({ nodesPerSecond }) => nodesPerSecond !== undefined);
  if (drawn.length === 0) return undefined;
  const numeric = ['genomes', 'median', 'images/s', 'million nodes/s', 'share of the peak'];
  const columns = [{ heading: 'work' }, ...numeric.map((heading) => ({ heading, numeric: true }))];
  const lines = drawn.map((row) => ({
    cells: [
      row.work,
      formatNumber(row.batch),
      formatMs(row.medianMs),
      formatNumber(row.imagesPerSecond),
      formatNumber((row.nodesPerSecond ?? 0) / 1e6),
      formatShare(row.ofFunctions ?? 0),
    ],
  }));
  return new Section(
    'Drawing',
    html`<p class="quiet">
        A node counts once at every pixel; the peak is of sines and exponentials by turns, in registers. Some
        nodes are cheaper than either.
      </p>
      ${columnTable(columns, lines)}`,
  );
}

/** Images per second by batch, a plot for each network; and the matrix product by its side. */
export function scalingSection(rows: readonly ResultRow[]): Section | undefined {
  const networks = networksOf(rows);
  const names = [...new Set(networks.map(({ work }) => networkName(work)))];
  const figures = names.flatMap((name): Figure[] => {
    const points = networks.filter(({ work }) => networkName(work) === name).map(scalingPoint);
    const scaled = points.filter(
      ({ series }) => new Set(points.flatMap((p) => (p.series === series ? [p.size] : []))).size > 1,
    );
    if (scaled.length === 0) return [];
    const what = `Images per second of ${name} against the batch`;
    return [
      [
        plotLines(scaled, 'batch', evenAxis('images per second'), what),
        `${name}: images per second by batch.`,
      ],
    ];
  });
  const product = productFigure(rows);
  if (product) figures.push(product);
  if (figures.length === 0) return undefined;
  const falls = fallsOf(rows).map((sentence) => html`<p>${sentence}.</p>`);
  return new Section('Scaling', html`${falls} ${plotFigures(figures)}`);
}

/** `AlexNet forward, dense weights as halves` → `AlexNet`. */
const networkName = (work: string): string => work.split(' ')[0] ?? work;

function scalingPoint(row: NetworkResult): SizePoint {
  const { work, batch, imagesPerSecond } = row;
  const [least, most] = intervalOf(row);
  const perSecond = (milliseconds: number) => (1000 * batch) / milliseconds;
  const series = work.slice(networkName(work).length + 1).replace(/ \(.*\)$/, '');
  return { series, size: batch, value: imagesPerSecond, low: perSecond(most), high: perSecond(least) };
}

/** Products of square matrices, at the fastest variant of each size. */
function productFigure(rows: readonly ResultRow[]): Figure | undefined {
  const fastest = new Map<number, SizePoint>();
  for (const row of rows) {
    const size = row.kind === 'kernel' && row.name === 'matmul' ? squareSide(row.shape) : undefined;
    if (size === undefined || row.kind !== 'kernel') continue;
    const [least, most] = intervalOf(row);
    const at = (milliseconds: number) => (row.gflops * row.medianMs) / milliseconds;
    const point = { series: 'fastest variant', size, value: row.gflops, low: at(most), high: at(least) };
    if (row.gflops > (fastest.get(size)?.value ?? 0)) fastest.set(size, point);
  }
  if (fastest.size < 2) return undefined;
  const points = [...fastest.values()].sort((a, b) => a.size - b.size);
  const what = 'GFLOP/s of the product of square matrices against their side';
  return [plotLines(points, 'side', evenAxis('GFLOP/s'), what), 'Product of square matrices by their side.'];
}

/** `512 × 512 × 512` → 512; undefined for other shapes. */
export function squareSide(shape: string): number | undefined {
  const side = /\b(\d+) × \1 × \1\b/.exec(shape)?.[1];
  return side === undefined ? undefined : Number(side);
}

/** Where the time goes, dispatch by dispatch; a fold for each network. */
export function layersSection(rows: readonly ResultRow[]): Section | undefined {
  const detailed = networksOf(rows).filter(({ layers }) => layers !== undefined && layers.length > 0);
  if (detailed.length === 0) return undefined;
  const folds = detailed.map((row, index) => {
    const overhead =
      row.overheadShare === undefined
        ? ''
        : `, ${formatShare(row.overheadShare)} of the submission is overhead`;
    return html`<details ${index === 0 ? 'open' : ''}>
      <summary>${row.work}, batch ${row.batch}: ${formatMs(row.medianMs)}${overhead}</summary>
      ${layersOf(row)}
    </details>`;
  });
  return new Section(
    'Layer by layer',
    html`<p class="quiet">
        Times of single dispatches by the clock of the device; the share is of their sum.
      </p>
      ${folds}`,
  );
}

function layersOf({ work, layers = [] }: NetworkResult): Markup {
  const passes = [...new Set(layers.map(({ pass }) => pass))];
  const figures = passes.map((pass): Figure => {
    const bars = layers
      .filter((layer) => layer.pass === pass)
      .map(({ label, medianMs, share }, index) => {
        // Two dispatches of one label are two bars.
        return { name: `${String(index + 1)} ${label}`, value: medianMs, words: formatShare(share) };
      });
    return [plotBars(bars, 'milliseconds', `Time of each dispatch of ${work}, ${pass}`), pass];
  });
  const columns = [
    ...['dispatch', 'pass', 'kernel'].map((heading) => ({ heading })),
    ...['workgroups', 'median', 'share', 'GFLOP/s', 'GB/s'].map((heading) => ({ heading, numeric: true })),
  ];
  const lines = layers.map((layer) => ({
    cells: [
      layer.label,
      layer.pass,
      html`<code>${layer.kernel}</code>`,
      layer.workgroups.join(' × '),
      formatMs(layer.medianMs),
      formatShare(layer.share),
      formatNumber(layer.gflops),
      formatNumber(layer.gbps),
    ],
  }));
  return html`${plotFigures(figures)} ${columnTable(columns, lines)}`;
}
