/** Networks of full size and 1000 classes; `alexnet.test.ts` has the shipped one, of full size and fewer classes. */
import { expect, test } from 'vitest';
import { alexnetTorchvision } from '../../src/models/alexnet-torchvision.ts';
import { caffenet } from '../../src/models/caffenet.ts';
import { expectParity, randomWeights } from './both-passes.ts';

/** The published order of pools and normalisation has the layers of `caffenet` but for those, which a thinned one covers. */
test.each([
  ['caffenet', caffenet],
  ['alexnet-torchvision', alexnetTorchvision],
])(
  '%s agrees with ONNX Runtime, and its gradient with differences through ONNX Runtime',
  { timeout: 180_000 },
  async (name, build) => {
    const architecture = build(1000);
    const weights = randomWeights(architecture);
    await expectParity(architecture, weights, 60);
    expect(architecture.name).toBe(name);
  },
);
