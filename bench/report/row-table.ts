/** What is measured, as a table that grows line by line: a heading where the kind of row or the case changes. */
import { columnLine, columnsThatFit, withNotes, wrapped, type TerminalColumn } from './columns.ts';
import { formatMs, formatShare } from './format-figures.ts';
import type { EvolutionRow } from '../runs/evolution.ts';
import type { KernelRow } from '../kernels/kernels.ts';
import type { NetworkRow } from '../networks/network-row.ts';
import type { PeerRow } from '../peers/peers.ts';
import type { Sample } from '../sampling/sampling.ts';
import type { Throughput } from '../sampling/throughput.ts';
import { undisturbedBelow } from '../sampling/machine-load.ts';

export type ShownRow = KernelRow | NetworkRow | EvolutionRow | PeerRow;

const number = (value: number): string => Number(value.toPrecision(3)).toLocaleString('en');

/** A case of kernels is a heading, its variants are lines. */
export class RowTable {
  #heading = '';

  /** @param width characters of a line; columns that there is no room for are left out */
  constructor(private readonly width: () => number = () => Infinity) {}

  /** Lines to print for the next row. */
  linesOf(row: ShownRow): string[] {
    const { heading, columns, cells, notes } = entryOf(row);
    const most = this.width();
    const shown = columnsThatFit(columns, most).flatMap((place) => columns[place]?.name ?? []);
    const names = shown.filter((name) => name !== '').join(', ');
    const whole = names === '' ? heading : `${heading} (${names})`;
    const changed = whole !== this.#heading;
    this.#heading = whole;
    const lines = withNotes(columnLine(columns, cells, most), notes, most);
    return changed ? ['', ...wrapped(whole, most), ...lines] : lines;
  }
}

interface Entry {
  readonly heading: string;
  /** Those whose cells speak for themselves have no name. */
  readonly columns: readonly TerminalColumn[];
  readonly cells: readonly string[];
  readonly notes: readonly string[];
}

function entryOf(row: ShownRow): Entry {
  if ('variant' in row) return kernelEntry(row);
  if ('commandSeconds' in row) return evolutionEntry(row);
  return 'engine' in row ? peerEntry(row) : networkEntry(row);
}

/** That the machine was slower than itself meanwhile, and by what factor; that the median is that of one hump at most. */
function disturbance({ slowdown = 1, humps, p10Ms = 0, p90Ms = 0 }: Partial<Sample>): string[] {
  return [
    ...(slowdown > undisturbedBelow ? [`disturbed: ${slowdown.toFixed(2)}×`] : []),
    ...(humps === undefined ? [] : [`two humps, from ${formatMs(p10Ms)} to ${formatMs(p90Ms)}`]),
  ];
}

const kernelColumns: readonly TerminalColumn[] = [
  { name: '', width: 16, rank: 0 },
  { name: 'median', width: 9, rank: 0, numeric: true },
  { name: '95 % interval', width: 19, rank: 3, numeric: true },
  { name: 'arithmetic', width: 14, rank: 2, numeric: true },
  { name: 'memory', width: 11, rank: 4, numeric: true },
  { name: 'share of the roof', width: 6, rank: 1, numeric: true },
  { name: 'compiling', width: 11, rank: 5, numeric: true },
];

function kernelEntry(row: KernelRow): Entry {
  const { name, shape, variant, chosen, medianMs, lowMs, highMs, gflops, gbps, ofPeak, compileMs } = row;
  return {
    heading: `${name}, ${shape}`,
    columns: kernelColumns,
    cells: [
      `${chosen ? '*' : ' '} ${variant}`,
      formatMs(medianMs),
      `${formatMs(lowMs)}–${formatMs(highMs)}`,
      `${number(gflops)} GFLOP/s`,
      `${number(gbps)} GB/s`,
      `${(100 * ofPeak).toFixed(0)} %`,
      formatMs(compileMs),
    ],
    notes: [
      ...(row.workgroupMemory > 0 ? [`${String(row.workgroupMemory)} B shared`] : []),
      ...(row.timer === 'wall clock' ? ['by the wall clock'] : []),
      ...(row.aboveRoof === undefined ? [] : [aboveRoofText[row.aboveRoof]]),
      ...disturbance(row),
    ],
  };
}

