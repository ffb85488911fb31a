import { describe, expect, test } from 'vitest';
import { firstOf, noChoices } from '../../../src/gpu/tuning.ts';
import type { AdapterKind } from '../../../src/gpu/device.ts';
import { tunedFamilies } from '../../../src/kernels/index.ts';
import { matmul } from '../../../src/kernels/matmul/matmul.ts';
import { shippedTables } from '../../../src/kernels/tuning/bundled-choices.ts';
import { pick, shapeKey, type Target, type Variant } from '../../../src/kernels/tuning/variant.ts';

const target = (kind: AdapterKind, choices?: Target['choices']): Target => ({
  adapter: { kind },
  limits: { maxComputeInvocationsPerWorkgroup: 64, maxComputeWorkgroupStorageSize: 16_384 },
  has: () => false,
  choices,
});
const variant = (name: string, lanes = 4): Variant => ({
  name,
  entryPoint: name,
  lanes,
  workgroupMemory: 0,
  accumulators: 4,
  privateMemory: 16,
  suits: ['gpu', 'swiftshader'],
});
const variants = [variant('cheap'), variant('dear'), variant('dearest'), variant('forbidden', 128)];
const cost = ({ name }: Variant) => ['cheap', 'dear', 'dearest', 'forbidden'].indexOf(name);
const chosen = (choices?: Target['choices'], name?: string) =>
  pick('sum', { rows: 3 }, variants, target('gpu', choices), cost, name).chosen.name;

describe('a variant is taken', () => {
  const table = firstOf({ 'sum rows=3': 'dear' }, firstOf({ 'sum rows=3': 'dearest', 'sum rows=4': 'dear' }));

  test('by its name before all else', () => {
    expect(chosen(table, 'dearest')).toBe('dearest');
    expect(() => chosen(table, 'forbidden')).toThrow(
      'sum has no variant forbidden; there are cheap, dear, dearest',
    );
  });

  test('as was measured, before what comes along', () => {
    expect(chosen(table)).toBe('dear');
    expect(table.variantFor('sum rows=4')).toBe('dear');
  });

  test('by the cost model where nothing is settled, or what is settled cannot be had here', () => {
    expect(chosen(noChoices)).toBe('cheap');
    for (const name of ['forbidden', 'gone', '', '__proto__', 'constructor'])
      expect(chosen(firstOf({ 'sum rows=3': name }))).toBe('cheap');
    expect(firstOf({}).variantFor('constructor')).toBeUndefined();
  });

  test('and the launch says which, and which there are', () => {
    const { choice } = pick('sum', { rows: 3 }, variants, target('gpu', table), cost, undefined);
    expect(choice).toEqual({ shape: 'sum rows=3', variant: 'dear', allowed: ['cheap', 'dear', 'dearest'] });
  });
});

test('the key of a shape does not depend on the order of its numbers, nor on what is false', () => {
  const key = 'matmul columns=2 depth=3 packed rows=1';
  expect(shapeKey('matmul', { rows: 1, columns: 2, depth: 3, packed: true })).toBe(key);
  expect(shapeKey('matmul', { packed: true, depth: 3, single: false, columns: 2, rows: 1 })).toBe(key);
  expect(matmul({ rows: 1, columns: 2, depth: 3 }, target('gpu')).choice?.shape).toBe(
    key.replace(' packed', ''),
  );
});

test.each(Object.entries(shippedTables))(
  'the table for %s names shapes and variants that there are',
  (kind, table) => {
    for (const [shape, name] of Object.entries(table)) {
      const [family = '', ...numbers] = shape.split(' ');
      const found = tunedFamilies[family]?.variants.find((candidate) => candidate.name === name);
      expect(found, `${kind}: ${shape} wants ${name}`).toBeDefined();
      for (const part of numbers) expect(part).toMatch(/^[a-zA-Z]+(=\d+)?$/);
      expect([...numbers].sort()).toEqual(numbers);
    }
  },
);
