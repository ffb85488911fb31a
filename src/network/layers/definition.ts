/** What there is to know of a kind of layer: one value of this type per kind is all that the passes ask. */
import type { BindingLimit, Target } from '../../kernels/tuning/variant.ts';
import type { PoolShape } from '../../kernels/layers/max-pool.ts';
import type { Turning } from '../../kernels/layers/sgd.ts';
import type { Extent } from '../extent.ts';
import type { Tape } from '../tape.ts';
import type { DenseStorage, ParameterShape } from '../parameters.ts';

/** What the choice of kernels and the cut of large weights depend on. */
export type NetworkTarget = Target & BindingLimit & { readonly denseStorage: DenseStorage };

/** What every layer has. */
export interface NamedLayer {
  readonly kind: string;
  readonly name: string;
}

/** A tensor [channels, height, width, batch]. */
export interface PlacedTensor {
  readonly tensor: string;
  readonly extent: Extent;
}

/** A layer with the tensors on either side of it. */
export interface Placed<L extends NamedLayer> {
  readonly layer: L;
  /** Its number among the layers that are there, from 0. */
  readonly index: number;
  readonly input: PlacedTensor;
  readonly output: PlacedTensor;
}

/** What a layer writes its operations from. */
export interface Step<L extends NamedLayer> extends Placed<L> {
  readonly tape: Tape;
  /** Images: 1, 2 or a multiple of 4. */
  readonly batch: number;
  readonly target: NetworkTarget;
}

/** A max pool that reads a layer's output. */
export interface FollowingPool {
  readonly name: string;
  readonly size: number;
  readonly stride: number;
  /** The pool's. */
  readonly output: PlacedTensor;
  /** Tensor that remembers the places of the maxima for the pool's gradient. */
  readonly argmax: string;
}

export interface ForwardStep<L extends NamedLayer> extends Step<L> {
  /** Of the operations. */
  readonly label: string;
  /** Whether only what is positive is to be written; never asked of a layer that does not say `canRectify`. */
  readonly rectify: boolean;
  /** Whose result is to be written in place of the layer's own; never asked of a layer that does not say `canPool`. */
  readonly pool?: FollowingPool | undefined;
}

/** A max pool whose output a layer reads. */
export interface PrecedingPool {
  readonly name: string;
  readonly shape: PoolShape;
  /** Tensor with the places of the maxima. */
  readonly argmax: string;
}

/** The gradient of the output is there, the tensor for that of the input is declared. */
export interface BackwardStep<L extends NamedLayer> extends Step<L> {
  /** Gradient of the output. */
  readonly upstream: string;
  /** Gradient of the input, or of the input of `pool`. */
  readonly gradient: string;
  /** Through which the gradient is to be stored; never asked of a layer that does not say `canStoreThroughPool`. */
  readonly pool?: PrecedingPool | undefined;
}

/** Weights as the backward pass reads them, in a tensor of their own. */
export interface TurnedWeights extends Turning {
  /** Tensors of both forms. */
  readonly weight: string;
  readonly turned: string;
}

/**
 * A kind of layer. What takes a layer is a method, no property with a function: only so does TypeScript take the definition of one
 * kind for one of any layer, which `definitionOf` makes use of.
 */
export interface LayerDefinition<L extends NamedLayer> {
  /** Layers of an input of [4, 7, 6] values with whatever the kind may be asked for, by which the tests try it. */
  readonly examples: readonly L[];

  /** The layer's settings in words, e.g. `20 of 5 × 5`; empty where it has none. */
  settings(layer: L): string;

  outputExtent(layer: L, input: Extent): Extent;

  /** Shape of weight and bias; absent for a kind that has none. */
  parameters?(layer: L, input: Extent): ParameterShape;

  /** Outside of training the layer is not there. */
  readonly trainingOnly?: true;

  /** Whether its output is its input, so that it can be left out; default: never. */
  changesNothing?(layer: L, input: Extent): boolean;

  /** The kernel that writes the output can leave out what is not positive on its way. */
  readonly canRectify?: true;

  /** Whether the kernel that writes the output can write the maxima of a pool in its place; default: never. */
  canPool?(placed: Placed<L>, pool: FollowingPool, batch: number, target: NetworkTarget): boolean;

  /** Tensors with their floats that the caller writes before each pass. */
  readonly outsideTensors?: Readonly<Record<string, number>>;

  /** Floats of the zeros that the backward pass takes for a bias. */
  zeroBiasFloats?(placed: Placed<L>): number;

  /** Re-lays the weights, where the forward pass reads them in another form. */
  layForwardWeights?(step: Step<L>): void;

  /** Writes the output, whose tensor is declared. */
  forward(step: ForwardStep<L>): void;

  /**
   * Re-lays the weights for the gradient of the input.
   * @returns what was done, where one operation was enough and `sgd` can do the same
   */
  layBackwardWeights?(step: Step<L>): TurnedWeights | undefined;

  /** Whether the kernel that writes the gradient of the input can store that of the input of a pool before it; default: never. */
  canStoreThroughPool?(step: Omit<Step<L>, 'tape'>): boolean;

  /** Writes the gradients of weight and bias. */
  parameterGradients?(step: BackwardStep<L>): void;

  /** Writes the gradient of the input. */
  inputGradient(step: BackwardStep<L>): void;
}

/** In words. */
export const square = (side: number): string => `${String(side)} × ${String(side)}`;
