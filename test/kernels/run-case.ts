/** A case of a kernel family on the device: its operands, what the kernel makes of them, and what the reference does. */
import { floatToHalf, halfToFloat } from '../../src/formats/half.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { Launch } from '../../src/gpu/kernel.ts';
import { ofSums, randomFloats, type Case, type Content, type Operand } from '../../src/kernels/case.ts';
import { constantsOf } from '../../src/kernels/cases.ts';
import type { Operands, Reference, View } from '../../src/kernels/reference.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import { runKernel } from '../gpu.ts';

export type Contents = Readonly<Record<string, Content>>;

const viewOf = (operand: Operand): View => {
  if ('view' in operand) return operand.view;
  return operand.kind === 'whole' ? 'floats' : operand.kind;
};

const typed = {
  floats: Float32Array,
  words: Uint32Array,
  shorts: Uint16Array,
  halves: Uint16Array,
  bytes: Uint8Array,
} as const;

/** Numbers that no case gives, NaN where there is one: a value that a kernel forgets to write shows up. */
const unwritten = { floats: NaN, words: 0xabab_abab, shorts: 0xabab, halves: 0x7e00, bytes: 0xab } as const;

function contentOf(operand: Operand, seed: number): Content {
  switch (operand.kind) {
    case 'given':
      return operand.content;
    case 'unwritten':
      return new typed[operand.view](operand.length).fill(unwritten[operand.view]);
    case 'floats':
      return randomFloats(operand.length, seed, operand.size);
    case 'halves':
      return Uint16Array.from(randomFloats(operand.length, seed, operand.size), floatToHalf);
    case 'whole':
      return randomFloats(operand.length, seed, operand.size).map(Math.round);
    default: {
      const random = RandomStream.of(seed);
      return new typed[operand.kind](operand.length).map(() => random.below(operand.below));
    }
  }
}

/** Random ones are the same for the same case, and others for each operand. */
export const contentsOf = ({ operands }: Pick<Case, 'operands'>): Contents =>
  Object.fromEntries(
    Object.entries(operands).map(([name, operand], place) => [name, contentOf(operand, place + 1)]),
  );

/** Values of a content; those of halves are decoded. */
export function valuesOf(content: Content, view: View): ArrayLike<number> {
  const { buffer, byteOffset, byteLength } = content;
  const Typed = typed[view];
  const values = new Typed(buffer, byteOffset, byteLength / Typed.BYTES_PER_ELEMENT);
  return view === 'halves' ? Float32Array.from(values, halfToFloat) : values;
}

/** What a definition reads. */
export function operandsOf(launch: Launch, one: Pick<Case, 'operands'>, contents: Contents): Operands {
  const read = (name: string, view?: View): ArrayLike<number> => {
    const [operand, content] = [one.operands[name], contents[name]];
    if (!operand || !content) throw new Error(`the case has no operand ${name}`);
    return valuesOf(content, view ?? viewOf(operand));
  };
  return {
    constants: constantsOf(launch.kernel),
    values: (name, view) => {
      const values = read(name, view);
      return (index) => values[index] ?? NaN;
    },
    length: (name) => read(name).length,
  };
}

/** By the name of each result; undefined where an element may be anything. */
export function defined(
  { results }: Reference,
  launch: Launch,
  one: Pick<Case, 'operands'>,
  contents: Contents,
): Record<string, (number | undefined)[]> {
  const operands = operandsOf(launch, one, contents);
  return Object.fromEntries(
    Object.entries(results).map(([name, definition]) => {
      const element = definition(operands);
      return [name, Array.from({ length: operands.length(name) }, (_, index) => element(index))];
    }),
  );
}

/** What the kernel makes of each result, twice: whether it is the same, bit for bit. */
export async function computed(
  gpu: Gpu,
  launch: Launch,
  one: Pick<Case, 'operands'>,
  contents: Contents,
  results: readonly string[],
): Promise<{ found: Record<string, ArrayLike<number>>; same: boolean }> {
  const first = await runKernel<string>(gpu, launch, contents, results);
  const second = await runKernel<string>(gpu, launch, contents, results);
  const bytesOf = (from: typeof first, name: string): Uint8Array<ArrayBuffer> => {
    const buffer = from[name];
    if (!buffer) throw new Error(`${launch.kernel.family} has no result ${name}`);
    return new Uint8Array(buffer);
  };
  const found = results.map((name) => {
    const operand = one.operands[name];
    return [name, valuesOf(bytesOf(first, name), operand ? viewOf(operand) : 'bytes')] as const;
  });
  const same = results.every((name) => {
    const other = bytesOf(second, name);
    return bytesOf(first, name).every((byte, at) => byte === other[at]);
  });
  return { found: Object.fromEntries(found), same };
}

/** The first difference that a case does not allow, as a sentence. */
export function differenceOf(
  { tolerance = ofSums }: Pick<Case, 'tolerance'>,
  name: string,
  found: ArrayLike<number>,
  expected: readonly (number | undefined)[],
): string | undefined {
  let [off, compared] = [0, 0];
  for (const [index, value] of expected.entries()) {
    if (value === undefined) continue;
    compared++;
    const actual = found[index] ?? NaN;
    if (actual === value || (Number.isNaN(actual) && Number.isNaN(value))) continue;
    off++;
    if (!(Math.abs(actual - value) <= tolerance.atol + tolerance.rtol * Math.abs(value)))
      return `${name}[${String(index)}] of ${String(expected.length)} is ${String(actual)}, by definition ${String(value)}`;
  }
  const share = 1 - off / compared;
  if (tolerance.exactShare !== undefined && share < tolerance.exactShare)
    return `only ${String(Math.floor(100 * share))} % of ${name} are exact`;
  return undefined;
}
