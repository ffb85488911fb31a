/** Files that list their layers, against ONNX Runtime's answers: folded in exactly, or refused by name. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it, test } from 'vitest';
import { readCaffemodel } from '../../src/formats/caffemodel.ts';
import { readOnnx } from '../../src/formats/onnx.ts';
import type { WeightFile } from '../../src/formats/weight-file.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { asSaid, leaveOut } from '../../src/weights/leave-out.ts';
import { matchTo } from '../../src/weights/match-weights.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { referenceLogits } from '../network/reference-network.ts';
import { caffeBytes, numbers } from '../support/caffe-files.ts';
import { float, int, ints, node, onnxBytes } from '../support/onnx-files.ts';

const small = (classes: number): Architecture => ({
  name: 'small',
  input: [2, 8, 8],
  layers: [
    { kind: 'convolution', name: 'c', outChannels: 4, kernel: 3, stride: 1, padding: 1, groups: 1 }, // [4, 8, 8]
    { kind: 'relu', name: 'r' },
    { kind: 'max-pool', name: 'p', size: 3, stride: 2, rounding: 'up' }, //                             [4, 4, 4]
    { kind: 'dense', name: 'd', outputs: 6 },
    { kind: 'relu', name: 's' },
    { kind: 'dense', name: 'e', outputs: classes },
  ],
});

const values: Readonly<Record<string, readonly [shape: readonly number[], values: readonly number[]]>> = {
  cw: [[4, 2, 3, 3], numbers(72, 1).map((value) => value / 4)],
  cb: [[4], numbers(4, 2)],
  dw: [[6, 64], numbers(384, 3).map((value) => value / 16)],
  db: [[6], numbers(6, 4)],
  ew: [[5, 6], numbers(30, 5)],
  eb: [[5], numbers(5, 6)],
  scale: [[4], [0.5, -1.25, 2, 0.75]],
  shift: [[4], [0.25, -0.5, 1, 0]],
  mean: [[4], [0.5, -0.25, 0.125, 2]],
  variance: [[4], [1.5, 0.25, 4, 0.0625]],
  dscale: [[6], [0.5, 1.5, -2, 1, 0.25, 3]],
  dshift: [[6], [1, 0, -1, 0.5, 0.25, -0.125]],
  dmean: [[6], [1, 2, -1, 0, 0.5, -0.5]],
  dvariance: [[6], [1, 4, 0.25, 2, 9, 0.5]],
  channel: [
    [4, 1, 1],
    [0.5, -2, 1, 3],
  ],
  single: [[], [0.5]],
};

const initializer = Object.entries(values).map(([name, [dims, data]]) => ({
  name,
  dims: [...dims],
  dataType: 1,
  rawData: new Uint8Array(Float32Array.from(data).buffer),
}));

const conv = (out: string, inputs = ['x', 'cw', 'cb'], more: object[] = []) =>
  node('Conv', inputs, out, [ints('pads', [1, 1, 1, 1]), ...more], 'first');
const pool = (from: string, out: string, more: object[] = [int('ceil_mode', 1)]) =>
  node('MaxPool', [from], out, [ints('kernel_shape', [3, 3]), ints('strides', [2, 2]), ...more], 'pool');
/** From the pooled values to the logits `y`. */
const tail = (from: string, weight = 'dw') => [
  node('Flatten', [from], 'flat'),
  node('Gemm', ['flat', weight, 'db'], 'd', [int('transB', 1)], 'second'),
  node('Relu', ['d'], 's', [], 'relu2'),
  node('Gemm', ['s', 'ew', 'eb'], 'y', [int('transB', 1)], 'third'),
];
const relu = (from: string, out: string) => node('Relu', [from], out, [], 'relu1');

const valueInfo = (name: string, dims: number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});
const bytesOf = (nodes: object[], output = 'y') =>
  onnxBytes({
    name: 'small',
    initializer,
    node: nodes,
    input: [valueInfo('x', [1, 2, 8, 8])],
    output: [valueInfo(output, [1, 5])],
  });
const image = Float32Array.from(numbers(128, 9));

async function peerLogits(nodes: object[], output?: string): Promise<number[]> {
  const session = await InferenceSession.create(bytesOf(nodes, output), { executionProviders: ['cpu'] });
  const answer = await session.run({ x: new OrtTensor('float32', image, [1, 2, 8, 8]) });
  await session.release();
  return [...(Object.values(answer)[0]!.data as Float32Array)];
}

function ourLogits(file: WeightFile): number[] {
  const { architecture, weights, ignored } = matchTo(file, small, 'f');
  expect(ignored.map(({ name }) => name)).not.toContain('cw');
  return [...referenceLogits(architecture, weights, image)];
}

const norm = (from: string, out: string, of = '', more: object[] = []) =>
  node(
    'BatchNormalization',
    [from, ...['scale', 'shift', 'mean', 'variance'].map((name) => of + name)],
    out,
    more,
    `${of}norm`,
  );

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

