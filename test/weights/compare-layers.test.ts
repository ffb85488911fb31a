/** Files that list their layers, against ONNX Runtime's answers: folded in exactly. */
import { describe, expect, it, test } from 'vitest';
import { readOnnx } from '../../src/formats/onnx.ts';
import { float, int, ints, node, onnxBytes } from '../support/onnx-files.ts';
import {
  initializer,
  conv,
  pool,
  tail,
  relu,
  valueInfo,
  bytesOf,
  peerLogits,
  ourLogits,
  norm,
} from './small-graphs.ts';

describe('computes what ONNX Runtime does with a graph', () => {
  test.each<[what: string, nodes: object[]]>([
    ['like the architecture', [conv('a'), relu('a', 'r'), pool('r', 'p'), ...tail('p')]],
    [
      'that normalises behind the convolution',
      [conv('a'), norm('a', 'n', '', [float('epsilon', 0.01)]), relu('n', 'r'), pool('r', 'p'), ...tail('p')],
    ],
    [
      'that normalises behind a convolution without a bias',
      [conv('a', ['x', 'cw']), norm('a', 'n'), relu('n', 'r'), pool('r', 'p'), ...tail('p')],
    ],
    [
      'that normalises behind a dense layer',
      [
        ...[conv('a'), relu('a', 'r'), pool('r', 'p'), node('Flatten', ['p'], 'flat')],
        node('Gemm', ['flat', 'dw', 'db'], 'd', [int('transB', 1)]),
        norm('d', 'n', 'd'),
        node('Relu', ['n'], 's'),
        node('Gemm', ['s', 'ew', 'eb'], 'y', [int('transB', 1)]),
      ],
    ],
    [
      'that scales and shifts each channel by constants, and all by one',
      [
        conv('a', ['x', 'cw']),
        node('Mul', ['a', 'channel'], 'm'),
        node('Add', ['channel', 'm'], 'n'),
        node('Sub', ['n', 'single'], 'o'),
        node('Div', ['o', 'channel'], 'q'),
        ...[relu('q', 'r'), pool('r', 'p'), ...tail('p')],
      ],
    ],
    [
      'that flattens rows, columns, channels',
      [
        conv('a'),
        node('Transpose', ['a'], 'turned', [ints('perm', [0, 2, 3, 1])]),
        node('Relu', ['turned'], 'r'),
        node('Transpose', ['r'], 'back', [ints('perm', [0, 3, 1, 2])]),
        pool('back', 'p'),
        node('Transpose', ['p'], 't', [ints('perm', [0, 2, 3, 1])]),
        ...tail('t'),
      ],
    ],
    ['that pools before it rectifies', [conv('a'), pool('a', 'p'), relu('p', 'r'), ...tail('r')]],
    [
      'that pads at the end instead of rounding up',
      [conv('a'), relu('a', 'r'), pool('r', 'p', [ints('pads', [0, 0, 1, 1])]), ...tail('p')],
    ],
    [
      'that says SAME_UPPER instead of pads',
      [
        node('Conv', ['x', 'cw', 'cb'], 'a', [
          { name: 'auto_pad', type: 3, s: new TextEncoder().encode('SAME_UPPER') },
        ]),
        ...[relu('a', 'r'), pool('r', 'p'), ...tail('p')],
      ],
    ],
    [
      'that computes the shape to flatten to, and drops nothing',
      [
        ...[conv('a'), relu('a', 'r'), pool('r', 'p')],
        node('Shape', ['p'], 'shape'),
        node('Constant', [], 'zero', [
          { name: 'value', type: 4, t: { dims: [1], dataType: 7, int64Data: [0] } },
        ]),
        node('Gather', ['shape', 'zero'], 'images'),
        node('Constant', [], 'rest', [
          { name: 'value', type: 4, t: { dims: [1], dataType: 7, int64Data: [-1] } },
        ]),
        node('Concat', ['images', 'rest'], 'wanted', [int('axis', 0)]),
        node('Reshape', ['p', 'wanted'], 'q'),
        node('Identity', ['q'], 'i'),
        ...tail('i'),
      ],
    ],
    [
      'that turns its image to rows, columns, channels and back',
      [
        node('Transpose', ['x'], 'turned', [ints('perm', [0, 2, 3, 1])]),
        node('Transpose', ['turned'], 'back', [ints('perm', [0, 3, 1, 2])]),
        ...[conv('a', ['back', 'cw', 'cb']), relu('a', 'r'), pool('r', 'p'), ...tail('p')],
      ],
    ],
    [
      'that goes on behind what it gives',
      [...[conv('a'), relu('a', 'r'), pool('r', 'p'), ...tail('p')], node('Mul', ['y', 'single'], 'colder')],
    ],
  ])('%s', async (_, nodes) => {
    const peer = await peerLogits(nodes);
    const ours = ourLogits(readOnnx(bytesOf(nodes), 'f'));
    const largest = Math.max(...peer.map(Math.abs));
    for (const [index, logit] of ours.entries())
      expect(Math.abs(logit - peer[index]!)).toBeLessThan(1e-5 * largest);
  });

  it('and a softmax beside the logits, under another name, and the likeliest class leave these as they are', () => {
    const nodes = [
      ...[conv('a'), relu('a', 'r'), pool('r', 'p'), ...tail('p'), node('Identity', ['y'], 'logits')],
      ...[node('Softmax', ['y'], 'shares'), node('ArgMax', ['logits'], 'class')],
      node('Cast', ['class'], 'number', [int('to', 6)]),
    ];
    const outputs = ['logits', 'shares', 'number'].map((name) => valueInfo(name, []));
    const bytes = onnxBytes({ name: 'small', initializer, node: nodes, output: outputs });
    const plain = readOnnx(bytesOf(nodes.slice(0, -4)), 'f');
    expect(ourLogits(readOnnx(bytes, 'f'))).toEqual(ourLogits(plain));
  });

  it('but for a softmax at its end', async () => {
    const nodes = [conv('a'), relu('a', 'r'), pool('r', 'p'), ...tail('p'), node('Softmax', ['y'], 'z')];
    const exponents = ourLogits(readOnnx(bytesOf(nodes), 'f')).map(Math.exp);
    const sum = exponents.reduce((total, value) => total + value, 0);
    for (const [index, share] of (await peerLogits(nodes, 'z')).entries())
      expect(exponents[index]! / sum).toBeCloseTo(share, 5);
  });
});
