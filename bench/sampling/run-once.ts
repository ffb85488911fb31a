/** One submission, waited for. */
import type { Gpu } from '../../src/gpu/device.ts';
import { run, type Program } from '../../src/gpu/program.ts';

/** So many submissions of the same, of which the last is waited for. */
export async function runTimes(gpu: Gpu, programs: readonly Program[], times: number): Promise<void> {
  for (let submission = 0; submission < times; submission++) run(gpu, ...programs);
  await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
  gpu.check();
}

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
