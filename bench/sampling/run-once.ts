/** One submission, waited for. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Program } from '../../src/gpu/program.ts';

/** Wall-clock milliseconds from submission to the end of the work on the device. */
export async function runOnce(gpu: Gpu, programs: readonly Program[]): Promise<number> {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const program of programs) program.encode(pass);
  pass.end();
  const start = performance.now();
  gpu.device.queue.submit([encoder.finish()]);
  await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
  gpu.check();
  return performance.now() - start;
}
