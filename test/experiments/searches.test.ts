/** Searches in points, tables and pictures whose numbers are counted by hand. */
import { describe, expect, test } from 'vitest';
import type { AscentOutcome } from '../../src/experiments/ascent-step.ts';
import { medianCurve } from '../../src/experiments/median-curve.ts';
import { joinedOutcome, type RandomOutcome } from '../../src/experiments/random-step.ts';
import { regulariserRemarks, regulariserRows } from '../../src/experiments/regulariser-rows.ts';
import {
  ascentPoints,
  continued,
  evaluationsUntil,
  pointAfter,
  pointAt,
  type SearchOutcome,
} from '../../src/experiments/search-outcome.ts';
import {
  searchDifferences,
  intervalsAt,
  logPlaces,
  lostRemarks,
  rankingRemark,
  searchRows,
} from '../../src/experiments/search-rows.ts';
import { decimal, same, SettingError } from '../../src/experiments/experiment-settings.ts';
import { totalVariation } from '../../src/experiments/total-variation.ts';

test('total variation is the mean difference of neighbours, over channels and both directions', () => {
  const pixels = Uint8Array.from([0, 10, 40, 40]);
  // Rows 0 10 and 40 40: to the right 10 and 0, below 40 and 30.
  expect(totalVariation({ extent: [1, 2, 2], bytes: pixels })).toBe(20);
  // Of three channels of one row each nothing lies below: 10, 0 and 5 to the right.
  const row = Uint8Array.from([0, 10, 40, 40, 5, 0]);
  expect(totalVariation({ extent: [3, 1, 2], bytes: row })).toBe(5);
  expect(totalVariation({ extent: [1, 1, 1], bytes: pixels.slice(0, 1) })).toBe(0);
});

test('a median curve goes on with the last of those that ended', () => {
  expect(medianCurve([[0, 1, 2], [4], [1, 9, 9]], 4)).toEqual([1, 4, 4, 4]);
  expect(() => medianCurve([[]], 1)).toThrow(RangeError);
});

test('a number that need not be whole is read within its bounds', () => {
  const cost = decimal('', same(3), { least: 1, most: 10 });
  expect(cost.parse('2.5')).toBe(2.5);
  for (const wrong of ['', 'x', '0.5', '11', 'NaN', 'Infinity'])
    expect(() => cost.parse(wrong)).toThrow(SettingError);
});

const cells = (logOdds: readonly number[]): SearchOutcome['cells'] =>
  logOdds.map((value, place) => ({ class: place, label: String(place), confidence: 0.5, logOdds: value }));

describe('points of a search', () => {
  test('say what half of the classes have at least', () => {
    expect(pointAt(7, [0.1, 0.9, 0.5])).toEqual({ evaluations: 7, median: 0.5, half: 0.5 });
    expect(pointAt(7, [0.25, 1, 0.5, 0.75])).toEqual({ evaluations: 7, median: 0.625, half: 0.75 });
  });

  test('count a gradient step of every class by its cost, and those that ended as they ended', () => {
    expect(ascentPoints([[0, 0.5], [0.25]], 3, 3, 100)).toEqual([
      { evaluations: 106, median: 0.125, half: 0.25 },
      { evaluations: 112, median: 0.375, half: 0.5 },
      { evaluations: 118, median: 0.375, half: 0.5 },
    ]);
  });

  test('of one search after the other are those of both', () => {
    const part = (evaluations: number, half: number): SearchOutcome => {
      const points = [{ evaluations, median: half, half }];
      return { points, cells: cells([half]), seconds: 2, judged: 5, lost: 1 };
    };
    const both = continued(part(10, 0.5), part(20, 0.99));
    expect(both).toMatchObject({ seconds: 4, judged: 10, lost: 2, cells: cells([0.99]) });
    expect(evaluationsUntil(both, 0.99)).toBe(20);
    expect(evaluationsUntil(both, 0.999)).toBeUndefined();
    expect(pointAfter(both, 19)?.half).toBe(0.5);
    expect(pointAfter(both, 9)).toBeUndefined();
  });

  test('of a random search keep the best of all parts', () => {
    const genome = { encoding: 'cppn', nodes: [], connections: [] } as const;
    const part = (batches: number[][], logOdds: number[]): RandomOutcome => ({
      batches,
      cells: cells(logOdds).map((cell) => ({ ...cell, genome })),
      seconds: 1,
    });
    const both = joinedOutcome(
      [
        part(
          [
            [0.25, 0.5],
            [0.5, 0.25],
          ],
          [1, 2],
        ),
        part([[0.25, 0.75]], [0, 3]),
      ],
      10,
    );
    expect(both.points).toEqual([
      { evaluations: 10, median: 0.375, half: 0.5 },
      { evaluations: 20, median: 0.5, half: 0.5 },
      { evaluations: 30, median: 0.625, half: 0.75 },
    ]);
    expect(both.cells.map(({ logOdds }) => logOdds)).toEqual([1, 3]);
    expect(both.judged).toBe(30);
  });

  test('stand evenly on a logarithmic axis up to the budget', () => {
    expect(logPlaces(25, 100)).toEqual([25, 35, 50, 71, 100]);
  });
});

