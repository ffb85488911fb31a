/**
 * A share of a generation's children, bred by a thread of its own. Elites and what is bred stand in memory that both threads see;
 * who may touch it when is said by a few numbers in `control`, so that nothing is copied and no event loop is waited for.
 */
import { RandomStream } from '../random/threefry.ts';
import { streams } from '../random/streams.ts';
import { CppnGenomes, shared, type CppnColumns } from './cppn-genomes.ts';
import { addMutatedCppn } from './cppn-mutation.ts';
import { CppnPrograms, type ProgramColumns } from './cppn-program.ts';

/** Places in `control`. */
export const control = {
  /** Number of the job; `closed` ends the thread. */
  job: 0,
  generation: 1,
  /** Which of the two generations the children are for. */
  side: 2,
  /** How many have done the job. */
  done: 3,
  /** Of each breeder, from here on: its share. */
  breeders: 4,
} as const;
/** First child, the one behind the last, the job that this is of, whether the thread serves, words of the programs that it wrote. */
export const share = { from: 0, to: 1, job: 2, serves: 3, words: 4 } as const;
export const shareWords = 5;
export const closed = -1;
/** In place of the words, where breeding failed. */
export const failed = -1;

/** What a breeder is given when it begins. */
export interface BreederSettings {
  readonly index: number;
  readonly seed: number;
  readonly outputs: number;
  /** Children of a generation. */
  readonly size: number;
  readonly control: Int32Array;
  /** Cell of each child's parent. */
  readonly parents: Uint32Array;
  /** Of each cell: the genome of its elite among them. */
  readonly places: Int32Array;
}

/** Where the children of a side are. */
export interface Brood {
  readonly side: number;
  readonly genomes: CppnColumns;
  readonly programs: ProgramColumns;
}

/** A breeder's end of the line. */
export interface BreederLine {
  /** Where the elites are, if they have moved. */
  receive(): CppnColumns | undefined;
  send(brood: Brood): void;
}

/** Serves until it is closed; it blocks the thread meanwhile. */
export function serve(settings: BreederSettings, line: BreederLine): void {
  const { index, outputs, size, control: words } = settings;
  const at = control.breeders + shareWords * index;
  const elites = new CppnGenomes(outputs);
  const sides = [0, 1].map((side) => ({
    side,
    genomes: new CppnGenomes(outputs, shared),
    programs: new CppnPrograms(size, shared),
    /** What the other thread knows of. */
    sent: new Set<unknown>(),
  }));
  Atomics.store(words, at + share.serves, 1);
  for (let job = 0; ;) {
    Atomics.wait(words, control.job, job);
    const given = Atomics.load(words, control.job);
    // The call for a job may come when the job, which is seen before it, has been done.
    if (given === job) continue;
    job = given;
    if (job === closed) return;
    // One that began to serve when the job had been given out has no share of it.
    if (Atomics.load(words, at + share.job) !== job) continue;
    for (let moved = line.receive(); moved; moved = line.receive()) Object.assign(elites, moved);
    const side = sides[Atomics.load(words, control.side)];
    let written: number = failed;
    if (side) {
      written = breed(settings, elites, side);
      const { genomes, programs, sent } = side;
      const brood: Brood = { side: side.side, genomes: genomes.columns, programs: programs.columns };
      const columns = [brood.genomes, brood.programs].flatMap((all): unknown[] => Object.values(all));
      if (columns.some((column) => !sent.has(column))) line.send(brood);
      side.sent = new Set(columns);
    }
    Atomics.store(words, at + share.words, written);
    Atomics.add(words, control.done, 1);
    Atomics.notify(words, control.done);
  }
}

interface Bred {
  readonly genomes: CppnGenomes;
  readonly programs: CppnPrograms<SharedArrayBuffer>;
}

/** @returns words of the programs, or `failed`: who asked breeds these children again, and meets the error itself */
function breed(settings: BreederSettings, elites: CppnGenomes, { genomes, programs }: Bred): number {
  const { index, seed, control: words, parents, places } = settings;
  const at = control.breeders + shareWords * index;
  const random = RandomStream.of(seed, streams.genomes, Atomics.load(words, control.generation));
  genomes.clear();
  programs.clear();
  try {
    const to = Atomics.load(words, at + share.to);
    for (let child = Atomics.load(words, at + share.from); child < to; child++) {
      const parent = places[parents[child] ?? 0] ?? 0;
      programs.write(child, genomes, addMutatedCppn(genomes, elites, parent, random.at(child)));
    }
    return programs.length;
  } catch {
    return failed;
  }
}
