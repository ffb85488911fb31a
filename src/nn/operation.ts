/** Operations on named tensors: what a layer list becomes before memory is planned and pipelines are bound. */
import type { Gpu } from '../gpu/device.ts';
import type { Launch } from '../gpu/kernel.ts';
import { bind, type Dispatch } from '../gpu/program.ts';
import { planMemory, type MemoryPlan, type TensorLife } from './memory-plan.ts';

/** Some rows of a tensor; both numbers count floats, the first is a multiple of 64. */
export interface TensorSlice {
  readonly tensor: string;
  readonly first: number;
  readonly floats: number;
}

export type Operand = string | TensorSlice;

const tensorOf = (operand: Operand): string => (typeof operand === 'string' ? operand : operand.tensor);

export interface Operation {
  readonly label: string;
  readonly launch: Launch;
  /** Tensor of each binding of the shader. */
  readonly tensors: Readonly<Record<number, Operand>>;
}

/** Collects tensors and operations in the order in which they run. */
export class Tape {
  readonly sizes = new Map<string, number>();
  readonly kept = new Set<string>();
  readonly operations: Operation[] = [];

  /** Declares a tensor of so many floats; a kept one never shares its memory. */
  tensor(name: string, floats: number, kept = false): string {
    this.sizes.set(name, floats * 4);
    if (kept) this.kept.add(name);
    return name;
  }

  add(label: string, launch: Launch, tensors: Readonly<Record<number, Operand>>): void {
    this.operations.push({ label, launch, tensors });
  }

  /** Memory for every declared tensor that no buffer was given for. */
  plan(given: ReadonlyMap<string, GPUBuffer>): MemoryPlan {
    return planMemory(this.#lives().filter(({ name }) => !given.has(name)));
  }

  #lives(): TensorLife[] {
    return [...this.sizes].map(([name, bytes]) => {
      const uses = this.operations.flatMap(({ tensors }, index) =>
        Object.values(tensors).some((operand) => tensorOf(operand) === name) ? [index] : [],
      );
      const kept = this.kept.has(name) || uses.length === 0;
      return { name, bytes, first: kept ? 0 : Math.min(...uses), last: kept ? Infinity : Math.max(...uses) };
    });
  }
}

export interface BoundTape {
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  readonly dispatches: readonly Dispatch[];
  /** What was allocated here. */
  readonly shared: readonly GPUBuffer[];
  readonly memory: MemoryPlan;
}

/**
 * Allocates what the plan asks for and binds every operation.
 * @param given buffers that exist already, by tensor name
 */
export async function bindTape(
  gpu: Gpu,
  tape: Tape,
  given: ReadonlyMap<string, GPUBuffer>,
): Promise<BoundTape> {
  const memory = tape.plan(given);
  const shared = memory.sizes.map((bytes, index) => {
    const names = [...memory.place].flatMap(([name, place]) => (place === index ? [name] : []));
    return gpu.buffer(names.join(', '), bytes);
  });
  const buffers = new Map(given);
  for (const [name, index] of memory.place) {
    const buffer = shared[index];
    if (buffer) buffers.set(name, buffer);
  }
  const bindings = tape.operations.map(({ label, launch, tensors }) => {
    const bound: Record<number, GPUBufferBinding> = {};
    for (const [binding, operand] of Object.entries(tensors)) {
      const buffer = buffers.get(tensorOf(operand));
      if (!buffer) throw new Error(`${label}: tensor ${tensorOf(operand)} was never declared`);
      bound[Number(binding)] =
        typeof operand === 'string'
          ? { buffer }
          : { buffer, offset: 4 * operand.first, size: 4 * operand.floats };
    }
    return bind(gpu, label, launch, bound);
  });
  return { buffers, shared, dispatches: await Promise.all(bindings), memory };
}
