/** Names of the tensors that more than one part of a network's passes knows. A layer's output is named as the layer. */

export const inputTensor = 'input';
export const logitsTensor = 'logits';

/** The gradient of a tensor. */
export const gradientOf = (tensor: string): string => `d ${tensor}`;

/** The gradient that a tensor gets from outside, beside what the layers after it pass back. */
export const sourceName = (tensor: string): string => `d ${tensor} from outside`;

/** A layer's weights as the backward pass reads them: the input channel innermost. */
export const turnedName = (layer: string): string => `${layer}.weight turned`;

/** Zeros, where a matrix product has no bias to start from. */
export const zeroBias = 'zero bias';

/** Four words, of which the first two are the key of a training step's dropout. */
export const dropoutKeyTensor = 'dropout key';

/** Class of each image, which a network with a loss reads, and the loss of each image, which it writes. */
export const targetsTensor = 'targets of the loss';
export const lossesTensor = 'losses';
