/**
 * What a variant may change in a shader, by marks in comments, so that every shader stays WGSL that an editor reads and a
 * compiler accepts once its libraries are linked:
 *
 *     const ROWS = 4u; // @tile
 *     // @unroll
 *     for (var row = 0u; row < ROWS; row++) { … }
 *
 * A `@tile` constant takes the variant's value, and an `@unroll` loop is unrolled, its counter replaced by literals. Array
 * sizes and constant indices need this: `override` constants may not size a private array, and an accumulator stays in a
 * register only when every index into it is a literal.
 *
 *     var sum: array<f32, 4u * ROWS>; // @registers
 *
 * makes a variable of each element of an array, since drivers split only small arrays by themselves (SPIRV-Tools gives up
 * at 100 elements). Every index must be known once the loops are unrolled.
 *
 * Bounds, sizes and indices are made of literals and of the shader's `const NAME = 4u;`, those of its libraries included.
 * Everything else about a shape is an `override` constant of the pipeline.
 */
import { libraries } from './libraries.ts';
import { link, type Replacements } from './link.ts';
import { partsOf, type Part } from './marked-text.ts';
import { ShaderTextError } from './shader-text-error.ts';
import { TokenReader } from './token-reader.ts';
import { tokensOf, type Token } from './tokens.ts';

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

/**
 * Sets the `@tile` constants, unrolls the `@unroll` loops and splits the `@registers` arrays; comments are left out.
 * @throws ShaderTextError where a mark stands in front of something else, a name is unknown or an index not constant
 */
export function specialise(source: string, tile: Tile): string {
  const tokens = tokensOf(source);
  const constants = setTile(tokens, tile);
  const written: string[] = [];
  write(partsOf(tokens), constants, written);
  return written.join('');
}

/** Gives the `@tile` constants among the tokens their values. @returns the value of each `const NAME = 4u;` by name */
function setTile(tokens: Token[], tile: Tile): Map<string, number> {
  const constants = new Map<string, number>();
  const missing = new Set(Object.keys(tile));
  for (const [at, { text }] of tokens.entries()) {
    if (text !== 'const') continue;
    const reader = new TokenReader(tokens.slice(at + 1, at + 12));
    const name = reader.word('behind const');
    const literal = reader.passes('=') ? reader.peek() : undefined;
    if (!literal || !/^\d+u$/.test(literal.text) || !reader.passes(literal.text, ';')) continue;
    const value = reader.passesMark('@tile') ? tile[name] : undefined;
    constants.set(name, value ?? Number.parseInt(literal.text, 10));
    if (value === undefined) continue;
    missing.delete(name);
    tokens[tokens.indexOf(literal, at)] = { kind: 'number', text: `${String(value)}u` };
  }
  const [first] = missing;
  if (first !== undefined) throw new ShaderTextError(`the shader has no @tile constant ${first}`);
  return constants;
}

/** @param values of constants and of the counters of the loops around */
function write(parts: readonly Part[], values: Map<string, number>, written: string[]): void {
  for (const part of parts) {
    if (part.kind === 'text') written.push(part.text);
    else if (part.kind === 'counter') written.push(`${String(values.get(part.name))}u`);
    else if (part.kind === 'element') written.push(`${part.name}_${String(part.index(values))}`);
    else if (part.kind === 'variables') {
      const count = part.length(values);
      for (let index = 0; index < count; index++)
        written.push(`var ${part.name}_${String(index)}: ${part.type}; `);
    } else writeLoop(part, values, written);
  }
}

function writeLoop(
  { counter, bound, body }: Extract<Part, { kind: 'loop' }>,
  values: Map<string, number>,
  written: string[],
): void {
  const count = bound(values);
  // A loop around it may have the same counter.
  const outer = values.get(counter);
  for (let index = 0; index < count; index++) {
    values.set(counter, index);
    written.push('{');
    write(body, values, written);
    written.push('}\n');
  }
  if (outer === undefined) values.delete(counter);
  else values.set(counter, outer);
}

/** Has every mark and every kind of expression. */
const probe = `const ROWS = 1u; // @tile
var<private> total: f32;
fn main() {
  var sum: array<f32, ROWS * (ROWS + 1u)>; // @registers
  // @unroll
  for (var row = 0u; row < 2u * ROWS; row++) {
    sum[row + 0u] += f32(row);
    if (row > 1u) { total += sum[row].row; }
  }
}`;

/**
 * Text that changes whenever `specialised` gives another one: what was measured with the former is stale then. It is what
 * becomes of a shader with every mark, so that a new way of getting there leaves it as it is.
 */
export const specialiserText = (): string => specialise(probe, { ROWS: 2 }) + JSON.stringify(libraries);
