/** Every variant of the tiled kernels at LeNet's shapes. */
import type { Gpu } from '../src/gpu/device.ts';
import type { Launch } from '../src/gpu/kernel.ts';
import { Program, bind } from '../src/gpu/program.ts';
import {
  conv2dInputGradient,
  inputGradientBiasFloats,
  turnedWeightFloats,
} from '../src/kernels/conv2d-input-gradient.ts';
import { conv2dWeightGradient, conv2dWeightGradientVariants } from '../src/kernels/conv2d-weight-gradient.ts';
import { conv2d, conv2dVariants } from '../src/kernels/conv2d.ts';
import { matmul, matmulVariants } from '../src/kernels/matmul.ts';
import { allowed, type Variant } from '../src/kernels/variant.ts';
import { lenet } from '../src/models/lenet.ts';
import { convShape, placeLayers } from '../src/nn/forward.ts';
import { volume } from '../src/nn/layer.ts';
import { runOnce, sampleProgram, type Sample } from './sampling.ts';

export interface KernelRow extends Sample {
  readonly name: string;
  readonly variant: string;
  readonly shape: string;
  readonly adapter: string;
  /**
   * Milliseconds from shader text to the end of the first run, less a later run: drivers compile then or on first use.
   * A driver with a cache on disk may have the work of an earlier process.
   */
  readonly compileMs: number;
  readonly gflops: number;
  readonly gbps: number;
  /** Whether the family takes this variant by itself. */
  readonly chosen: boolean;
}

const forwardBatch = 200;
const trainingBatch = 64;

interface Case {
  readonly name: string;
  readonly shape: string;
  readonly variants: readonly Variant[];
  /** Of a variant, or of the one that the family takes by itself. */
  readonly launch: (variant?: string) => Launch;
  /** Floats of each operand, in the order of the bindings. */
  readonly operands: readonly number[];
}

export async function benchKernels(gpu: Gpu, show: (row: KernelRow) => void): Promise<void> {
  for (const { name, shape, variants, launch, operands } of cases(gpu)) {
    const buffers = operands.map((floats) => gpu.bufferFrom(name, new Float32Array(floats).fill(0.5)));
    const chosen = launch().kernel.variant;
    for (const variant of variants.filter((candidate) => allowed(candidate, gpu))) {
      const launched = launch(variant.name);
      const started = performance.now();
      const program = new Program([await bind(gpu, name, launched, buffers)]);
      await runOnce(gpu, [program]);
      const first = performance.now() - started;
      const sample = await sampleProgram(gpu, [program]);
      const perSecond = 1e3 / sample.medianMs;
      show({
        name,
        variant: variant.name,
        shape,
        adapter: gpu.adapter.name,
        ...sample,
        compileMs: Math.max(0, first - sample.medianMs),
        gflops: (launched.flops * perSecond) / 1e9,
        gbps: (launched.bytes * perSecond) / 1e9,
        chosen: launched.kernel.variant === chosen,
      });
    }
    for (const buffer of buffers) buffer.destroy();
  }
}

function cases(gpu: Gpu): Case[] {
  return placeLayers(lenet(), false).flatMap(({ layer, input, output }): Case[] => {
    if (layer.kind === 'dense') {
      const product = { rows: layer.outputs, columns: forwardBatch, depth: volume(input.extent) };
      const rows = Math.ceil(product.rows / 4) * 4;
      const operands = [
        product.depth * rows,
        rows,
        product.depth * product.columns,
        product.rows * product.columns,
      ];
      return [
        {
          name: 'matmul',
          shape: `${layer.name} forward, batch ${String(forwardBatch)}`,
          variants: matmulVariants,
          launch: (variant) => matmul(product, gpu, variant),
          operands,
        },
      ];
    }
    if (layer.kind !== 'convolution') return [];
    const forward = convShape(layer, input.extent, output.extent, forwardBatch);
    const training = convShape(layer, input.extent, output.extent, trainingBatch);
    const outputs = Math.ceil(layer.outChannels / 4) * 4;
    const taps = layer.kernel * layer.kernel;
    const x = (batch: number) => volume(input.extent) * batch;
    const y = (batch: number) => volume(output.extent) * batch;
    const weights = input.extent[0] * taps * outputs;
    const step = `batch ${String(trainingBatch)}`;
    return [
      {
        name: 'conv2d',
        shape: `${layer.name} forward, batch ${String(forwardBatch)}`,
        variants: conv2dVariants,
        launch: (variant) => conv2d(forward, gpu, variant),
        operands: [weights, outputs, x(forwardBatch), y(forwardBatch)],
      },
      {
        name: 'conv2d-input-gradient',
        shape: `${layer.name}, ${step}`,
        variants: conv2dVariants,
        launch: (variant) => conv2dInputGradient(training, gpu, variant),
        operands: [
          turnedWeightFloats(training),
          inputGradientBiasFloats(training),
          y(trainingBatch),
          x(trainingBatch),
        ],
      },
      {
        name: 'conv2d-weight-gradient',
        shape: `${layer.name}, ${step}`,
        variants: conv2dWeightGradientVariants,
        launch: (variant) => conv2dWeightGradient(training, gpu, variant),
        operands: [x(trainingBatch), y(trainingBatch), weights],
      },
    ];
  });
}
