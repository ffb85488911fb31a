/** Networks of Caffe that list their layers. */
import { describe, expect, it, test } from 'vitest';
import { readCaffemodel } from '../../src/formats/caffemodel.ts';
import { matchTo } from '../../src/weights/match-weights.ts';
import { caffeBytes } from '../support/caffe-files.ts';
import { float } from '../support/onnx-files.ts';
import { small, values, conv, pool, tail, relu, peerLogits, ourLogits, norm } from './small-graphs.ts';

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
