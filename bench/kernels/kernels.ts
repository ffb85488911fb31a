/** Kernels one by one: checked, timed, checked again, in every variant. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Launch } from '../../src/gpu/kernel.ts';
import { bind, Program, type Dispatch } from '../../src/gpu/program.ts';
import { tunedFamilies } from '../../src/kernels/index.ts';
import { messageOf } from '../../src/util/message-of.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import { filterCases, chooseVariants, type KernelChoice } from './filter-cases.ts';
import { kernelCases, variantOf, type KernelCase } from './kernel-cases.ts';
import { Operands } from './operands.ts';
import { ownCases } from './own-cases.ts';
import type { Peaks } from '../roofs/peaks.ts';
import { aboveRoof, whyAboveRoof, type AboveRoof } from '../roofs/roof-check.ts';
import { sampleDispatch, type DispatchSample } from '../sampling/sample-dispatch.ts';
import { runOnce } from '../sampling/run-once.ts';
import { isStopped } from '../sampling/stop.ts';
import { difference, expectedElements, resultOf } from './verify.ts';
import type { LoadMonitor } from '../sampling/machine-load.ts';

export interface KernelRow extends DispatchSample {
  /** Of the family. */
  readonly name: string;
  readonly variant: string;
  readonly shape: string;
  readonly adapter: string;
  readonly gflops: number;
  readonly gbps: number;
  /** Share of the roof above the case: of arithmetic or of memory, whichever is the lower for it. */
  readonly ofPeak: number;
  /** Why `ofPeak` is above 1, where it is. */
  readonly aboveRoof?: AboveRoof;
  /** Floating-point operations per byte, each operand counted once. */
  readonly intensity: number;
  /**
   * Milliseconds from shader text to the end of the first run, less a later run: drivers compile then or on first use.
   * A driver with a cache on disk may have the work of an earlier process.
   */
  readonly compileMs: number;
  /** Bytes. */
  readonly workgroupMemory: number;
  /** Whether the family takes this variant by itself. */
  readonly chosen: boolean;
}

export interface KernelOptions {
  readonly seed: number;
  /** Milliseconds that a variant is timed at most. */
  readonly time: number;
}

export interface KernelOutput {
  readonly show: (row: KernelRow) => void;
  /** A variant that computes something else, does not run, or is above a roof. */
  readonly failed: (line: string) => void;
  readonly progress: (done: number, name: string) => void;
}

/** @throws UsageError for a choice that fits nothing, and for shapes that are none */
export function casesToMeasure(gpu: Gpu, choice: KernelChoice): KernelCase[] {
  const { family, shapeOf, variant } = choice;
  if (shapeOf === undefined) return filterCases(kernelCases(gpu), choice, gpu.adapter.kind);
  // Whoever brings a shape wants to see what every variant makes of it.
  return chooseVariants(ownCases(gpu, family ?? '', shapeOf), variant ?? 'all', gpu.adapter.kind);
}

export async function benchKernels(
  gpu: Gpu,
  watch: LoadMonitor,
  cases: readonly KernelCase[],
  peaks: Peaks,
  { seed, time }: KernelOptions,
  output: KernelOutput,
): Promise<void> {
  let done = 0;
  for (const [index, one] of cases.entries()) {
    await benchCase(gpu, watch, one, peaks, { seed: seed + index, time }, output, (variant) => {
      output.progress(++done, `${one.family} ${variant}`);
    });
  }
}

async function benchCase(
  gpu: Gpu,
  watch: LoadMonitor,
  one: KernelCase,
  peaks: Peaks,
  { seed, time }: KernelOptions,
  output: KernelOutput,
  onDone: (variant: string) => void,
): Promise<void> {
  const [usual] = one.launches;
  if (!usual) return;
  const { reference } = one;
  const places = reference.bytesBelow?.(usual.kernel.constants) ?? {};
  const operands = new Operands(gpu, one.family, one.operands, seed, places);
  try {
    const expected = expectedElements(usual.kernel, reference, operands, seed);
    const chosen = variantOf(usual);
    const failed = (launch: Launch, why: string) => {
      output.failed(`${one.family} ${variantOf(launch)}, ${one.shape}: ${why}`);
    };
    for (const launch of shuffled(one.launches, seed)) {
      try {
        const timed = await timeVerified(gpu, launch, one, operands, expected, (dispatch) =>
          sampleDispatch(gpu, watch, dispatch, { time }),
        );
        const row = rowOf(gpu, one, launch, timed, peaks, variantOf(launch) === chosen);
        output.show(row);
        const { standsForMore } = one;
        const above = aboveRoof({ ...row, bytes: launch.bytes, standsForMore }, peaks);
        if (above !== undefined) failed(launch, above);
      } catch (error) {
        if (isStopped(error)) throw error;
        failed(launch, messageOf(error));
      }
      onDone(variantOf(launch));
    }
  } finally {
    operands.destroy();
  }
}

/** The order is another with every seed, so that no variant always comes after the same one. */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = RandomStream.of(seed);
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [order[last], order[other]] = [order[other] as T, order[last] as T];
  }
  return order;
}

/** A result that is not what it should be. */
export class WrongResultError extends Error {
  override readonly name = 'WrongResultError';
}

async function timeVerified(
  gpu: Gpu,
  launch: Launch,
  { family, reference }: KernelCase,
  operands: Operands,
  expected: ReadonlyMap<number, number>,
  sampleOf: (dispatch: Dispatch) => Promise<DispatchSample>,
): Promise<DispatchSample & { compileMs: number }> {
  const verify = async (when: string) => {
    const name = resultOf(reference);
    const result = operands.buffers[name];
    if (!result) throw new RangeError(`${family} has no binding ${name}`);
    const found = await difference(gpu, result, operands.length(name), expected);
    if (found !== undefined) throw new WrongResultError(`wrong ${when}: ${found}`);
  };
  operands.fill();
  const started = performance.now();
  const dispatch = await bind(gpu, family, launch, operands.buffers);
  await runOnce(gpu, [new Program([dispatch])]);
  const first = performance.now() - started;
  await verify('before it was timed');
  const sample = await sampleOf(dispatch);
  await verify('after it was timed');
  return { ...sample, compileMs: Math.max(0, first - sample.medianMs) };
}

function rowOf(
  gpu: Gpu,
  { family, shape, standsForMore }: KernelCase,
  launch: Launch,
  timed: DispatchSample & { compileMs: number },
  peaks: Peaks,
  chosen: boolean,
): KernelRow {
  const gflops = launch.flops / timed.medianMs / 1e6;
  const gbps = launch.bytes / timed.medianMs / 1e6;
  const intensity = launch.flops / launch.bytes;
  const roof = Math.min(peaks.gflops, intensity * peaks.gbps);
  const ofPeak = roof > 0 ? gflops / roof : gbps / peaks.gbps;
  const why = whyAboveRoof(ofPeak, { gflops, gbps, bytes: launch.bytes, standsForMore }, peaks);
  const variant = variantOf(launch);
  const listed = tunedFamilies[family]?.variants.find(({ name }) => name === variant);
  const { times, timer, compileMs, ...figures } = timed;
  return {
    name: family,
    variant,
    shape,
    adapter: gpu.adapter.name,
    ...figures,
    gflops,
    gbps,
    ofPeak,
    ...(why !== undefined && { aboveRoof: why }),
    intensity,
    compileMs,
    workgroupMemory: listed?.workgroupMemory ?? 0,
    timer,
    chosen,
    times,
  };
}
