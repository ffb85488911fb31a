/** The same LeNet in every format becomes the same model file. */
import { describe, expect, it } from 'vitest';
import { readMeanImage } from '../../src/formats/mean-image.ts';
import { readWeights } from '../../src/formats/read-weights.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { confidencesOf } from '../../src/model/evaluation.ts';
import { importModel } from '../../src/weights/import-model.ts';
import { writeModel } from '../../src/model/model.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';
import { binaryproto, lenetCaffemodel, lenetOldCaffemodel, lenetOnnx } from '../support/lenet-files.ts';
import { pytorchBytes } from '../support/pytorch-files.ts';
import { full } from '../support/full.ts';

const { model: shipped } = await loadModel('lenet-mnist');
const { weights, preprocessing } = shipped;
const mean = readMeanImage(binaryproto(preprocessing.image, preprocessing.mean), 'mean.binaryproto');
const tensors = [...weights].map(([name, { shape, data }]) => ({ name, shape, data, dtype: 'F32' as const }));

const files: readonly (readonly [fileName: string, what: string, bytes: Uint8Array])[] = [
  ['lenet.caffemodel', 'today’s encoding', lenetCaffemodel(weights)],
  ['lenet.caffemodel', 'the encoding of 2013', lenetOldCaffemodel(weights)],
  ['lenet.onnx', 'Gemm with transB 1', lenetOnnx(weights, 'Gemm, transB 1')],
  ['lenet.onnx', 'Gemm with transB 0', lenetOnnx(weights, 'Gemm, transB 0')],
  ['lenet.onnx', 'MatMul and Add', lenetOnnx(weights, 'MatMul and Add')],
  ['lenet.onnx', 'all biases apart', lenetOnnx(weights, 'Add everywhere')],
  ['lenet.pth', 'a zip checkpoint', pytorchBytes(weights)],
  [
    'lenet.pth',
    'a checkpoint with other names',
    pytorchBytes([...weights].sort().map(([name, tensor]) => [`net.${name}`, tensor])),
  ],
  ['lenet.safetensors', 'tensors alone', writeSafetensors(tensors, {})],
];
const imported = (bytes: Uint8Array, fileName: string) =>
  importModel(readWeights(bytes, fileName), fileName, 'lenet', { architecture: 'lenet', mean });

describe('LeNet', () => {
  it.each(files)('as %s, %s, becomes the shipped model but for its card', (fileName, _, bytes) => {
    const { model, ignored } = imported(bytes, fileName);
    expect(Buffer.from(writeModel(model)).equals(writeModel({ ...shipped, card: {} }))).toBe(true);
    expect(ignored.filter(({ name }) => name !== 'mnist')).toEqual([]);
  });

  it('judges the first test digits as the shipped one does', async () => {
    const gpu = await openTestGpu();
    const { images } = await loadMnist('test');
    const count = full ? 500 : 100;
    const digits = Uint8Array.from(images.subarray(0, count * 784));
    const { model } = imported(lenetCaffemodel(weights), 'lenet.caffemodel');
    const read = readModel(writeModel(model), 'lenet.safetensors', 'lenet');
    expect(await confidencesOf(gpu, read, digits, count)).toEqual(
      await confidencesOf(gpu, shipped, digits, count),
    );
  });
});

it('is read with a header of any length', () => {
  for (let length = 0; length < 256; length += 8) {
    const bytes = writeModel({ ...shipped, card: { note: 'x'.repeat(length) } });
    expect(readModel(bytes, 'model', 'model').card).toEqual({ note: 'x'.repeat(length) });
  }
});

it('a model file that is read and written again is the same file', () => {
  const bytes = writeModel(shipped);
  expect(Buffer.from(writeModel(readModel(bytes, 'a.safetensors', 'a'))).equals(bytes)).toBe(true);
});
