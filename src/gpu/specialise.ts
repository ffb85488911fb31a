/**
 * The smallest template that register tiles need. A shader stays WGSL that an editor can read; all but those that want
 * `threefry.wgsl` or `cppn-network.wgsl` in front of them compile as they stand. Comments mark what a variant may change:
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
 *     var<storage, read> a: array<vec4f>; // @packable
 *     return a[at]; // @packable
 *
 * may be read as halves, two to a word, by `packed`.
 *
 *     alias Images = vec4f; // @pair alias Images = vec2f; @single alias Images = f32;
 *
 * is a line that `forFewer` replaces by what follows a mark, for two images or one instead of four side by side. Everything else
 * about a shape is an `override` constant of the pipeline.
 */
export class SpecialiseError extends Error {
  override readonly name = 'SpecialiseError';
}

/** Values for the `@tile` constants of a shader. */
export type Tile = Readonly<Record<string, number>>;

/** What a kernel asks of its shader's text. */
export interface Specialisation {
  /** Values of `@tile` constants; with them, `@unroll` loops are unrolled. */
  readonly tile?: Tile;
  /** Images side by side in an element, where they are fewer than four; see `forFewer`. */
  readonly images?: 1 | 2;
  /** Whether an operand is read as halves; see `packed`. */
  readonly packed?: boolean;
}

/** The text that is compiled. @throws SpecialiseError where the shader lacks a mark that is asked for */
export function specialised(source: string, { tile, images, packed: halves }: Specialisation = {}): string {
  const narrow = images === undefined ? source : forFewer(source, images);
  const stored = halves === true ? packed(narrow) : narrow;
  return tile === undefined ? stored : specialise(stored, tile);
}

/** Sets the `@tile` constants and writes out the `@unroll` loops; throws when a constant is unknown. */
export function specialise(source: string, tile: Tile): string {
  const values = new Map<string, number>();
  const tileConstant = /^const (\w+) = (\d+)u; *\/\/ @tile/gm;
  const tiled = source.replace(tileConstant, (line: string, name: string, written: string) => {
    const value = tile[name] ?? Number(written);
    values.set(name, value);
    return line.replace(`= ${written}u`, `= ${String(value)}u`);
  });
  for (const name of Object.keys(tile)) {
    if (!values.has(name)) throw new SpecialiseError(`the shader has no @tile constant ${name}`);
  }
  return splitRegisters(unroll(tiled, values), values);
}

/** Reads the operand that a shader marks as @packable from halves, two to a word; throws when there is none. */
export function packed(source: string): string {
  const read = /return (\w+)\[at\]; *\/\/ @packable/;
  const declared = /array<vec4f>;(.*)@packable/;
  if (!read.test(source) || !declared.test(source))
    throw new SpecialiseError('the shader has no @packable operand');
  return source
    .replace(declared, 'array<vec2u>;$1')
    .replace(read, 'return vec4f(unpack2x16float($1[at].x), unpack2x16float($1[at].y));');
}

/**
 * The shader for one image or two: each line marked `@single` or `@pair` gives way to what stands after the mark; throws when
 * there is none.
 */
export function forFewer(source: string, images: 1 | 2): string {
  const mark = images === 1 ? 'single' : 'pair';
  const marked = new RegExp(`^( *)\\S.*\\/\\/.*@${mark} ([^@\\n]*?) *(?:@.*)?$`, 'gm');
  if (!marked.test(source)) throw new SpecialiseError(`the shader has no @${mark} line`);
  return source.replace(marked, '$1$2');
}

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
  throw new SpecialiseError('an @unroll loop has no closing brace');
}

/** A loop bound is a product of literals and `@tile` constants, e.g. `4u * ROWS`. */
function constantProduct(expression: string, values: ReadonlyMap<string, number>): number {
  return expression.split('*').reduce((product, factor) => {
    const text = factor.trim();
    const value = /^\d+u?$/.test(text) ? Number.parseInt(text, 10) : values.get(text);
    if (value === undefined) throw new SpecialiseError(`${text} is neither a literal nor a @tile constant`);
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
    specialise,
    packed,
    forFewer,
    unroll,
    closingBrace,
    constantProduct,
    splitRegisters,
    constantSum,
    loopHead,
    registerArray,
  ].join('\n');
