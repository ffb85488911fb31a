/** What a gradient ascent is told: everything that its outcome depends on, beside the model and the adapter. */
import type { CppnGenome } from '../genome/genome.ts';
import type { Coordinates } from '../genome/cppn-coordinates.ts';
import type { Extent } from '../network/layer.ts';
import type { DenseStorage } from '../network/parameters.ts';
import type { Objective } from './objective/objective.ts';
import type { Climb } from './optimiser/hyperparameters.ts';
import type { ClimbableParametrisation, ParametrisationContext } from './parametrisation/parametrisation.ts';

export type { Climb, StepRule } from './optimiser/hyperparameters.ts';

/** What an image begins as; noise is in bytes. */
export type Start =
  | { readonly from: 'mean' }
  /** The mean image plus noise of this standard deviation (gaussian) or half width (uniform), in bytes. */
  | { readonly from: 'gaussian' | 'uniform'; readonly size: number }
  /** A picture, or several, each for objectives of its own; perhaps with uniform noise within the ball around it. */
  | { readonly from: 'picture' | 'pictures'; readonly noise: number };

/** Deviation or half width, in bytes. */
export function noiseOf(start: Start): number {
  if (start.from === 'mean') return 0;
  return 'noise' in start ? start.noise : start.size;
}

export const startsFromPictures = ({ from }: Start): boolean => from === 'picture' || from === 'pictures';

/** The image may not leave it: the classical adversarial example (Goodfellow et al. 2015, Madry et al. 2018). */
export interface Ball {
  readonly norm: 'l2' | 'linf';
  /** In bytes: of the largest change of a value, or of the root of the sum of the squared changes. */
  readonly radius: number;
}

/** By which a random CPPN may have grown: a record of strangers is not to keep a process busy for ever. */
export const mostMutations = 10_000;

/** A parametrisation of the caller's own; images, their gradient and the random streams are those of the ascent. */
export interface OwnParametrisation {
  readonly kind: 'own';
  /** Buffers and programs for a batch; called once for each ascent. */
  create(context: ParametrisationContext): Promise<ClimbableParametrisation>;
}

/** What the numbers are that are climbed. */
export type ParametrisationSettings =
  | { readonly kind: 'pixel' }
  /** Amplitudes of waves, scaled by 1 / frequency; colours decorrelated (Olah et al. 2017). */
  | { readonly kind: 'fourier' }
  /** Weights of CPPNs (paper §2.3), one genome per objective: random ones that have been mutated so often, or a run's elites. */
  | {
      readonly kind: 'cppn';
      readonly coordinates: Coordinates;
      readonly mutations: number;
      readonly genomes?: readonly CppnGenome[];
    };

/** Takes places of what is shown to places of the picture: x' = a x + c y + e, y' = b x + d y + f, in pixels from the first one's middle. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** A transformation of the caller's own, asked for every image and iteration. */
export type OwnTransform = (of: {
  /** Uniform in [0, 1): the same for the same seed, objective and iteration, whatever else is climbed. */
  readonly random: () => number;
  /** Channels, height and width of the picture. */
  readonly image: Extent;
  /** Of the objective, from 0. */
  readonly iteration: number;
}) => Matrix;

/** The network is shown the picture moved, turned and enlarged at random in every iteration. */
export interface Transformation {
  /** Most pixels to either side. */
  readonly jitter: number;
  /** Most degrees to either side. */
  readonly rotate: number;
  /** Most that a side grows or shrinks, as a share, e.g. 0.1. */
  readonly scale: number;
  /** What is done to the picture after that, in this order. */
  readonly own?: readonly OwnTransform[];
}

/** All that an ascent depends on beside the model: equal settings on one adapter give the same images, bit for bit. */
export interface AscentSettings {
  readonly denseWeights?: DenseStorage;
  readonly objectives: readonly Objective[];
  /** Most iterations. */
  readonly steps: number;
  readonly seed: number;
  readonly start: Start;
  readonly parametrisation: ParametrisationSettings | OwnParametrisation;
  /** One, or several that are tried in turn and compared. */
  readonly trials: readonly Trial[];
  readonly ball?: Ball;
  readonly transformation?: Transformation;
  /** An image is done when its confidence reaches this. */
  readonly until?: number;
  /** Images that are climbed side by side, a multiple of 4. */
  readonly batch: number;
}

/** One choice of step rule and regularisers, by name, that all objectives are climbed with. */
export interface Trial {
  readonly name: string;
  readonly climb: Climb;
}

/** Whether an objective wants a class, whose confidence is what counts. */
export const isWatched = ({ objectives }: Pick<AscentSettings, 'objectives'>, index: number): boolean =>
  objectives[index]?.watched !== null;
