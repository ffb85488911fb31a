/** The registry has every family whole: its files, its entry points, its variants, and its line in the documentation. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KernelFamily } from '../../src/kernels/family.ts';
import { families } from '../../src/kernels/cases.ts';
import { tunedFamilies } from '../../src/kernels/index.ts';

describe.each(Object.entries(families))('%s', (name, family) => {
  test('lies in the folders of its group, in src/kernels and in shaders', () => {
    expect(family.name).toBe(name);
    expect(existsSync(`src/kernels/${family.group}/${name}.ts`)).toBe(true);
    for (const [shader, text] of Object.entries(family.shaders))
      expect(readFileSync(`shaders/${family.group}/${shader}.wgsl`, 'utf8') === text, shader).toBe(true);
  });

  test('has entry points in shaders of its own', () => {
    for (const { shader } of Object.values(family.entries))
      expect(Object.keys(family.shaders)).toContain(shader ?? name);
  });

  test('has one variant that serves every adapter, or several of which one is plain', () => {
    const names = family.variants?.map((variant) => variant.name) ?? ['plain'];
    expect(names).toContain('plain');
    expect(new Set(names).size).toBe(names.length);
    expect(family.variants?.find((variant) => variant.name === 'plain')?.entryPoint ?? 'plain').toBe('plain');
    for (const { entryPoint } of family.variants ?? [])
      expect(Object.keys(family.entries)).toContain(entryPoint);
  });
});

test('those with variants are there to be tuned', () => {
  const several = Object.entries(families).filter(([, { variants }]) => variants !== undefined);
  expect(Object.fromEntries(Object.values(tunedFamilies).map((family) => [family.name, family]))).toEqual(
    Object.fromEntries(several),
  );
});

test('every shader belongs to a family', () => {
  const files = readdirSync('shaders', { recursive: true, encoding: 'utf8' });
  const shaders = files.filter((file) => file.endsWith('.wgsl') && !file.startsWith('lib/'));
  const used = Object.values(families).flatMap(({ group, shaders: own }) =>
    Object.keys(own).map((shader) => `${group}/${shader}.wgsl`),
  );
  expect(shaders.sort()).toEqual([...new Set(used)].sort());
});

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** A family's line in the table of docs/kernels.md. */
function lineOf({ name, group, shaders, entries, variants, computes }: KernelFamily): string {
  const texts = Object.keys(shaders).map((shader) => {
    const own = Object.entries(entries).filter(([, entry]) => (entry.shader ?? name) === shader);
    return `[${shader}](../shaders/${group}/${shader}.wgsl): ${code(own.map(([entry]) => entry))}`;
  });
  const count = variants ? String(variants.length) : '';
  return `| [\`${name}\`](../src/kernels/${group}/${name}.ts) | ${texts.join('; ')} | ${count} | ${computes} |`;
}

test('the table in docs/kernels.md is made of the registry', async () => {
  const page = 'docs/kernels.md';
  const head = '| family | shaders and entry points | variants | computes |\n| --- | --- | --- | --- |\n';
  const [before = '', ...rest] = readFileSync(page, 'utf8').split(head);
  expect(rest).toHaveLength(1);
  const after = rest[0]!.replace(/^(\|[^\n]*\n)*/, '');
  const lines = Object.values(families).map((family) => `${lineOf(family)}\n`);
  await expect(`${before}${head}${lines.join('')}${after}`).toMatchFileSnapshot(`../../${page}`);
});
