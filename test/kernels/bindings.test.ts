/** The bindings that a family's value names are those of its shaders' texts, and the entry points, too. */
import { describe, expect, test } from 'vitest';
import type { Binding } from '../../src/gpu/kernel.ts';
import type { KernelFamily } from '../../src/kernels/family.ts';
import { families } from '../../src/kernels/cases.ts';
import { link, type Replacements } from '../../src/wgsl/link.ts';
import { reachedBindings } from './wgsl-reading.ts';

/** The library whose place each takes that declares bindings. */
const placeOf: Readonly<Record<string, string>> = {
  'cppn-stored-values': 'cppn-values',
  'place-of-maximum': 'stored-place',
};

/** A shader as it stands, and with each library that declares bindings of its own in the place of the one that it is for. */
function linkings(
  { entries }: KernelFamily,
  text: string,
): { library?: string; replacements: Replacements }[] {
  const bindings = Object.values(entries).flatMap((entry) => Object.values<Binding>(entry.bindings));
  const libraries = new Set(
    bindings
      .flatMap(({ library }) => library ?? [])
      .filter((library) => text.includes(`// @use ${placeOf[library] ?? library}\n`)),
  );
  return [
    { replacements: {} },
    ...[...libraries].map((library) => ({
      library,
      replacements: { [placeOf[library] ?? '']: library },
    })),
  ];
}

interface Found {
  readonly binding: number;
  readonly access: string;
  readonly writes: boolean;
}

/** Entry points with their bindings, by the shader's text. */
function written(text: string): Record<string, Record<string, Found>> {
  return Object.fromEntries(
    [...reachedBindings(text)].map(([entry, bindings]) => [
      entry,
      Object.fromEntries(
        [...bindings].map(([name, { binding, access, assigned }]) => [
          name,
          { binding, access, writes: assigned },
        ]),
      ),
    ]),
  );
}

/** The same by the family's value. */
function stated(
  { name: family, entries }: KernelFamily,
  shader: string,
  library?: string,
): Record<string, Record<string, Found>> {
  const own = Object.entries(entries).filter(([, entry]) => (entry.shader ?? family) === shader);
  return Object.fromEntries(
    own.map(([name, { bindings }]) => [
      name,
      Object.fromEntries(
        Object.entries(bindings)
          .filter(([, { library: needed }]) => needed === undefined || needed === library)
          .map(([variable, { binding, access, writes }]) => [variable, { binding, access, writes }]),
      ),
    ]),
  );
}

describe.each(Object.values(families).map((family) => [family.name, family] as const))('%s', (_, family) => {
  test.each(Object.entries(family.shaders))(
    '%s.wgsl has the entry points and bindings that it is said to have',
    (shader, text) => {
      for (const { library, replacements } of linkings(family, text))
        expect(stated(family, shader, library)).toEqual(written(link(text, replacements)));
    },
  );

  test('names its bindings in the order of their numbers, and writes nothing that it must not', () => {
    for (const { bindings } of Object.values(family.entries)) {
      const all = Object.values<Binding>(bindings);
      const numbers = all.map(({ binding }) => binding);
      expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
      for (const { access, reads, writes } of all) {
        expect(reads || writes).toBe(true);
        if (access !== 'read_write') expect(writes).toBe(false);
      }
      expect(all.some(({ writes }) => writes)).toBe(true);
    }
  });
});

test('what an entry point reaches is found through the functions that it calls, and not in what hides a name', () => {
  const text = `
    @group(0) @binding(0) var<storage, read> x: array<f32>;
    @group(0) @binding(1) var<storage, read_write> y: array<f32>; // y[0] = 1
    @group(0) @binding(2) var<uniform> step: f32;
    fn deep(i: u32) -> f32 { return x[i]; }
    fn near(x: f32) -> f32 { return x * step; }
    @compute @workgroup_size(1) fn one() { y[idx(0u)].z += deep(0u); }
    @compute @workgroup_size(1) fn two() { let y = near(1.0); if (y == 1.0) { y2[0] = y; } }
    @compute @workgroup_size(1) fn three() { let same = y[0] == x[1]; }`;
  expect(written(text)).toEqual({
    one: {
      x: { binding: 0, access: 'read', writes: false },
      y: { binding: 1, access: 'read_write', writes: true },
    },
    two: { step: { binding: 2, access: 'uniform', writes: false } },
    three: {
      y: { binding: 1, access: 'read_write', writes: false },
      x: { binding: 0, access: 'read', writes: false },
    },
  });
});
