/** Operations on named tensors: what a layer list becomes before memory is planned and pipelines are bound. */
import { partOf, type DeviceMemory, type Gpu } from '../gpu/device.ts';
import type { Launch } from '../gpu/kernel.ts';
import { bind, type Dispatch } from '../gpu/program.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import { planMemory, type MemoryPlan, type TensorLife } from './memory-plan.ts';

/** Some rows of a tensor; both numbers count floats, the first is a multiple of 64. */
export interface TensorSlice {
  readonly tensor: string;
  readonly first: number;
  readonly floats: number;
}

/** A tensor by name, or a slice of one. */
export type Operand = string | TensorSlice;

const tensorOf = (operand: Operand): string => (typeof operand === 'string' ? operand : operand.tensor);

/** A launch and the tensors that it binds. */
export interface Operation {
  readonly label: string;
  readonly launch: Launch;
  /** Tensor of each binding, by its name. */
  readonly tensors: Readonly<Record<string, Operand>>;
}

/** Collects tensors and operations in the order in which they run. */
export class Tape {
  readonly sizes = new Map<string, number>();
  readonly kept = new Set<string>();
  readonly #outside = new Set<string>();
  readonly operations: Operation[] = [];

  /** Declares a tensor of so many floats; a kept one never shares its memory. */
  tensor(name: string, floats: number, kept = false): string {
    this.sizes.set(name, floats * 4);
    if (kept) this.kept.add(name);
    return name;
  }

  /** Declares a tensor that is written from outside; it never shares its memory. */
  outside(name: string, floats: number): string {
    this.#outside.add(name);
    return this.tensor(name, floats, true);
  }

  /** Appends an operation, by names of the shader's variables. */
  add<Name extends string>(
    label: string,
    launch: Launch<Name>,
    tensors: Readonly<Record<NoInfer<Name>, Operand>>,
  ): void {
    this.operations.push({ label, launch, tensors });
  }

  /** Memory for every declared tensor that no buffer was given for. */
  plan(given: ReadonlyMap<string, DeviceMemory>): MemoryPlan {
    return planMemory(this.#lives().filter(({ name }) => !given.has(name)));
  }

  /** The tensor that each operation is the first to write, where it is one that was declared here. */
  firstWritten(): (string | undefined)[] {
    const seen = new Set(this.#outside);
    return this.operations.map(({ launch, tensors }) => {
      const names = Object.keys(launch.bindings).flatMap((name) => {
        const operand = tensors[name];
        return operand === undefined ? [] : [tensorOf(operand)];
      });
      const written = names.find((name) => this.sizes.has(name) && !seen.has(name));
      for (const name of names) seen.add(name);
      return written;
    });
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

/** A tape with its buffers: what can be run. */
export interface BoundTape {
  /** Of the tensors that were not given. */
  readonly buffers: ReadonlyMap<string, GPUBuffer>;
  readonly dispatches: readonly Dispatch[];
  /** What was allocated here, to be freed by the caller of `bindTape`. */
  readonly own: Resource;
  readonly memory: MemoryPlan;
}

/**
 * Allocates what the plan asks for and binds every operation.
 * @param given buffers that exist already, by tensor name
 */
export async function bindTape(
  gpu: Gpu,
  tape: Tape,
  given: ReadonlyMap<string, DeviceMemory>,
): Promise<BoundTape> {
  const memory = tape.plan(given);
  using made = new ResourceStack();
  const shared = memory.sizes.map((bytes, index) => {
    const names = [...memory.place].flatMap(([name, place]) => (place === index ? [name] : []));
    return made.use(gpu.buffer(names.join(', '), bytes));
  });
  const buffers = new Map<string, GPUBuffer>();
  for (const [name, index] of memory.place) {
    const buffer = shared[index];
    if (buffer) buffers.set(name, buffer);
  }
  const written = tape.firstWritten();
  const bindings = tape.operations.map(async ({ label, launch, tensors }, index): Promise<Dispatch> => {
    const bound: Record<string, GPUBufferBinding> = {};
    for (const [name, operand] of Object.entries(tensors)) {
      const memory = buffers.get(tensorOf(operand)) ?? given.get(tensorOf(operand));
      if (!memory) throw new Error(`${label}: tensor ${tensorOf(operand)} was never declared`);
      const { buffer, offset, size } = partOf(memory);
      bound[name] =
        typeof operand === 'string'
          ? { buffer, offset, size }
          : { buffer, offset: offset + 4 * operand.first, size: 4 * operand.floats };
    }
    const dispatch = await bind(gpu, label, launch, bound);
    const tensor = written[index] ?? '';
    const buffer = buffers.get(tensor);
    return buffer
      ? { ...dispatch, writes: { tensor, buffer, bytes: tape.sizes.get(tensor) ?? 0 } }
      : dispatch;
  });
  const dispatches = await Promise.all(bindings);
  return { buffers, own: made.move(), dispatches, memory };
}
