import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Archive } from '../../src/evolution/archive.ts';
import {
  ancestryProblem,
  byId,
  Lineage,
  lineTo,
  stepsOf,
  winsOf,
  type Ancestor,
  type Birth,
  type LivingElite,
} from '../../src/evolution/lineage.ts';
import { Scheduler } from '../../src/evolution/scheduler.ts';
import { columns } from './winners.ts';
import { RandomStream } from '../../src/random/threefry.ts';

const population = 7;

/** What every elite that ever lived was. */
type Chronicle = Map<number, { readonly parent: number | null; readonly wins: Set<number> }>;

interface Played {
  readonly lineage: Lineage;
  readonly elites: LivingElite[];
  readonly everybody: Chronicle;
}

/** A search whose confidences are drawn, with a lineage beside it and a chronicle of everybody. */
function play(
  cells: number,
  generations: number,
  seed: number,
  each?: (played: Played) => void,
  size = population,
): Played & { readonly microseconds: number } {
  const archive = new Archive(cells);
  const scheduler = new Scheduler(archive, size, seed);
  const lineage = new Lineage();
  const everybody: Chronicle = new Map();
  let microseconds = 0;
  const elitesNow = () =>
    archive.occupied().map((cell): LivingElite => ({ ...archive.elite(cell)!, class: cell }));
  for (let generation = 0; generation < generations; generation++) {
    const { parents } = scheduler.ask();
    const random = RandomStream.of(seed, 99, generation);
    // One cell in ten is won, by whatever child.
    const replacements = scheduler.tell(
      columns(
        Array.from({ length: cells }, (_, cell) => {
          const better = random.chance(0.1) || generation === 0;
          const logOdds = (archive.elite(cell)?.logOdds ?? 0) + (better ? 0.01 : -0.01);
          return { confidence: 1 - 1 / (2 + logOdds), logOdds, child: random.below(size) };
        }),
      ),
    );
    const births = replacements.map(({ cell, child }): Birth => {
      const { id, parent, confidence } = archive.elite(cell)!;
      return { id, parent, confidence, generation, class: cell, from: parents?.[child] ?? null };
    });
    for (const { id, parent, class: cell } of births)
      everybody.set(id, { parent, wins: (everybody.get(id)?.wins ?? new Set()).add(cell) });
    const start = performance.now();
    lineage.adopt(births);
    microseconds += 1000 * (performance.now() - start);
    each?.({ lineage, elites: elitesNow(), everybody });
  }
  return { lineage, elites: elitesNow(), everybody, microseconds };
}

/** The closure by its definition. */
function livingAndTheirAncestors({ elites, everybody }: Played): Set<number> {
  const living = new Set<number>();
  for (const { id } of elites)
    for (let next: number | null = id; next !== null; next = everybody.get(next)!.parent) living.add(next);
  return living;
}

const search = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 30 }), fc.nat(1e6));

