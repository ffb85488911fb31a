import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Archive } from '../../src/evolution/archive.ts';
import { uniformSelector } from '../../src/evolution/selector.ts';
import { logOddsOf } from '../../src/model/log-odds.ts';
import { Scheduler, type Winners } from '../../src/evolution/scheduler.ts';
import { columns, type Winner } from './winners.ts';

const elite = (id: number, confidence = 0.5) => ({
  id,
  parent: null,
  generation: 0,
  confidence,
  goalSwitches: 0,
});

function filled(cells: number, occupied: readonly number[] = [...Array(cells).keys()]): Archive {
  const archive = new Archive(cells);
  for (const cell of occupied) archive.restore(cell, elite(cell));
  return archive;
}

const winner = (confidence: number, child: number): Winner => ({
  confidence,
  logOdds: logOddsOf(confidence),
  child,
});
const winners = (...confidences: number[]): Winners =>
  columns(confidences.map((confidence, child) => winner(confidence, child)));

describe('parents', () => {
  test('are drawn from the occupied cells only', () => {
    const occupied = fc.uniqueArray(fc.nat(999), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(
        occupied,
        fc.integer({ min: 1, max: 300 }),
        fc.maxSafeNat(),
        fc.nat(5000),
        (cells, count, seed, generation) => {
          const parents = uniformSelector(cells, count, seed, generation);
          expect(parents).toHaveLength(count);
          expect([...parents].every((parent) => cells.includes(parent))).toBe(true);
        },
      ),
    );
  });

  test.each([1, 2, 3])('are drawn uniformly, within the 99.99 % bound of chi-square (seed %i)', (seed) => {
    const occupied = [0, 3, 4, 5, 8, 11, 12];
    const draws = 70_000;
    const counts = new Map<number, number>();
    for (const parent of uniformSelector(occupied, draws, seed, 1))
      counts.set(parent, (counts.get(parent) ?? 0) + 1);
    const expected = draws / occupied.length;
    const chiSquare = occupied.reduce(
      (sum, cell) => sum + ((counts.get(cell) ?? 0) - expected) ** 2 / expected,
      0,
    );
    expect(chiSquare).toBeLessThan(27.86); // 6 degrees of freedom
  });

  test('depend on the seed and the generation, and on nothing else', () => {
    const cells = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(uniformSelector(cells, 50, 1, 7)).toEqual(uniformSelector(cells, 50, 1, 7));
    expect(uniformSelector(cells, 50, 1, 7)).not.toEqual(uniformSelector(cells, 50, 2, 7));
    expect(uniformSelector(cells, 50, 1, 7)).not.toEqual(uniformSelector(cells, 50, 1, 8));
    expect([...uniformSelector(cells, 50, 1, 7)].slice(0, 20)).toEqual([...uniformSelector(cells, 20, 1, 7)]);
  });
});

describe('a scheduler', () => {
  test('asks for random individuals first, then for children of occupied cells', () => {
    const scheduler = new Scheduler(new Archive(2), 5, 1);
    expect(scheduler.ask()).toEqual({ generation: 0, parents: undefined });
    scheduler.tell(winners(0.1, 0.2));
    const { generation, parents } = scheduler.ask();
    expect(generation).toBe(1);
    expect(parents).toHaveLength(5);
  });

  test('gives the same request until it is told', () => {
    const scheduler = new Scheduler(filled(3), 5, 1, 4);
    expect(scheduler.ask()).toBe(scheduler.ask());
    expect(scheduler.generation).toBe(4);
    const before = scheduler.ask();
    scheduler.tell(winners(0.1, 0.2, 0.3));
    expect(scheduler.generation).toBe(5);
    expect(scheduler.ask()).not.toEqual(before);
  });

  test('numbers individuals by generation and child', () => {
    const archive = new Archive(2);
    const scheduler = new Scheduler(archive, 10, 1);
    scheduler.ask();
    scheduler.tell(columns([winner(0.1, 9), winner(0.1, 0)]));
    expect([archive.elite(0)?.id, archive.elite(1)?.id]).toEqual([9, 0]);
    const { parents } = scheduler.ask();
    scheduler.tell(columns([winner(0.2, 3), winner(0.05, 4)]));
    const parentId = parents?.[3] === 0 ? 9 : 0;
    expect(archive.elite(0)).toMatchObject({ id: 13, parent: parentId, generation: 1 });
    expect(archive.elite(1)).toMatchObject({ id: 0, parent: null, generation: 0 });
  });

  test('names the parent as it was when it was drawn, although the same generation replaces it', () => {
    const archive = filled(2);
    const scheduler = new Scheduler(archive, 64, 1, 1);
    const { parents } = scheduler.ask();
    const child = [...parents!].indexOf(0); // a child of cell 0’s elite, number 0
    scheduler.tell(columns([winner(0.9, child), winner(0.9, child)]));
    expect(archive.elite(0)).toMatchObject({ id: 64 + child, parent: 0, goalSwitches: 0 });
    expect(archive.elite(1)).toMatchObject({ id: 64 + child, parent: 0, goalSwitches: 1 });
  });

  test('asks ahead exactly what it asks next, once every cell is occupied', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.maxSafeNat(),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (cells, seed, stream) => {
          const draw = () => Number(stream.next().value);
          const scheduler = new Scheduler(new Archive(cells), 7, seed);
          for (let generation = 0; generation < 4; generation++) {
            scheduler.ask();
            const ahead = scheduler.askAhead();
            expect(ahead === undefined).toBe(generation === 0);
            scheduler.tell(
              columns(Array.from({ length: cells }, () => winner(draw(), Math.floor(draw() * 6.99)))),
            );
            if (ahead) expect(scheduler.ask()).toEqual(ahead);
          }
        },
      ),
    );
  });

  test('does not ask ahead while a cell is empty', () => {
    const scheduler = new Scheduler(filled(3, [0, 2]), 5, 1, 3);
    expect(scheduler.askAhead()).toBeUndefined();
    expect(new Set(scheduler.ask().parents).has(1)).toBe(false);
  });

  test('refuses to be told what it did not ask for', () => {
    const scheduler = new Scheduler(new Archive(2), 5, 1);
    expect(() => scheduler.tell(winners(0.1, 0.2))).toThrow('tell without ask');
    scheduler.ask();
    scheduler.tell(winners(0.1, 0.2));
    expect(() => scheduler.tell(winners(0.1, 0.2))).toThrow('tell without ask');
  });

  test.each([[[]], [[0.5]], [[0.5, 0.5, 0.5]]])('refuses %j as the winners of two cells', (confidences) => {
    const scheduler = new Scheduler(new Archive(2), 5, 1);
    scheduler.ask();
    expect(() => scheduler.tell(winners(...confidences))).toThrow(
      `${String(confidences.length)} winners for 2 cells`,
    );
  });

  test.each([5, -1, 0.5, 0xffffffff])('refuses child %d of a population of 5', (child) => {
    const archive = new Archive(1);
    const scheduler = new Scheduler(archive, 5, 1);
    scheduler.ask();
    expect(() => scheduler.tell(columns([winner(0.5, child)]))).toThrow(/of a population of 5/);
    expect(archive.occupied()).toEqual([]);
  });

  test.each([0, -1, 2.5, NaN, Infinity, 2 ** 53])('refuses a population of %d', (population) => {
    expect(() => new Scheduler(new Archive(2), population, 1)).toThrow(
      `a population of ${String(population)}`,
    );
  });
});
