/** What kernels are measured at: every shape that the two networks have them at, and products of square matrices. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Launch } from '../../src/gpu/kernel.ts';
import { referenceOf } from '../../src/kernels/cases.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { matmulVariants } from '../../src/kernels/matmul/matmul-variants.ts';
import type { Reference } from '../../src/kernels/reference.ts';
import { allowed } from '../../src/kernels/tuning/variant.ts';
import { caffenet } from '../../src/model/architectures/caffenet.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { fewImages, kernelsOf } from '../../src/network/network.ts';
import type { NetworkOptions } from '../../src/network/record.ts';
import { paddedBatch } from './padded-batch.ts';

export interface KernelCase {
  readonly family: string;
  /** In words, e.g. `AlexNet conv3 forward, batch 16`. */
  readonly shape: string;
  /** Images; 0 where there are none. */
  readonly batch: number;
  /** In every variant that the adapter allows; the first is what is taken by itself. */
  readonly launches: readonly Launch[];
  /** Bytes of each binding, by its name. */
  readonly operands: Readonly<Record<string, number>>;
  readonly reference: Reference;
  /** Whether its operations are those of the convolution that its products of squares stand for, which are more. */
  readonly standsForMore: boolean;
}

const toInput = { input: true, parameters: false };
const toParameters = { input: false, parameters: true };

const networks: readonly (readonly [
  name: string,
  architecture: Architecture,
  images: number,
  gradients: NetworkOptions['gradients'],
])[] = [
  ['LeNet', lenet(), 200, toInput],
  ['LeNet', lenet(), 64, toParameters],
  ['AlexNet', caffenet(1000), 1, toInput],
  ['AlexNet', caffenet(1000), 16, toInput],
];

const squares = [64, 128, 256, 512, 1024, 2048, 4096];

export function kernelCases(gpu: Gpu): KernelCase[] {
  return [...networks.flatMap((network) => networkCases(gpu, ...network)), ...squareCases(gpu)];
}

function networkCases(
  gpu: Gpu,
  name: string,
  architecture: Architecture,
  images: number,
  gradients: NetworkOptions['gradients'],
): KernelCase[] {
  const batch = paddedBatch(images);
  const options: NetworkOptions = { batch, ...fewImages(images, batch), ...(gradients ? { gradients } : {}) };
  const kernels = kernelsOf(gpu, architecture, options);
  const labels = new Set(kernels.map(({ label }) => label));
  return kernels.flatMap(({ label, launches, operands }) => {
    const [usual] = launches;
    const reference = usual && referenceOf(usual.kernel);
    if (!usual || !reference?.measured) return [];
    const shape = `${name} ${label}, batch ${String(images)}`;
    const standsForMore = labels.has(`${label} spread`);
    const { family } = usual.kernel;
    return [{ family, shape, batch: images, launches, operands, reference, standsForMore }];
  });
}

function squareCases(gpu: Gpu): KernelCase[] {
  return squares.flatMap((size) => {
    const product = { rows: size, columns: size, depth: size };
    const usual = matmul(product, gpu);
    const reference = referenceOf(usual.kernel);
    const matrix = 4 * size * size;
    if (!reference || matrix > gpu.limits.maxStorageBufferBindingSize) return [];
    const others = matmulVariants
      .filter((variant) => allowed(variant, gpu) && variant.name !== usual.choice?.variant)
      .map(({ name }) => matmul(product, gpu, name));
    const shape = `${String(size)} × ${String(size)} × ${String(size)}`;
    const operands = { a: matrix, bias: 4 * size, b: matrix, c: matrix };
    const launches = [usual, ...others];
    return [{ family: 'matmul', shape, batch: 0, launches, operands, reference, standsForMore: false }];
  });
}

/** Name of a launch's variant, as its family lists it. */
export const variantOf = ({ choice, kernel }: Launch): string => choice?.variant ?? kernel.variant;