describe('the table of searches', () => {
  const search = (logOdds: number, halves: readonly number[], lost = 0): SearchOutcome => ({
    points: halves.map((half, place) => ({ evaluations: 100 * (place + 1), median: half, half })),
    cells: cells([logOdds]),
    ...{ seconds: 1, judged: 1, lost },
  });
  const quick = { name: 'quick', runs: [5, 6, 7, 8].map((value) => search(value, [0.5, 0.99995])) };
  const slow = { name: 'slow', runs: [1, 2, 3, 4].map((value) => search(value, [0.25, 0.5], 1)) };

  test('says when half of the classes got there, and what there is at the end', () => {
    const rows = new Map(searchRows([quick, slow]).map(({ what, here }) => [what, here]));
    expect(rows.size).toBe(8);
    expect(rows.get('median confidence at the budget, quick')).toBe('99.9950 %');
    expect(rows.get('log-odds at the budget, slow')).toMatch(/^2\.50 \(95 % interval [\d.]+ to [\d.]+\)$/);
    expect(rows.get('evaluations until half of the classes have 99 %, quick')).toBe('200 (in 4 of 4 runs)');
    expect(rows.get('evaluations until half of the classes have 99.99 %, slow')).toBe(
      'never (in 0 of 4 runs)',
    );
  });

  test('ranks the methods; of two groups of four apart, p is 2 of 70 orders', () => {
    expect(searchDifferences([slow, quick])).toEqual([{ better: 'quick', worse: 'slow', p: 2 / 70 }]);
    const remark = rankingRemark([slow, quick]);
    expect(remark).toContain('quick > slow (p = 0.029)');
    expect(remark).toContain('with 4 runs of each, no p is below 0.029');
    expect(lostRemarks([slow, quick])).toEqual([expect.stringMatching(/^slow: 4 of 4 ascents/)]);
  });

  test('draws the median of the runs where all of them have begun', () => {
    expect(intervalsAt(quick, [50, 100, 250])).toEqual([
      { x: 100, y: 0.5, low: 0.5, high: 0.5 },
      { x: 250, y: 0.99995, low: 0.99995, high: 0.99995 },
    ]);
  });
});

describe('the table of regularisers', () => {
  type Cell = AscentOutcome['cells'][number];
  const cell = (given: Partial<Cell>): Cell => ({
    ...{ class: 0, label: '0', confidence: 0.99995, logOdds: 10, iteration: 90, iterations: 100 },
    ...{ firstNamed: 3, reached: [5, 7, 9, 11], variation: 8, ...given },
  });
  const run = (all: Cell[]): AscentOutcome => ({ cells: all, best: all.map(() => [0]), seconds: 1 });
  const never = [5, null, null, null];
  const short = { confidence: 0.5, reached: never, variation: 4 };
  const groups = [
    { name: 'none', runs: [run([cell({}), cell({ class: 1 })])] },
    {
      name: 'decay',
      runs: [
        run([cell({ ...short, iteration: 99 }), cell({ ...short, class: 2, iteration: 20 })]),
        run([
          cell({ ...short, firstNamed: null, fault: 'the gradient vanishes at relu6' }),
          cell({ variation: 4 }),
        ]),
      ],
    },
  ];
  const rows = regulariserRows(groups);
  const row = (what: string) => rows.find((one) => one.what === what);

  test('counts the classes that any of them takes as far as the paper says', () => {
    expect(rows[0]).toEqual({
      what: 'classes that reach 99.99 % under any of them',
      paper: 'all that were chosen',
      here: '2 of 3',
    });
  });

  test('counts by the records why ascents fell short', () => {
    expect(row('highest confidence, none')).toMatchObject({ here: '99.9950 %' });
    expect(row('highest confidence, none')).not.toHaveProperty('differs');
    expect(row('highest confidence, decay')?.differs).toBe(
      '3 of 4 ascents stay below 99.99 %: best in the last tenth of the iterations 1, best before that 1, without a gradient on the way 1',
    );
  });

  test('counts ascents that never get there as later than any', () => {
    expect(row('first iteration, none')?.here).toBe('named 3 (2 of 2), 99 % 7 (2 of 2), 99.99 % 11 (2 of 2)');
    expect(row('first iteration, decay')?.here).toBe(
      'named 3 (3 of 4), 99 % never (1 of 4), 99.99 % never (1 of 4)',
    );
  });

  test('says by how much images are smoother', () => {
    expect(row('total variation (bytes between neighbours), decay')?.here).toBe('4');
    expect(regulariserRemarks(groups)).toEqual([
      'With decay, neighbouring pixels differ by 50 % less than without a regulariser, at a median confidence of 50.00 % (99.9950 % without).',
    ]);
  });
});
