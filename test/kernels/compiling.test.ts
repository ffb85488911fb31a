/** Kernels that a run launches for moments only are not compiled for seconds. */
import { expect, test } from 'vitest';
import type { AdapterKind } from '../../src/gpu/device.ts';
import { kernelText } from '../../src/gpu/kernel.ts';
import { noChoices } from '../../src/gpu/tuning.ts';
import { conv2d } from '../../src/kernels/conv2d/conv2d.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { compilingShare, type Target } from '../../src/kernels/tuning/variant.ts';

const target = (kind: AdapterKind): Target => ({
  adapter: { kind },
  choices: noChoices,
  limits: { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 32_768 },
  has: () => true,
  subgroupMinSize: 4,
});

const conv2 = {
  groups: 1,
  inChannels: 20,
  outChannels: 48,
  inHeight: 12,
  inWidth: 12,
  outHeight: 8,
  outWidth: 8,
};
const kernel = { kernelHeight: 5, kernelWidth: 5, stride: 1, padding: 0 };

/** How much of a shader there is to compile. */
const lengths = (kind: AdapterKind, batches: readonly number[]) => ({
  convolution: batches.map((batch) => {
    return kernelText(conv2d({ ...conv2, ...kernel, batch }, target(kind)).kernel).length;
  }),
  product: batches.map((columns) => {
    return kernelText(matmul({ rows: 720, depth: 800, columns }, target(kind)).kernel).length;
  }),
});

test('SwiftShader gets larger tiles the more there is to compute', () => {
  const { convolution, product } = lengths('swiftshader', [16, 20_000]);
  expect(convolution[1]).toBeGreaterThan(1.5 * convolution[0]!);
  expect(product[1]).toBeGreaterThan(1.5 * product[0]!);
});

test('drivers that keep compiled shaders get the same, however seldom they run', () => {
  const { convolution, product } = lengths('lavapipe', [1600, 16_000]);
  expect(convolution[1]).toBe(convolution[0]);
  expect(product[1]).toBe(product[0]);
  expect(compilingShare(3, 1e-6, target('gpu'))).toBe(0);
});
