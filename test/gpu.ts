/**
 * The device that GPU tests share: one per process, or one per file where `support/close-device.ts` closes it (see
 * `vitest.config.ts`).
 */
import { expect } from 'vitest';
import { uniformUsage, type Gpu } from '../src/gpu/device.ts';
import { bind, Program, run } from '../src/gpu/program.ts';
import type { Binding, Launch } from '../src/gpu/kernel.ts';
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

/** Has everything chosen as for a GPU until it is disposed of: its variants run on any adapter that allows them. */
export function pretendGpu(gpu: Gpu): Disposable & { readonly gpu: Gpu } {
  const { adapter } = gpu;
  Object.defineProperty(gpu, 'adapter', { value: { ...adapter, kind: 'gpu' } });
  return {
    gpu,
    [Symbol.dispose]() {
      Object.defineProperty(gpu, 'adapter', { value: adapter });
    },
  };
}

/** What a result buffer holds before a test's kernel runs: a value that the kernel forgets to write shows up. */
export const unwritten = NaN;

/**
 * Runs one launch on operands by the names of its bindings; returns what they hold afterwards.
 * @param wanted bindings to read back; default: those that the kernel writes
 */
export async function runKernel<Name extends string, Optional extends string = never>(
  gpu: Gpu,
  launch: Launch<Name, Optional>,
  operands: Readonly<
    Record<NoInfer<Name>, ArrayBufferView<ArrayBuffer>> &
      Partial<Record<NoInfer<Optional>, ArrayBufferView<ArrayBuffer>>>
  >,
  wanted?: readonly NoInfer<Name | Optional>[],
): Promise<Partial<Record<Name | Optional, ArrayBuffer>>> {
  const bindings: Readonly<Record<string, Binding>> = launch.bindings;
  const contents = Object.entries<ArrayBufferView<ArrayBuffer>>(operands) as [
    Name | Optional,
    ArrayBufferView<ArrayBuffer>,
  ][];
  const buffers = new Map(
    contents.map(([name, content]) => {
      const usage = bindings[name]?.access === 'uniform' ? uniformUsage : undefined;
      return [name, gpu.bufferFrom(name, content, usage)];
    }),
  );
  try {
    const bound: Readonly<Record<string, GPUBuffer>> = Object.fromEntries(buffers);
    run(gpu, new Program([await bind<string>(gpu, launch.kernel.family, launch, bound)]));
    const results: Partial<Record<Name | Optional, ArrayBuffer>> = {};
    for (const [name, { byteLength }] of contents) {
      const buffer = buffers.get(name);
      if (buffer && (wanted?.includes(name) ?? bindings[name]?.writes))
        results[name] = (await gpu.read(buffer, byteLength)).slice(0, byteLength);
    }
    return results;
  } finally {
    for (const buffer of buffers.values()) buffer.destroy();
  }
}

/** As many floats that no kernel has written yet. */
export const unwrittenFloats = (length: number): Float32Array<ArrayBuffer> =>
  new Float32Array(length).fill(unwritten);

/** As `runKernel`, for kernels with one result, of so many floats, which is returned. */
export async function runLaunch<Name extends string>(
  gpu: Gpu,
  launch: Launch<Name>,
  inputs: Readonly<Partial<Record<NoInfer<Name>, Float32Array<ArrayBuffer>>>>,
  resultFloats: number,
): Promise<Float32Array<ArrayBuffer>> {
  const bindings: Readonly<Record<string, Binding>> = launch.bindings;
  const [result = '', ...others] = Object.keys(bindings).filter((name) => bindings[name]?.writes);
  expect(others, 'results beside the first').toEqual([]);
  const operands = { ...inputs, [result]: unwrittenFloats(resultFloats) };
  const results: Partial<Record<string, ArrayBuffer>> = await runKernel<string>(gpu, launch, operands);
  return new Float32Array(results[result] ?? new ArrayBuffer());
}
