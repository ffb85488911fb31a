/** Kernels at shapes that the user gives: in every variant that the adapter allows, checked against the same definitions. */
import { UsageError } from '../../src/cli/usage-error.ts';
import { formatNumber } from '../../src/report/format.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { Launch } from '../../src/gpu/kernel.ts';
import { conv2d } from '../../src/kernels/conv2d/conv2d.ts';
import {
  conv2dInputGradient,
  inputGradientBiasFloats,
  transposedWeightFloats,
} from '../../src/kernels/conv2d/conv2d-input-gradient.ts';
import { conv2dWeightGradient } from '../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import type { ConvShape } from '../../src/kernels/conv2d/conv-shape.ts';
import { elementsOf, type ImagesPerElement } from '../../src/kernels/batch-width.ts';
import { referenceOf } from '../../src/kernels/cases.ts';
import { lrn, lrnInputGradient } from '../../src/kernels/layers/lrn.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { maxPool, maxPoolInputGradient } from '../../src/kernels/layers/max-pool.ts';
import { rectified, relu, reluInputGradient } from '../../src/kernels/layers/relu.ts';
import {
  fitsWinograd,
  winogradOutputTransform,
  winogradInputTransform,
  winogradFloats,
} from '../../src/kernels/conv2d/winograd.ts';
import { pitch } from '../../src/network/parameters.ts';
import type { KernelCase } from './kernel-cases.ts';
import {
  convShapeOf,
  lrnShapeOf,
  matmulShapeOf,
  notations,
  poolShapeOf,
  reluValuesOf,
} from './own-shapes.ts';
import { parseShapes, shapeText, type OwnShape } from './shape-notation.ts';

/** A kernel to be timed: how its variants are made, and the floats of each binding. */
interface Work {
  /** What else names it, e.g. its pass. */
  readonly pass?: string;
  readonly launch: (variant?: string) => Launch;
  readonly floats: Readonly<Record<string, number>>;
}

type WorksOf = (shape: OwnShape, gpu: Gpu) => Work[];

const inputFloats = ({ inChannels, inHeight, inWidth, batch }: ConvShape): number =>
  inChannels * inHeight * inWidth * batch;
const outputFloats = ({ outChannels, outHeight, outWidth, batch }: ConvShape): number =>
  outChannels * outHeight * outWidth * batch;
const outputPitch = ({ outChannels, groups }: ConvShape): number => pitch(outChannels / groups);
const weightFloats = (shape: ConvShape): number =>
  shape.inChannels * shape.kernelHeight * shape.kernelWidth * outputPitch(shape);
const biasFloats = (shape: ConvShape): number => shape.groups * outputPitch(shape);

/** The passes that were named, or both. */
function passes(
  shape: OwnShape,
  works: Readonly<Record<'forward' | 'gradient', Omit<Work, 'pass'>>>,
): Work[] {
  const names = ['forward', 'gradient'] as const;
  const named = names.filter((name) => shape.flags.includes(name));
  return (named.length > 0 ? named : names).map((pass) => ({ ...works[pass], pass }));
}

