/** Networks that differ in nothing but the order of their classes agree on everything; others are refused or counted. */
import { describe, expect, test } from 'vitest';
import type { NamedModel } from '../../src/experiments/experiment.ts';
import { checkPair, sharedClasses } from '../../src/experiments/shared-classes.ts';
import { concludeTransfer, type TransferDirection } from '../../src/experiments/transfer-conclusion.ts';
import { judgedImage, transfer } from '../../src/experiments/transfer.ts';
import type { Model } from '../../src/model/model.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { conductOn, timeless } from './device-host.ts';

const { model: shipped } = await loadModel('lenet-mnist');

/** LeNet with some of its classes, in another order: class k of it is `order[k]` of the shipped one. */
function reordered(order: readonly number[]): NamedModel {
  const weights = new Map(shipped.weights);
  for (const [name, row] of [
    ['ip2.weight', 500],
    ['ip2.bias', 1],
  ] as const) {
    const { data, shape } = weights.get(name)!;
    const rows = order.flatMap((number) => [...data.slice(number * row, (number + 1) * row)]);
    weights.set(name, { data: Float32Array.from(rows), shape: [order.length, ...shape.slice(1)] });
  }
  const labels = order.map((number) => shipped.labels[number]!);
  const model: Model = { ...shipped, name: 'other', architecture: lenet(order.length), weights, labels };
  return { model, sha256: order.join('') };
}

const given = { b: 'other', runs: 1, generations: 4, population: 12, digits: 100 };
interface Numbers {
  readonly images: number;
  readonly both: number;
  readonly ownOnly: number;
  readonly otherOnly: number;
  readonly neither: number;
  readonly own: readonly number[];
  readonly other: readonly number[];
}

describe('a network whose classes stand in another order', () => {
  const order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7];
  const models = { other: reordered(order) };

  test('says of every image what the first one says, and the same of digits', async () => {
    const { conclusion, warnings } = await conductOn(transfer, {
      storage: new MemoryStorage(),
      given,
      models,
    });
    expect(warnings).toEqual([]);
    const numbers = conclusion!.numbers as Record<'evolvedOnA' | 'evolvedOnB', Numbers> & {
      digits: { a: number; b: number; alike: number; images: number };
    };
    for (const { images, both, ownOnly, otherOnly, neither, own, other } of [
      numbers.evolvedOnA,
      numbers.evolvedOnB,
    ]) {
      expect(images).toBe(10);
      expect(both + neither).toBe(10);
      expect([ownOnly, otherOnly]).toEqual([0, 0]);
      for (const [place, confidence] of own.entries()) expect(other[place]).toBeCloseTo(confidence, 5);
    }
    expect(numbers.digits).toMatchObject({ images: 100, alike: 100 });
    expect(numbers.digits.a).toBeGreaterThanOrEqual(97);
    expect(numbers.digits.b).toBe(numbers.digits.a);
    expect(conclusion!.rows[0]!.here).toContain('10.0 % by chance');
  });

  test('interrupted and resumed, the experiment ends as it does in one piece', async () => {
    const whole = await conductOn(transfer, { storage: new MemoryStorage(), given, models });
    for (const stopAfter of [1, Math.floor(whole.asked / 2), whole.asked - 1]) {
      const storage = new MemoryStorage();
      expect((await conductOn(transfer, { storage, given, models, stopAfter })).conclusion).toBeUndefined();
      const { conclusion } = await conductOn(transfer, { storage, given, models });
      expect(timeless(conclusion)).toEqual(timeless(whole.conclusion));
    }
  });
});

test('a network with fewer classes is compared by those that it has, and they are named', async () => {
  const { conclusion } = await conductOn(transfer, {
    storage: new MemoryStorage(),
    given,
    models: { other: reordered([8, 2, 5]) },
  });
  const numbers = conclusion!.numbers as unknown as Record<'evolvedOnA' | 'evolvedOnB', Numbers>;
  expect([numbers.evolvedOnA.images, numbers.evolvedOnB.images]).toEqual([3, 3]);
  expect(conclusion!.numbers['digits']).toBeNull();
  expect(conclusion!.remarks.join('\n')).toMatch(/share 3 classes by label: 2, 5, 8\./);
});

