/** Files that list layers which the architecture has not: refused by name. */
import { describe, expect, it, test } from 'vitest';
import { readOnnx } from '../../src/formats/onnx.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { asSaid, leaveOut } from '../../src/weights/leave-out.ts';
import { matchTo } from '../../src/weights/match-weights.ts';
import { int, ints, node } from '../support/onnx-files.ts';
import { small, conv, pool, tail, relu, bytesOf, norm } from './small-graphs.ts';

describe('refuses by name a graph', () => {
  const whole = (...head: object[]) => [...head, ...tail('p')];
  test.each<[what: string, nodes: object[], message: string | RegExp]>([
    [
      'without an activation',
      whole(conv('a'), pool('a', 'p')),
      'f: after first the file has pool (MaxPool) where relu r is expected',
    ],
    [
      'with one more',
      whole(conv('a'), relu('a', 'r'), pool('r', 'q'), node('Tanh', ['q'], 'p', [], 'more')),
      'after pool the file has more (Tanh) where dense d is expected',
    ],
    [
      'with another activation',
      whole(conv('a'), node('Sigmoid', ['a'], 'r', [], 'squash'), pool('r', 'p')),
      'f: after first the file has squash (Sigmoid) where relu r is expected; with these weights small would be another network than the one in the file',
    ],
    [
      'that normalises behind an activation',
      whole(conv('a'), relu('a', 'r'), norm('r', 'n'), pool('n', 'p')),
      /after relu1 the file has norm \(BatchNormalization; only right behind a convolution or a dense layer/,
    ],
    [
      'that pools means',
      whole(
        conv('a'),
        relu('a', 'r'),
        node('AveragePool', ['r'], 'p', [
          ints('kernel_shape', [3, 3]),
          ints('strides', [2, 2]),
          int('ceil_mode', 1),
        ]),
      ),
      /p \(AveragePool\) where max-pool p is expected/,
    ],
    [
      'with other windows',
      whole(conv('a'), relu('a', 'r'), pool('r', 'p', [])),
      'pool (MaxPool) with 3 × 3 outputs where max-pool p has 4 × 4',
    ],
    [
      'that skips pixels',
      whole(conv('a', undefined, [ints('dilations', [2, 2])]), relu('a', 'r'), pool('r', 'p')),
      'convolution first with dilation 2, 2 where convolution c has 1',
    ],
    [
      'with another stride',
      whole(conv('a', undefined, [ints('strides', [2, 2])]), relu('a', 'r'), pool('r', 'p')),
      'convolution first with stride 2, 2 where convolution c has 1',
    ],
    [
      'that adds what went past',
      whole(conv('a'), relu('a', 'r'), node('Add', ['r', 'a'], 'sum', [], 'skip'), pool('sum', 'p')),
      'skip (Add; it joins r and a)',
    ],
    [
      'that branches',
      whole(conv('a'), relu('a', 'r'), pool('a', 'p')),
      /pool \(MaxPool; it takes a: the graph branches\)/,
    ],
    [
      'that swaps rows and columns of the image',
      whole(
        node('Transpose', ['x'], 'turned', [ints('perm', [0, 1, 3, 2])], 'turn'),
        ...[conv('a', ['turned', 'cw', 'cb']), relu('a', 'r'), pool('r', 'p')],
      ),
      'at its beginning the file has turn (Transpose; it turns the axes to 0,1,3,2)',
    ],
    [
      'that skips pixels as it pools',
      whole(
        conv('a'),
        relu('a', 'r'),
        pool('r', 'p', [ints('dilations', [2, 2]), ints('pads', [1, 1, 2, 2])]),
      ),
      'pool (MaxPool; its windows are dilated)',
    ],
    [
      'that rounds between layers',
      whole(
        ...[conv('a'), relu('a', 'r'), pool('r', 'q'), node('Cast', ['q'], 'i', [int('to', 6)], 'round')],
        node('Cast', ['i'], 'p', [int('to', 1)]),
      ),
      'round (Cast; it rounds to another type)',
    ],
    [
      'that gives what a hidden layer does',
      [...whole(conv('a'), relu('a', 'r'), pool('r', 'p')).slice(0, -1), node('Identity', ['s'], 'y')],
      'has 2 layers with weights (first, second), small has 3',
    ],
    [
      'that changes the image first',
      whole(
        node('Mul', ['x', 'single'], 'half', [], 'normalise'),
        conv('a', ['half', 'cw', 'cb']),
        relu('a', 'r'),
        pool('r', 'p'),
      ),
      /at its beginning the file has normalise \(Mul; .* say mean and scale, and ignore normalise\)/,
    ],
    [
      'that takes a constant from which the values are taken',
      whole(
        conv('a', ['x', 'cw']),
        node('Sub', ['channel', 'a'], 'n', [], 'flip'),
        relu('n', 'r'),
        pool('r', 'p'),
      ),
      'flip (Sub)',
    ],
  ])('%s', (_, nodes, message) => {
    const file = readOnnx(bytesOf(nodes), 'f');
    expect(() => matchTo(file, small, 'f')).toThrow(WeightFileError);
    expect(() => matchTo(file, small, 'f')).toThrow(message);
  });
});

it('reads without what it is to ignore, and refuses a name that nothing has', () => {
  const nodes = [
    node('Mul', ['x', 'single'], 'half', [], 'normalise'),
    ...[conv('a', ['half', 'cw', 'cb']), relu('a', 'r'), pool('r', 'p'), ...tail('p')],
  ];
  const file = readOnnx(bytesOf(nodes), 'f');
  const { ignored } = matchTo(leaveOut(file, ['norm*'], 'f'), small, 'f');
  expect(ignored).toContainEqual({ name: 'normalise', reason: asSaid });
  expect(() => leaveOut(file, ['normalize'], 'f')).toThrow(
    'f has nothing called normalize to ignore; did you mean normalise?',
  );
});
