/** What makes two results files differ beside the code: said before any verdict. */
import { formatCount } from '../../src/report/format.ts';
import { remarksOf } from './remarks.ts';
import type { ResultsOrigin, ResultRow, Results } from '../report/results-file.ts';

/** Sentences; none where the files are of one machine, adapter and clock. */
export function warningsOf(
  before: Results,
  after: Results,
  pairs: readonly (readonly [ResultRow, ResultRow])[],
): string[] {
  const differing: readonly (readonly [what: string, of: (origin: ResultsOrigin) => string])[] = [
    ['adapters', ({ adapter }) => `${adapter.name} (${adapter.description})`],
    [
      'machines',
      ({ machine }) =>
        `${machine.cpu}, ${formatCount(machine.cores, 'core')}, ${machine.platform} ${machine.arch}`,
    ],
    [
      'versions',
      ({ versions }) =>
        Object.entries(versions)
          .sort(([a], [b]) => a.localeCompare(b))
          .map((pair) => pair.join(' '))
          .join(', '),
    ],
  ];
  const warnings = differing.flatMap(([what, of]) =>
    of(before) === of(after)
      ? []
      : [
          `the files are of different ${what}: ${of(before)}, then ${of(after)}; a verdict is of both changes`,
        ],
  );
  const otherClock = pairs.filter(([a, b]) => timerOf(a) !== timerOf(b)).length;
  if (otherClock > 0) {
    warnings.push(
      `${formatCount(otherClock, 'row')} of the files were timed by different clocks; a verdict is of both changes`,
    );
  }
  for (const [which, results] of [
    ['first', before],
    ['second', after],
  ] as const) {
    const { rows } = results;
    for (const remark of remarksOf(results)) warnings.push(`the ${which} file ${remark}`);
    const older = rows.filter(({ commit }) => commit !== undefined).length;
    if (older > 0)
      warnings.push(`${formatCount(older, 'row')} of the ${which} file are of another commit than the file`);
  }
  return warnings;
}

function timerOf(row: ResultRow): string {
  return row.kind === 'evolution' ? '' : (row.timer ?? 'wall');
}