describe('a Caffe network', () => {
  const blob = (...names: string[]) =>
    names.map((name) => ({ shape: { dim: [...values[name]![0]] }, data: [...values[name]![1]] }));
  const chain = (...layers: [name: string, type: string, more?: object][]) =>
    layers.map(([name, type, more], index) => ({
      name,
      type,
      bottom: [index === 0 ? 'data' : layers[index - 1]![0]],
      top: [name],
      ...more,
    }));
  const first: [string, string, object] = [
    'conv',
    'Convolution',
    { blobs: blob('cw', 'cb'), convolution_param: { num_output: 4, pad: [1], kernel_size: [3] } },
  ];
  const pooling: [string, string, object] = [
    'pool',
    'Pooling',
    { pooling_param: { pool: 0, kernel_size: [3], stride: [2] } },
  ];
  const rest: [string, string, object?][] = [
    ['ip1', 'InnerProduct', { blobs: blob('dw', 'db') }],
    ['relu2', 'ReLU'],
    ['drop', 'Dropout'],
    ['ip2', 'InnerProduct', { blobs: blob('ew', 'eb') }],
    ['loss', 'SoftmaxWithLoss'],
  ];
  const read = (...layer: object[]) => readCaffemodel(caffeBytes('NetParameter', { layer }), 'f');

  it('normalises as ONNX Runtime does, its sums divided by their number', async () => {
    const sums = blob('mean', 'variance').map(({ shape, data }) => ({ shape, data: data.map((x) => 8 * x) }));
    const file = read(
      ...chain(
        first,
        [
          'bn',
          'BatchNorm',
          { blobs: [...sums, { shape: { dim: [1] }, data: [8] }], batch_norm_param: { eps: 0.01 } },
        ],
        ['scale', 'Scale', { blobs: blob('scale', 'shift') }],
        ['relu', 'ReLU'],
        pooling,
        ...rest,
      ),
    );
    const nodes = [
      conv('a'),
      norm('a', 'n', '', [float('epsilon', 0.01)]),
      ...[relu('n', 'r'), pool('r', 'p'), ...tail('p')],
    ];
    const peer = await peerLogits(nodes);
    for (const [index, logit] of ourLogits(file).entries())
      expect(Math.abs(logit - peer[index]!)).toBeLessThan(1e-5 * Math.max(...peer.map(Math.abs)));
  });

  it('may take its pictures from Python, and measure its answers there', () => {
    const layers = chain(first, ['relu', 'ReLU'], pooling, ...rest);
    const data = { name: 'own', type: 'Python', top: ['data', 'label'] };
    const loss = { name: 'own loss', type: 'Python', bottom: ['ip2', 'label'], top: ['loss'] };
    expect(matchTo(read(data, ...layers, loss), small, 'f').ignored).toEqual([]);
  });

  it('that lists weighted layers alone says nothing of the others', () => {
    const layers = [first, ...rest].filter(([, type]) => type === 'Convolution' || type === 'InnerProduct');
    expect(matchTo(read(...chain(...layers)), small, 'f').ignored).toEqual([]);
  });

  test.each<[what: string, layers: [string, string, object?][], message: string]>([
    [
      'with a slope',
      [first, ['relu', 'ReLU', { relu_param: { negative_slope: 0.5 } }], pooling, ...rest],
      'relu (ReLU; it has a slope below zero)',
    ],
    [
      'that pools means',
      [
        first,
        ['relu', 'ReLU'],
        ['pool', 'Pooling', { pooling_param: { pool: 1, kernel_size: [3], stride: [2] } }],
        ...rest,
      ],
      'pool (Pooling) where max-pool p is expected',
    ],
    [
      'with a layer that nobody knows',
      [first, ['relu', 'ReLU'], pooling, ['prelu', 'PReLU', { blobs: blob('scale') }], ...rest],
      'after pool the file has prelu (PReLU) where dense d is expected',
    ],
    [
      'with a layer in Python between others',
      [first, ['relu', 'ReLU'], pooling, ['own', 'Python'], ...rest],
      'after pool the file has own (Python; what it computes is not in the file) where dense d is expected',
    ],
    [
      'with another padding',
      [
        ['conv', 'Convolution', { ...first[2], convolution_param: { num_output: 4 } }],
        ['relu', 'ReLU'],
        pooling,
        ...rest,
      ],
      'convolution conv with padding 0, 0, 0, 0 where convolution c has 1',
    ],
  ])('%s is refused', (_, layers, message) => {
    expect(() => matchTo(read(...chain(...layers)), small, 'f')).toThrow(message);
  });

  it('that branches is refused', () => {
    const layers = chain(first, ['relu', 'ReLU'], pooling, ...rest).map((layer) =>
      layer.name === 'pool' ? { ...layer, bottom: ['conv'] } : layer,
    );
    expect(() => matchTo(read(...layers), small, 'f')).toThrow(
      'pool (Pooling; it takes conv: the network branches)',
    );
  });
});
