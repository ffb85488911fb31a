/** A population of CPPNs: bred on the CPU (graphs), drawn on the device (pixels). */
import { uniformUsage, type Gpu } from '../gpu/device.ts';
import { Program, bind } from '../gpu/program.ts';
import { hlsToRgb } from '../kernels/image/colour.ts';
import { slotsFor } from '../kernels/genome/cppn-values.ts';
import { cppn, cppnStoredBytes } from '../kernels/genome/cppn.ts';
import { RandomStream } from '../random/threefry.ts';
import { streams } from '../random/streams.ts';
import { checkCppn } from './cppn-genome.ts';
import { CppnElites } from './cppn-elites.ts';
import { CppnGeneration } from './cppn-generation.ts';
import { ResourceStack } from '../util/resources.ts';
import type { Genome } from './genome.ts';
import { cppnFrame, type Coordinates } from './cppn-coordinates.ts';
import type { PastBirth, Population, PopulationSettings } from './population.ts';

export class CppnPopulation implements Population {
  readonly #gpu: Gpu;
  readonly #settings: PopulationSettings;
  readonly #elites: CppnElites;
  readonly #table: GPUBuffer;
  readonly #frame: GPUBuffer;
  #program: GPUBuffer;
  /** Where genomes hold more values at once than private memory does. */
  #values: GPUBuffer | undefined;
  #children: CppnGeneration;
  /** The children of the generation after, as far as they are known. */
  #ahead: CppnGeneration;
  #drawing = new Program([]);
  #slots = 0;

  private constructor(gpu: Gpu, settings: PopulationSettings, coordinates: Coordinates) {
    const [channels, height, width] = settings.extent;
    this.#gpu = gpu;
    this.#settings = settings;
    this.#elites = new CppnElites(settings.cells, channels);
    this.#children = new CppnGeneration(settings.size, channels);
    this.#ahead = new CppnGeneration(settings.size, channels);
    using made = new ResourceStack();
    this.#table = made.use(gpu.buffer('CPPN table', 16 * settings.size));
    const frame = cppnFrame(coordinates, [height, width]);
    this.#frame = made.use(gpu.bufferFrom('CPPN frame', frame, uniformUsage));
    this.#program = made.use(gpu.buffer('CPPN program', 64 * 4 * settings.size));
    made.move();
  }

  /** Genomes are networks of functions (paper §2.3), mutated on the CPU and drawn on the device. */
  static create(gpu: Gpu, settings: PopulationSettings, coordinates: Coordinates): CppnPopulation {
    return new CppnPopulation(gpu, settings, coordinates);
  }

  destroy(): void {
    for (const buffer of [this.#table, this.#frame, this.#program, this.#values]) buffer?.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  async first(): Promise<void> {
    this.#children.random(this.#random(0));
    await this.#upload();
  }

  prepare(parents: Uint32Array<ArrayBuffer>, generation: number): void {
    this.#ahead.breed(this.#elites, parents, this.#random(generation), generation);
  }

  async vary(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void> {
    [this.#children, this.#ahead] = [this.#ahead, this.#children];
    this.#children.breed(this.#elites, parents, this.#random(generation), generation);
    await this.#upload();
  }

  async show(cells: readonly number[]): Promise<void> {
    this.#children.show(this.#elites, cells);
    await this.#upload();
  }

  replay(cell: number, { generation, child, parent }: PastBirth): Promise<void> {
    const random = this.#random(generation).at(child);
    if (parent === undefined) this.#elites.takeRandom(cell, random);
    else this.#elites.takeMutated(cell, parent, random);
    return Promise.resolve();
  }

  render(): Program {
    return this.#drawing;
  }

  adopt(replacements: readonly { readonly cell: number; readonly child: number }[]): void {
    for (const { cell, child } of replacements)
      this.#elites.take(cell, this.#children.genomes, this.#children.genomeOf(child));
  }

  genomes(cells: readonly number[]): Promise<Genome[]> {
    return Promise.resolve(cells.map((cell) => this.#elites.genome(cell)));
  }

  restore(cell: number, genome: Genome): void {
    const [channels] = this.#settings.extent;
    const outputs =
      genome.encoding === 'cppn' ? genome.nodes.filter(({ role }) => role === 'output').length : 0;
    if (genome.encoding !== 'cppn' || outputs !== channels)
      throw new RangeError(`cell ${String(cell)} needs a CPPN with ${String(channels)} outputs`);
    checkCppn(genome);
    this.#elites.restore(cell, genome);
  }

  #random(generation: number): RandomStream {
    return RandomStream.of(this.#settings.seed, streams.genomes, generation);
  }

  async #upload(): Promise<void> {
    const { table, written, mostSlots } = this.#children.programs;
    const outgrown = written.byteLength > this.#program.size;
    if (outgrown) {
      this.#program.destroy();
      this.#program = this.#gpu.buffer('CPPN program', 2 * written.byteLength);
    }
    this.#gpu.write(this.#table, table);
    this.#gpu.write(this.#program, written);
    if (outgrown || slotsFor(mostSlots) !== this.#slots) {
      this.#slots = slotsFor(mostSlots);
      this.#drawing = await this.#bindDrawing();
    }
  }

  async #bindDrawing(): Promise<Program> {
    const { size: population, extent, images } = this.#settings;
    const [channels, height, width] = extent;
    const shape = { population, channels, height, width, slots: this.#slots };
    const bytes = cppnStoredBytes(shape);
    this.#values?.destroy();
    this.#values = bytes > 0 ? this.#gpu.buffer('values of the CPPNs', bytes) : undefined;
    const operands = {
      genomes: this.#table,
      program: this.#program,
      frame: this.#frame,
      images,
      ...(this.#values && { values: this.#values }),
    };
    const drawing = [await bind(this.#gpu, 'render', cppn(shape), operands)];
    if (channels === 3) {
      drawing.push(
        await bind(this.#gpu, 'colour', hlsToRgb(population, Math.ceil((height * width) / 4)), { images }),
      );
    }
    return new Program(drawing);
  }
}
