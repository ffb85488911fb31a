/** Drivers refuse kernels that they were not tried with: a network is then made of others, and says so. */
import { afterEach, expect, test } from 'vitest';
import { KernelError } from '../../src/gpu/errors.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { createNetwork } from '../../src/network/network.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { run } from '../../src/gpu/program.ts';
import { openGpu } from '../../src/node/adapter.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';

let gpu: Gpu | undefined;
afterEach(() => {
  gpu?.close();
});

/** A device whose driver compiles no kernel with such a label, and the notes that it gives. */
async function deviceWithout(refused: (label: string) => boolean) {
  gpu = await openGpu(process.env['FOOL_ADAPTER'] ?? 'swiftshader', { expectedLaunches: 3 });
  const notes: string[] = [];
  gpu.onNote = (text) => notes.push(text);
  const { device } = gpu;
  const compile = device.createComputePipelineAsync.bind(device);
  device.createComputePipelineAsync = (descriptor) =>
    refused(descriptor.label ?? '')
      ? Promise.reject(new Error('VK_ERROR_UNKNOWN\n - a call stack'))
      : compile(descriptor);
  return { gpu, notes };
}

async function logits(device: Gpu) {
  const architecture = lenet();
  const weights = await uploadParameters(device, architecture, initialWeights(architecture, 1), 'test');
  const network = await createNetwork(device, architecture, weights, { batch: 4 });
  device.write(network.input, randomValues(4 * 28 * 28, 3));
  run(device, network.forward);
  const result = new Float32Array(await device.read(network.logits, 4 * 4 * 10));
  network.destroy();
  return { result, choices: network.forward.choices() };
}

test('a network takes the next variant where the driver refuses one, and gives the same answer', async () => {
  const whole = await deviceWithout(() => false);
  const expected = await logits(whole.gpu);
  expect(whole.notes).toEqual([]);
  whole.gpu.close();
  // Of the dense layers: the other variants of a convolution take a CPU driver seconds to compile.
  const products = Object.entries(expected.choices).filter(([shape]) => shape.startsWith('matmul '));
  expect(products).toHaveLength(2);
  const taken = new Set(products.map(([, name]) => `matmul/${name}`));
  const { gpu: device, notes } = await deviceWithout((label) => taken.has(label));
  const { result, choices } = await logits(device);
  expectClose(result, expected.result, { atol: 1e-4, rtol: 1e-4 });
  for (const [shape, name] of products) {
    expect(choices[shape]).not.toBe(name);
    const note = notes.find((text) => text.endsWith(`another variant is taken for ${shape}`));
    expect(note).toMatch(
      new RegExp(`^kernel matmul/${name}, .*DEPTH=.* does not compile here: VK_ERROR_UNKNOWN`),
    );
    expect(note).not.toMatch(/call stack/);
  }
  expect(new Set(notes).size).toBe(notes.length);
}, 120_000);

test('with every variant refused it ends with an error that names the kernel', async () => {
  const { gpu: device } = await deviceWithout((label) => label.startsWith('matmul/'));
  const failing = logits(device);
  await expect(failing).rejects.toThrow(KernelError);
  await expect(failing).rejects.toThrow(/kernel matmul\/\w+, .* does not compile here/);
}, 120_000);
