import { describe, expect, it } from 'vitest';
import { ShaderTextError } from '../../src/wgsl/shader-text-error.ts';
import { specialise } from '../../src/wgsl/specialise.ts';

/** Without what a compiler does not see either. */
const squeezed = (text: string) =>
  text
    .replace(/\/\/.*$/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};]) ?/g, '$1')
    .trim();

const specialisedTo = (source: string, tile: Record<string, number>, expected: string) => {
  expect(squeezed(specialise(source, tile))).toBe(squeezed(expected));
};

describe('specialise', () => {
  it('sets the constants that a tile names, and leaves the others', () => {
    specialisedTo(
      'const A = 1u; // @tile\nconst B = 2u; // @tile of A\nconst C = 3u;',
      { A: 7 },
      'const A = 7u;\nconst B = 2u;\nconst C = 3u;',
    );
  });

  it('unrolls loops within loops, whose bounds are products of constants', () => {
    specialisedTo(
      `const A = 1u; // @tile
const B = 2u;
fn f() {
  // @unroll
  for (var i = 0u; i < A; i++) {
    // @unroll, the inner one
    for (var j = 0u; j < 1u * B; j++) {
      x[i] += { y[j] };
    }
  }
}`,
      { A: 2 },
      `const A = 2u;
const B = 2u;
fn f() {
  { {x[0u] += { y[0u] }; }
    {x[0u] += { y[1u] }; } }
  { {x[1u] += { y[0u] }; }
    {x[1u] += { y[1u] }; } }
}`,
    );
  });

  it('replaces a counter alone: neither members nor longer names that look like it', () => {
    specialisedTo(
      'const A = 1u; // @tile\n// @unroll\nfor (var x = 0u; x < A; x++) { v.x = max(x, x2); }',
      { A: 1 },
      'const A = 1u; {v.x = max(0u, x2); }',
    );
  });

  it('leaves loops without a mark, and those with no iteration nothing', () => {
    specialisedTo(
      'const A = 1u; // @tile\nfor (var i = 0u; i < A; i++) { f(i); }\n// @unroll\nfor (var i = 0u; i < A; i++) { g(i); }',
      { A: 0 },
      'const A = 0u; for (var i = 0u; i < A; i++) { f(i); }',
    );
  });

  it('makes variables of the elements of an array, whose indices are sums and products', () => {
    specialisedTo(
      `const A = 2u; // @tile
const W = 2u;
var sum: array<vec4f, A * W>; // @registers [A, W]
// @unroll
for (var i = 0u; i < A; i++) {
  sum[(i + 0u) * W + 1u] += sum[i * W];
}`,
      { A: 2 },
      `const A = 2u;
const W = 2u;
var sum_0: vec4f; var sum_1: vec4f; var sum_2: vec4f; var sum_3: vec4f;
{ sum_1 += sum_0; }
{ sum_3 += sum_2; }`,
    );
  });

  it('leaves comments as they are', () => {
    const source =
      'const A = 1u; // @tile\nvar s: array<f32, A>; // @registers\n// s[k] is the sum\ns[0u] = 1.0;';
    expect(specialise(source, { A: 1 })).toContain('// s[k] is the sum');
  });

  it.each([
    ['const A = 1u;', { A: 2 }, 'the shader has no @tile constant A'],
    ['', { A: 2 }, 'the shader has no @tile constant A'],
    [
      '// @unroll\nfor (var i = 0u; i < N; i++) { f(i); }',
      {},
      'N is neither a literal nor a constant of the shader',
    ],
    ['// @unroll\nfor (var i = 0u; i < 2u; i++) { f(i);', {}, 'an @unroll loop has no closing brace'],
    [
      'var s: array<f32, 2>; // @registers\ns[k] = 1.0;',
      {},
      'k is neither a literal nor a constant of the shader',
    ],
  ])('refuses %j with %j', (source, tile, message) => {
    expect(() => specialise(source, tile as Record<string, number>)).toThrow(new ShaderTextError(message));
  });
});
