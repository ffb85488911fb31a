/** A sequence of dispatches, bound once and replayed: nothing is allocated or looked up in the loop. */
import type { Gpu } from './device.ts';
import { GpuLimitError } from './errors.ts';
import type { Launch } from './kernel.ts';
import type { ChoiceTable } from './tuning.ts';

/** A launch with its pipeline and its buffers. */
export interface Dispatch {
  /** What it is for, e.g. `conv1 forward`. */
  readonly label: string;
  readonly launch: Launch;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  /** The tensor that it makes, for following a calculation step by step; absent where it adds to one. */
  readonly writes?: { readonly tensor: string; readonly buffer: GPUBuffer; readonly bytes: number };
}

/** Dispatches that are bound once and replayed in order. */
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

  /** Floating-point operations of all dispatches. */
  get flops(): number {
    return this.dispatches.reduce((sum, { launch }) => sum + launch.flops, 0);
  }
}

/** A whole buffer, or a part of one. */
export type Bound = GPUBuffer | GPUBufferBinding;

/**
 * Compiles a launch and binds its buffers by the names of the shader's variables.
 * @throws GpuLimitError when the grid exceeds the adapter's workgroups per dimension.
 */
export async function bind<Name extends string, Optional extends string = never>(
  gpu: Gpu,
  label: string,
  launch: Launch<Name, Optional>,
  buffers: Readonly<Record<NoInfer<Name>, Bound> & Partial<Record<NoInfer<Optional>, Bound>>>,
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
    entries: entriesOf(label, launch, buffers),
  });
  return { label, launch, pipeline, bindGroup };
}

/** @throws Error where a binding has no buffer, and where a buffer has no binding */
function entriesOf(
  label: string,
  { bindings }: Pick<Launch, 'bindings'>,
  buffers: Readonly<Record<string, Bound | undefined>>,
): GPUBindGroupEntry[] {
  const given = Object.keys(buffers).filter((name) => buffers[name] !== undefined);
  const unknown = given.filter((name) => !(name in bindings));
  const missing = Object.keys(bindings).filter((name) => buffers[name] === undefined);
  if (unknown.length + missing.length > 0)
    throw new Error(
      `${label} binds ${Object.keys(bindings).join(', ')}; it was given ${given.join(', ') || 'nothing'}`,
    );
  return Object.entries(bindings).flatMap(([name, { binding }]) => {
    const buffer = buffers[name];
    return buffer ? [{ binding, resource: 'buffer' in buffer ? buffer : { buffer } }] : [];
  });
}

/** Submits programs in one pass. */
export function run(gpu: Gpu, ...programs: readonly Program[]): void {
  const encoder = gpu.device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const program of programs) program.encode(pass);
  pass.end();
  gpu.device.queue.submit([encoder.finish()]);
}
