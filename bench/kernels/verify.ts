/** Whether a kernel computes what it should, on the very operands it is timed on. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Kernel } from '../../src/gpu/kernel.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import type { Operands } from './operands.ts';
import type { Reference } from './reference.ts';

/** Elements that are looked at, beside the first and the last. */
const looks = 62;
const tolerance = { absolute: 1e-4, relative: 1e-3 };

/** Where the elements lie that are compared: the corners of the result and a seeded choice of the rest. */
export function placesOf(length: number, seed: number): number[] {
  const random = RandomStream.of(seed);
  const chosen = Array.from({ length: Math.min(looks, length) }, () => random.below(length));
  return [...new Set([0, length - 1, ...chosen])];
}

/** Elements as they should be, by place. */
export function expectedElements(
  { constants }: Pick<Kernel, 'constants'>,
  reference: Reference,
  operands: Pick<Operands, 'at' | 'length'>,
  seed: number,
): ReadonlyMap<number, number> {
  const length = operands.length(reference.result);
  const known = {
    constants,
    length,
    at: operands.at.bind(operands),
    lengthOf: operands.length.bind(operands),
  };
  return new Map(
    placesOf(length, seed).flatMap((index) => {
      const value = reference.element(known, index);
      return value === undefined ? [] : [[index, value]];
    }),
  );
}

/**
 * The first difference between what is in the result and what should be, as a sentence; undefined where there is none.
 * Numbers that are not finite are differences anywhere in the result.
 */
export async function difference(
  gpu: Gpu,
  result: GPUBuffer,
  length: number,
  expected: ReadonlyMap<number, number>,
): Promise<string | undefined> {
  const found = new Float32Array(await gpu.read(result, 4 * length));
  const wild = found.findIndex((value) => !Number.isFinite(value));
  if (wild >= 0) return `element ${String(wild)} is ${String(found[wild])}`;
  // A sum of many terms is as exact as the largest results are.
  const size = Math.max(...[...expected.values()].map(Math.abs), 0);
  for (const [index, value] of expected) {
    const off = Math.abs((found[index] ?? NaN) - value);
    const most = tolerance.absolute * Math.max(1, size) + tolerance.relative * Math.abs(value);
    if (!(off <= most))
      return `element ${String(index)} is ${String(found[index])} and should be ${String(value)}`;
  }
  return undefined;
}
