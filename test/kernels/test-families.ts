/**
 * Tests of kernel families: every entry point, in every variant that the adapter allows, against the definition in doubles. They are
 * in several files, which run side by side.
 */
import { expect, describe, test } from 'vitest';
import type { Case, FamilyCases } from '../../src/kernels/case.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import { computed, contentsOf, defined, differenceOf } from './run-case.ts';
import { selectedVariants } from './selected-variants.ts';

/** What is defined of a case, once for all of its variants. */
const definedOf = new WeakMap<Case, ReturnType<typeof defined>>();

export function testFamilies(gpu: Gpu, families: readonly FamilyCases[]): void {
  describe.each(families.map((all) => [all.family.name, all] as const))(
    '%s',
    (name, { reference, cases }) => {
      const entries = Object.entries(cases);

      test('has cases of every entry of its reference, each by a name of its own', () => {
        expect(Object.keys(cases).sort()).toEqual(Object.keys(reference).sort());
        for (const [, all] of entries) expect(new Set(all.map((one) => one.name)).size).toBe(all.length);
      });

      const pairs = entries.flatMap(([entry, all]) => {
        return selectedVariants(gpu, name, all).map(
          ([one, variant]) => [entry, variant ?? '', one.name, one] as const,
        );
      });
      test.each(pairs)(
        '%s %s computes what is defined, the same each time: %s',
        async (entry, variant, _, one) => {
          const launch = one.launch(gpu, variant || undefined);
          if (variant) expect(launch.kernel.variant).toMatch(variant);
          if (entry !== 'variants') expect(launch.kernel.entryPoint).toBe(entry);
          const contents = contentsOf(one);
          const expected = definedOf.get(one) ?? defined(reference[entry]!, launch, one, contents);
          definedOf.set(one, expected);
          const results = Object.keys(expected);
          const { found, same } = await computed(gpu, launch, one, contents, results);
          for (const result of results)
            expect(differenceOf(one, result, found[result]!, expected[result]!)).toBeUndefined();
          expect(same, 'twice the same').toBe(true);
        },
      );
    },
  );
}
