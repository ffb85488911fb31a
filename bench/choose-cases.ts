/** Which of the cases a command line asks for. */
import { UsageError } from '../src/cli/usage-error.ts';
import type { AdapterKind } from '../src/gpu/device.ts';
import { families as kernelFamilies } from '../src/kernels/families.ts';
import { nearestName } from '../src/nearest-name.ts';
import { variantOf, type KernelCase } from './kernel-cases.ts';

export interface KernelChoice {
  readonly family?: string;
  /** Part of a shape's words. */
  readonly shape?: string;
  /** `all` that the adapter allows, one by name, or those made for this kind of adapter unless told. */
  readonly variant?: string;
  readonly batch?: number;
}

/** @throws UsageError for a family, shape or variant that nothing has */
export function chooseCases(
  cases: readonly KernelCase[],
  choice: KernelChoice,
  kind: AdapterKind,
): KernelCase[] {
  const { family, shape, batch, variant } = choice;
  const families = [...new Set(cases.map((one) => one.family))];
  if (family !== undefined && !families.includes(family))
    throw new UsageError(`--family ${family}: ${meant(family, families)}`);
  const ofFamily = cases.filter((one) => family === undefined || one.family === family);
  const chosen = ofFamily
    .filter((one) => shape === undefined || one.shape.toLowerCase().includes(shape.toLowerCase()))
    .filter((one) => batch === undefined || one.batch === batch);
  if (chosen.length === 0) {
    const asked = [shape && `--shape ${shape}`, batch !== undefined && `--batch ${String(batch)}`];
    const shapes = ofFamily.map((one) => one.shape);
    throw new UsageError(
      `${asked.filter(Boolean).join(' with ')} fits no case; there are: ${shapes.join('; ')}`,
    );
  }
  const names = [...new Set(chosen.flatMap(({ launches }) => launches.map(variantOf)))];
  if (variant !== undefined && variant !== 'all' && !names.includes(variant))
    throw new UsageError(`--variant ${variant}: ${meant(variant, ['all', ...names])}`);
  return chosen
    .map((one) => {
      const suited = suitedNames(one.family, kind);
      return {
        ...one,
        launches: one.launches.filter((launch, index) => {
          if (variant === 'all') return true;
          if (variant !== undefined) return variantOf(launch) === variant;
          return index === 0 || suited.has(variantOf(launch));
        }),
      };
    })
    .filter(({ launches }) => launches.length > 0);
}

function meant(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined
    ? `there are ${names.join(', ')}`
    : `did you mean ${nearest}? There are ${names.join(', ')}`;
}

/** Variants of a family that were made for this kind of adapter. */
function suitedNames(family: string, kind: AdapterKind): ReadonlySet<string> {
  const { variants } = kernelFamilies[family] ?? { variants: [] };
  return new Set(variants.filter(({ suits }) => suits.includes(kind)).map(({ name }) => name));
}
