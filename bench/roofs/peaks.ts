/** The roofs of an adapter, measured: multiplications and additions in registers, a copy, and a launch that does nothing. */
import { storageUsage, type Gpu } from '../../src/gpu/device.ts';
import { GpuError } from '../../src/gpu/errors.ts';
import { bind } from '../../src/gpu/program.ts';
import { patternWords, repeatPattern } from '../../src/kernels/tuning/operands.ts';
import { fastestOf, growUntilSteady, steadyFrom, type Rated } from './grow.ts';
import {
  copiesOf,
  copyOf,
  fewestWorkgroups,
  formsOf,
  gridsOf,
  inRegisters,
  leastCopiedBytes,
  nothing,
  steps,
  type Arithmetic,
  type CopyForm,
  type Form,
  type Precision,
  type RoofLaunch,
} from './roof-kernels.ts';
import { sampleDispatch } from '../sampling/sample-dispatch.ts';
import { withoutProbes, type LoadMonitor } from '../sampling/machine-load.ts';

export interface Peaks {
  readonly gflops: number;
  /** Of halves, where the adapter offers their arithmetic. */
  readonly halfGflops?: number;
  /** Read and written together, 1e9 bytes a second. */
  readonly gbps: number;
  /** Bytes that the smallest copy of that rate moves, read and written together: caches help no kernel that moves as many. */
  readonly copiedBytes: number;
  readonly launchMs: number;
}

const shown = (value: number) => value.toPrecision(3);

/** Milliseconds that a form or size is timed: the samples of a GPU are short and alike. */
const timeOf = ({ adapter }: Gpu): number => (adapter.kind === 'gpu' ? 100 : 350);

/** A launch on a GPU is over in microseconds, so that the grid must be large before it is all arithmetic. */
const lengthOf = ({ adapter }: Gpu) => ({ shortest: adapter.kind === 'gpu' ? 1 : 0, longest: 100 });

/** Called with how many forms of how many have been timed. */
export type OnTimed = (done: number, total: number) => void;

/** @param monitor keeps the device busy; nothing is measured again for a disturbance, since the most counts */
export async function measurePeaks(
  gpu: Gpu,
  monitor: LoadMonitor,
  onTimed: OnTimed = () => undefined,
): Promise<Peaks> {
  const operands = new RoofOperands(gpu, leastCopiedBytes);
  const { kind } = gpu.adapter;
  const hasHalves = gpu.has('shader-f16');
  const total = (hasHalves ? 2 : 1) * formsOf(kind).length + 1 + copiesOf(kind).length;
  const timed = counted(total, onTimed);
  try {
    const fastest = (precision: Precision) =>
      fastestArithmetic(gpu, monitor, operands, { entryPoint: 'multiply_add', steps, precision }, timed);
    const gflops = (await fastest('floats')) / 1e6;
    const half = hasHalves ? { halfGflops: (await fastest('halves')) / 1e6 } : {};
    const launchMs = await timeLaunch(gpu, monitor, operands, nothing());
    timed();
    const copy = await fastestCopy(gpu, monitor, operands, timed);
    return { gflops, ...half, ...copy, launchMs };
  } finally {
    operands.destroy();
  }
}

/** Tells that nothing is timed yet. @returns to be called after each */
function counted(total: number, onTimed: OnTimed): () => void {
  let done = 0;
  onTimed(done, total);
  return () => {
    onTimed(++done, total);
  };
}

/** In a line. */
export function peaksText({ gflops, halfGflops, gbps, launchMs }: Peaks): string {
  const ofHalves = halfGflops === undefined ? '' : ` (${shown(halfGflops)} of halves)`;
  return `roofs: ${shown(gflops)} GFLOP/s in registers${ofHalves}, ${shown(gbps)} GB/s copied, a launch of nothing ${(1000 * launchMs).toFixed(1)} µs`;
}

/** Sines and exponentials that the adapter makes a second, by turns, in registers. */
export async function measureFunctions(
  gpu: Gpu,
  monitor: LoadMonitor,
  onTimed: OnTimed = () => undefined,
): Promise<number> {
  const operands = new RoofOperands(gpu, leastCopiedBytes);
  const timed = counted(formsOf(gpu.adapter.kind).length, onTimed);
  try {
    const work = { entryPoint: 'functions', steps: steps / 16 } as const;
    return 1000 * (await fastestArithmetic(gpu, monitor, operands, work, timed));
  } finally {
    operands.destroy();
  }
}

/** What is read and what is written, of the same size; filled with a pattern that the compiler cannot know. */
class RoofOperands {
  readonly buffers: Readonly<Record<'source' | 'result', GPUBuffer>>;

  /** @throws GpuLimitError when the adapter cannot bind that much */
  constructor(
    gpu: Gpu,
    readonly bytes: number,
  ) {
    const source = gpu.buffer('source of roofs', bytes, storageUsage);
    const result = gpu.buffer('result of roofs', bytes, storageUsage);
    const pattern = gpu.bufferFrom('pattern of roofs', pairsOfHalves());
    const encoder = gpu.device.createCommandEncoder();
    repeatPattern(encoder, pattern, 0, source);
    gpu.device.queue.submit([encoder.finish()]);
    pattern.destroy();
    this.buffers = { source, result };
  }