describe('a lineage', () => {
  test('holds the living elites and their ancestors, and nobody else, after every generation', () => {
    fc.assert(
      fc.property(search, ([cells, generations, seed]) => {
        play(cells, generations, seed, (played) => {
          const ancestors = played.lineage.ancestors();
          expect(new Set(ancestors.map(({ id }) => id))).toEqual(livingAndTheirAncestors(played));
          expect(played.lineage.size).toBe(ancestors.length);
          expect(ancestryProblem(ancestors, played.elites, population)).toBeUndefined();
          for (const ancestor of ancestors) {
            expect(new Set(winsOf(ancestor).map((win) => win.class))).toEqual(
              played.everybody.get(ancestor.id)!.wins,
            );
            expect(ancestor.confidence).toBe(Math.max(...winsOf(ancestor).map((win) => win.confidence)));
          }
        });
      }),
    );
  });

  test('goes on from its records as if they had never been written', () => {
    fc.assert(
      fc.property(search, ([cells, generations, seed]) => {
        const { lineage, elites } = play(cells, generations, seed);
        const again = Lineage.of(JSON.parse(JSON.stringify(lineage.ancestors())) as Ancestor[], elites);
        expect(again.ancestors()).toEqual(lineage.ancestors());
        const next: Birth[] = elites.slice(0, 2).map(({ class: cell }, child) => ({
          ...{ id: population * generations + child, class: cell, confidence: 1, generation: generations },
          ...{ parent: elites[0]!.id, from: elites[0]!.class },
        }));
        for (const one of [lineage, again]) one.adopt(next);
        expect(again.ancestors()).toEqual(lineage.ancestors());
      }),
    );
  });

  test('begins at the elites where nothing is known of those before them', () => {
    const { elites } = play(4, 20, 3);
    const lineage = Lineage.beginningAt(elites);
    expect(new Set(lineage.ancestors().map(({ id }) => id))).toEqual(new Set(elites.map(({ id }) => id)));
    expect(ancestryProblem(lineage.ancestors(), elites, population)).toBeUndefined();
    const [first] = [...elites].sort((one, other) => one.id - other.id);
    const child = { id: 20 * population, parent: first!.id, from: first!.class, confidence: 1 };
    lineage.adopt([{ ...child, class: first!.class, generation: 20 }]);
    expect(lineTo(byId(lineage.ancestors()), child.id).map(({ id }) => id)).toEqual([first!.id, child.id]);
  });

  test('drops a line at once when its last elite is replaced, however long it is', () => {
    const lineage = new Lineage();
    const length = 100_000;
    // Each takes one cell and leaves it for the next, so that only the line is kept.
    for (let generation = 0; generation < length; generation++)
      lineage.adopt([
        {
          id: generation,
          parent: generation - 1 < 0 ? null : generation - 1,
          from: 0,
          class: 0,
          confidence: 0.5,
          generation,
        },
      ]);
    expect(lineage.size).toBe(length);
    lineage.adopt([{ id: length, parent: null, from: null, class: 0, confidence: 0.6, generation: length }]);
    expect(lineage.ancestors().map(({ id }) => id)).toEqual([length]);
  });

  test('keeps a few per cent of all that ever lived, and costs microseconds', () => {
    const generations = 4000;
    let most = 0;
    const note = ({ lineage }: Played) => (most = Math.max(most, lineage.size));
    const { everybody, microseconds } = play(100, generations, 1, note, 200);
    console.info(
      `kept at most ${String(most)} of ${String(everybody.size)} elites; ${(microseconds / generations).toFixed(1)} µs a generation`,
    );
    expect(everybody.size).toBeGreaterThan(30_000);
    expect(most).toBeLessThan(0.05 * everybody.size);
    // A generation takes some milliseconds at the very least; machines may be busy.
    expect(microseconds / generations).toBeLessThan(300);
  });
});

describe('records that are no ancestry', () => {
  const { lineage, elites } = play(4, 12, 8);
  const ancestors = lineage.ancestors();
  const child = ancestors.find(({ parent }) => parent !== null)!;
  const change = (id: number, changed: Partial<Ancestor>) =>
    ancestors.map((ancestor) => (ancestor.id === id ? { ...ancestor, ...changed } : ancestor));

  test.each<[string, readonly Ancestor[], RegExp]>([
    ['someone twice', [...ancestors, ancestors[0]!], /is there twice/],
    ['a circle', change(child.id, { parent: child.id }), /not younger than its parent/],
    ['a parent from the future', change(child.id, { parent: child.id + population }), /not younger/],
    ['a child before its parent', [...ancestors].reverse(), /stands behind a child of its own/],
    ['another generation', change(child.id, { generation: child.generation + 1 }), /is not of generation/],
    ['an orphan', change(child.id, { parent: null }), /has no parent, and is not of generation 0/],
    [
      'an elite less',
      ancestors.filter(({ id }) => id !== elites[0]!.id),
      /elite \d+ of class 0 is not among/,
    ],
    ['another confidence', change(elites[0]!.id, { confidence: 0.1, also: [] }), /did not win that class/],
  ])('%s', (_, records, problem) => {
    expect(ancestryProblem(records, elites, population)).toMatch(problem);
  });
});

test('a line’s steps name the class by which it went on, and where it came from another', () => {
  const rows: Ancestor[] = [
    {
      id: 1,
      parent: null,
      from: null,
      class: 4,
      confidence: 0.5,
      generation: 0,
      also: [{ class: 2, confidence: 0.3 }],
    },
    { id: 8, parent: 1, from: 2, class: 2, confidence: 0.6, generation: 1 },
    { id: 15, parent: 8, from: 2, class: 5, confidence: 0.7, generation: 2 },
    {
      id: 22,
      parent: 15,
      from: 5,
      class: 5,
      confidence: 0.9,
      generation: 3,
      also: [{ class: 3, confidence: 0.2 }],
    },
  ];
  const steps = (elite: number) =>
    stepsOf(lineTo(byId(rows), 22), elite).map((step) => [step.class, step.confidence, step.switched]);
  expect(steps(5)).toEqual([
    [2, 0.3, false],
    [2, 0.6, false],
    [5, 0.7, true],
    [5, 0.9, false],
  ]);
  expect(steps(3).at(-1)).toEqual([3, 0.2, true]);
});
