/** A sequence of dispatches, bound once and replayed: nothing is allocated or looked up in the loop. */
import type { Gpu } from './device.ts';
import { GpuLimitError } from './errors.ts';
import type { Launch } from './kernel.ts';
import type { ChoiceTable } from './tuning.ts';

export interface Dispatch {
  /** What it is for, e.g. `conv1 forward`. */
  readonly label: string;
  readonly launch: Launch;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** The tensor that it makes, for whoever follows a calculation step by step; absent where it adds to one. */
  readonly writes?: { readonly tensor: string; readonly buffer: GPUBuffer; readonly bytes: number };
}

export class Program {
  constructor(readonly dispatches: readonly Dispatch[]) {}

  /** Encodes every dispatch into an open pass. */
  encode(pass: GPUComputePassEncoder): void {
    for (const { pipeline, bindGroup, launch } of this.dispatches) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, bindGroup);
      pass.dispatchWorkgroups(...launch.workgroups);
    }
  }

  /** Kernel variant by label, for `run.json`. */
  variants(): Record<string, string> {
    return Object.fromEntries(
      this.dispatches.map(({ label, launch }) => [label, `${launch.kernel.family}/${launch.kernel.variant}`]),
    );
  }

  /** Variant by the key of its shape, where there was a choice: what repeats the program bit for bit. */
  choices(): ChoiceTable {
    return Object.fromEntries(
      this.dispatches.flatMap(({ launch: { choice } }) => (choice ? [[choice.shape, choice.variant]] : [])),
    );
  }

  get flops(): number {
    return this.dispatches.reduce((sum, { launch }) => sum + launch.flops, 0);
  }
}

/**
 * Compiles a launch and binds its buffers by the shader's binding numbers (an array, where they run from 0).
 * @throws GpuLimitError when the grid exceeds the adapter's workgroups per dimension.
 */
export async function bind(
  gpu: Gpu,
  label: string,
  launch: Launch,
  buffers: Readonly<Record<number, GPUBuffer | GPUBufferBinding>>,
): Promise<Dispatch> {
  const most = gpu.limits.maxComputeWorkgroupsPerDimension;
  if (launch.workgroups.some((count) => count > most)) {
    throw new GpuLimitError(
      `${label} needs a grid of ${launch.workgroups.join(' × ')} workgroups; ${gpu.adapter.name} allows ${String(most)} per dimension: lower the batch`,
    );
  }
  const pipeline = await gpu.pipelines.get(launch.kernel);
  const bindGroup = gpu.device.createBindGroup({
    label: `${label} (${launch.kernel.family}/${launch.kernel.variant})`,
    layout: pipeline.getBindGroupLayout(0),
    entries: Object.entries(buffers).map(([binding, buffer]) => ({
      binding: Number(binding),
      resource: 'buffer' in buffer ? buffer : { buffer },
    })),
  });
  return { label, launch, pipeline, bindGroup };
}

/** Submits programs in one pass. */
export function run(gpu: Gpu, ...programs: readonly Program[]): void {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const program of programs) program.encode(pass);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
}