/** Why a share of the roof is above 100 %. */
const aboveRoofText = {
  caches: 'above the roof of memory: out of caches',
  reading: 'above the roof of memory: reads more than it writes',
  squares: 'above the roof: counts as the convolution that it stands for',
  doubtful: 'above the roof: was that measured while the machine was disturbed?',
} as const;

const batchColumn: TerminalColumn = { name: '', width: 10, rank: 0 };
const rateColumn: TerminalColumn = { name: '', width: 17, rank: 1, numeric: true };
const arithmeticColumn: TerminalColumn = { name: '', width: 14, rank: 3, numeric: true };
const flightColumn: TerminalColumn = { name: 'several in flight', width: 17, rank: 4, numeric: true };
const timeColumns: readonly TerminalColumn[] = [
  { name: 'latency', width: 9, rank: 0, numeric: true },
  { name: '10th to 90th percentile', width: 19, rank: 2, numeric: true },
];

const timeCells = ({ medianMs, p10Ms, p90Ms }: Sample): string[] => [
  formatMs(medianMs),
  `${formatMs(p10Ms)}–${formatMs(p90Ms)}`,
];
const batchText = (batch: number): string => `batch ${String(batch).padStart(4)}`;
const flightText = ({ throughput }: Partial<Throughput>): string =>
  throughput === undefined ? '' : rateText(throughput);
const rateText = (rate: number): string => `${number(rate)} images/s`;

function networkEntry(row: NetworkRow): Entry {
  const { work, batch, imagesPerSecond, gflops, nodesPerSecond, ofFunctions = 0 } = row;
  const ofNodes: readonly TerminalColumn[] = [
    { name: '', width: 22, rank: 4, numeric: true },
    { name: 'share of the peak of functions', width: 7, rank: 3, numeric: true },
  ];
  const drawn = nodesPerSecond !== undefined;
  return {
    heading: work,
    columns: [
      batchColumn,
      rateColumn,
      flightColumn,
      ...(drawn ? ofNodes : [arithmeticColumn]),
      ...timeColumns,
    ].map((column, place) => (place === 0 ? { ...column, width: 12 } : column)),
    cells: [
      `  ${batchText(batch)}`,
      rateText(imagesPerSecond),
      flightText(row),
      ...(drawn
        ? [`${number(nodesPerSecond / 1e6)} million nodes/s`, formatShare(ofFunctions)]
        : [gflops === undefined ? '' : `${number(gflops)} GFLOP/s`]),
      ...timeCells(row),
    ],
    notes: [...(ofFunctions > 1 ? [aboveRoofText.doubtful] : []), ...disturbance(row)],
  };
}

function peerEntry(row: PeerRow): Entry {
  const { work, batch, engine, imagesPerSecond, gflops, agrees } = row;
  return {
    heading: work,
    columns: [
      { name: '', width: 20, rank: 0 },
      batchColumn,
      rateColumn,
      flightColumn,
      arithmeticColumn,
      ...timeColumns,
    ],
    cells: [
      `  ${engine}`,
      batchText(batch),
      rateText(imagesPerSecond),
      flightText(row),
      `${number(gflops)} GFLOP/s`,
      ...timeCells(row),
    ],
    notes: [...(agrees ? [] : ['another answer']), ...disturbance(row)],
  };
}

function evolutionEntry(row: EvolutionRow): Entry {
  const { work, seed, commandSeconds, runSeconds, evaluationsPerSecond } = row;
  return {
    heading: work,
    columns: [
      { name: '', width: 8, rank: 0 },
      { name: 'whole command', width: 9, rank: 0, numeric: true },
      { name: 'the run alone', width: 9, rank: 1, numeric: true },
      { name: '', width: 20, rank: 2, numeric: true },
    ],
    cells: [
      `  seed ${String(seed)}`,
      `${commandSeconds.toFixed(1)} s`,
      `${runSeconds.toFixed(1)} s`,
      `${number(evaluationsPerSecond)} evaluations/s`,
    ],
    notes: [],
  };
}
