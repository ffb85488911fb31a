/** How a family lists its variants and picks one; callers name a shape and never a variant. */
import type { AdapterDescription, AdapterKind } from '../gpu/device.ts';

export interface Variant {
  readonly name: string;
  /** Invocations per workgroup. */
  readonly lanes: number;
  /** Bytes of workgroup memory, 0 when none is used. */
  readonly workgroupMemory: number;
  /** Optional feature that its shader enables. */
  readonly feature?: GPUFeatureName;
  /** Adapters that this variant was made for; tests run it on every adapter that allows it. */
  readonly suits: readonly AdapterKind[];
}

/** What a choice depends on: the adapter's kind, limits and features. */
export interface Target {
  readonly adapter: Pick<AdapterDescription, 'kind'>;
  readonly limits: Pick<
    GPUSupportedLimits,
    'maxComputeInvocationsPerWorkgroup' | 'maxComputeWorkgroupStorageSize'
  >;
  has(feature: GPUFeatureName): boolean;
}

/** Whether the adapter's limits and features allow a variant at all. */
export function allowed(variant: Variant, target: Target): boolean {
  return (
    variant.lanes <= target.limits.maxComputeInvocationsPerWorkgroup &&
    variant.workgroupMemory <= target.limits.maxComputeWorkgroupStorageSize &&
    (variant.feature === undefined || target.has(variant.feature))
  );
}

/**
 * The allowed variant of least cost among those made for this kind of adapter.
 * `cost` is a family's model of wasted work for the shape; ties go to the earlier variant.
 */
export function choose<V extends Variant>(
  variants: readonly V[],
  target: Target,
  cost: (variant: V) => number,
): V {
  const usable = variants.filter((variant) => allowed(variant, target));
  const suited = usable.filter((variant) => variant.suits.includes(target.adapter.kind));
  const candidates = suited.length > 0 ? suited : usable;
  const best = candidates.reduce<V | undefined>(
    (kept, variant) => (kept === undefined || cost(variant) < cost(kept) ? variant : kept),
    undefined,
  );
  if (!best) throw new Error('no variant of this kernel family fits the adapter');
  return best;
}

/** The variant of that name, or the one that `choose` picks. @throws RangeError listing the names that are allowed here */
export function pick<V extends Variant>(
  family: string,
  variants: readonly V[],
  target: Target,
  cost: (variant: V) => number,
  name: string | undefined,
): V {
  if (name === undefined) return choose(variants, target, cost);
  const usable = variants.filter((variant) => allowed(variant, target));
  const named = usable.find((variant) => variant.name === name);
  if (named) return named;
  throw new RangeError(
    `${family} has no variant ${name}; there are ${usable.map((variant) => variant.name).join(', ')}`,
  );
}

/** How much more is computed than asked for when `count` is cut into whole tiles; 1 when nothing is wasted. */
export function wasteOf(count: number, tile: number): number {
  return (Math.ceil(count / tile) * tile) / count;
}
