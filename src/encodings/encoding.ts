/** Genomes as they stand in `archive.json` and in checkpoints. */

export const activationFunctions = ['sine', 'sigmoid', 'gaussian', 'linear'] as const;
export type ActivationFunction = (typeof activationFunctions)[number];

/** A node that computes; the four inputs (x, y, distance, bias) are the implicit nodes 0 to 3. */
export interface CppnNode {
  readonly id: number;
  readonly role: 'output' | 'hidden';
  readonly activation: ActivationFunction;
}

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

/** One gene in [0, 1] per pixel and channel, stored as base64 of little-endian float32 in [channels, height, width]. */
export interface DirectGenome {
  readonly encoding: 'direct';
  readonly genes: string;
}

export type SerialisedGenome = CppnGenome | DirectGenome;
