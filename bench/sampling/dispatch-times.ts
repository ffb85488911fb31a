/** When each dispatch of some programs began and ended, by the clock of the device: each has a separate pass. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Dispatch, Program } from '../../src/gpu/program.ts';

/** A program with what it is for, e.g. `forward`. */
export interface TimedProgram {
  readonly name: string;
  readonly program: Program;
}

export interface TimedDispatch {
  /** Name of its pass. */
  readonly pass: string;
  readonly dispatch: Dispatch;
  /** Milliseconds since the first dispatch began. */
  readonly startMs: number;
  readonly durationMs: number;
}

/** WebGPU's largest query set. */
const mostQueries = 4096;

/** Runs every dispatch once, in order; undefined where the adapter has no clock (`timestamp-query`). */
export async function timeDispatches(
  gpu: Gpu,
  passes: readonly TimedProgram[],
): Promise<TimedDispatch[] | undefined> {
  const dispatches = passes.flatMap(({ name, program }) =>
    program.dispatches.map((dispatch) => ({ pass: name, dispatch })),
  );
  const spans = await timeSpans(
    gpu,
    dispatches.map(({ dispatch }) => [dispatch]),
  );
  return spans?.map((span, index) => ({ ...dispatches[index], ...span }) as TimedDispatch);
}

/** When something began, since the first did, and how long it took, in milliseconds. */
export type Span = Pick<TimedDispatch, 'startMs' | 'durationMs'>;

/** Runs dispatches that are timed together in one pass, one pass after the other, in one submission. */
export async function timeSpans(
  gpu: Gpu,
  groups: readonly (readonly Dispatch[])[],
): Promise<Span[] | undefined> {
  if (!gpu.has('timestamp-query')) return undefined;
  const count = 2 * groups.length;
  if (count > mostQueries)
    throw new RangeError(
      `${String(groups.length)} dispatches; at most ${String(mostQueries / 2)} are timed at once`,
    );
  const querySet = gpu.device.createQuerySet({ type: 'timestamp', count });
  const resolved = gpu.device.createBuffer({
    label: 'times of dispatches',
    size: 8 * count,
    usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
  });
  const encoder = gpu.device.createCommandEncoder();
  for (const [index, dispatches] of groups.entries()) {
    const [beginningOfPassWriteIndex, endOfPassWriteIndex] = [2 * index, 2 * index + 1];
    const timestampWrites = { querySet, beginningOfPassWriteIndex, endOfPassWriteIndex };
    const pass = encoder.beginComputePass({ label: dispatches[0]?.label ?? 'nothing', timestampWrites });
    for (const { pipeline, bindGroup, launch } of dispatches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...launch.workgroups);
    }
    pass.end();
  }
  encoder.resolveQuerySet(querySet, 0, count, resolved, 0);
  gpu.device.queue.submit([encoder.finish()]);
  const nanoseconds = new BigUint64Array(await gpu.read(resolved, 8 * count));
  querySet.destroy();
  resolved.destroy();
  const first = nanoseconds[0] ?? 0n;
  const milliseconds = (index: number) => Number((nanoseconds[index] ?? 0n) - first) / 1e6;
  return groups.map((_, index) => {
    const [start, end] = [milliseconds(2 * index), milliseconds(2 * index + 1)];
    return { startMs: start, durationMs: end - start };
  });
}