test('two networks that cannot be compared are refused before anything runs', async () => {
  const refused = async (models: Record<string, NamedModel>, b = 'other') => {
    const storage = new MemoryStorage();
    const failure = await conductOn(transfer, { storage, given: { ...given, b }, models }).then(
      () => 'none',
      (error: unknown) => String(error),
    );
    expect([...storage.files.keys()].filter((path) => path.startsWith('runs/'))).toEqual([]);
    return failure;
  };
  expect(await refused({}, 'lenet-mnist')).toMatch(/are the same network.* by a and b$/);
  const named = reordered([0, 1, 2]);
  const strange = { ...named, model: { ...named.model, labels: ['cat', 'dog', 'owl'] } };
  expect(await refused({ other: strange })).toMatch(/lenet-mnist and other share no class by label/);
  expect(await refused({}, 'caffenet-tiny')).toMatch(/one channel.*three channels/);
});

test('classes are matched by label or WordNet id, whatever else the labels say, and never by two', () => {
  expect(sharedClasses(['7', '8'], ['7', '8'])).toEqual([
    { label: '7', a: 0, b: 0 },
    { label: '8', a: 1, b: 1 },
  ]);
  expect(
    sharedClasses(
      ['n00000001 crane, bird', 'Tabby', 'owl', 'owl'],
      ['owl', 'tabby ', 'n00000001 lifting crane', 'new'],
    ),
  ).toEqual([
    { label: 'n00000001 crane, bird', a: 0, b: 2 },
    { label: 'Tabby', a: 1, b: 1 },
  ]);
  // The same list names the same classes, though two have one name, as ImageNet's cranes.
  expect(sharedClasses(['crane', 'crane'], ['crane', 'crane'])).toHaveLength(2);
  const [one, other] = [reordered([0, 1]), reordered([1, 0])];
  expect(() => {
    checkPair(one, other);
  }).not.toThrow();
});

test('the likeliest class is that of the shared ones, and confidences are the networks’ own', () => {
  const shared = sharedClasses(['x', 'y', 'z'], ['z', 'new', 'y']);
  const [first] = shared;
  const confidences = { a: Float32Array.of(0.5, 0.25, 0.125), b: Float32Array.of(0.125, 0.75, 0.0625) };
  expect(judgedImage(first!, 'a', shared, confidences)).toEqual({
    ...{ class: 1, label: 'y', own: 0.25, other: 0.0625, ownTop: 'y', otherTop: 'z' },
  });
  expect(judgedImage(first!, 'b', shared, confidences)).toMatchObject({ class: 2, own: 0.0625, ownTop: 'z' });
});

test('the table counts what hand-made results say', () => {
  const picture = { extent: [1, 2, 2], bytes: Uint8Array.of(0, 80, 160, 240) } as const;
  const image = (label: string, own: number, other: number, ownTop: string, otherTop: string) => {
    return { class: Number(label), label, own, other, ownTop, otherTop, picture };
  };
  const images = [
    image('0', 0.994, 0.998, '0', '0'),
    image('1', 0.75, 0.5, '1', '1'),
    image('2', 0.5, 0.25, '2', '0'),
    image('3', 0.25, 0.5, '0', '3'),
  ];
  const direction: TransferDirection = {
    side: 'a',
    images,
    cells: 4,
    shared: ['0', '1', '2', '3'],
    fitted: false,
    seconds: [2],
  };
  const digits = { images: 200, a: 198, b: 196, both: 195, alike: 197 };
  const { rows, figures, remarks, numbers } = concludeTransfer({ a: 'one', b: 'two' }, [direction], digits);
  const here = Object.fromEntries(rows.map(({ what, here: text }) => [what, text]));
  expect(here).toMatchObject({
    'evolved on A: likeliest class on A and on B': '2 of 4 (50.0 %); 25.0 % by chance',
    'evolved on A: on A alone': '1 of 4 (25.0 %)',
    'evolved on A: on B alone': '1 of 4 (25.0 %)',
    'evolved on A: on neither': '0 of 4 (0.0 %)',
    'evolved on A: on both, and 99 % or more on both': '1 of 4 (25.0 %)',
    'evolved on A: mean confidence on A': '62.35 %',
    'evolved on A: mean confidence on B': '56.20 %',
    'right of 200 real digits: A, B, both': '99.00 %, 98.00 %, 97.50 %',
    'real digits that A and B name alike': '98.50 %',
  });
  expect(figures.map(({ name }) => name)).toEqual(['confidences', 'fool-both-evolved-on-a', 'fool-a-alone']);
  expect(remarks[0]).toBe('A is one, B is two.');
  expect(remarks[1]).toMatch(/most often says 0: 1 of 1/);
  expect(numbers).toMatchObject({ evolvedOnA: { both: 2, ownOnly: 1, otherOnly: 1, neither: 0 }, digits });
});
