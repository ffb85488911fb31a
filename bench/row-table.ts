/** What is measured, as a table that grows line by line: a heading where the kind of row or the case changes. */
import { formatMs, formatShare } from './format.ts';
import type { EvolutionRow } from './evolution.ts';
import type { KernelRow } from './kernels.ts';
import type { NetworkRow } from './networks.ts';
import type { PeerRow } from './peers.ts';
import type { Sample } from './sampling.ts';
import { undisturbedBelow } from './watch.ts';

export type Row = KernelRow | NetworkRow | EvolutionRow | PeerRow;

const number = (value: number, width: number): string =>
  Number(value.toPrecision(3)).toLocaleString('en').padStart(width);

/** A case of kernels is a heading, its variants are lines. */
export class RowTable {
  #heading = '';

  /** Lines to print for the next row. */
  linesOf(row: Row): string[] {
    const { heading, line } = 'variant' in row ? kernelLine(row) : otherLine(row);
    const changed = heading !== this.#heading;
    this.#heading = heading;
    return changed ? ['', heading, line] : [line];
  }
}

interface Line {
  readonly heading: string;
  readonly line: string;
}

/** That the machine was slower than itself meanwhile, and by what factor; that the median is that of one hump at most. */
function disturbance({ slowdown = 1, humps, p10Ms = 0, p90Ms = 0 }: Partial<Sample>): string[] {
  return [
    ...(slowdown > undisturbedBelow ? [`disturbed: ${slowdown.toFixed(2)}×`] : []),
    ...(humps === undefined ? [] : [`two humps, from ${formatMs(p10Ms)} to ${formatMs(p90Ms)}`]),
  ];
}

function kernelLine(row: KernelRow): Line {
  const { name, shape, variant, chosen, medianMs, lowMs, highMs, gflops, gbps, ofPeak, compileMs } = row;
  const interval = `${formatMs(lowMs)}–${formatMs(highMs)}`;
  const line = [
    `${chosen ? '*' : ' '} ${variant.padEnd(14)}`,
    formatMs(medianMs).padStart(9),
    interval.padStart(19),
    `${number(gflops, 6)} GFLOP/s`,
    `${number(gbps, 6)} GB/s`,
    `${(100 * ofPeak).toFixed(0).padStart(4)} %`,
    `compiled in ${formatMs(compileMs)}`,
    ...(row.workgroupMemory > 0 ? [`${String(row.workgroupMemory)} B shared`] : []),
    ...(row.timer === 'wall clock' ? ['by the wall clock'] : []),
    ...disturbance(row),
  ].join('  ');
  const columns = 'median, 95 % interval, rates, share of the roof';
  return { heading: `${name}, ${shape} (${columns})`, line };
}

function otherLine(row: NetworkRow | EvolutionRow | PeerRow): Line {
  if ('commandSeconds' in row) {
    const { work, seed, commandSeconds, runSeconds, evaluationsPerSecond } = row;
    const line = `  seed ${String(seed)}: ${commandSeconds.toFixed(1)} s, of which the run ${runSeconds.toFixed(1)} s; ${number(evaluationsPerSecond, 1)} evaluations/s`;
    return { heading: work, line };
  }
  const what = 'engine' in row ? row.engine.padEnd(20) : '';
  const agreement = 'agrees' in row && !row.agrees ? '  another answer' : '';
  const { gflops, nodesPerSecond, ofFunctions = 0 }: Partial<NetworkRow> = row;
  const work = [
    ...(gflops === undefined ? [] : [`  ${number(gflops, 6)} GFLOP/s`]),
    ...(nodesPerSecond === undefined
      ? []
      : [
          `  ${number(nodesPerSecond / 1e6, 6)} million nodes/s, ${formatShare(ofFunctions)} of the peak of functions`,
        ]),
  ].join('');
  const rate = `${number(row.imagesPerSecond, 8)} images/s`;
  const time = `${formatMs(row.medianMs)} (${formatMs(row.p10Ms)}–${formatMs(row.p90Ms)})`;
  const line = `  ${what}batch ${String(row.batch).padStart(4)}  ${rate}${work}  ${[`${time}${agreement}`, ...disturbance(row)].join('  ')}`;
  return { heading: row.work, line };
}
