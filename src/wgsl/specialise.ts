/**
 * What a variant may change in a shader, by marks in comments, so that every shader stays WGSL that an editor reads and a
 * compiler accepts once its libraries are linked:
 *
 *     const ROWS = 4u; // @tile
 *     // @unroll
 *     for (var row = 0u; row < ROWS; row++) { … }
 *
 * A `@tile` constant takes the variant's value, and an `@unroll` loop is written out, its counter replaced by
 * literals. Array sizes and constant indices need this: `override` constants may not size a private array,
 * and an accumulator stays in a register only when every index into it is a literal.
 *
 *     var sum: array<f32, 4u * ROWS>; // @registers
 *
 * turns the elements of an array into variables of their own, since drivers split only small arrays by themselves
 * (SPIRV-Tools gives up at 100 elements). Every index must be a literal once the loops are written out.
 *
 * Bounds, sizes and indices are made of literals and of the shader's `const NAME = 4u;`, those of its libraries included.
 * Everything else about a shape is an `override` constant of the pipeline.
 */
import { libraries } from './libraries.ts';
import { link, type Replacements } from './link.ts';
import { ShaderTextError } from './shader-text-error.ts';

/** Values for the `@tile` constants of a shader. */
export type Tile = Readonly<Record<string, number>>;

/** What a kernel asks of its shader's text. */
export interface Specialisation {
  /** Values of `@tile` constants; with them, `@unroll` loops are unrolled. */
  readonly tile?: Tile;
  /** Libraries that take the place of those that the shader names. */
  readonly libraries?: Replacements;
}

/** The text that is compiled. @throws ShaderTextError where the shader lacks what is asked for */
export function specialised(source: string, { tile, libraries: replacements }: Specialisation = {}): string {
  const linked = link(source, replacements);
  return tile === undefined ? linked : specialise(linked, tile);
}

/** Sets the `@tile` constants and writes out the `@unroll` loops. @throws ShaderTextError where a constant is unknown */
export function specialise(source: string, tile: Tile): string {
  const values = new Map<string, number>();
  const tiles = new Set<string>();
  const tiled = source.replace(
    literalConstant,
    (line: string, name: string, written: string, mark: string | undefined) => {
      const value = mark === undefined ? undefined : tile[name];
      if (mark !== undefined) tiles.add(name);
      values.set(name, value ?? Number(written));
      return value === undefined ? line : line.replace(`= ${written}u`, `= ${String(value)}u`);
    },
  );
  for (const name of Object.keys(tile)) {
    if (!tiles.has(name)) throw new ShaderTextError(`the shader has no @tile constant ${name}`);
  }
  return splitRegisters(unroll(tiled, values), values);
}

const literalConstant = /^const (\w+) = (\d+)u;( *\/\/ @tile)?/gm;

const loopHead = /\/\/ @unroll[^\n]*\n\s*for \(var (\w+) = 0u; \1 < ([^;]+); \1\+\+\) \{/;

/** Loops within a loop are written out in its body, once for all of its copies. */
function unroll(source: string, values: ReadonlyMap<string, number>): string {
  let written = '';
  let rest = source;
  for (let match = loopHead.exec(rest); match; match = loopHead.exec(rest)) {
    const [head, counter = '', bound = ''] = match;
    const bodyStart = match.index + head.length;
    const bodyEnd = closingBrace(rest, bodyStart);
    const body = unroll(rest.slice(bodyStart, bodyEnd), values);
    const count = constantProduct(bound, values);
    const name = new RegExp(`(?<!\\.)\\b${counter}\\b`, 'g');
    const copies = Array.from(
      { length: count },
      (_, index) => `{${body.replace(name, `${String(index)}u`)}}`,
    );
    written += rest.slice(0, match.index) + copies.join('\n');
    rest = rest.slice(bodyEnd + 1);
  }
  return written + rest;
}

function closingBrace(source: string, start: number): number {
  for (let depth = 1, index = start; index < source.length; index++) {
    if (source[index] === '{') depth++;
    if (source[index] === '}' && --depth === 0) return index;
  }
  throw new ShaderTextError('an @unroll loop has no closing brace');
}

/** A loop bound is a product of literals and `@tile` constants, e.g. `4u * ROWS`. */
function constantProduct(expression: string, values: ReadonlyMap<string, number>): number {
  return expression.split('*').reduce((product, factor) => {
    const text = factor.trim();
    const value = /^\d+u?$/.test(text) ? Number.parseInt(text, 10) : values.get(text);
    if (value === undefined)
      throw new ShaderTextError(`${text} is neither a literal nor a constant of the shader`);
    return product * value;
  }, 1);
}

const registerArray = /var (\w+): array<(\w+), ([^>]+)>; *\/\/ @registers[^\n]*/g;

function splitRegisters(source: string, values: ReadonlyMap<string, number>): string {
  const names = new Set<string>();
  const declared = source.replace(registerArray, (_, name: string, type: string, length: string) => {
    names.add(name);
    const count = constantProduct(length, values);
    return Array.from({ length: count }, (__, index) => `var ${name}_${String(index)}: ${type};`).join(' ');
  });
  if (names.size === 0) return source;
  // Comments keep their formulas, which index arrays of the same names.
  const comment = '\\/\\/[^\\n]*';
  const element = new RegExp(`${comment}|\\b(${[...names].join('|')})\\[([^\\[\\]]+)\\]`, 'g');
  return declared.replace(element, (text, name: string | undefined, index: string) =>
    name === undefined ? text : `${name}_${String(constantSum(index, values))}`,
  );
}

/** An index is made of literals and `@tile` constants by `+`, `*` and brackets, e.g. `(2u * 4u + 1u) * PIXELS + 3u`. */
function constantSum(expression: string, values: ReadonlyMap<string, number>): number {
  const inner = /\(([^()]*)\)/.exec(expression);
  if (inner) {
    const [bracket, content = ''] = inner;
    const replaced = `${String(constantSum(content, values))}u`;
    return constantSum(
      expression.slice(0, inner.index) + replaced + expression.slice(inner.index + bracket.length),
      values,
    );
  }
  return expression.split('+').reduce((sum, term) => sum + constantProduct(term, values), 0);
}

/** Text that changes whenever `specialised` might give another one: what was measured with the former is stale then. */
export const specialiserText = (): string =>
  [
    specialised,
    link,
    specialise,
    unroll,
    closingBrace,
    constantProduct,
    splitRegisters,
    constantSum,
    literalConstant,
    loopHead,
    registerArray,
    JSON.stringify(libraries),
  ].join('\n');
