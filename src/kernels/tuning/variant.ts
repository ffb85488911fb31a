/** How a family lists its variants and picks one; callers name a shape and never a variant. */
import type { AdapterDescription, AdapterKind } from '../../gpu/device.ts';
import type { Choice } from '../../gpu/kernel.ts';
import type { Choices } from '../../gpu/tuning.ts';
import { bundledChoices } from './bundled-choices.ts';

/** One way to compute what a family computes: entry point, what it needs of an adapter, which adapters it suits. */
export interface Variant {
  readonly name: string;
  /** Which of the family's entry points it is. */
  readonly entryPoint: string;
  /** Invocations per workgroup. */
  readonly lanes: number;
  /** Bytes of workgroup memory, 0 when none is used. */
  readonly workgroupMemory: number;
  /** Floats that an invocation sums up in, for elements of four images. */
  readonly accumulators: number;
  /**
   * Bytes of private memory of an invocation, for any shape up to kernels of `widestKernel`: accumulators and the operands that
   * it holds at a time. Drivers keep what they can of it in registers.
   */
  readonly privateMemory: number;
  /**
   * Neighbouring lanes that exchange values by quad operations; absent where none do. Subgroups must have at least as many. A
   * workgroup may be narrower than a subgroup as long as it consists of whole groups of so many lanes: the operations are
   * defined within a quad independently of the rest of the subgroup.
   */
  readonly exchange?: number;
  /** Optional feature that its shader enables. */
  readonly feature?: GPUFeatureName;
  /** Absent where it was not made for GPUs. */
  readonly gpu?: GpuRates;
  /** Adapters that this variant was made for; tests run it on every adapter that allows it. */
  readonly suits: readonly AdapterKind[];
}

/** What a choice depends on: the adapter's kind, limits and features, and what is settled already. */
export interface Target {
  /** What was measured or recorded; default: the bundled tables. */
  readonly choices?: Choices | undefined;
  readonly adapter: Pick<AdapterDescription, 'kind'>;
  readonly limits: Pick<
    GPUSupportedLimits,
    'maxComputeInvocationsPerWorkgroup' | 'maxComputeWorkgroupStorageSize'
  >;
  /** Lanes of the adapter's smallest subgroups; absent where there are none. */
  readonly subgroupMinSize?: number;
  /** How often a kernel is going to be launched, roughly; `launchesOfRun` by default. */
  readonly expectedLaunches?: number | undefined;
  /** Whether the device was made with an optional feature. */
  has(feature: GPUFeatureName): boolean;
  /** Whether the driver has refused to compile this variant for a shape; absent where nothing was refused. */
  refuses?(shape: string, variant: string): boolean;
}

/**
 * Private memory of an invocation that every driver is trusted with. WebGPU has no limit for it: NVIDIA's driver (580) compiles
 * 12 KiB and refuses 16 KiB ("failed to validate local memory"), and SwiftShader compiles 8 KiB for seconds.
 */
export const mostPrivateMemory = 8192;

/** Taps of a row of the widest kernel that `privateMemory` is stated for: AlexNet's first. */
export const widestKernel = 11;

/** What an adapter binds at most, in bytes. */
export interface BindingLimit {
  readonly limits: Pick<GPUSupportedLimits, 'maxStorageBufferBindingSize'>;
}

/** Whether the adapter's limits and features allow a variant at all. */
export function allowed(variant: Variant, target: Target): boolean {
  return (
    variant.lanes <= target.limits.maxComputeInvocationsPerWorkgroup &&
    variant.workgroupMemory <= target.limits.maxComputeWorkgroupStorageSize &&
    variant.privateMemory <= mostPrivateMemory &&
    (variant.exchange === undefined ||
      (variant.lanes % variant.exchange === 0 && (target.subgroupMinSize ?? 0) >= variant.exchange)) &&
    (variant.feature === undefined || target.has(variant.feature))
  );
}

/**
 * The variant of least cost among those made for this kind of adapter.
 * `cost` is a family's model of wasted work for the shape; ties go to the earlier variant.
 */
function choose<V extends Variant>(usable: readonly V[], target: Target, cost: (variant: V) => number): V {
  const suited = usable.filter((variant) => variant.suits.includes(target.adapter.kind));
  const candidates = suited.length > 0 ? suited : usable;
  const best = candidates.reduce<V | undefined>(
    (kept, variant) => (kept === undefined || cost(variant) < cost(kept) ? variant : kept),
    undefined,
  );
  if (!best) throw new Error('no variant of this kernel family fits the adapter');
  return best;
}

/**
 * Names a family's shape in tables of choices: its numbers by name, in alphabetical order, and what is true of it,
 * e.g. `matmul columns=200 depth=800 packed rows=500`.
 */
