/** Goal switching in miniature, counted a second time from the files of its run. */
import { beforeAll, expect, test } from 'vitest';
import type { CellRecord, ProgressRecord } from '../../src/runs/evolution/records.ts';
import { goalSwitchingExperiment, rowsOf } from '../../src/experiments/goal-switching.ts';
import type { ConclusionRecord } from '../../src/experiments/experiment-record.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { conductOn, timeless } from './device-host.ts';

const given = { model: 'lenet-mnist', generations: 10, population: 12 };
const storage = new MemoryStorage();
let conclusion: ConclusionRecord | undefined;

beforeAll(async () => {
  ({ conclusion } = await conductOn(goalSwitchingExperiment, { storage, given }));
});

const textOf = (path: string) => new TextDecoder().decode(storage.files.get(`runs/run-01/${path}`));
const here = (what: string) => conclusion?.rows.find((row) => row.what === what)?.here;

test('its counts are those of the archive, and of the lines of progress', () => {
  const cells = JSON.parse(textOf('archive.json')) as CellRecord[];
  const lines = textOf('progress.jsonl').trim().split('\n');
  const progress = lines.map((line) => JSON.parse(line) as ProgressRecord);
  const switches = cells.map(({ goalSwitches }) => goalSwitches);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  expect(conclusion?.numbers['goalSwitches']).toEqual([switches]);
  expect(sum(progress.map((line) => line.goalSwitches ?? NaN))).toBe(sum(switches));
  const taken = sum(progress.map(({ replaced }) => replaced)) - cells.length;
  expect(conclusion?.numbers['shares']).toEqual([sum(switches) / taken]);
  const score = sum(cells.map(({ confidence }) => confidence));
  expect(here('QD-score')).toBe(
    `${score.toLocaleString('en-GB', { maximumFractionDigits: 1 })} of ${String(cells.length)}`,
  );
});

test('the ancestry is drawn as a graph and as pictures', () => {
  expect(conclusion?.figures.map(({ file }) => file)).toEqual([
    'metrics.svg',
    'phylogeny.svg',
    'ancestors.png',
  ]);
  const graph = new TextDecoder().decode(storage.files.get('figures/phylogeny.svg'));
  expect(graph).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(graph).toContain('switched');
  expect(conclusion?.remarks[0]).toMatch(
    /^The elite of \d changed class most often: \d( → \d)+, over \d+ ancestors/,
  );
});

test('interrupted and resumed is the one that was not', async () => {
  const cut = new MemoryStorage();
  expect((await conductOn(goalSwitchingExperiment, { storage: cut, given, stopAfter: 4 })).conclusion).toBe(
    undefined,
  );
  const { conclusion: resumed } = await conductOn(goalSwitchingExperiment, { storage: cut, given });
  expect(timeless(resumed)).toEqual(timeless(conclusion));
  for (const file of ['figures/phylogeny.svg', 'figures/ancestors.png'])
    expect(cut.files.get(file)).toEqual(storage.files.get(file));
});

test('the rows of runs made by hand', () => {
  const cell = (number: number, id: number, confidence: number, goalSwitches: number, replacements: number) =>
    ({
      class: number,
      label: '',
      id,
      parent: null,
      generation: 0,
      confidence,
      goalSwitches,
      replacements,
    }) as unknown as CellRecord;
  const ancestor = (
    id: number,
    parent: number | null,
    from: number | null,
    number: number,
    generation: number,
  ) => {
    return { id, parent, from, class: number, confidence: 0.5, generation };
  };
  const run = {
    run: { settings: { population: 10 } },
    cells: [cell(0, 21, 0.95, 1, 4), cell(1, 3, 0.5, 0, 1)],
    // 3 won class 1; its child 14 took class 0, and that one's child 21 again.
    ancestors: [ancestor(3, null, null, 1, 0), ancestor(14, 3, 1, 0, 1), ancestor(21, 14, 0, 0, 2)],
    progress: [{ replaced: 2 }, { replaced: 1, qdScore: 1.45 }],
  } as unknown as Parameters<typeof rowsOf>[0][number];
  const rows = Object.fromEntries(rowsOf([run]).map(({ what, here: value }) => [what, value]));
  expect(rows).toMatchObject({
    'times that a cell was taken by another class’s offspring': '0.5 a class',
    'share of all takings': '20 %',
    'ancestors of an elite': 'median 1, at most 2',
    'changes of class on the way to an elite': 'median 0.5, at most 1',
    'ancestors kept for all elites': '3',
    'QD-score': '1.5 of 2',
    'cells at 90 % or more': '1 of 2',
    'cells won by a child, over the whole run': '0.15',
  });
});
