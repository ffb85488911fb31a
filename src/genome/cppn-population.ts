/** A population of CPPNs: bred on the CPU (graphs), drawn on the device (pixels). */
import { uniformUsage, type Gpu } from '../gpu/device.ts';
import { Program, bind } from '../gpu/program.ts';
import { hlsToRgb } from '../kernels/image/colour.ts';
import { slotsFor } from '../kernels/genome/cppn-values.ts';
import { cppn, cppnStoredBytes } from '../kernels/genome/cppn.ts';
import { RandomStream } from '../random/threefry.ts';
import { streams } from '../random/streams.ts';
import { checkCppn, mutateCppn, randomCppn } from './cppn-genome.ts';
import { flattenCppn, flattenPopulation, type FlatCppn } from './cppn-program.ts';
import { ResourceStack } from '../util/resources.ts';
import type { CppnGenome, Genome } from './genome.ts';
import { cppnFrame, type Coordinates } from './cppn-coordinates.ts';
import type { PastBirth, Population, PopulationSettings } from './population.ts';

interface Child {
  readonly genome: CppnGenome;
  readonly flat: FlatCppn;
  /** The elite that it was copied from, to notice when that has been replaced. */
  readonly origin: CppnGenome | undefined;
}

export class CppnPopulation implements Population {
  readonly #gpu: Gpu;
  readonly #settings: PopulationSettings;
  readonly #elites: (CppnGenome | undefined)[];
  readonly #table: GPUBuffer;
  readonly #frame: GPUBuffer;
  #program: GPUBuffer;
  /** Where genomes hold more values at once than private memory does. */
  #values: GPUBuffer | undefined;
  #children: Child[] = [];
  #ahead: { generation: number; children: Child[] } | undefined;
  #drawing = new Program([]);
  #slots = 0;

  private constructor(gpu: Gpu, settings: PopulationSettings, coordinates: Coordinates) {
    const [, height, width] = settings.extent;
    this.#gpu = gpu;
    this.#settings = settings;
    this.#elites = Array.from({ length: settings.cells }, () => undefined);
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
    const [channels] = this.#settings.extent;
    this.#children = Array.from({ length: this.#settings.size }, (_, index) =>
      child(randomCppn(channels, this.#random(0, index)), undefined),
    );
    await this.#upload();
  }

  prepare(parents: Uint32Array<ArrayBuffer>, generation: number): void {
    const children = [...parents].map((cell, index) => this.#breed(cell, generation, index));
    this.#ahead = { generation, children };
  }

  async vary(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void> {
    const ahead = this.#ahead?.generation === generation ? this.#ahead.children : [];
    this.#ahead = undefined;
    this.#children = [...parents].map((cell, index) => {
      const ready = ahead[index];
      return ready && ready.origin === this.#elites[cell] ? ready : this.#breed(cell, generation, index);
    });
    await this.#upload();
  }

  async show(cells: readonly number[]): Promise<void> {
    const { size } = this.#settings;
    const shown = cells.map((cell) => child(this.#elite(cell), undefined));
    this.#children = Array.from({ length: size }, (_, index) => shown[index % shown.length]).filter(
      (one) => one !== undefined,
    );
    await this.#upload();
  }

  replay(cell: number, { generation, child: index, parent }: PastBirth): Promise<void> {
    const random = this.#random(generation, index);
    this.#elites[cell] =
      parent === undefined
        ? randomCppn(this.#settings.extent[0], random)
        : mutateCppn(this.#elite(parent), random);
    return Promise.resolve();
  }

  render(): Program {
    return this.#drawing;
  }

  adopt(replacements: readonly { readonly cell: number; readonly child: number }[]): void {
    for (const { cell, child: index } of replacements) this.#elites[cell] = this.#children[index]?.genome;
  }

  genomes(cells: readonly number[]): Promise<Genome[]> {
    return Promise.resolve(cells.map((cell) => this.#elite(cell)));
  }

  restore(cell: number, genome: Genome): void {
    const outputs =
      genome.encoding === 'cppn' ? genome.nodes.filter(({ role }) => role === 'output').length : 0;
    if (genome.encoding !== 'cppn' || outputs !== this.#settings.extent[0]) {
      throw new RangeError(
        `cell ${String(cell)} needs a CPPN with ${String(this.#settings.extent[0])} outputs`,
      );
    }
    checkCppn(genome);
    flattenCppn(genome);
    this.#elites[cell] = genome;
  }

  #random(generation: number, index: number): RandomStream {
    return RandomStream.of(this.#settings.seed, streams.genomes, generation, index);
  }

  #elite(cell: number): CppnGenome {
    const elite = this.#elites[cell];
    if (!elite) throw new RangeError(`cell ${String(cell)} has no elite`);
    return elite;
  }

  #breed(cell: number, generation: number, index: number): Child {
    const parent = this.#elite(cell);
    return child(mutateCppn(parent, this.#random(generation, index)), parent);
  }

  async #upload(): Promise<void> {
    const { table, program, slots } = flattenPopulation(this.#children.map(({ flat }) => flat));
    const outgrown = program.byteLength > this.#program.size;
    if (outgrown) {
      this.#program.destroy();
      this.#program = this.#gpu.buffer('CPPN program', 2 * program.byteLength);
    }
    this.#gpu.write(this.#table, table);
    this.#gpu.write(this.#program, program);
    if (outgrown || slotsFor(slots) !== this.#slots) {
      this.#slots = slotsFor(slots);
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

function child(genome: CppnGenome, origin: CppnGenome | undefined): Child {
  return { genome, flat: flattenCppn(genome), origin };
}
