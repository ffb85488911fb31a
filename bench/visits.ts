/**
 * Whole sections in several visits, minutes apart, each with a share of the samples: a machine that others use too, and a process
 * whose memory lies as it happens to, change in ways that samples of one moment do not show.
 */
import { medianOf } from './median-interval.ts';
import { summarise, type SamplingLimits, type Sample } from './sampling.ts';

export const visits = 3;

/** A visit's share of what a row is sampled. */
export const ofVisit: SamplingLimits = { least: 2, most: 20, time: 1200 };

/** A row whose rates belong to its median. */
export interface Visited extends Sample {
  /** Medians of the visits, in milliseconds. */
  readonly visitsMs?: readonly number[];
}

/**
 * @param visit measures the same rows in the same order each time
 * @param merge a row of the samples of all visits, made of that of the last one
 */
export async function inVisits<Row extends Visited>(
  visit: (number: number, show: (row: Row) => void) => Promise<void>,
  merge: (last: Row, sample: Required<Pick<Visited, 'visitsMs'>> & Sample) => Row,
  show: (row: Row) => void,
): Promise<void> {
  const earlier: Row[][] = [];
  for (let number = 1; number < visits; number++) {
    const rows: Row[] = [];
    await visit(number, (row) => rows.push(row));
    earlier.push(rows);
  }
  let place = 0;
  await visit(visits, (last) => {
    const rows = [...earlier.flatMap((rows) => rows[place] ?? []), last];
    place++;
    show(
      merge(last, {
        ...pooled(rows),
        visitsMs: rows.map(({ medianMs }) => medianMs),
      }),
    );
  });
}

/** The samples of all; one disturbed visit of three is what their medians withstand. */
export function pooled(visited: readonly Sample[]): Sample {
  return {
    ...summarise(visited.flatMap(({ times }) => times)),
    slowdown: medianOf(visited.map(({ slowdown = 1 }) => slowdown)),
  };
}
