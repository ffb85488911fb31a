/** A model: an architecture with weights, preprocessing and the names of its classes. */
import { writeSafetensors } from '../formats/safetensors.ts';
import type { Tensor } from '../formats/tensor.ts';
import type { Architecture } from '../network/layer.ts';
import type { Weights } from '../network/parameters.ts';
import { storePreprocessing, type Preprocessing } from './preprocessing.ts';

/** An architecture with weights, preprocessing, and a label for each class. */
export interface Model {
  readonly name: string;
  readonly architecture: Architecture;
  readonly weights: Weights;
  readonly preprocessing: Preprocessing;
  readonly labels: readonly string[];
  /** Everything else that the file says of itself: how it was trained, licences. */
  readonly card: Readonly<Record<string, string>>;
}

/** The bytes of a `.safetensors` file that `readModel` reads back. */
export function writeModel(model: Model): Uint8Array {
  const { architecture, preprocessing, weights, labels, card } = model;
  const stored = storePreprocessing(preprocessing, architecture.input);
  const tensors = [...weights].map(([name, { shape, data, dtype = 'F32' }]): Tensor => {
    return { name, shape, data, dtype };
  });
  return writeSafetensors(stored.tensor ? [...tensors, stored.tensor] : tensors, {
    ...card,
    ...stored.metadata,
    arch: architecture.name,
    labels: JSON.stringify(labels),
  });
}
