/** A results file as Markdown: a table for each section. */
import { formatNumber, formatTime } from '../../src/report/format.ts';
import { formatMs, formatShare } from './format-figures.ts';
import { fallsOf } from './batch-verdict.ts';
import { engineOf } from '../compare/pair-rows.ts';
import { remarksOf } from '../compare/remarks.ts';
import type {
  EvolutionResult,
  KernelResult,
  NetworkResult,
  PeerResult,
  Results,
  ResultRow,
} from './results-file.ts';

/** A heading with `: ` before it is that of numbers. */
interface Table<Row> {
  readonly title: string;
  readonly columns: readonly (readonly [heading: string, cell: (row: Row) => string])[];
}

const orNone = (value: number | undefined): string => (value === undefined ? '–' : formatNumber(value));

const interval = ({ lowMs, highMs, p10Ms, p90Ms }: KernelResult): string =>
  `${formatMs(lowMs ?? p10Ms)} … ${formatMs(highMs ?? p90Ms)}`;

const kernels: Table<KernelResult> = {
  title: 'Kernels',
  columns: [
    ['family', ({ name }) => name],
    ['shape', ({ shape }) => shape],
    ['variant', ({ variant, chosen }) => (chosen === true ? `**${variant}**` : variant)],
    [': median', ({ medianMs }) => formatMs(medianMs)],
    [': 95 % interval', interval],
    [': GFLOP/s', ({ gflops }) => formatNumber(gflops)],
    [': GB/s', ({ gbps }) => formatNumber(gbps)],
    [': of the roof', ({ ofPeak }) => (ofPeak === undefined ? '–' : formatShare(ofPeak))],
  ],
};

const networks: Table<NetworkResult> = {
  title: 'Networks',
  columns: [
    ['work', ({ work }) => work],
    [': batch', ({ batch }) => formatNumber(batch)],
    [': latency', ({ medianMs }) => formatMs(medianMs)],
    [': images/s', ({ imagesPerSecond }) => formatNumber(imagesPerSecond)],
    [': throughput, images/s', ({ throughput }) => orNone(throughput)],
    [': GFLOP/s', ({ gflops }) => orNone(gflops)],
  ],
};

const peers: Table<PeerResult> = {
  title: 'Engines',
  columns: [
    ['work', ({ work }) => work],
    [': batch', ({ batch }) => formatNumber(batch)],
    ['engine', engineOf],
    [': latency', ({ medianMs }) => formatMs(medianMs)],
    [': images/s', ({ imagesPerSecond }) => formatNumber(imagesPerSecond)],
    [': throughput, images/s', ({ throughput }) => orNone(throughput)],
    ['answer', ({ agrees }) => (agrees === undefined ? 'not compared' : agrees ? 'the same' : 'another')],
  ],
};

const runs: Table<EvolutionResult> = {
  title: 'Whole runs',
  columns: [
    ['work', ({ work }) => work],
    [': seed', ({ seed }) => String(seed)],
    [': command', ({ commandSeconds }) => `${commandSeconds.toFixed(1)} s`],
    [': run', ({ runSeconds }) => `${runSeconds.toFixed(1)} s`],
    [': evaluations/s', ({ evaluationsPerSecond }) => orNone(evaluationsPerSecond)],
  ],
};

export function markdownOf(results: Results): string {
  const { adapter, machine, commit, date, peaks, rows } = results;
  const of = <Kind extends ResultRow['kind']>(kind: Kind) =>
    rows.filter((row): row is Extract<ResultRow, { kind: Kind }> => row.kind === kind);
  const roofs = peaks
    ? ` Roofs: ${formatNumber(peaks.gflops)} GFLOP/s, ${formatNumber(peaks.gbps)} GB/s.`
    : '';
  const origin = `${machine.cpu}, ${adapter.name} (${adapter.description}), measured ${formatTime(date)} at \`${commit}\`.${roofs}`;
  return [
    `# Benchmark on ${escaped(adapter.name)}`,
    escaped(origin),
    ...remarksOf(results).map((remark) => escaped(`This file ${remark}.`)),
    ...fallsOf(rows).map((sentence) => escaped(`Here ${sentence}.`)),
    ...tableText(kernels, of('kernel')),
    ...tableText(networks, of('network')),
    ...tableText(peers, of('peer')),
    ...tableText(runs, of('evolution')),
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function tableText<Row>({ title, columns }: Table<Row>, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const lines = [
    line(columns.map(([heading]) => heading.replace(/^: /, ''))),
    line(columns.map(([heading]) => (heading.startsWith(': ') ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map(([, cell]) => escaped(cell(row))))),
  ];
  return [`## ${title}`, lines.join('\n')];
}

/** A bar would end the cell, and an angle bracket begin a tag. */
const escaped = (text: string): string => text.replaceAll(/[|<]/g, (sign) => `\\${sign}`);
