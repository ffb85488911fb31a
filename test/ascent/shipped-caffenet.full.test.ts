/** As `shipped-models.full.test.ts`, for the shipped form of AlexNet, which takes minutes on a CPU. */
import { expect, it } from 'vitest';
import { loadModel } from '../../src/node/model-file.ts';
import { expectClose } from '../kernels/numbers.ts';
import { climbed, onnxConfidences } from './shipped-ascents.ts';

it('caffenet-tiny names two classes with 99.99 %, each from noise', async () => {
  const { model } = await loadModel('caffenet-tiny');
  const classes = [57, 133];
  const { rows, pictures } = await climbed(model, classes, 'default', { until: 0.9999, steps: 80 });
  for (const { confidence } of rows) expect(confidence).toBeGreaterThanOrEqual(0.9999);
  const found = await onnxConfidences(model, pictures, classes);
  expectClose(
    found,
    rows.map(({ confidence }) => confidence),
    { atol: 1e-4, rtol: 0 },
  );
}, 240_000);
