/** A population of directly encoded images: bred and drawn on the device, genes never leave it but for a checkpoint. */
import { uniformUsage, type Gpu } from '../gpu/device.ts';
import { Program, bind, run } from '../gpu/program.ts';
import { hlsToRgb } from '../kernels/colour.ts';
import { firstDirect, renderDirect, varyDirect, type DirectShape } from '../kernels/direct.ts';
import { mutationIndex } from '../random/polynomial-mutation.ts';
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';
import { decodeFloats, encodeFloats } from './base64.ts';
import type { SerialisedGenome } from './encoding.ts';
import type { Population, PopulationSettings } from './population.ts';

/** Probability that a gene mutates; it halves every so many generations (paper §2.2). */
export const geneRate = 0.1;
export const generationsPerHalving = 1000;

export function mutationRate(generation: number): number {
  return geneRate / 2 ** Math.floor(generation / generationsPerHalving);
}

interface Buffers {
  readonly generation: GPUBuffer;
  readonly children: GPUBuffer;
  readonly elites: GPUBuffer;
  readonly parents: GPUBuffer;
}

interface Programs {
  readonly first: Program;
  readonly vary: Program;
  readonly render: Program;
}

export class DirectPopulation implements Population {
  readonly #genes: number;

  private constructor(
    private readonly gpu: Gpu,
    private readonly settings: PopulationSettings,
    private readonly buffers: Buffers,
    private readonly programs: Programs,
  ) {
    this.#genes = settings.extent[0] * settings.extent[1] * settings.extent[2];
  }

  static async create(gpu: Gpu, settings: PopulationSettings): Promise<DirectPopulation> {
    const { population, cells, extent, images } = settings;
    const [channels, height, width] = extent;
    const shape: DirectShape = { population, channels, pixels: height * width };
    const genes = channels * height * width;
    const buffers: Buffers = {
      generation: gpu.buffer('direct generation', 16, uniformUsage),
      children: gpu.buffer('direct children', 4 * genes * population),
      elites: gpu.buffer('direct elites', 4 * genes * cells),
      parents: gpu.buffer('direct parents', 4 * population),
    };
    const { generation, children, elites, parents } = buffers;
    const render = [await bind(gpu, 'render', renderDirect(shape), { 1: children, 4: images })];
    if (channels === 3) {
      render.push(await bind(gpu, 'colour', hlsToRgb(population, Math.ceil(shape.pixels / 4)), [images]));
    }
    const programs: Programs = {
      first: new Program([await bind(gpu, 'first', firstDirect(shape), [generation, children])]),
      vary: new Program([
        await bind(gpu, 'vary', varyDirect(shape), [generation, children, elites, parents]),
      ]),
      render: new Program(render),
    };
    return new DirectPopulation(gpu, settings, buffers, programs);
  }

  first(): Promise<void> {
    this.#announce(0);
    run(this.gpu, this.programs.first);
    return Promise.resolve();
  }

  vary(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void> {
    this.#announce(generation);
    this.gpu.write(this.buffers.parents, parents);
    run(this.gpu, this.programs.vary);
    return Promise.resolve();
  }

  /** Nothing to do ahead: the device varies. */
  prepare(): void {
    return;
  }

  show(cells: readonly number[]): Promise<void> {
    const bytes = 4 * this.#genes;
    const { children, elites } = this.buffers;
    const encoder = this.gpu.device.createCommandEncoder();
    for (const [child, cell] of cells.entries()) {
      encoder.copyBufferToBuffer(elites, cell * bytes, children, child * bytes, bytes);
    }
    this.gpu.device.queue.submit([encoder.finish()]);
    return Promise.resolve();
  }

  render(): Program {
    return this.programs.render;
  }

  adopt(replacements: readonly { readonly cell: number; readonly child: number }[]): void {
    const bytes = 4 * this.#genes;
    const encoder = this.gpu.device.createCommandEncoder();
    for (const { cell, child } of replacements) {
      encoder.copyBufferToBuffer(
        this.buffers.children,
        child * bytes,
        this.buffers.elites,
        cell * bytes,
        bytes,
      );
    }
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  genomes(cells: readonly number[]): Promise<SerialisedGenome[]> {
    const bytes = 4 * this.#genes;
    return Promise.all(
      cells.map(async (cell): Promise<SerialisedGenome> => {
        const genes = new Float32Array(await this.gpu.read(this.buffers.elites, bytes, cell * bytes));
        return { encoding: 'direct', genes: encodeFloats(genes) };
      }),
    );
  }

  restore(cell: number, genome: SerialisedGenome): void {
    const genes = genome.encoding === 'direct' ? decodeFloats(genome.genes) : new Float32Array();
    if (genes.length !== this.#genes || genes.some((gene) => !(gene >= 0 && gene <= 1))) {
      throw new RangeError(`cell ${String(cell)} needs ${String(this.#genes)} genes from 0 to 1`);
    }
    this.gpu.write(this.buffers.elites, genes, 4 * this.#genes * cell);
  }

  #announce(generation: number): void {
    const { key } = RandomStream.of(this.settings.seed, streams.genomes, generation);
    const content = new ArrayBuffer(16);
    new Uint32Array(content, 0, 2).set(key);
    new Float32Array(content, 8).set([mutationRate(generation), mutationIndex]);
    this.gpu.write(this.buffers.generation, new Uint8Array(content));
  }
}
