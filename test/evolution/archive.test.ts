import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Archive, mostConfidence, type Candidate } from '../../src/evolution/archive.ts';
import { logOddsOf, logOddsOfCertainty } from '../../src/model/log-odds.ts';
import { confidence as recordedConfidence } from '../../src/runs/evolution/schema.ts';

const cells = 4;

/** Few values, so that ties are common. */
const confidence = fc.constantFrom(0, 0.1, 0.25, 0.5, 0.75, 0.9, 1);
const winner = fc.record({ confidence, child: fc.nat(5) });
/** A history: per generation the winner of each cell and the cell that each child's parent came from. */
const history = fc.array(
  fc.record({
    winners: fc.array(winner, { minLength: cells, maxLength: cells }),
    parents: fc.array(fc.nat(cells - 1), { minLength: 6, maxLength: 6 }),
  }),
  { maxLength: 12 },
);
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** The candidates of a generation, as the scheduler makes them. */
function candidatesOf(
  archive: Archive,
  { winners, parents }: History[number],
  generation: number,
): Candidate[] {
  return winners.map(({ confidence, child }, cell) => {
    const from = parents[child]!;
    const parent = generation === 0 ? undefined : archive.elite(from);
    const id = generation * 6 + child;
    const numbers = { cell, confidence, logOdds: logOddsOf(confidence), child, id, generation };
    return { ...numbers, parent: parent ? { cell: from, id: parent.id } : null };
  });
}

function play(steps: History, check: (archive: Archive, step: History[number], generation: number) => void) {
  const archive = new Archive(cells);
  for (const [generation, step] of steps.entries()) check(archive, step, generation);
}

const candidate = (cell: number, confidence: number, rest: Partial<Candidate> = {}): Candidate => {
  const logOdds = logOddsOf(confidence);
  return { cell, confidence, logOdds, child: 0, id: 10, generation: 1, parent: null, ...rest };
};

