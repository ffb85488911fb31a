import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convShapeOf, notations } from '../../bench/kernels/own-shapes.ts';
import { parseShapes, shapeText } from '../../bench/kernels/shape-notation.ts';
import { UsageError } from '../../src/cli/usage-error.ts';

const conv2d = notations['conv2d']!;
const parse = (text: string, family = 'conv2d') => parseShapes(text, notations[family]!);

const size = fc.integer({ min: 1, max: 64 });

/** A convolution as numbers, its words in any order, and each value written in one of its forms. */
const written = fc
  .record({
    channels: size,
    height: size,
    width: size,
    kernelHeight: size,
    kernelWidth: size,
    stride: size,
    pad: fc.nat(64),
    out: size,
    groups: size,
    batch: size,
    relu: fc.boolean(),
  })
  .chain((shape) => {
    const { channels, height, width, kernelHeight, kernelWidth, relu, ...named } = shape;
    const words = [
      fc.constantFrom(
        `${String(channels)}x${String(height)}x${String(width)}`,
        `${String(channels)} × ${String(height)} × ${String(width)}`,
        `channels ${String(channels)} width=${String(width)} HEIGHT ${String(height)},`,
      ),
      fc.constantFrom(
        `${String(kernelHeight)}x${String(kernelWidth)}`,
        ...(kernelHeight === kernelWidth ? [`kernel ${String(kernelWidth)}`] : []),
      ),
      ...Object.entries(named).map(([name, value]) =>
        fc.constantFrom(`${name} ${String(value)}`, `${name}=${String(value)}`, `${name} ${String(value)},`),
      ),
      ...(relu ? [fc.constant('relu')] : []),
    ];
    return fc
      .tuple(...words)
      .chain((texts) =>
        fc
          .shuffledSubarray(texts, { minLength: texts.length })
          .map((order) => ({ shape, text: order.join(' ') })),
      );
  });

test('a shape is read whatever the order and form of its words, and its own text gives it again', () => {
  fc.assert(
    fc.property(written, ({ shape, text }) => {
      const { kernelHeight, kernelWidth, relu, ...numbers } = shape;
      const [read, ...more] = parse(text);
      expect(more).toEqual([]);
      expect(read).toEqual({
        numbers: { ...numbers, 'kernel height': kernelHeight, 'kernel width': kernelWidth },
        flags: relu ? ['relu'] : [],
      });
      expect(parse(shapeText(read!, conv2d))).toEqual([read]);
    }),
  );
});

test('axes make all combinations, the last one changing first; tied ones go together', () => {
  const text = (shape: ReturnType<typeof parse>[number]) => shapeText(shape, conv2d);
  expect(parse('8,16x9x9 3x3 out 4 batch 1..4*2').map(text)).toEqual([
    '8x9x9 3x3 out 4 batch 1',
    '8x9x9 3x3 out 4 batch 2',
    '8x9x9 3x3 out 4 batch 4',
    '16x9x9 3x3 out 4 batch 1',
    '16x9x9 3x3 out 4 batch 2',
    '16x9x9 3x3 out 4 batch 4',
  ]);
  expect(parse('channels 3 side 7..21+7 kernel 1,5 pad 2 out 4').map(text)).toEqual([
    '3x7x7 1x1 pad 2 out 4 batch 1',
    '3x7x7 5x5 pad 2 out 4 batch 1',
    '3x14x14 1x1 pad 2 out 4 batch 1',
    '3x14x14 5x5 pad 2 out 4 batch 1',
    '3x21x21 1x1 pad 2 out 4 batch 1',
    '3x21x21 5x5 pad 2 out 4 batch 1',
  ]);
  expect(parse('size 64..256*2', 'matmul').map(({ numbers }) => numbers)).toEqual(
    [64, 128, 256].map((n) => ({ rows: n, columns: n, depth: n })),
  );
  expect(parse('7x3x5 size 3 alpha 0.5 beta .75 k 2e0', 'lrn')[0]?.numbers).toMatchObject({
    alpha: 0.5,
    k: 2,
  });
});

test.each(Object.entries(notations))(
  'the example of %s is read, and stands in its errors',
  (family, notation) => {
    expect(parse(notation.example, family)).toHaveLength(1);
    expect(() => parse('nonsense', family)).toThrow(UsageError);
    expect(() => parse('nonsense', family)).toThrow(`Write it like "${notation.example}"`);
  },
);

test.each([
  ['64x56x56 3x3 strde 2 out 8', '“strde” is not understood; did you mean stride? Write it like'],
  ['64x56x56 3x3 out', '“out” has no value: channels that go out'],
  ['64x56x56 3x3 out 8 batch 8..1', '“batch 8..1” is not understood: “8..1” ends before it begins'],
  ['64x56x56 3x3 out 8 batch 0', '“batch 0” is not understood: 0 is less than 1'],
  ['64x56x56 3x3', 'out (channels that go out) is missing'],
  ['3x3 out 8', 'channels x height x width is missing'],
  ['64x56x56 out 8', 'kernel height x kernel width is missing'],
  ['64x56x56 3x3 out 8 out 9', '“out 9” says out a second time'],
  ['64x56x56 3x3 out 8 side 7', '“side 7” says height a second time'],
  ['64x56x56x2 3x3 out 8', '“64x56x56x2” is not understood'],
  ['1..100x1..100x56 3x3 out 8', 'it stands for 10000 shapes, more than 1000'],
  ['64x56x56 3x3 out 8 __proto__ 3', '“__proto__” is not understood'],
])('“%s” is refused: %s', (text, message) => {
  expect(() => parse(text)).toThrow(UsageError);
  expect(() => parse(text)).toThrow(message);
});

test('any words give shapes or a usage error', () => {
  const word = fc.constantFrom(
    '64x56x56',
    '3x3',
    'pad',
    'out',
    '1',
    '2..8*2',
    'batch',
    'x',
    'relu',
    '=',
    '1,',
    '-',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 10 }), (words) => {
      try {
        expect(parse(words.join(' ')).length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    }),
  );
});

describe('a convolution', () => {
  const of = (text: string, family = 'conv2d') => convShapeOf(parse(text)[0]!, family);

  test('has the size of result that its windows give', () => {
    expect(of('3x227x227 11x11 stride 4 out 96 groups 1 batch 4')).toMatchObject({
      outHeight: 55,
      outWidth: 55,
    });
    expect(of('64x56x57 3x5 pad 1 stride 2 out 8')).toMatchObject({ outHeight: 28, outWidth: 28 });
  });

  test.each([
    ['8x9x9 3x3 out 4 batch 3', 'this kernel takes 1 or 2 images, or a multiple of 4, not 3'],
    ['8x9x9 3x3 out 6 groups 4', '8 channels in and 6 out do not share out among 4 groups'],
    ['8x9x9 3x3 pad 3 out 4', 'pad 3 is as wide as the kernel'],
    ['8x9x9 13x3 pad 1 out 4', 'a kernel of 13 × 3 is larger than the image with its padding'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => of(text)).toThrow(UsageError);
    expect(() => of(text)).toThrow(message);
  });

  test('of which weights are trained has fours of images', () => {
    expect(() => of('8x9x9 3x3 out 4 batch 2', 'conv2d-weight-gradient')).toThrow(
      'this kernel takes a multiple of 4 images, not 2',
    );
  });
});
