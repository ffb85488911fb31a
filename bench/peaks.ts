/** The roofs of an adapter, measured: multiplications and additions in registers, a copy, and a launch that does nothing. */
import type { Gpu } from '../src/gpu/device.ts';
import type { Launch } from '../src/gpu/kernel.ts';
import { bind } from '../src/gpu/program.ts';
import {
  copiedBytes,
  copyOf,
  forms,
  inRegisters,
  nothing,
  steps,
  workgroups,
  type Precision,
} from './roof-kernels.ts';
import { sampleDispatch } from './sample-dispatch.ts';
import { unwatched } from './watch.ts';

export interface Peaks {
  readonly gflops: number;
  /** Of halves, where the adapter offers their arithmetic. */
  readonly halfGflops?: number;
  /** Read and written together, 1e9 bytes a second. */
  readonly gbps: number;
  readonly launchMs: number;
}

const shown = (value: number) => value.toPrecision(3);

export async function measurePeaks(gpu: Gpu, say: (line: string) => void): Promise<Peaks> {
  const operand = gpu.bufferFrom('source of peaks', new Float32Array(copiedBytes / 4).fill(0.5));
  const result = gpu.buffer('result of peaks', copiedBytes);
  const time = async (launch: Launch) => {
    const dispatch = await bind(gpu, launch.kernel.entryPoint, launch, [operand, result]);
    return (await sampleDispatch(gpu, unwatched, dispatch, { time: 500 })).medianMs;
  };
  try {
    const fastest = async (precision: Precision) => {
      let gflops = 0;
      for (const form of forms) {
        const launch = inRegisters(form, 'multiply_add', steps, precision);
        gflops = Math.max(gflops, launch.flops / (await time(launch)) / 1e6);
      }
      return gflops;
    };
    const gflops = await fastest('floats');
    const half = gpu.has('shader-f16') ? { halfGflops: await fastest('halves') } : {};
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
      const { medianMs } = await sampleDispatch(gpu, unwatched, dispatch, { time: 300 });
      most = Math.max(most, (1000 * launch.flops) / medianMs);
    }
    return most;
  } finally {
    operand.destroy();
    result.destroy();
  }
}