describe('an archive', () => {
  test('starts without elites and calls their confidence 0', () => {
    const archive = new Archive(3);
    expect(archive.occupied()).toEqual([]);
    expect([...archive.confidences()]).toEqual([0, 0, 0]);
    expect(archive.elite(0)).toBeUndefined();
    expect(archive.elite(7)).toBeUndefined();
  });

  test('lets no cell’s confidence fall', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, (archive, step, generation) => {
          const before = archive.confidences();
          archive.add(candidatesOf(archive, step, generation));
          for (const [cell, value] of archive.confidences().entries())
            expect(value).toBeGreaterThanOrEqual(before[cell]!);
        });
      }),
    );
  });

  test('replaces exactly where the candidate is strictly better, and says where', () => {
    fc.assert(
      fc.property(history, (steps) => {
        play(steps, (archive, step, generation) => {
          const before = Array.from({ length: cells }, (_, cell) => archive.elite(cell));
          const candidates = candidatesOf(archive, step, generation);
          const better = candidates.filter(
            ({ cell, confidence }) => confidence > (before[cell]?.confidence ?? -1),
          );
          const won = archive.add(candidates).map(({ cell, child }) => ({ cell, child }));
          expect(won).toEqual(better.map(({ cell, child }) => ({ cell, child })));
          for (const { cell, id, confidence, parent } of better) {
            expect(archive.elite(cell)).toMatchObject({
              id,
              confidence,
              generation,
              parent: parent?.id ?? null,
            });
          }
          const replaced = new Set(better.map(({ cell }) => cell));
          for (const [cell, elite] of before.entries())
            if (!replaced.has(cell)) expect(archive.elite(cell)).toBe(elite);
        });
      }),
    );
  });

  test('counts a goal switch exactly when a child of another cell’s elite takes an occupied cell', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const switches = new Array<number>(cells).fill(0);
        play(steps, (archive, step, generation) => {
          const before = Array.from({ length: cells }, (_, cell) => archive.elite(cell));
          const candidates = candidatesOf(archive, step, generation);
          for (const { cell } of archive.add(candidates)) {
            const { parent } = candidates[cell]!;
            // An individual may be the elite of several cells: its child is then no stranger to any of them.
            const foreign = parent !== null && parent.id !== before[cell]?.id;
            if (before[cell] && foreign) switches[cell]!++;
          }
        });
        const archive = new Archive(cells);
        for (const [generation, step] of steps.entries())
          archive.add(candidatesOf(archive, step, generation));
        for (const cell of archive.occupied()) expect(archive.elite(cell)?.goalSwitches).toBe(switches[cell]);
      }),
    );
  });

  test('keeps the older of equals', () => {
    const archive = new Archive(1);
    archive.add([candidate(0, 0.5, { id: 1 })]);
    expect(archive.add([candidate(0, 0.5, { id: 2 })])).toEqual([]);
    expect(archive.elite(0)?.id).toBe(1);
    expect(archive.add([candidate(0, 0.5 + Number.EPSILON, { id: 3 })])).toHaveLength(1);
  });

  test('compares log-odds where confidences are the same float', () => {
    const archive = new Archive(1);
    const sure = (logOdds: number, id: number) => candidate(0, 1, { logOdds, id });
    expect(archive.add([sure(18, 1)])).toHaveLength(1);
    expect(archive.add([sure(18.1, 2)])).toHaveLength(1);
    expect(archive.add([sure(18.1, 3), sure(17.9, 4)])).toEqual([]);
    expect(archive.elite(0)).toMatchObject({ id: 2, confidence: 1, logOdds: 18.1 });
  });

  test('compares with an elite of an older record by what its confidence says', () => {
    const old = { id: 7, parent: 3, generation: 2, goalSwitches: 5 };
    const [half, certain] = [new Archive(1), new Archive(1)];
    half.restore(0, { ...old, confidence: 0.5 });
    expect(half.add([candidate(0, 0.5, { logOdds: 0 })])).toEqual([]);
    expect(half.add([candidate(0, 0.5, { logOdds: 1e-6 })])).toHaveLength(1);
    certain.restore(0, { ...old, confidence: 1 });
    expect(certain.add([candidate(0, 1, { logOdds: 42 })])).toEqual([]);
    expect(certain.elite(0)).toEqual({ ...old, confidence: 1 });
    expect(certain.add([candidate(0, 1, { logOdds: logOddsOfCertainty + 1 })])).toHaveLength(1);
  });

  test.each([NaN, Infinity, -Infinity])('refuses log-odds of %d', (logOdds) => {
    const archive = new Archive(1);
    expect(() => archive.add([candidate(0, 0.5, { logOdds })])).toThrow(/expected a finite number/);
    expect(archive.occupied()).toEqual([]);
  });

  test('takes a first elite whose confidence is 0', () => {
    const archive = new Archive(1);
    expect(archive.add([candidate(0, 0)])).toEqual([{ cell: 0, child: 0, switched: false }]);
    expect(archive.occupied()).toEqual([0]);
  });

  test('lets one child take several cells', () => {
    const archive = new Archive(3);
    const same = { child: 4, id: 44 };
    expect(archive.add([0, 1, 2].map((cell) => candidate(cell, 0.1 * (cell + 1), same)))).toHaveLength(3);
    expect([0, 1, 2].map((cell) => archive.elite(cell)?.id)).toEqual([44, 44, 44]);
  });

  test('does not count the first elite of a cell, nor a child of the cell’s own elite, as a goal switch', () => {
    const archive = new Archive(2);
    archive.add([candidate(0, 0.1, { id: 1, parent: { cell: 1, id: 9 } })]);
    expect(archive.elite(0)?.goalSwitches).toBe(0);
    archive.add([candidate(0, 0.2, { id: 2, parent: { cell: 0, id: 1 } })]);
    expect(archive.elite(0)?.goalSwitches).toBe(0);
    archive.add([candidate(0, 0.3, { id: 3, parent: { cell: 1, id: 9 } })]);
    expect(archive.elite(0)?.goalSwitches).toBe(1);
    archive.add([candidate(0, 0.4, { id: 4, parent: { cell: 0, id: 3 } })]);
    expect(archive.elite(0)?.goalSwitches).toBe(1);
  });

  test('takes what a record may hold, and no more', () => {
    for (const value of [0, 1, mostConfidence]) {
      expect(new Archive(2).add([candidate(1, value)])).toHaveLength(1);
      expect(recordedConfidence.safeParse(value).success).toBe(true);
    }
    const beyond = mostConfidence + 1e-6;
    expect(() => new Archive(2).add([candidate(1, beyond)])).toThrow(/expected a number from 0 to 1/);
    expect(recordedConfidence.safeParse(beyond).success).toBe(false);
  });

  test.each([NaN, -0.01, -1, 1.01, Infinity, -Infinity])('refuses a confidence of %d', (value) => {
    const archive = new Archive(2);
    expect(() => archive.add([candidate(1, value)])).toThrow(RangeError);
    expect(() => archive.add([candidate(1, value)])).toThrow(`cell 1 got a confidence of ${String(value)}`);
    expect(archive.occupied()).toEqual([]);
  });

  test.each([-1, 2, 0.5, NaN])('refuses cell %d', (cell) => {
    const elite = { id: 0, parent: null, generation: 0, confidence: 0.5, goalSwitches: 0 };
    expect(() => new Archive(2).add([candidate(cell, 0.5)])).toThrow(/is not in an archive of 2 cells/);
    expect(() => {
      new Archive(2).restore(cell, elite);
    }).toThrow(/is not in an archive of 2 cells/);
  });

  test('goes on from a restored elite', () => {
    const archive = new Archive(1);
    archive.restore(0, { id: 7, parent: 3, generation: 2, confidence: 0.6, goalSwitches: 5 });
    expect(archive.add([candidate(0, 0.6)])).toEqual([]);
    archive.add([candidate(0, 0.7, { id: 8, parent: { cell: 0, id: 7 } })]);
    const found = { confidence: 0.7, logOdds: logOddsOf(0.7), goalSwitches: 5 };
    expect(archive.elite(0)).toEqual({ id: 8, parent: 7, generation: 1, ...found });
  });
});

describe('log-odds of a confidence', () => {
  test('are its definition, and finite at both ends', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-40, max: 1 - 2 ** -24, noNaN: true }), (p) => {
        expect(logOddsOf(p)).toBeCloseTo(Math.log(p / (1 - p)), 10);
      }),
    );
    expect([0, -0, 1, mostConfidence].map(logOddsOf)).toEqual([-100, -100, 100, 100]);
    expect(logOddsOf(5e-324)).toBe(-100);
  });
});
