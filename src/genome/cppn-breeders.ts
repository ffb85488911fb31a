/** Threads that breed shares of a generation; which children are whose makes no difference to what they are. */
import type { Resource } from '../util/resources.ts';
import {
  closed,
  control,
  failed,
  share,
  shareWords,
  type BreederSettings,
  type Brood,
} from './cppn-breeder.ts';
import type { CppnElites } from './cppn-elites.ts';
import { CppnGenomes, shared, type CppnColumns } from './cppn-genomes.ts';
import type { ProgramColumns } from './cppn-program.ts';

/** A thread that serves as `serve` does, as the host has it. */
export interface BreederThread {
  /** Tells where the elites are. */
  send(elites: CppnColumns): void;
  /** What it has sent and was not received yet; it does not wait. */
  receive(): Brood | undefined;
  /** Ends it, also where it does not answer. */
  close(): void;
}

/** What a host does for breeding on several threads. */
export interface BreedingHost {
  /** Threads beside the caller's; at least one. */
  readonly count: number;
  /** Starts a thread that calls `serve` with these. */
  start(settings: BreederSettings): BreederThread;
  /** Blocks while the number has that value, for so many milliseconds at most. */
  hold(words: Int32Array, at: number, value: number, milliseconds: number): void;
  /** Milliseconds after which a thread that does not answer is given up; 10 s by default. */
  readonly patience?: number;
  /** Told what goes wrong and does not end the search. */
  readonly onNote: (text: string) => void;
}

/** Children `from` to `to`, bred by one thread. */
export interface ForeignBrood {
  readonly genomes: CppnGenomes;
  readonly programs: ProgramColumns;
  readonly from: number;
  readonly to: number;
  /** Words of the programs; negative where it failed. */
  readonly words: number;
}

/** What of a thread is known here. */
interface Helper {
  readonly thread: BreederThread;
  /** By side. */
  readonly broods: (Brood | undefined)[];
  readonly genomes: readonly CppnGenomes[];
}

/** Below this a share is not worth to wake a thread. */
const leastShare = 8;
const usualPatience = 10_000;

export class CppnBreeders implements Resource {
  readonly #words: Int32Array;
  readonly #parents: Uint32Array;
  readonly #helpers: Helper[];
  /** The elites' columns that the threads know of. */
  #known: CppnColumns | undefined;
  #job = 0;
  /** Those that work on the job. */
  #working: number[] = [];

  constructor(
    private readonly host: BreedingHost,
    private readonly elites: CppnElites,
    { seed, size }: { readonly seed: number; readonly size: number },
  ) {
    const { count } = host;
    this.#words = new Int32Array(shared(4 * (control.breeders + shareWords * count)));
    this.#parents = new Uint32Array(shared(4 * size));
    const { outputs } = elites.genomes;
    const settings = {
      seed,
      outputs,
      size,
      control: this.#words,
      parents: this.#parents,
      places: elites.places,
    };
    this.#helpers = Array.from({ length: count }, (_, index): Helper => ({
      thread: host.start({ ...settings, index }),
      broods: [],
      genomes: [new CppnGenomes(outputs), new CppnGenomes(outputs)],
    }));
  }

  destroy(): void {
    Atomics.store(this.#words, control.job, closed);
    Atomics.notify(this.#words, control.job);
    for (const { thread } of this.#helpers) thread.close();
    this.#helpers.length = 0;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /**
   * Lets the threads begin. The elites must not change until `end`.
   * @returns how many of the children are left to the caller: the first
   */
  begin(parents: Uint32Array, generation: number, side: number): number {
    const serving = [...this.#helpers.keys()].filter((index) => this.#number(index, share.serves) === 1);
    const size = Math.ceil(parents.length / (serving.length + 1));
    this.#working =
      size < leastShare ? [] : serving.filter((_, place) => (place + 1) * size < parents.length);
    if (this.#working.length === 0) return parents.length;
    this.#tellElites();
    this.#parents.set(parents);
    Atomics.store(this.#words, control.generation, generation);
    Atomics.store(this.#words, control.side, side);
    Atomics.store(this.#words, control.done, 0);
    const job = ++this.#job;
    for (const [place, index] of this.#working.entries()) {
      this.#set(index, share.from, (place + 1) * size);
      this.#set(index, share.to, Math.min(parents.length, (place + 2) * size));
      this.#set(index, share.job, job);
    }
    Atomics.store(this.#words, control.job, job);
    Atomics.notify(this.#words, control.job);
    return size;
  }

  /** Waits for the threads. @returns what they have bred of the side */
  end(side: number): ForeignBrood[] {
    const isDone = this.#wait();
    const broods = this.#working.map((index) => this.#broodOf(index, side, isDone));
    this.#working = [];
    if (!isDone) {
      this.host.onNote('a thread that breeds does not answer; the main thread breeds alone from here on');
      this.destroy();
    }
    return broods;
  }

  #wait(): boolean {
    const start = performance.now();
    for (;;) {
      const done = Atomics.load(this.#words, control.done);
      if (done >= this.#working.length) return true;
      const left = (this.host.patience ?? usualPatience) - (performance.now() - start);
      if (left <= 0) return false;
      this.host.hold(this.#words, control.done, done, left);
    }
  }

  #broodOf(index: number, side: number, isDone: boolean): ForeignBrood {
    const helper = this.#helpers[index];
    const [from, to] = [this.#number(index, share.from), this.#number(index, share.to)];
    const nothing = { words: new Uint32Array(), table: new Uint32Array(), slots: new Uint32Array() };
    if (!helper || !isDone)
      return { genomes: new CppnGenomes(1), programs: nothing, from, to, words: failed };
    for (let brood = helper.thread.receive(); brood; brood = helper.thread.receive()) {
      helper.broods[brood.side] = brood;
      Object.assign(helper.genomes[brood.side] ?? {}, brood.genomes);
    }
    const [genomes, brood] = [helper.genomes[side], helper.broods[side]];
    if (!genomes || !brood)
      return { genomes: new CppnGenomes(1), programs: nothing, from, to, words: failed };
    return { genomes, programs: brood.programs, from, to, words: this.#number(index, share.words) };
  }

  #tellElites(): void {
    const { columns } = this.elites.genomes;
    const known: Readonly<Record<string, unknown>> = { ...this.#known };
    if (Object.entries(columns).every(([name, column]) => known[name] === column)) return;
    this.#known = columns;
    for (const { thread } of this.#helpers) thread.send(columns);
  }

  #number(index: number, what: number): number {
    return Atomics.load(this.#words, control.breeders + shareWords * index + what);
  }

  #set(index: number, what: number, value: number): void {
    Atomics.store(this.#words, control.breeders + shareWords * index + what, value);
  }
}
