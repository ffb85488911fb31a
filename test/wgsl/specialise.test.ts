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

  it('leaves comments out, whatever brackets and names are in them', () => {
    const source =
      'const A = 2u; // @tile\nvar s: array<f32, A>; // @registers\n// s[k] is { the sum\n// @unroll\nfor (var i = 0u; i < A; i++) { s[i] = 1.0; // } i }\n}';
    specialisedTo(source, { A: 2 }, 'const A = 2u; var s_0: f32; var s_1: f32; {s_0 = 1.0;} {s_1 = 1.0;}');
    expect(specialise(source, { A: 2 })).not.toContain('//');
  });

  it('knows an array of variables to the end of its block', () => {
    specialisedTo(
      'fn f() { var s: array<f32, 1u>; // @registers\n s[0u] = 1.0; }\nfn g(s: array<f32, 4>) -> f32 { return s[k]; }',
      {},
      'fn f() { var s_0: f32; s_0 = 1.0; } fn g(s: array<f32, 4>) -> f32 { return s[k]; }',
    );
  });

  it('unrolls a loop within one of the same counter by itself', () => {
    specialisedTo(
      '// @unroll\nfor (var i = 0u; i < 2u; i++) { f(i);\n// @unroll\nfor (var i = 0u; i < 1u; i++) { g(i); }\nh(i); }',
      {},
      '{ f(0u); { g(0u); } h(0u); } { f(1u); { g(0u); } h(1u); }',
    );
  });

  it('gives a small kernel as it was written by hand', () => {
    specialisedTo(
      `const TILE = 1u; // @tile
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum: array<f32, TILE>; // @registers
  // @unroll
  for (var t = 0u; t < TILE; t++) { sum[t] = x[id.x * TILE + t]; }
  // @unroll
  for (var t = 0u; t < TILE; t++) { y[id.x * TILE + t] = 2.0 * sum[t]; }
}`,
      { TILE: 3 },
      `const TILE = 3u;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum_0: f32; var sum_1: f32; var sum_2: f32;
  {sum_0 = x[id.x * TILE + 0u];}
  {sum_1 = x[id.x * TILE + 1u];}
  {sum_2 = x[id.x * TILE + 2u];}
  {y[id.x * TILE + 0u] = 2.0 * sum_0;}
  {y[id.x * TILE + 1u] = 2.0 * sum_1;}
  {y[id.x * TILE + 2u] = 2.0 * sum_2;}
}`,
    );
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
    [
      'var s: array<f32, 2>; // @registers\ns[1u - 1u] = 1.0;',
      {},
      '1u-1u is neither a literal nor a constant of the shader',
    ],
    [
      'var s: array<f32, 2>; // @registers\nreturn s;',
      {},
      'the @registers array s has elements alone: it is used as a whole',
    ],
    [
      '// @unroll\nfor (var i = 0u; i < 2u; i++) { let i = 1u; }',
      {},
      'i counts an @unroll loop and is declared again within it',
    ],
    ['// @unroll\nwhile (true) { }', {}, 'behind // @unroll: for ( var is expected, not while'],
    [
      '// @unroll\nfor (var i = 0u; i < 4u; i += 2u) { }',
      {},
      'behind // @unroll: i + + ) { is expected, not i',
    ],
    ['fn f() { {', {}, 'a block has no closing brace'],
    ['fn f() { } }', {}, 'the shader has a } too many'],
    ['let a = 1; /* what */', {}, 'line 1: shaders have comments of // alone'],
    ['let a = 1;\nlet b = #;', {}, 'line 2: not WGSL: #;'],
  ])('refuses %j with %j', (source, tile, message) => {
    expect(() => specialise(source, tile as Record<string, number>)).toThrow(new ShaderTextError(message));
  });
});