  destroy(): void {
    for (const buffer of Object.values(this.buffers)) buffer.destroy();
  }
}

/**
 * Words whose halves are numbers from 1/4 to 1/2, and which are small positive numbers when read as floats: of either, repeated
 * multiplications and additions neither overflow nor vanish.
 */
function pairsOfHalves(): Uint32Array<ArrayBuffer> {
  const half = (index: number) => 0x3400 + ((index * 48_271) % 0x400);
  return Uint32Array.from({ length: patternWords }, (_, i) => half(i) * 2 ** 16 + half(i + 1));
}

/** Milliseconds of a launch. */
async function timeLaunch(
  gpu: Gpu,
  monitor: LoadMonitor,
  { buffers }: RoofOperands,
  launch: RoofLaunch,
): Promise<number> {
  const dispatch = await bind(gpu, launch.kernel.entryPoint, launch, buffers);
  return (await sampleDispatch(gpu, withoutProbes(monitor), dispatch, { time: timeOf(gpu) })).medianMs;
}

/**
 * The most operations a millisecond that any form reaches in any grid. A GPU is filled first, by a form that is never bad;
 * then all forms are tried with as many invocations, and the grid of the best one grows on.
 */
async function fastestArithmetic(
  gpu: Gpu,
  monitor: LoadMonitor,
  operands: RoofOperands,
  work: Pick<Arithmetic, 'entryPoint' | 'steps' | 'precision'>,
  timed: () => void,
): Promise<number> {
  const { kind } = gpu.adapter;
  const rated = async (form: Form, workgroups: number): Promise<Rated> => {
    const launch = inRegisters({ ...work, ...form, workgroups });
    const ms = await timeLaunch(gpu, monitor, operands, launch);
    return { rate: launch.flops / ms, ms };
  };
  const grow = (form: Form, from: number) => {
    const grids = gridsOf(form, operands.bytes).filter((workgroups) => workgroups >= from);
    return growUntilSteady(grids, (workgroups) => rated(form, workgroups), lengthOf(gpu));
  };
  const usual: Form = { lanes: 64, chains: 8, width: 4 };
  const filling = kind === 'gpu' ? await grow(usual, fewestWorkgroups) : [];
  const invocations = usual.lanes * (fastestOf(filling)?.size ?? fewestWorkgroups);
  const tried = [];
  for (const form of formsOf(kind)) {
    const workgroups = kind === 'gpu' ? Math.ceil(invocations / form.lanes) : fewestWorkgroups;
    tried.push({ size: { form, workgroups }, ...(await rated(form, workgroups)) });
    timed();
  }
  const best = fastestOf(tried);
  const grown = best ? await grow(best.size.form, 2 * best.size.workgroups) : [];
  return Math.max(...[...filling, ...tried, ...grown].map(({ rate }) => rate));
}

/** Bytes of the copies that a GPU is given: its caches hold tens of megabytes. */
const copiedSizes = [leastCopiedBytes, 4 * leastCopiedBytes, 16 * leastCopiedBytes];

async function fastestCopy(gpu: Gpu, monitor: LoadMonitor, operands: RoofOperands, timed: () => void) {
  const rated = async (form: CopyForm, its: RoofOperands): Promise<Rated> => {
    const launch = copyOf(form, its.bytes);
    const ms = await timeLaunch(gpu, monitor, its, launch);
    return { rate: launch.bytes / ms, ms };
  };
  const tried = [];
  for (const form of copiesOf(gpu.adapter.kind)) {
    tried.push({ size: form, ...(await rated(form, operands)) });
    timed();
  }
  const best = fastestOf(tried);
  if (!best) throw new Error('there is no copy to time');
  const sizes = gpu.adapter.kind === 'gpu' ? copiedSizes : copiedSizes.slice(0, 1);
  const grown = await growUntilSteady(
    sizes,
    (bytes) =>
      bytes === operands.bytes ? Promise.resolve(best) : ratedWhereItFits(gpu, bytes, best.size, rated),
    { shortest: 0, longest: 1000 },
  );
  const rate = grown.at(-1)?.rate ?? best.rate;
  return { gbps: rate / 1e6, copiedBytes: 2 * (steadyFrom(grown)?.size ?? operands.bytes) };
}

/** Undefined where the adapter does not bind that much, or has no room for it. */
async function ratedWhereItFits(
  gpu: Gpu,
  bytes: number,
  form: CopyForm,
  rated: (form: CopyForm, operands: RoofOperands) => Promise<Rated>,
): Promise<Rated | undefined> {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
  if (bytes > Math.min(maxBufferSize, maxStorageBufferBindingSize)) return undefined;
  const operands = new RoofOperands(gpu, bytes);
  try {
    return await rated(form, operands);
  } catch (error) {
    if (!(error instanceof GpuError)) throw error;
    gpu.forgetFailure();
    return undefined;
  } finally {
    operands.destroy();
  }
}
