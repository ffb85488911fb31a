/**
 * Repetitions of whole sections, minutes apart, each with a share of the samples (`--visits`). A shared machine and the layout
 * of a process's memory change in ways that samples of one moment do not show. A GPU needs one repetition, unless its times are
 * noisy.
 */
import type { AdapterKind } from '../../src/gpu/device.ts';
import { medianOf } from './median-interval.ts';
import { sampleOf, type SamplingLimits, type Sample } from './sampling.ts';
import { undisturbedBelow } from './machine-load.ts';

export const mostRepetitions = 3;

/** A repetition's share of the samples of a row. */
export const perRepetition: SamplingLimits = { least: 2, most: 20, time: 1200 };

/** A row whose rates belong to its median. */
export interface RepeatedSample extends Sample {
  /** Medians of the repetitions, in milliseconds. */
  readonly visitsMs?: readonly number[];
}

export interface RepetitionOutput<Row> {
  /** A row after a repetition that is not the last one. */
  readonly keep: (row: Row) => void;
  /** A row to be shown. On a GPU that is measured again it comes again, with the samples of all repetitions so far. */
  readonly show: (row: Row) => void;
}

/** Half the width of the median's interval, as a share of it, above which a row is noisy. */
const wide = 0.05;
/** Share of noisy rows above which a GPU is measured again; one or two noisy rows are only marked. */
const manyNoisy = 0.1;

/** Whether a GPU needs another repetition. */
export function isNoisy(rows: readonly Sample[]): boolean {
  const noisy = rows.filter(
    ({ humps, slowdown = 1, lowMs, highMs, medianMs }) =>
      humps !== undefined || slowdown > undisturbedBelow || (highMs - lowMs) / 2 > wide * medianMs,
  );
  return noisy.length > manyNoisy * rows.length;
}

/**
 * @param visit measures the same rows in the same order each time
 * @param merge makes a row of the samples of all repetitions, out of the first one
 * @param visits how many repetitions; default: by the kind of adapter
 */
export async function inRepetitions<Row extends RepeatedSample>(
  kind: AdapterKind,
  visit: (number: number, show: (row: Row) => void) => Promise<void>,
  merge: (first: Row, sample: Required<Pick<RepeatedSample, 'visitsMs'>> & Sample) => Row,
  { keep, show }: RepetitionOutput<Row>,
  visits?: number,
): Promise<void> {
  const last = visits ?? mostRepetitions;
  const mayEnd = kind === 'gpu' && visits === undefined;
  /** For each place, the rows of all repetitions. */
  const places: Row[][] = [];
  const merged = (rows: readonly Row[]): Row[] => {
    const [first] = rows;
    if (!first) return [];
    const visitsMs = rows.map(({ medianMs }) => medianMs);
    return [rows.length === 1 ? { ...first, visitsMs } : merge(first, { ...pooled(rows), visitsMs })];
  };
  for (let number = 1; ; number++) {
    const output = mayEnd || number === last ? show : keep;
    let place = 0;
    await visit(number, (row) => {
      const rows = (places[place++] ??= []);
      rows.push(row);
      merged(rows).forEach(output);
    });
    const latest = places.flatMap((rows) => rows.at(-1) ?? []);
    if (number === last || (mayEnd && !isNoisy(latest))) return;
  }
}

/** The samples of all repetitions; their median withstands one disturbed repetition of three. */
export function pooled(visited: readonly Sample[]): Sample {
  return {
    ...sampleOf(visited.flatMap(({ times }) => times)),
    slowdown: medianOf(visited.map(({ slowdown = 1 }) => slowdown)),
  };
}
