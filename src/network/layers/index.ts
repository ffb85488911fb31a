/** The kinds of layers. A kind that is added to `Layer` and not to `layerDefinitions`, or the other way round, does not compile. */
import { adaptiveAveragePoolLayer, type AdaptiveAveragePool } from './adaptive-average-pool.ts';
import { convolutionLayer, type Convolution } from './convolution.ts';
import type { LayerDefinition } from './definition.ts';
import { denseLayer, type Dense } from './dense.ts';
import { dropoutLayer, type Dropout } from './dropout.ts';
import { lrnLayer, type Lrn } from './lrn.ts';
import { maxPoolLayer, type MaxPool } from './max-pool.ts';
import { reluLayer, type Relu } from './relu.ts';

export type { AdaptiveAveragePool, Convolution, Dense, Dropout, Lrn, MaxPool, Relu };

/** A layer of any kind, told apart by `kind`. */
export type Layer = Convolution | MaxPool | AdaptiveAveragePool | Lrn | Relu | Dropout | Dense;

/** @hidden from the documentation of the engine, which takes this file's types. */
export const layerDefinitions = {
  convolution: convolutionLayer,
  'max-pool': maxPoolLayer,
  'adaptive-average-pool': adaptiveAveragePoolLayer,
  lrn: lrnLayer,
  relu: reluLayer,
  dropout: dropoutLayer,
  dense: denseLayer,
} satisfies { readonly [K in Layer['kind']]: LayerDefinition<Extract<Layer, { kind: K }>> };

/**
 * What there is to know of a layer's kind; to be asked about this layer alone.
 * @hidden
 */
export const definitionOf = ({ kind }: Layer): LayerDefinition<Layer> => layerDefinitions[kind];
