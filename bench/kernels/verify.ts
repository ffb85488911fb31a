/** Whether a kernel computes what it should, on the very operands it is timed on. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Kernel } from '../../src/gpu/kernel.ts';
import { constantsOf } from '../../src/kernels/cases.ts';
import type { Operands, Reference } from '../../src/kernels/reference.ts';
import { RandomStream } from '../../src/random/threefry.ts';

/** Elements that are looked at, beside the first and the last. */
const looks = 62;
const tolerance = { absolute: 1e-4, relative: 1e-3 };

/** Where the elements lie that are compared: the corners of the result and a seeded choice of the rest. */
export function placesOf(length: number, seed: number): number[] {
  const random = RandomStream.of(seed);
  const chosen = Array.from({ length: Math.min(looks, length) }, () => random.below(length));
  return [...new Set([0, length - 1, ...chosen])];
}

/** The result that is compared: the first of a reference, which is of floats. @throws RangeError where there is none */
export function resultOf({ results }: Pick<Reference, 'results'>): string {
  const [name] = Object.keys(results);
  if (name === undefined) throw new RangeError('a reference without a result');
  return name;
}

/** Elements of the result as they should be, by place. */
export function expectedElements(
  kernel: Pick<Kernel, 'constants' | 'specialisation'>,
  reference: Pick<Reference, 'results'>,
  operands: Pick<Operands, 'values' | 'length'>,
  seed: number,
): ReadonlyMap<number, number> {
  const name = resultOf(reference);
  const element = reference.results[name]?.({
    constants: constantsOf(kernel),
    values: operands.values.bind(operands),
    length: operands.length.bind(operands),
  });
  return new Map(
    placesOf(operands.length(name), seed).flatMap((index) => {
      const value = element?.(index);
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
