/** Which of the cases a command line asks for. */
import { UsageError } from '../../src/cli/usage-error.ts';
import type { AdapterKind } from '../../src/gpu/device.ts';
import { tunedFamilies } from '../../src/kernels/index.ts';
import { nearestName } from '../../src/util/nearest-name.ts';
import { variantOf, type KernelCase } from './kernel-cases.ts';

export interface KernelChoice {
  readonly family?: string;
  /** Part of a shape's words. */
  readonly shape?: string;
  /** Shapes of the user's own, instead of those of the networks; see `shape-notation.ts`. */
  readonly shapeOf?: readonly string[];
  /** `all` that the adapter allows, one by name, default: those made for this kind of adapter. */
  readonly variant?: string;
  readonly batch?: readonly number[];
}

/** A choice that nothing fits; another section may have something. */
export class NothingFitsError extends UsageError {}

/** @throws UsageError for a family or variant that nothing has; NothingFitsError */
export function filterCases(
  cases: readonly KernelCase[],
  choice: KernelChoice,
  kind: AdapterKind,
): KernelCase[] {
  const { family, shape, batch } = choice;
  const families = [...new Set(cases.map((one) => one.family))];
  if (family !== undefined && !families.includes(family))
    throw new UsageError(`--family ${family}: ${meant(family, families)}`);
  const ofFamily = cases.filter((one) => family === undefined || one.family === family);
  const chosen = ofFamily
    .filter((one) => shape === undefined || one.shape.toLowerCase().includes(shape.toLowerCase()))
    .filter((one) => batch?.includes(one.batch) ?? true);
  if (chosen.length === 0) {
    const asked = [shape && `--shape ${shape}`, batch && `--batch ${batch.join(',')}`];
    throw new NothingFitsError(
      `${asked.filter(Boolean).join(' with ')} fits no kernel; there are: ${listed(ofFamily.map((one) => one.shape))}`,
    );
  }
  return chooseVariants(chosen, choice.variant, kind);
}

/**
 * @param variant as in `KernelChoice`
 * @throws UsageError for a variant that no case has
 */
export function chooseVariants(
  cases: readonly KernelCase[],
  variant: string | undefined,
  kind: AdapterKind,
): KernelCase[] {
  const names = [...new Set(cases.flatMap(({ launches }) => launches.map(variantOf)))];
  if (variant !== undefined && variant !== 'all' && !names.includes(variant))
    throw new UsageError(`--variant ${variant}: ${meant(variant, ['all', ...names])}`);
  return cases
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

/** What there is, as far as anybody reads on. */
function listed(all: readonly string[], most = 12): string {
  const names = [...new Set(all)];
  const more = names.length - most;
  const rest = more > 0 ? `; and ${String(more)} more, which --list shows` : '';
  return names.slice(0, most).join('; ') + rest;
}

function meant(name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return nearest === undefined
    ? `there are ${names.join(', ')}`
    : `did you mean ${nearest}? There are ${names.join(', ')}`;
}

/** Variants of a family that were made for this kind of adapter. */
function suitedNames(family: string, kind: AdapterKind): ReadonlySet<string> {
  const { variants = [] } = tunedFamilies[family] ?? {};
  return new Set(variants.filter(({ suits }) => suits.includes(kind)).map(({ name }) => name));
}
