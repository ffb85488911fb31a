/** Whether more images at a time ever make fewer images a second. */
import { formatNumber } from '../../src/report/format.ts';
import type { ResultRow } from './results-file.ts';

/** What the verdict reads of a row of networks or peers. */
interface Rate {
  readonly work: string;
  readonly batch: number;
  readonly engine?: string;
  readonly imagesPerSecond: number;
  readonly medianMs: number;
  readonly lowMs?: number;
  readonly highMs?: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
}

/** A loss that is less is none. */
const clear = 0.97;

/**
 * A sentence for each batch of our engine that makes clearly fewer images a second than a smaller one at the same work: by more than
 * 3 %, and by more than the intervals of both medians explain.
 */
export function fallsWithBatch(rows: readonly Rate[]): string[] {
  const own = rows.filter(({ engine }) => engine === undefined || engine === 'own');
  const works = new Map<string, Rate[]>();
  for (const row of own) {
    const key = `${row.engine ?? ''} ${row.work}`;
    works.set(key, [...(works.get(key) ?? []), row]);
  }
  return [...works.values()].flatMap((ofWork) => {
    const sorted = [...ofWork].sort((one, other) => one.batch - other.batch);
    return sorted.flatMap((row, index) => {
      const best = sorted
        .slice(0, index)
        .filter(({ batch }) => batch < row.batch)
        .reduce<Rate | undefined>(
          (most, one) => (most === undefined || one.imagesPerSecond > most.imagesPerSecond ? one : most),
          undefined,
        );
      if (!best || row.imagesPerSecond >= clear * best.imagesPerSecond) return [];
      if (mostOf(row) >= leastOf(best)) return [];
      const [less, more] = [row.imagesPerSecond, best.imagesPerSecond].map(formatNumber);
      return [
        `throughput falls with the batch: ${row.work} makes ${less ?? ''} images/s of ${String(row.batch)} at a time, and ${more ?? ''} of ${String(best.batch)}`,
      ];
    });
  });
}

const mostOf = ({ imagesPerSecond, medianMs, lowMs, p10Ms }: Rate): number =>
  (imagesPerSecond * medianMs) / (lowMs ?? p10Ms);
const leastOf = ({ imagesPerSecond, medianMs, highMs, p90Ms }: Rate): number =>
  (imagesPerSecond * medianMs) / (highMs ?? p90Ms);

/** Of a results file. */
export const fallsOf = (rows: readonly ResultRow[]): string[] =>
  fallsWithBatch(rows.filter((row) => row.kind === 'network' || row.kind === 'peer'));
