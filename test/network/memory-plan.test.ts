import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planMemory, type TensorLife } from '../../src/network/memory-plan.ts';

const lives = fc.array(
  fc.record({ bytes: fc.integer({ min: 1, max: 1000 }), first: fc.nat(20), length: fc.nat(20) }),
  { minLength: 1, maxLength: 30 },
);

test('no two tensors alive at the same time share a buffer, and every buffer is large enough', () => {
  fc.assert(
    fc.property(lives, (drawn) => {
      const tensors: TensorLife[] = drawn.map(({ bytes, first, length }, index) => ({
        name: `t${String(index)}`,
        bytes,
        first,
        last: first + length,
      }));
      const plan = planMemory(tensors);
      for (const a of tensors) {
        const place = plan.place.get(a.name)!;
        expect(plan.sizes[place]!).toBeGreaterThanOrEqual(a.bytes);
        for (const b of tensors) {
          const meet = a !== b && a.first <= b.last && b.first <= a.last;
          if (meet) expect(plan.place.get(b.name)).not.toBe(place);
        }
      }
      expect(plan.total).toBe(plan.sizes.reduce((sum, size) => sum + size, 0));
    }),
  );
});

test('a chain of equal layers needs two buffers', () => {
  const chain = Array.from({ length: 10 }, (_, index) => ({
    name: `layer ${String(index)}`,
    bytes: 100,
    first: index,
    last: index + 1,
  }));
  expect(planMemory(chain)).toMatchObject({ total: 200, unshared: 1000 });
});

test('what is kept for good is never given away', () => {
  const plan = planMemory([
    { name: 'kept', bytes: 10, first: 0, last: Infinity },
    { name: 'later', bytes: 10, first: 5, last: 6 },
  ]);
  expect(plan.place.get('kept')).not.toBe(plan.place.get('later'));
});
