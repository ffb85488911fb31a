/** A population of CPPNs: bred on the CPU (graphs), drawn on the device (pixels). */
import type { Gpu } from '../gpu/device.ts';
import type { Program } from '../gpu/program.ts';
import { RandomStream } from '../random/threefry.ts';
import { streams } from '../random/streams.ts';
import { ResourceStack } from '../util/resources.ts';
import type { Coordinates } from './cppn-coordinates.ts';
import { CppnDrawing } from './cppn-drawing.ts';
import { CppnBreeders } from './cppn-breeders.ts';
import { shared, unshared } from './cppn-genomes.ts';
import { CppnElites } from './cppn-elites.ts';
import { CppnGeneration } from './cppn-generation.ts';
import { checkCppn, outputsOf } from './cppn-genome.ts';
import type { Genome } from './genome.ts';
import type { PastBirth, Population, PopulationSettings } from './population.ts';

/** A generation, and what draws it. */
interface Drawn {
  readonly children: CppnGeneration;
  readonly drawing: CppnDrawing;
}

export class CppnPopulation implements Population {
  readonly #settings: PopulationSettings;
  readonly #elites: CppnElites;
  readonly #breeders: CppnBreeders | undefined;
  #now: Drawn;
  /** The generation after, as far as it is known: it goes to buffers of its own while the device draws the other. */
  #next: Drawn;

  private constructor(gpu: Gpu, settings: PopulationSettings, coordinates: Coordinates) {
    const [channels] = settings.extent;
    this.#settings = settings;
    const { size, cells, seed, breeding } = settings;
    this.#elites = new CppnElites(cells, channels, breeding ? shared : unshared);
    using made = new ResourceStack();
    const drawn = (side: 0 | 1): Drawn => ({
      children: new CppnGeneration(size, channels, side),
      drawing: made.use(new CppnDrawing(gpu, settings, coordinates)),
    });
    this.#now = drawn(0);
    this.#next = drawn(1);
    this.#breeders = breeding && made.use(new CppnBreeders(breeding, this.#elites, { seed, size }));
    made.move();
  }

  /** Genomes are networks of functions (paper §2.3), mutated on the CPU and drawn on the device. */
  static create(gpu: Gpu, settings: PopulationSettings, coordinates: Coordinates): CppnPopulation {
    return new CppnPopulation(gpu, settings, coordinates);
  }

  destroy(): void {
    this.#now.drawing.destroy();
    this.#next.drawing.destroy();
    this.#breeders?.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async first(): Promise<void> {
    this.#now.children.random(this.#random(0));
    await this.#upload(this.#now);
  }

  async prepare(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void> {
    this.#breed(this.#next, parents, generation);
    await this.#upload(this.#next);
  }

  async vary(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void> {
    [this.#now, this.#next] = [this.#next, this.#now];
    this.#breed(this.#now, parents, generation);
    await this.#upload(this.#now);
  }

  async show(cells: readonly number[]): Promise<void> {
    this.#now.children.show(this.#elites, cells);
    await this.#upload(this.#now);
  }

  replay(cell: number, { generation, child, parent }: PastBirth): Promise<void> {
    const random = this.#random(generation).at(child);
    if (parent === undefined) this.#elites.takeRandom(cell, random);
    else this.#elites.takeMutated(cell, parent, random);
    return Promise.resolve();
  }

  render(): Program {
    return this.#now.drawing.program;
  }

  renderNext(): Program {
    return this.#next.drawing.program;
  }

  adopt(replacements: readonly { readonly cell: number; readonly child: number }[]): void {
    for (const { cell, child } of replacements) this.#now.children.giveTo(this.#elites, cell, child);
  }

  genomes(cells: readonly number[]): Promise<Genome[]> {
    return Promise.resolve(cells.map((cell) => this.#elites.genome(cell)));
  }

  restore(cell: number, genome: Genome): void {
    const [channels] = this.#settings.extent;
    if (genome.encoding !== 'cppn' || outputsOf(genome) !== channels)
      throw new RangeError(`cell ${String(cell)} needs a CPPN with ${String(channels)} outputs`);
    checkCppn(genome);
    this.#elites.restore(cell, genome);
  }

  #breed({ children }: Drawn, parents: Uint32Array, generation: number): void {
    const [elites, breeders, random] = [this.#elites, this.#breeders, this.#random(generation)];
    children.breed({ elites, parents, random, generation, breeders });
  }

  #random(generation: number): RandomStream {
    return RandomStream.of(this.#settings.seed, streams.genomes, generation);
  }

  /** Nothing is waited for unless the programs need another kernel or a larger buffer than before. */
  #upload({ children, drawing }: Drawn): Promise<void> | undefined {
    return drawing.upload(children.programs);
  }
}
