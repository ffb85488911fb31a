/** Which rows of two results files are of the same thing. */
import type { PeerResult, ResultRow } from '../report/results-file.ts';

export interface PairedRows {
  readonly pairs: readonly (readonly [before: ResultRow, after: ResultRow])[];
  readonly onlyBefore: readonly ResultRow[];
  readonly onlyAfter: readonly ResultRow[];
}

/** What a row measures, in words: the same in two files for what may be compared. */
export function identityOf(row: ResultRow): string {
  switch (row.kind) {
    case 'kernel':
      return `${row.name}, ${row.shape}: ${row.variant}`;
    case 'network':
      return `${workOf(row.work)}, batch ${String(row.batch)}`;
    case 'peer':
      return `${workOf(row.work)}, batch ${String(row.batch)}, by ${engineOf(row)}`;
    case 'evolution':
      return `${row.work}, seed ${String(row.seed)}`;
  }
}

/** `own`, `torch-cuda (tf32, graph)`: what else tells two rows of one engine apart stands behind it. */
export function engineOf({ engine, precision, mode }: PeerResult): string {
  const how = [precision, mode].filter((part) => part !== undefined);
  return how.length === 0 ? engine : `${engine} (${how.join(', ')})`;
}

/** Of a work without the time that files of version 0.1 put into its name. */
const workOf = (work: string): string => work.replace(/ \(an epoch of \d+ takes \d+ s\)$/, '');

/** Rows in the order of the first file. Of rows that a file has twice, the last counts: it was measured last. */
export function pairRows(before: readonly ResultRow[], after: readonly ResultRow[]): PairedRows {
  const [a, b] = [byIdentity(before), byIdentity(after)];
  return {
    pairs: [...a].flatMap(([identity, row]) => {
      const other = b.get(identity);
      return other ? [[row, other] as const] : [];
    }),
    onlyBefore: [...a].flatMap(([identity, row]) => (b.has(identity) ? [] : [row])),
    onlyAfter: [...b].flatMap(([identity, row]) => (a.has(identity) ? [] : [row])),
  };
}

/** The kind belongs to the identity: a network's row and a peer's are never the same. */
function byIdentity(rows: readonly ResultRow[]): Map<string, ResultRow> {
  return new Map(rows.map((row) => [`${row.kind}: ${identityOf(row)}`, row]));
}
