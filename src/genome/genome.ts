/** Genomes, as evolution handles them. */

export const activationFunctions = ['sine', 'sigmoid', 'gaussian', 'linear'] as const;
export type ActivationFunction = (typeof activationFunctions)[number];

/** A node that computes; the four inputs (x, y, distance, bias) are the implicit nodes 0 to 3. */
export interface CppnNode {
  readonly id: number;
  readonly role: 'output' | 'hidden';
  readonly activation: ActivationFunction;
}

/** A connection of a CPPN between two of its nodes. */
export interface CppnConnection {
  readonly source: number;
  readonly target: number;
  /** In [−10, 10]. */
  readonly weight: number;
}

/** A feed-forward network, queried once per pixel (paper §2.3, indirect encoding). */
export interface CppnGenome {
  readonly encoding: 'cppn';
  /** Outputs first, in the order of the image's channels, then hidden nodes. */
  readonly nodes: readonly CppnNode[];
  readonly connections: readonly CppnConnection[];
}

/**
 * One gene per pixel and channel: an integer from 0 to 65535 that stands for gene / 65535 in [0, 1]. Mutation moves a
 * gene by some per cent (η_m = 15), so that 16 bits are far finer than what it needs, at half the memory of floats.
 */
export interface DirectGenome {
  readonly encoding: 'direct';
  /** Little-endian uint16 [channels, height, width]. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A genome of either encoding, told apart by `encoding`. */
export type Genome = CppnGenome | DirectGenome;
