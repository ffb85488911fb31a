/** What a reader of a results file should know before its figures, in sentences. */
import { formatCount } from '../../src/report/format.ts';
import { identityOf } from './pair-rows.ts';
import type { ResultRow, Results } from '../report/results-file.ts';

const mostNamed = 3;

export function remarksOf(results: Results): string[] {
  const { partial = false, partialReason, note, rows } = results;
  const doubted = rows.filter(hasHumps);
  const above = rows.filter((row) => row.kind === 'kernel' && row.aboveRoof === 'doubtful').length;
  const named = doubted.slice(0, mostNamed).map(identityOf).join('; ');
  const more = doubted.length > mostNamed ? ` and ${String(doubted.length - mostNamed)} more` : '';
  return [
    ...(partial ? [`has a part of what was to be measured: ${partialReason ?? 'nobody says why'}`] : []),
    ...(note === undefined ? [] : [`is remarked on: ${note}`]),
    ...(doubted.length > 0
      ? [
          `has ${formatCount(doubted.length, 'row')} whose samples lie in two humps, so that the median is that of one at most: ${named}${more}`,
        ]
      : []),
    ...(above > 0
      ? [
          `has ${formatCount(above, 'row')} above 100 % of the roof, which was measured while the machine was disturbed`,
        ]
      : []),
  ];
}

/** Whether the samples of a row lie in two groups. */
export const hasHumps = (row: ResultRow): boolean => row.kind !== 'evolution' && row.humps !== undefined;