const worksOf: Readonly<Record<string, WorksOf>> = {
  conv2d: (own, gpu) => {
    const shape = convShapeOf(own, 'conv2d');
    const rectify = own.flags.includes('relu');
    return [
      {
        launch: (variant) => rectified(conv2d(shape, gpu, variant), rectify),
        floats: {
          weights: weightFloats(shape),
          bias: shape.groups * outputPitch(shape),
          x: inputFloats(shape),
          y: outputFloats(shape),
        },
      },
    ];
  },
  'conv2d-input-gradient': (own, gpu) => {
    const shape = convShapeOf(own, 'conv2d-input-gradient');
    return [
      {
        launch: (variant) => conv2dInputGradient(shape, gpu, variant),
        floats: {
          weights: transposedWeightFloats(shape),
          bias: inputGradientBiasFloats(shape),
          x: outputFloats(shape),
          y: inputFloats(shape),
        },
      },
    ];
  },
  'conv2d-weight-gradient': (own, gpu) => {
    const shape = convShapeOf(own, 'conv2d-weight-gradient');
    return [
      {
        launch: (variant) => conv2dWeightGradient(shape, gpu, variant),
        floats: {
          x: inputFloats(shape),
          dy: outputFloats(shape),
          dw: weightFloats(shape),
          db: biasFloats(shape),
        },
      },
    ];
  },
  winograd: (own) => {
    const convolution = convShapeOf(own, 'winograd');
    const squares = ([4, 6] as const).map((size) => ({ convolution, size })).filter(fitsWinograd);
    if (squares.length === 0)
      throw new UsageError(
        `--shape-of "${textOf('winograd', own)}": squares are made of kernels of 3x3 or 5x5 with stride 1`,
      );
    return squares.flatMap((shape): Work[] => {
      const floats = winogradFloats(shape);
      const size = `squares of ${String(shape.size)}`;
      return [
        {
          pass: `spread, ${size}`,
          launch: () => winogradInputTransform(shape),
          floats: { x: inputFloats(convolution), tiles: floats.tiles },
        },
        {
          pass: `gather, ${size}`,
          launch: () => winogradOutputTransform(shape),
          floats: { products: floats.products, y: outputFloats(convolution) },
        },
      ];
    });
  },
  matmul: (own, gpu) => {
    const { rows, columns, depth } = matmulShapeOf(own);
    const rectify = own.flags.includes('relu');
    // As a network of one or two images has them: with nothing beside them.
    const images: ImagesPerElement = columns === 1 || columns === 2 ? columns : 4;
    const shape = { rows, columns, depth, images };
    const row = Math.ceil(columns / images) * images;
    return [
      {
        launch: (variant) => rectified(matmul(shape, gpu, variant), rectify),
        floats: {
          a: depth * pitch(rows),
          bias: pitch(rows),
          b: depth * row,
          c: rows * row,
        },
      },
    ];
  },
  'max-pool': (own) => {
    const shape = poolShapeOf(own);
    const { channels, inHeight, inWidth, outHeight, outWidth, batch } = shape;
    const [x, y] = [channels * inHeight * inWidth * batch, channels * outHeight * outWidth * batch];
    const argmax = (y / batch) * elementsOf(batch);
    return passes(own, {
      forward: { launch: () => maxPool(shape), floats: { x, y, argmax } },
      gradient: { launch: () => maxPoolInputGradient(shape), floats: { argmax, dy: y, dx: x } },
    });
  },
  lrn: (own) => {
    const shape = lrnShapeOf(own);
    const floats = shape.channels * shape.plane;
    return passes(own, {
      forward: { launch: () => lrn(shape), floats: { x: floats, y: floats } },
      gradient: { launch: () => lrnInputGradient(shape), floats: { x: floats, dy: floats, dx: floats } },
    });
  },
  relu: (own) => {
    const floats = reluValuesOf(own);
    return passes(own, {
      forward: { launch: () => relu(floats), floats: { x: floats, y: floats } },
      gradient: { launch: () => reluInputGradient(floats), floats: { x: floats, y: floats, dy: floats } },
    });
  },
};

/** Families that take shapes of the user's own. */
export const ownFamilies = Object.keys(worksOf);

/** @throws UsageError for a text that is no shape of the family, and for one that the adapter has no room for */
export function ownCases(gpu: Gpu, family: string, texts: readonly string[]): KernelCase[] {
  const [notation, works] = [notations[family], worksOf[family]];
  if (!notation || !works)
    throw new UsageError(
      `--shape-of is for one of the families ${ownFamilies.join(', ')}; name it by --family`,
    );
  return texts.flatMap((text) =>
    parseShapes(text, notation).flatMap((shape) =>
      works(shape, gpu).map((work) => caseOf(gpu, family, shape, work)),
    ),
  );
}

/** A shape without its passes, which every case names for itself. */
function textOf(family: string, { numbers, flags }: OwnShape): string {
  const notation = notations[family];
  const own = flags.filter((flag) => flag !== 'forward' && flag !== 'gradient');
  return notation ? shapeText({ numbers, flags: own }, notation) : '';
}

function caseOf(gpu: Gpu, family: string, own: OwnShape, { pass, launch, floats }: Work): KernelCase {
  const shape = [textOf(family, own), pass].filter((part) => part !== undefined).join(' ');
  const operands = Object.fromEntries(Object.entries(floats).map(([binding, count]) => [binding, 4 * count]));
  checkRoom(gpu, shape, operands);
  const usual = launch();
  const names = usual.choice?.allowed.filter((name) => name !== usual.choice?.variant) ?? [];
  const launches = [usual, ...names.map(launch)].filter((one) => fitsGrid(gpu, one));
  const reference = referenceOf(usual.kernel);
  if (!reference) throw new Error(`nobody says what ${family} computes`);
  if (launches.length === 0)
    throw new UsageError(`--shape-of "${shape}": more workgroups than this adapter launches at once`);
  const batch = own.numbers['batch'] ?? 0;
  return { family, shape, batch, launches, operands, reference, standsForMore: false };
}

const fitsGrid = (gpu: Gpu, { workgroups }: Launch): boolean =>
  workgroups.every((count) => count <= gpu.limits.maxComputeWorkgroupsPerDimension);

/** @throws UsageError where an operand is more than the adapter binds */
function checkRoom({ limits }: Gpu, shape: string, operands: Readonly<Record<string, number>>): void {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const largest = Math.max(...Object.values(operands));
  if (largest <= most) return;
  const [wanted, there] = [largest, most].map((bytes) => `${formatNumber(Math.ceil(bytes / 2 ** 20))} MiB`);
  throw new UsageError(
    `--shape-of "${shape}": an operand takes ${String(wanted)}, and this adapter binds ${String(there)} at most`,
  );
}
