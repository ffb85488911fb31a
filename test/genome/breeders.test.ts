import { afterEach, describe, expect, it } from 'vitest';
import { control, share, type BreederSettings } from '../../src/genome/cppn-breeder.ts';
import { CppnBreeders, type BreedingHost } from '../../src/genome/cppn-breeders.ts';
import { CppnElites } from '../../src/genome/cppn-elites.ts';
import { CppnGeneration } from '../../src/genome/cppn-generation.ts';
import { shared } from '../../src/genome/cppn-genomes.ts';
import { nodeBreeding } from '../../src/node/breeders.ts';
import { streams } from '../../src/random/streams.ts';
import { RandomStream } from '../../src/random/threefry.ts';

const seed = 5;
const size = 100;
const cells = 7;

const opened: CppnBreeders[] = [];
afterEach(() => {
  for (const breeders of opened.splice(0)) breeders.destroy();
});

/** Elites that have been mutated so often. */
function elitesOf(mutations: number): CppnElites {
  const elites = new CppnElites(cells, 3, shared);
  for (let cell = 0; cell < cells; cell++) {
    elites.takeRandom(cell, RandomStream.of(1, cell));
    for (let step = 0; step < mutations; step++)
      elites.takeMutated(cell, cell, RandomStream.of(2, cell, step));
  }
  return elites;
}

function breedersOf(host: BreedingHost | undefined, elites: CppnElites): CppnBreeders | undefined {
  const breeders = host && new CppnBreeders(host, elites, { seed, size });
  if (breeders) opened.push(breeders);
  return breeders;
}

/** Until all threads serve, as far as 100 jobs tell. */
async function whenServing(breeders: CppnBreeders, count: number): Promise<void> {
  for (let tries = 0; tries < 1000; tries++) {
    const own = breeders.begin(new Uint32Array(size), 0, 0);
    if (own < size) breeders.end(0);
    if (own === Math.ceil(size / (count + 1))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('the threads do not serve');
}

/** The words of each child's program, and its slots, wherever they stand. */
function programsOf({ programs: { words, table, slots } }: CppnGeneration): unknown[] {
  return Array.from({ length: size }, (_, child) => {
    let at = table[4 * child]!;
    const [start, nodes] = [at, table[4 * child + 1]!];
    for (let node = 0; node < nodes; node++) at += 1 + 2 * (words[at]! >>> 12);
    return [[...words.slice(start, at)], [...table.slice(4 * child + 1, 4 * child + 4)], slots[child]];
  });
}

const parents = (generation: number) =>
  Uint32Array.from({ length: size }, (_, child) => (child * 3 + generation) % cells);

/** Generations whose children take cells over and over: what is bred, and what the elites are at the end. */
function history(elites: CppnElites, breeders: CppnBreeders | undefined, generations: number): unknown {
  let [now, next] = [new CppnGeneration(size, 3, 0), new CppnGeneration(size, 3, 1)];
  const bred: unknown[] = [];
  const breed = (children: CppnGeneration, generation: number) => {
    const random = RandomStream.of(seed, streams.genomes, generation);
    children.breed({ elites, parents: parents(generation), random, generation, breeders });
  };
  breed(now, 1);
  for (let generation = 1; generation <= generations; generation++) {
    breed(next, generation + 1);
    for (const child of [13, 57, 99]) now.giveTo(elites, (generation + child) % cells, child);
    [now, next] = [next, now];
    breed(now, generation + 1);
    bred.push(programsOf(now));
  }
  return [bred, Array.from({ length: cells }, (_, cell) => elites.genome(cell))];
}

describe('breeding on several threads', () => {
  it.each([1, 2, 3])('gives what one thread gives: %i beside the main one', async (count) => {
    const notes: string[] = [];
    const elites = elitesOf(20);
    const breeders = breedersOf(
      nodeBreeding(count, (note) => notes.push(note)),
      elites,
    )!;
    await whenServing(breeders, count);
    expect(history(elites, breeders, 60)).toEqual(history(elitesOf(20), undefined, 60));
    expect(notes).toEqual([]);
  });

  it('does a job once, also where a thread is woken for one that it has done', async () => {
    const host = nodeBreeding(3, () => undefined)!;
    const waking: BreedingHost = {
      ...host,
      hold: (words, at, value) => {
        Atomics.notify(words, control.job);
        host.hold(words, at, value, 0.05);
      },
    };
    const elites = elitesOf(20);
    const breeders = breedersOf(waking, elites)!;
    await whenServing(breeders, 3);
    expect(history(elites, breeders, 300)).toEqual(history(elitesOf(20), undefined, 300));
  });

  it('gives the same where the columns grow meanwhile', async () => {
    const elites = elitesOf(150);
    const breeders = breedersOf(
      nodeBreeding(1, () => undefined),
      elites,
    )!;
    await whenServing(breeders, 1);
    expect(history(elites, breeders, 40)).toEqual(history(elitesOf(150), undefined, 40));
  });

  it('goes on alone where a thread does not answer, and says so once', () => {
    const notes: string[] = [];
    let closed = 0;
    const silent: BreedingHost = {
      count: 1,
      patience: 20,
      onNote: (note) => notes.push(note),
      hold: (words, at, value, milliseconds) => void Atomics.wait(words, at, value, milliseconds),
      start: ({ control: words, index }: BreederSettings) => {
        expect(index).toBe(0);
        Atomics.store(words, control.breeders + share.serves, 1);
        return { send: () => undefined, receive: () => undefined, close: () => (closed += 1) };
      },
    };
    const elites = elitesOf(20);
    const found = history(elites, breedersOf(silent, elites), 5);
    expect(found).toEqual(history(elitesOf(20), undefined, 5));
    expect(notes).toEqual([
      'a thread that breeds does not answer; the main thread breeds alone from here on',
    ]);
    expect(closed).toBe(1);
  });
});
