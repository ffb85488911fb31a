/** A class more, before anything is learnt: what was told apart is told apart as before. */
import { expect, test } from 'vitest';
import { withClass } from '../../src/model/added-class.ts';
import { confidencesOf } from '../../src/model/evaluation.ts';
import { writeModel } from '../../src/model/model.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';

test('the new class takes the same share of every other one, and the model is one that can be read', async () => {
  const gpu = await openTestGpu();
  const { model } = await loadModel('lenet-mnist');
  const wider = readModel(writeModel(withClass(model, 'fooling')), 'wider.safetensors', 'wider');
  expect(wider.labels).toEqual([...model.labels, 'fooling']);
  const { images } = await loadMnist('test');
  const digits = Uint8Array.from(images.subarray(0, 4 * 784));
  const before = await confidencesOf(gpu, model, digits, 4);
  const after = await confidencesOf(gpu, wider, digits, 4);
  for (const [image, row] of after.entries()) {
    expect(row).toHaveLength(11);
    const kept = 1 - row[10]!;
    for (const [digit, confidence] of before[image]!.entries())
      expect(row[digit]! / kept).toBeCloseTo(confidence, 5);
  }
});

test('where the last weight is a product, its left factor has the row of the new class', async () => {
  const { model } = await loadModel('caffenet-tiny');
  const wider = withClass(model, 'fooling');
  expect(wider.weights.get('fc8.weight')!.shape).toEqual([201, 4096]);
  expect(wider.weights.get('fc8.weight')!.dtype).toBe('F16');
  expect(wider.weights.get('fc6.weight.left')).toBe(model.weights.get('fc6.weight.left'));
  const factored = new Map(model.weights);
  factored.delete('fc8.weight');
  factored.set('fc8.weight.left', { shape: [200, 2], data: new Float32Array(400).fill(1) });
  factored.set('fc8.weight.right', { shape: [2, 4096], data: new Float32Array(8192).fill(1) });
  const left = withClass({ ...model, weights: factored }, 'fooling').weights.get('fc8.weight.left')!;
  expect(left.shape).toEqual([201, 2]);
  expect([...left.data.slice(398)]).toEqual([1, 1, 0, 0]);
});
