import { expect, test } from 'vitest';
import { ancestorsOf, numbersOf } from '../../src/evolution/ancestor-numbers.ts';
import type { Ancestor } from '../../src/evolution/lineage.ts';

test('ancestors come back from their numbers as they were, to the order of their keys', () => {
  const ancestors: Ancestor[] = [
    { id: 0, parent: null, from: null, class: 0, confidence: 0.1, generation: 0 },
    { id: 3, parent: null, from: null, class: 2, confidence: 1 / 3, generation: 0 },
    {
      ...{ id: 2 ** 40 + 1, parent: 0, from: 0, class: 1, confidence: 1, generation: 70_000 },
      also: [
        { class: 0, confidence: 0.25 },
        { class: 999, confidence: 1e-30 },
      ],
    },
    { id: 9, parent: 3, from: null, class: 4, confidence: 0, generation: 1 },
  ];
  expect(JSON.stringify(ancestorsOf(numbersOf(ancestors)))).toBe(JSON.stringify(ancestors));
  expect(ancestorsOf(numbersOf([]))).toEqual([]);
});
