/** What variants state of their needs is what their text takes, and an adapter that lacks it is spared them. */
import { describe, expect, test } from 'vitest';
import { kernelText, type Launch } from '../../src/gpu/kernel.ts';
import { noChoices } from '../../src/gpu/tuning.ts';
import { conv2d } from '../../src/kernels/conv2d/conv2d.ts';
import { conv2dMaxPool } from '../../src/kernels/conv2d/conv2d-max-pool.ts';
import { conv2dMaxPoolVariants } from '../../src/kernels/conv2d/conv2d-max-pool-variants.ts';
import { conv2dVariants } from '../../src/kernels/conv2d/conv2d-variants.ts';
import { conv2dInputGradient } from '../../src/kernels/conv2d/conv2d-input-gradient.ts';
import {
  conv2dWeightGradient,
  conv2dWeightGradientVariants,
} from '../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import { families } from '../../src/kernels/cases.ts';
import { matmul } from '../../src/kernels/matmul/matmul.ts';
import { matmulVariants } from '../../src/kernels/matmul/matmul-variants.ts';
import { allowed, mostPrivateMemory, type Target, type Variant } from '../../src/kernels/tuning/variant.ts';
import { link } from '../../src/wgsl/link.ts';
import { convShapes } from '../../src/kernels/conv2d/conv2d.cases.ts';

const generous: Target = {
  adapter: { kind: 'gpu' },
  choices: noChoices,
  limits: { maxComputeInvocationsPerWorkgroup: 256, maxComputeWorkgroupStorageSize: 32_768 },
  subgroupMinSize: 4,
  has: () => true,
};

const bytesOf: Readonly<Record<string, number>> = { f32: 4, u32: 4, vec4f: 16, mat4x4f: 64, Column: 16 };

/** Bytes of the private arrays of an entry point, before they are split into registers. */
function privateBytes({ kernel }: Launch): number {
  // Without a tile nothing is unrolled or split; constants are the tile's all the same.
  const text = link(kernel.source, kernel.specialisation?.libraries);
  const tile = new Map(Object.entries(kernel.specialisation?.tile ?? {}));
  for (const [, name = '', value] of text.matchAll(/^const (\w+) = (\d+)u;/gm))
    if (!tile.has(name)) tile.set(name, Number(value));
  const aliases = new Map(
    [...text.matchAll(/^alias (\w+) = (\w+);/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  const meant = (type: string): string => (aliases.has(type) ? meant(aliases.get(type)!) : type);
  const from = text.indexOf(`fn ${kernel.entryPoint}(`);
  const body = text.slice(from, text.indexOf('\n}\n', from));
  const product = (expression: string) =>
    expression.split('*').reduce((all, factor) => {
      const value = /^\s*\d+u?\s*$/.test(factor) ? Number.parseInt(factor, 10) : tile.get(factor.trim());
      if (value === undefined) throw new Error(`what is ${factor}?`);
      return all * value;
    }, 1);
  let bytes = 0;
  for (const [, type = '', length = ''] of body.matchAll(/var \w+: array<(\w+), ([^>]+)>;/g)) {
    const element = bytesOf[meant(type)];
    if (element === undefined) throw new Error(`how large is ${type}?`);
    bytes += element * product(length);
  }
  return bytes;
}

const cases: [string, readonly Variant[], (name: string) => Launch[]][] = [
  ['conv2d', conv2dVariants, (name) => convShapes.map(([, shape]) => conv2d(shape, generous, name))],
  [
    'conv2d-max-pool',
    conv2dMaxPoolVariants,
    (name) =>
      convShapes
        .filter(([, { outHeight, outWidth }]) => Math.min(outHeight, outWidth) > 1)
        .map(([, shape]) => conv2dMaxPool({ ...shape, size: 2 }, generous, name)),
  ],
  [
    'conv2d-weight-gradient',
    conv2dWeightGradientVariants,
    (name) => convShapes.map(([, shape]) => conv2dWeightGradient(shape, generous, name)),
  ],
  [
    'conv2d-input-gradient',
    conv2dVariants,
    (name) => convShapes.map(([, shape]) => conv2dInputGradient(shape, generous, name)),
  ],
  ['matmul', matmulVariants, (name) => [matmul({ rows: 50, columns: 40, depth: 60 }, generous, name)]],
];

describe.each(cases)('%s', (family, variants, launches) => {
  test.each(variants.map((variant) => [variant.name, variant] as const))(
    '%s states its needs',
    (name, variant) => {
      for (const launch of launches(name))
        expect(variant.privateMemory).toBeGreaterThanOrEqual(privateBytes(launch));
      const text = kernelText(launches(name)[0]!.kernel);
      expect(/^enable subgroups;/m.test(text)).toBe(variant.feature === 'subgroups');
      expect(/\bquadSwap/.test(text)).toBe(variant.exchange !== undefined);
      expect(4 * variant.accumulators).toBeLessThanOrEqual(variant.privateMemory);
      expect(allowed(variant, generous)).toBe(true);
      expect(allowed(variant, { ...generous, has: () => false })).toBe(variant.feature === undefined);
      for (const subgroupMinSize of [0, 1, 2])
        expect(allowed(variant, { ...generous, subgroupMinSize })).toBe(variant.exchange === undefined);
    },
  );

  test('has all of its shaders in what makes tuned choices stale', () => {
    const sources = new Set(Object.values(families[family]?.shaders ?? {}));
    for (const { name } of variants)
      for (const { kernel } of launches(name)) expect(sources.has(kernel.source)).toBe(true);
  });

  test('has a variant that any adapter can do', () => {
    const { limits } = generous;
    const bare = { ...generous, has: () => false, subgroupMinSize: 0 };
    const least = {
      ...bare,
      limits: { ...limits, maxComputeWorkgroupStorageSize: 0, maxComputeInvocationsPerWorkgroup: 32 },
    };
    expect(variants.filter((variant) => allowed(variant, least)).map(({ name }) => name)).toContain('plain');
  });
});

test('what takes more private memory than drivers are trusted with is refused', () => {
  const greedy = { ...conv2dVariants[0]!, privateMemory: mostPrivateMemory + 16 };
  expect(allowed(greedy, generous)).toBe(false);
});
