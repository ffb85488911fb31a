import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { libraries } from '../../src/wgsl/libraries.ts';
import { link } from '../../src/wgsl/link.ts';
import { ShaderTextError } from '../../src/wgsl/shader-text-error.ts';

const texts = Object.fromEntries(
  readdirSync('shaders/lib').map((file) => [
    file.replace('.wgsl', ''),
    readFileSync(`shaders/lib/${file}`, 'utf8'),
  ]),
);

test('every file of shaders/lib is a library', () => {
  expect(libraries).toEqual(texts);
});

test('libraries that take the place of each other declare the same names', () => {
  const declared = (text: string) =>
    [...text.matchAll(/^(?:const|alias|fn) (\w+)/gm)].map(([, name]) => name);
  for (const [name, other] of [
    ['vector', 'vector-1'],
    ['vector', 'vector-2'],
    ['weights', 'half-weights'],
    ['cppn-values', 'cppn-stored-values'],
  ])
    expect(declared(libraries[other!]!)).toEqual(declared(libraries[name!]!));
});

describe('link', () => {
  it('puts libraries where they are named, each line of the shader else as it was', () => {
    const linked = link('// head\nenable f16;\n\n// @use grid\n// @use weights\n\nfn f() {} // no @use here');
    expect(linked).toBe(
      `// head\nenable f16;\n\n${texts['grid']!}\n${texts['weights']!}\n\nfn f() {} // no @use here`,
    );
  });

  it('takes another library in the place of one', () => {
    expect(link('// @use vector', { vector: 'vector-2' })).toBe(texts['vector-2']);
  });

  it.each([
    ['// @use vektor', {}, 'there is no shaders/lib/vektor.wgsl'],
    ['// @use vector', { vector: 'vector-3' }, 'there is no shaders/lib/vector-3.wgsl'],
    ['// @use grid', { vector: 'vector-2' }, 'the shader does not use the library vector'],
  ])('refuses %j with %j', (source, replacements, message) => {
    expect(() => link(source, replacements)).toThrow(new ShaderTextError(message));
  });
});