export function shapeKey<Shape extends object>(family: string, shape: Shape & Numbers<Shape>): string {
  const numbers = Object.entries<number | boolean | undefined>({ ...shape });
  const parts = numbers
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? name : `${name}=${String(value)}`));
  return [family, ...parts.sort()].join(' ');
}

/** A shape is made of numbers and of what is true or not. */
type Numbers<Shape> = { readonly [Name in keyof Shape]: number | boolean | undefined };

/**
 * The variant of that name, else the one that the target's choices have for the shape, else the one that `choose` picks.
 * @param shape all that the work depends on
 * @throws RangeError listing the names that are allowed here
 */
export function pick<V extends Variant, Shape extends object>(
  family: string,
  shape: Shape & Numbers<Shape>,
  variants: readonly V[],
  target: Target,
  cost: (variant: V) => number,
  name: string | undefined,
): { readonly chosen: V; readonly choice: Choice } {
  const key = shapeKey(family, shape);
  const usable = variants.filter(
    (variant) => allowed(variant, target) && target.refuses?.(key, variant.name) !== true,
  );
  const names = usable.map((variant) => variant.name);
  if (name !== undefined && !names.includes(name))
    throw new RangeError(`${family} has no variant ${name}; there are ${names.join(', ')}`);
  const settled = name ?? (target.choices ?? bundledChoices(target.adapter.kind)).variantFor(key);
  const chosen = usable.find((variant) => variant.name === settled) ?? choose(usable, target, cost);
  return { chosen, choice: { shape: key, variant: chosen.name, allowed: names } };
}

/** What the `staged` variants of all families share: 8 × 8 invocations, and eight steps of both operands in workgroup memory. */
export function stagedWorkgroup(rows: number, columns: number) {
  const accumulators = 16 * rows * columns;
  return {
    entryPoint: 'staged',
    lanes: 64,
    workgroupMemory: 16 * 64 * (rows + columns),
    accumulators,
    // Of a column also where it begins.
    privateMemory: 4 * accumulators + 32 * columns,
    suits: ['gpu'],
  } as const;
}

/** Of a variant on GPUs, measured on an H100 (bench/results/nvidia-h100.json): other GPUs have other rates in like proportions. */
export interface GpuRates {
  /** 10¹² operations a second in large grids. */
  readonly teraflops: number;
  /** Nanoseconds of a step over the depth, however small the grid is: what one workgroup waits for. */
  readonly stepNs: number;
  /** Nanoseconds that each workgroup adds to a large grid, where it does more than steps. */
  readonly workgroupNs?: number;
}

/**
 * Microseconds of a launch on a GPU: small grids last as long as a workgroup's steps, large ones as their operations take.
 * @param flops of the whole grid, what is computed beyond the edge included
 * @param steps over the depth
 */
export function gpuCost(
  rates: GpuRates | undefined,
  flops: number,
  steps: number,
  workgroups: number,
): number {
  if (!rates) return Infinity;
  const { teraflops, stepNs, workgroupNs = 0 } = rates;
  return flops / teraflops / 1e6 + (steps * stepNs + workgroups * workgroupNs) / 1e3;
}

/** How often a run launches a kernel, roughly: generations of an evolution, steps of an ascent. */
const launchesOfRun = 300;

/** The formula, one sum per invocation: any adapter can do it. */
export const plainNeeds = {
  name: 'plain',
  entryPoint: 'plain',
  lanes: 32,
  workgroupMemory: 0,
  accumulators: 4,
  privateMemory: 16,
  suits: ['swiftshader', 'lavapipe', 'gpu'],
} as const;

/**
 * What `plain` costs, as a multiple of the best: 12 to 20 times the time of the tuned tiles at LeNet's shapes on SwiftShader. It is
 * taken where so few launches are expected that a tile is not worth compiling, and where the driver refuses all others.
 */
export const plainCost = 40;

/**
 * Seconds of compiling as a share of those that a run spends on the kernel at best. SwiftShader compiles for seconds, one kernel
 * after the other, and keeps nothing for the next process; the other drivers have a cache on disk.
 * @param best seconds of a launch at cost 1
 */
export function compilingShare(seconds: number, best: number, target: Target): number {
  const { adapter, expectedLaunches = launchesOfRun } = target;
  return adapter.kind === 'swiftshader' ? seconds / (expectedLaunches * best) : 0;
}

/** How much more is computed than asked for when `count` is cut into whole tiles; 1 when nothing is wasted. */
export function wasteOf(count: number, tile: number): number {
  return (Math.ceil(count / tile) * tile) / count;
}
