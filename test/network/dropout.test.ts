import { describe, expect, it } from 'vitest';
import { asBatch, fromBatch } from '../../bench/kernels/padded-batch.ts';
import { run } from '../../src/gpu/program.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { createNetwork } from '../../src/network/network.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceLogits } from './reference-network.ts';

const architecture: Architecture = {
  name: 'small',
  input: [1, 4, 4],
  layers: [
    { kind: 'dense', name: 'hidden', outputs: 64 },
    { kind: 'relu', name: 'relu' },
    { kind: 'dropout', name: 'drop', rate: 0.5 },
    { kind: 'dense', name: 'out', outputs: 3 },
  ],
};
const weights = initialWeights(architecture, 3);
const inputs = randomValues(4 * 16, 2);

async function forward(training: boolean, key: readonly [number, number]): Promise<Float32Array> {
  const gpu = await openTestGpu();
  const parameters = await uploadParameters(gpu, architecture, weights, 'test');
  const network = await createNetwork(gpu, architecture, parameters, { batch: 4, training });
  expect(network.dropoutKey !== undefined).toBe(training);
  if (network.dropoutKey) gpu.write(network.dropoutKey, Uint32Array.from(key));
  gpu.write(network.input, asBatch(inputs, 4, 4));
  run(gpu, network.forward);
  return fromBatch(new Float32Array(await gpu.read(network.logits, 48)), 4, 4);
}

const exact = [0, 1, 2, 3].flatMap((image) => [
  ...referenceLogits(architecture, weights, inputs.subarray(16 * image, 16 * image + 16)),
]);

describe('dropout in a network', () => {
  it('is not there outside of training', async () => {
    expectClose(await forward(false, [0, 0]), exact);
  });

  it('changes with the key in training, repeats with it, and keeps the mean', async () => {
    const first = await forward(true, [1, 2]);
    expect(await forward(true, [1, 2])).toEqual(first);
    expect(await forward(true, [1, 3])).not.toEqual(first);
    const draws = await Promise.all(Array.from({ length: 60 }, (_, index) => forward(true, [index, 9])));
    const mean = first.map((_, place) => draws.reduce((sum, draw) => sum + draw[place]!, 0) / draws.length);
    // The mean of 60 draws strays by an eighth of what one does.
    const spread = Math.sqrt(draws.reduce((sum, draw) => sum + (draw[0]! - mean[0]!) ** 2, 0) / draws.length);
    expect(spread).toBeGreaterThan(0);
    for (const [place, value] of mean.entries())
      expect(Math.abs(value - exact[place]!)).toBeLessThan(0.75 * spread);
  });
});
