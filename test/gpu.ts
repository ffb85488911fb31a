/**
 * The device that GPU tests share: one per process, or one per file where `support/close-device.ts` closes it (see
 * `vitest.config.ts`).
 */
import { expect } from 'vitest';
import { uniformUsage, type Gpu } from '../src/gpu/device.ts';
import { bind, Program, run } from '../src/gpu/program.ts';
import type { Launch } from '../src/gpu/kernel.ts';
import { openGpu } from '../src/node/adapter.ts';

let opened: { readonly gpu: Promise<Gpu>; readonly expectedLaunches: number } | undefined;

/** Most tests launch a kernel some dozens of times at most, for which no driver is to compile a large tile for seconds. */
const fewLaunches = 30;

/** SwiftShader comes with the packages where it runs; elsewhere the machine's own adapter is all there is. */
const usual = process.platform === 'linux' && process.arch === 'x64' ? 'swiftshader' : 'auto';

/**
 * The adapter named by `FOOL_ADAPTER`, or the embedded SwiftShader: a missing device is a failure and never a skipped
 * test.
 * @param expectedLaunches of each kernel, in tests that do compute; the same in all of a process
 */
export function openTestGpu(expectedLaunches = opened?.expectedLaunches ?? fewLaunches): Promise<Gpu> {
  const adapter = process.env['FOOL_ADAPTER'] ?? usual;
  opened ??= { gpu: openGpu(adapter, { expectedLaunches }), expectedLaunches };
  expect(opened.expectedLaunches, 'launches that this process’s device was opened for').toBe(
    expectedLaunches,
  );
  return opened.gpu;
}

/** For the end of a file whose process goes on to another: what was done wrong is no matter of the next one. */
export async function forgetFailure(): Promise<void> {
  (await opened?.gpu.catch(() => undefined))?.forgetFailure();
}

/** For the end of a file; the next one opens another. */
export async function closeTestGpu(): Promise<void> {
  const closing = opened;
  opened = undefined;
  // Whoever asked for a device that could not be opened has been told.
  (await closing?.gpu.catch(() => undefined))?.close();
}

/** What a result buffer holds before a test's kernel runs: a value that the kernel forgets to write shows up. */
export const unwritten = NaN;

export interface Operand {
  readonly content: ArrayBufferView<ArrayBuffer>;
  readonly uniform?: boolean;
}

/**
 * Runs one launch on operands by binding number; returns what they hold afterwards.
 * @param wanted bindings to read back; all but the uniforms unless told
 */
export async function runKernel(
  gpu: Gpu,
  launch: Launch,
  operands: Readonly<Record<number, ArrayBufferView<ArrayBuffer> | Operand>>,
  wanted?: readonly number[],
): Promise<Record<number, ArrayBuffer>> {
  const entries = Object.entries(operands).map(([binding, operand]) => {
    const { content, uniform = false } = 'content' in operand ? operand : { content: operand };
    const label = `binding ${binding}`;
    const buffer = gpu.bufferFrom(label, content, uniform ? uniformUsage : undefined);
    return { binding: Number(binding), buffer, bytes: content.byteLength, uniform };
  });
  const buffers = Object.fromEntries(entries.map(({ binding, buffer }) => [binding, buffer]));
  try {
    run(gpu, new Program([await bind(gpu, launch.kernel.family, launch, buffers)]));
    const results: Record<number, ArrayBuffer> = {};
    for (const { binding, buffer, bytes, uniform } of entries) {
      if (wanted?.includes(binding) ?? !uniform)
        results[binding] = (await gpu.read(buffer, bytes)).slice(0, bytes);
    }
    return results;
  } finally {
    for (const { buffer } of entries) buffer.destroy();
  }
}

/** As many floats that no kernel has written yet. */
export const unwrittenFloats = (length: number): Float32Array<ArrayBuffer> =>
  new Float32Array(length).fill(unwritten);

/** As `runKernel`, for bindings that run from 0 and whose last one is the result. */
export async function runLaunch(
  gpu: Gpu,
  launch: Launch,
  inputs: readonly Float32Array<ArrayBuffer>[],
  resultFloats: number,
): Promise<Float32Array<ArrayBuffer>> {
  const operands = { ...[...inputs, unwrittenFloats(resultFloats)] };
  const results = await runKernel(gpu, launch, operands, [inputs.length]);
  return new Float32Array(results[inputs.length] ?? new ArrayBuffer());
}
