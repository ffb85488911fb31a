/** Variants that swap values between lanes need the optional feature `subgroups`. */
import type { Target } from './variant.ts';

/** A target that says which optional features it has; a target that does not say has none. */
export type FeaturedTarget = Target & { has?(feature: GPUFeatureName): boolean };

export const hasSubgroups = (target: FeaturedTarget): boolean => target.has?.('subgroups') ?? false;
