/** A population of directly encoded images: bred and drawn on the device, genes never leave it but for a checkpoint. */
import { uniformUsage, type Gpu } from '../gpu/device.ts';
import type { Kernel } from '../gpu/kernel.ts';
import { Program, bind, run } from '../gpu/program.ts';
import { RecordStore } from '../gpu/record-store.ts';
import { hlsToRgb } from '../kernels/image/colour.ts';
import {
  firstDirect,
  genomeWords,
  renderDirect,
  varyDirect,
  type DirectShape,
} from '../kernels/genome/direct.ts';
import { mutationIndex } from '../random/polynomial-mutation.ts';
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';
import { ResourceStack } from '../util/resources.ts';
import type { Genome } from './genome.ts';
import type { PastBirth, Population, PopulationSettings } from './population.ts';

/** Probability that a gene mutates; it halves every so many generations (paper §2.2). */
export const geneRate = 0.1;
export const generationsPerHalving = 1000;

export function mutationRate(generation: number): number {
  return geneRate / 2 ** Math.floor(generation / generationsPerHalving);
}

interface Buffers {
  readonly generation: GPUBuffer;
  /** Genes [population, genes padded to 2]. */
  readonly children: GPUBuffer;
  /** A genome per cell. */
  readonly elites: RecordStore;
}

/** What breeds and draws genomes of a size. */
function launchesOf({ size: population, extent: [channels, height, width] }: Sized) {
  const shape: DirectShape = { population, channels, pixels: height * width };
  return {
    first: firstDirect(shape),
    vary: varyDirect(shape),
    render: renderDirect(shape),
    colour: channels === 3 ? hlsToRgb(population, Math.ceil(shape.pixels / 4)) : undefined,
  };
}

type Sized = Pick<PopulationSettings, 'size' | 'extent'>;

export const directKernels = (settings: Sized): Kernel[] =>
  Object.values(launchesOf(settings)).flatMap((launch) => (launch ? [launch.kernel] : []));

interface Programs {
  readonly first: Program;
  readonly vary: Program;
  readonly render: Program;
}

export class DirectPopulation implements Population {
  readonly #genes: number;
  /** Of one genome, for replays; few runs have any. */
  #single: Promise<Pick<Programs, 'first' | 'vary'>> | undefined;

  private constructor(
    private readonly gpu: Gpu,
    private readonly settings: PopulationSettings,
    private readonly buffers: Buffers,
    private readonly programs: Programs,
  ) {
    const [channels, height, width] = settings.extent;
    this.#genes = channels * height * width;
  }

  /** Genes are 16 bits for each value of an image (paper §2.3), mutated on the device. */
  static async create(gpu: Gpu, settings: PopulationSettings): Promise<DirectPopulation> {
    const { size: population, cells, extent, images } = settings;
    const [channels, height, width] = extent;
    const { first, vary, render, colour } = launchesOf(settings);
    const bytes = 4 * genomeWords(channels * height * width);
    using made = new ResourceStack();
    const buffers: Buffers = {
      generation: made.use(gpu.buffer('direct generation', 32, uniformUsage)),
      children: made.use(gpu.buffer('direct children', bytes * population)),
      elites: made.use(new RecordStore(gpu, 'direct elites', cells, bytes)),
    };
    const { generation, children } = buffers;
    const drawing = [
      bind(gpu, 'render', render, { children, images }),
      ...(colour ? [bind(gpu, 'colour', colour, { images })] : []),
    ];
    const [begun, varied, ...drawn] = await Promise.all([
      bind(gpu, 'first', first, { generation, children }),
      bind(gpu, 'vary', vary, { generation, children }),
      ...drawing,
    ]);
    const programs: Programs = {
      first: new Program([begun]),
      vary: new Program([varied]),
      render: new Program(drawn),
    };
    made.move();
    return new DirectPopulation(gpu, settings, buffers, programs);
  }

  destroy(): void {
    const { generation, children, elites } = this.buffers;
    for (const held of [generation, children, elites]) held.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  first(): Promise<void> {
    this.#announce(0);
    run(this.gpu, this.programs.first);
    return Promise.resolve();
  }

  vary(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void> {
    this.#announce(generation);
    this.#copyElites([...parents]);
    run(this.gpu, this.programs.vary);
    return Promise.resolve();
  }

  /** Nothing to do ahead: the device varies. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  show(cells: readonly number[]): Promise<void> {
    this.#copyElites(cells);
    return Promise.resolve();
  }

  async replay(cell: number, { generation, child, parent }: PastBirth): Promise<void> {
    this.#single ??= this.#bindSingle();
    const { first, vary } = await this.#single;
    this.#announce(generation, child);
    if (parent !== undefined) this.#copyElites([parent]);
    run(this.gpu, parent === undefined ? first : vary);
    this.adopt([{ cell, child: 0 }]);
  }

  async #bindSingle(): Promise<Pick<Programs, 'first' | 'vary'>> {
    const [channels, height, width] = this.settings.extent;
    const shape: DirectShape = { population: 1, channels, pixels: height * width };
    const { generation, children } = this.buffers;
    const operands = { generation, children };
    return {
      first: new Program([await bind(this.gpu, 'first', firstDirect(shape), operands)]),
      vary: new Program([await bind(this.gpu, 'vary', varyDirect(shape), operands)]),
    };
  }

  render(): Program {
    return this.programs.render;
  }

  renderNext(): Program {
    return this.programs.render;
  }

  adopt(replacements: readonly { readonly cell: number; readonly child: number }[]): void {
    const { children, elites } = this.buffers;
    const encoder = this.gpu.device.createCommandEncoder();
    for (const { cell, child } of replacements) elites.copyIn(encoder, children, child * elites.bytes, cell);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  async genomes(cells: readonly number[]): Promise<Genome[]> {
    const records = await this.buffers.elites.readMany(cells);
    return records.map((record): Genome => ({
      encoding: 'direct',
      bytes: record.subarray(0, 2 * this.#genes),
    }));
  }

  restore(cell: number, genome: Genome): void {
    const bytes = genome.encoding === 'direct' ? genome.bytes : new Uint8Array();
    if (bytes.length !== 2 * this.#genes) {
      throw new RangeError(
        `cell ${String(cell)} needs ${String(this.#genes)} genes of 2 bytes, and got ${String(bytes.length)} bytes`,
      );
    }
    this.buffers.elites.write(cell, bytes);
  }

  /** Makes the first children into copies of the elites of the given cells. */
  #copyElites(cells: readonly number[]): void {
    const { children, elites } = this.buffers;
    const encoder = this.gpu.device.createCommandEncoder();
    for (const [child, cell] of cells.entries())
      elites.copyOut(encoder, cell, children, child * elites.bytes);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** @param child number in the generation of the first genome */
  #announce(generation: number, child = 0): void {
    const { key } = RandomStream.of(this.settings.seed, streams.genomes, generation);
    const content = new ArrayBuffer(32);
    new Uint32Array(content, 0, 2).set(key);
    new Float32Array(content, 8, 2).set([mutationRate(generation), mutationIndex]);
    new Uint32Array(content, 16, 1).set([child]);
    this.gpu.write(this.buffers.generation, new Uint8Array(content));
  }
}
