/** What evolution needs of an encoding: children on the device, elites to vary, images to judge. */
import type { Program } from '../gpu/program.ts';
import type { Resource } from '../util/resources.ts';
import type { BreedingHost } from './cppn-breeders.ts';
import type { Genome } from './genome.ts';

/** Holds its genomes on the device, or what draws them. */
export interface Population extends Resource {
  /** Makes the random individuals of generation 0 into the children. */
  first(): Promise<void>;
  /**
   * Makes the children of a generation: copies of the elites of the given cells, mutated. The same seed, generation
   * and parents give the same children.
   */
  vary(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void>;
  /** Does the CPU's share of the next `vary` ahead, while the device works; what turns out stale is made again. */
  prepare(parents: Uint32Array<ArrayBuffer>, generation: number): Promise<void>;
  /** Makes the children into unchanged copies of the elites of the given cells, at most as many as there are children. */
  show(cells: readonly number[]): Promise<void>;
  /**
   * Makes the elite of a cell what a child of an earlier generation was. Genomes need not be kept for that: random numbers are
   * counted by generation and child.
   */
  replay(cell: number, birth: PastBirth): Promise<void>;
  /** Draws the children into the image buffer. */
  render(): Program;
  /** What `render` is expected to be after the next `vary`. */
  renderNext(): Program;
  /** The child becomes the elite of the cell. Call it before the next `vary`. */
  adopt(replacements: readonly { readonly cell: number; readonly child: number }[]): void;
  /** Genomes of the given cells as they are now, even when evolution goes on while they are read. */
  genomes(cells: readonly number[]): Promise<Genome[]>;
  /** Puts a genome into a cell. @throws RangeError when it does not fit the encoding */
  restore(cell: number, genome: Genome): void;
}

/** Where a genome of an earlier generation came from. */
export interface PastBirth {
  readonly generation: number;
  /** Its number within the generation. */
  readonly child: number;
  /** Cell that holds the parent's genome now; undefined for a random individual. */
  readonly parent: number | undefined;
}

/** What a population is made for. */
export interface PopulationSettings {
  /** Children of a generation. */
  readonly size: number;
  readonly cells: number;
  readonly seed: number;
  /** Of the images. */
  readonly extent: readonly [channels: number, height: number, width: number];
  /** Bytes [children, channels, plane words · 4] to draw into. */
  readonly images: GPUBuffer;
  /** Threads that breed CPPNs beside the caller's; they make no difference to what is bred. */
  readonly breeding?: BreedingHost | undefined;
}
