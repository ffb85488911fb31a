/** Networks of full size, the shipped one among them; `alexnet.test.ts` has all forms with fewer channels. */
import { describe, expect, it, test } from 'vitest';
import { alexnetTorchvision } from '../../src/model/architectures/alexnet-torchvision.ts';
import { caffenet } from '../../src/model/architectures/caffenet.ts';
import { confidencesOf } from '../../src/model/evaluation.ts';
import { volume } from '../../src/network/layer.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { bothPasses, expectParity, randomWeights, rangeOf } from './both-passes.ts';
import { onnxNetwork } from '../../bench/peers/onnx-network.ts';

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

describe('caffenet-tiny', () => {
  it(
    'multiplies its factors and agrees with ONNX Runtime, forward and backward',
    { timeout: 120_000 },
    async () => {
      const { model } = await loadModel('caffenet-tiny');
      expect(model.labels.length).toBe(200);
      await expectParity(model.architecture, model.weights, 110);
    },
  );

  it(
    'with dense weights as halves stays within a hundredth of the logits’ range, with the same top five',
    { timeout: 240_000 },
    async () => {
      const { model } = await loadModel('caffenet-tiny');
      const { architecture, weights } = model;
      const inputs = randomValues(2 * volume(architecture.input), 8).map((value) => 110 * value);
      const expected = await (await onnxNetwork(architecture, weights))(inputs, 2);
      const exact = await bothPasses(architecture, weights, inputs, 2);
      const halves = await bothPasses(architecture, weights, inputs, 2, { denseStorage: 'f16' });
      expectClose(halves.logits, expected, { atol: 1e-2 * rangeOf(expected), rtol: 0 });
      for (const image of [0, 1]) {
        const five = (logits: Float32Array) =>
          [...logits.subarray(200 * image, 200 * (image + 1)).entries()]
            .sort(([, a], [, b]) => b - a)
            .slice(0, 5)
            .map(([number]) => number);
        expect(five(halves.logits)).toEqual(five(expected));
      }
      const norm = Math.hypot(...exact.gradient.subarray(0, 1000));
      const off = Math.hypot(
        ...exact.gradient.subarray(0, 1000).map((value, index) => value - halves.gradient[index]!),
      );
      expect(off).toBeLessThan(0.03 * norm);
      expect(off).toBeGreaterThan(0);
    },
  );

  it('gives confidences that add up to one, from one crop and from ten', { timeout: 240_000 }, async () => {
    const gpu = await openTestGpu();
    const { model } = await loadModel('caffenet-tiny');
    const image = Uint8Array.from(randomValues(3 * 256 * 256, 9), (value) => 127 + 127 * value);
    for (const crops of [1, 10] as const) {
      const [confidences] = await confidencesOf(gpu, model, image, 1, crops);
      expect(confidences!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
    }
  });
});
