/** The device that GPU tests share: one per test file, closed when the file is done. */
import { afterAll } from 'vitest';
import type { Gpu } from '../src/gpu/device.ts';
import { bind, Program, run } from '../src/gpu/program.ts';
import type { Launch } from '../src/gpu/kernel.ts';
import { openGpu } from '../src/node/adapter.ts';

let opened: Promise<Gpu> | undefined;

/**
 * The adapter named by `FOOL_ADAPTER`, or the embedded SwiftShader, which is there on every machine: a missing
 * device is a failure and never a skipped test.
 */
export function openTestGpu(): Promise<Gpu> {
  opened ??= openGpu(process.env['FOOL_ADAPTER'] ?? 'swiftshader');
  return opened;
}

afterAll(async () => {
  (await opened)?.close();
  opened = undefined;
});

/** What a result buffer holds before a test's kernel runs: a value that the kernel forgets to write shows up. */
export const unwritten = NaN;

/** Uploads the inputs, runs one launch whose last binding is its result, and reads that back. */
export async function runLaunch(
  gpu: Gpu,
  launch: Launch,
  inputs: readonly Float32Array<ArrayBuffer>[],
  resultFloats: number,
): Promise<Float32Array> {
  const buffers = inputs.map((input, index) => gpu.bufferFrom(`input ${String(index)}`, input));
  const result = gpu.bufferFrom('result', new Float32Array(resultFloats).fill(unwritten));
  try {
    run(gpu, new Program([await bind(gpu, launch.kernel.family, launch, [...buffers, result])]));
    return new Float32Array(await gpu.read(result, resultFloats * 4));
  } finally {
    for (const buffer of [...buffers, result]) buffer.destroy();
  }
}
