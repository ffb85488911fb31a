/** The roofs of an adapter, measured: multiplications and additions in registers, a copy, and a launch that does nothing. */
import type { Gpu } from '../src/gpu/device.ts';
import type { Launch } from '../src/gpu/kernel.ts';
import { linearWorkgroups } from '../src/gpu/kernel.ts';
import { bind } from '../src/gpu/program.ts';
import { forFewer, specialise } from '../src/gpu/specialise.ts';
import source from './peaks.wgsl';
import { sampleDispatch } from './sample-dispatch.ts';

export interface Peaks {
  readonly gflops: number;
  /** Of halves, where the adapter offers their arithmetic. */
  readonly halfGflops?: number;
  /** Read and written together, 1e9 bytes a second. */
  readonly gbps: number;
  readonly launchMs: number;
}

/** Bytes that are copied: more than caches hold, less than any adapter binds. */
const copied = 64 * 2 ** 20;
const steps = 4096;
const workgroups = 64;
const shown = (value: number) => value.toPrecision(3);

interface Form {
  readonly lanes: number;
  readonly chains: number;
  /** Floats of an accumulator. */
  readonly width: 1 | 4;
}

/** Which form is the fastest differs from driver to driver. */
const forms: readonly Form[] = [8, 64].flatMap((lanes) => [
  ...[3, 4, 8, 12].map((chains) => ({ lanes, chains, width: 4 as const })),
  { lanes, chains: 8, width: 1 },
]);

export async function measurePeaks(gpu: Gpu, say: (line: string) => void): Promise<Peaks> {
  const operand = gpu.bufferFrom('source of peaks', new Float32Array(copied / 4).fill(0.5));
  const result = gpu.buffer('result of peaks', copied);
  const time = async (launch: Launch) => {
    const dispatch = await bind(gpu, launch.kernel.entryPoint, launch, [operand, result]);
    return (await sampleDispatch(gpu, dispatch, { time: 500 })).medianMs;
  };
  try {
    const fastest = async (text: string) => {
      let gflops = 0;
      for (const form of forms) {
        const launch = inRegisters(form, 'multiply_add', steps, text);
        gflops = Math.max(gflops, launch.flops / (await time(launch)) / 1e6);
      }
      return gflops;
    };
    const gflops = await fastest(source);
    const half = gpu.has('shader-f16') ? { halfGflops: await fastest(inHalves(source)) } : {};
    const copies = [copyOf(1), copyOf(4)];
    const rates: number[] = [];
    for (const launch of copies) rates.push(launch.bytes / (await time(launch)) / 1e6);
    const gbps = Math.max(...rates);
    const launchMs = await time(nothing());
    const ofHalves = half.halfGflops === undefined ? '' : ` (${shown(half.halfGflops)} of halves)`;
    say(
      `roofs: ${shown(gflops)} GFLOP/s in registers${ofHalves}, ${shown(gbps)} GB/s copied, a launch of nothing ${(1000 * launchMs).toFixed(1)} µs`,
    );
    return { gflops, ...half, gbps, launchMs };
  } finally {
    operand.destroy();
    result.destroy();
  }
}

/** Sines and exponentials that the adapter makes a second, by turns, in registers. */
export async function measureFunctions(gpu: Gpu): Promise<number> {
  const operand = gpu.bufferFrom('source of functions', new Float32Array(32).fill(0.5));
  const result = gpu.buffer('result of functions', 16 * 64 * workgroups);
  try {
    let most = 0;
    for (const form of forms) {
      const launch = inRegisters(form, 'functions', steps / 16);
      const dispatch = await bind(gpu, 'functions', launch, [operand, result]);
      const { medianMs } = await sampleDispatch(gpu, dispatch, { time: 300 });
      most = Math.max(most, (1000 * launch.flops) / medianMs);
    }
    return most;
  } finally {
    operand.destroy();
    result.destroy();
  }
}

/** The same arithmetic in halves. */
const inHalves = (text: string): string =>
  `enable f16;\n${text.replaceAll(/\bvec4f\b/g, 'vec4h').replaceAll(/\bf32\b/g, 'f16')}`;

const sourceOf = (width: 1 | 4, chains: number, text = source) =>
  specialise(width === 1 ? forFewer(text, 1) : text, { CHAINS: chains });

/** Two operations, or functions, of each accumulator in each step. */
export function inRegisters(
  { lanes, chains, width }: Form,
  entryPoint: string,
  count: number,
  text = source,
): Launch {
  return {
    kernel: {
      family: 'peaks',
      variant: `${String(chains)}x${String(width)}`,
      source: sourceOf(width, chains, text),
      entryPoint,
      constants: { LANES: lanes, STEPS: count },
    },
    workgroups: [workgroups, 1, 1],
    flops: 2 * count * chains * width * lanes * workgroups,
    bytes: 0,
  };
}

export function copyOf(width: 1 | 4, bytes = copied): Launch {
  const count = bytes / 4 / width;
  const lanes = 64;
  return {
    kernel: {
      family: 'peaks',
      variant: `copy${String(width)}`,
      source: sourceOf(width, 1),
      entryPoint: 'copy',
      constants: { LANES: lanes, COUNT: count },
    },
    workgroups: linearWorkgroups(count, lanes),
    flops: 0,
    bytes: 2 * bytes,
  };
}

function nothing(): Launch {
  return {
    kernel: {
      family: 'peaks',
      variant: 'nothing',
      source: sourceOf(4, 1),
      entryPoint: 'nothing',
      constants: {},
    },
    workgroups: [1, 1, 1],
    flops: 0,
    bytes: 0,
  };
}
