/** Kernels, and the launches that families make of them. */
import { specialised, type Specialisation } from '../wgsl/specialise.ts';

/**
 * A kernel: a shader, what is specialised in its text, and the constants of one shape. It is a small value: its text, which
 * may have a million characters once loops are unrolled, is made by `kernelText` when a pipeline is missing.
 */
export interface Kernel {
  /** Family name, the same as the `.wgsl` and the `.ts` file's. */
  readonly family: string;
  readonly variant: string;
  /** The shader as its file has it. */
  readonly source: string;
  /** Absent where the shader is compiled as it stands. */
  readonly specialisation?: Specialisation;
  readonly entryPoint: string;
  /** Values of the shader's `override` constants. */
  readonly constants: Readonly<Record<string, number>>;
}

/** The text that a pipeline compiles. */
export const kernelText = ({ source, specialisation }: Pick<Kernel, 'source' | 'specialisation'>): string =>
  specialised(source, specialisation);

/** How a shader's text declares the variable of a binding. */
export type Access = 'read' | 'read_write' | 'uniform';

/** A variable of a shader, as one of its entry points uses it. */
export interface Binding {
  /** Its number in group 0. */
  readonly binding: number;
  readonly access: Access;
  /** Whether what the buffer holds before matters to the entry point. */
  readonly reads: boolean;
  /** Whether the entry point writes it: another one may be the reason for `read_write`. */
  readonly writes: boolean;
  /** The library that declares it; without that library the entry point has no such binding. */
  readonly library?: string;
}

/** Workgroups of a launch along each dimension, at most 65,535 by WebGPU's default limits. */
export type Workgroups = readonly [x: number, y: number, z: number];

/** Which of its variants a kernel is, and which it could have been. */
export interface Choice {
  /** Key of the shape that was chosen for; see `shapeKey`. */
  readonly shape: string;
  readonly variant: string;
  /** Names of all variants that the adapter allows. */
  readonly allowed: readonly string[];
}

/**
 * A kernel with its grid: what a family makes from a shape and a variant.
 * @typeParam Name of the bindings, which are the names of the shader's variables
 * @typeParam Optional names of those that some shapes have
 */
export interface Launch<Name extends string = string, Optional extends string = never> {
  readonly kernel: Kernel;
  /** What is to be bound, in the order of the numbers. */
  readonly bindings: Readonly<Record<Name, Binding> & Partial<Record<Optional, Binding>>>;
  readonly workgroups: Workgroups;
  /** Absent where the family has but one variant. */
  readonly choice?: Choice;
  /** Floating-point operations of the whole grid. */
  readonly flops: number;
  /** Bytes that the grid must move at least: each operand once. */
  readonly bytes: number;
}

/**
 * A grid for `count` independent invocations. Kernels that use it take their index as
 * `id.y * (workgroup_count.x * size) + id.x`, since one dimension ends at 65,535 workgroups.
 */
export function linearWorkgroups(count: number, size: number): Workgroups {
  const groups = Math.max(1, Math.ceil(count / size));
  const y = Math.ceil(groups / 65_535);
  return [Math.ceil(groups / y), y, 1];
}
