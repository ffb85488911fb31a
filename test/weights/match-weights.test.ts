import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readWeights } from '../../src/formats/read-weights.ts';
import type { WeightFile } from '../../src/formats/weight-file.ts';
import { alexnetTorchvision } from '../../src/model/architectures/alexnet-torchvision.ts';
import { matchTo } from '../../src/weights/match-weights.ts';
import type { Architecture, Layer } from '../../src/network/layer.ts';
import { referenceLogits } from '../network/reference-network.ts';
import { tiny, shapes, tensor, named, fileOf, layer, hollow } from './tiny-network.ts';

describe('by name', () => {
  it('takes every tensor as it is and counts the classes by the last one', () => {
    const { architecture, weights, mapped, ignored } = matchTo(fileOf(named), tiny, 'f');
    expect(architecture).toEqual(tiny(7));
    expect([...weights.keys()]).toEqual(Object.keys(shapes));
    for (const { name, data } of named) expect(weights.get(name)!.data).toBe(data);
    expect(mapped).toEqual(Object.entries(shapes).map(([name, shape]) => ({ from: name, to: name, shape })));
    expect(ignored).toEqual([]);
  });

  it('whatever the order of the tensors is', () => {
    const straight = matchTo(fileOf(named), tiny, 'f');
    const shuffled = fc.shuffledSubarray(named, { minLength: named.length });
    fc.assert(
      fc.property(shuffled, (tensors) => {
        expect(matchTo(fileOf(tensors), tiny, 'f')).toEqual(straight);
      }),
    );
  });

  it('takes the bias that the file’s own layers give the weight', () => {
    const tensors = [...named.filter(({ name }) => name !== 'd.bias'), tensor('onnx::17', [5], 3)];
    const layers = [
      layer('1', 'c.weight', 'c.bias'),
      layer('2', 'd.weight', 'onnx::17'),
      layer('3', 'e.weight', 'e.bias'),
    ];
    const { mapped } = matchTo(fileOf(tensors, { layers }), tiny, 'f');
    expect(mapped[3]).toEqual({ from: 'onnx::17', to: 'd.bias', shape: [5] });
  });

  it('takes a dense layer that is stored as the convolution it equals', () => {
    const tensors = named.map((each) => (each.name === 'd.weight' ? { ...each, shape: [5, 3, 2, 2] } : each));
    const { weights, mapped } = matchTo(fileOf(tensors), tiny, 'f');
    expect(weights.get('d.weight')).toMatchObject({ shape: [5, 12], data: named[2]!.data });
    expect(mapped[2]).toEqual({ from: 'd.weight', to: 'd.weight', shape: [5, 12], note: 'was [5, 3, 2, 2]' });
  });

  it('keeps the element type', () => {
    const half = named.map((each) => ({ ...each, dtype: 'F16' as const }));
    for (const { dtype } of matchTo(fileOf(half), tiny, 'f').weights.values()) expect(dtype).toBe('F16');
  });
});

describe('by the order of the layers', () => {
  const others = ['c_w_0', 'c_b_0', 'd_w_0', 'd_b_0', 'e_w_0', 'e_b_0'];
  const renamed = named.map((each, index) => ({ ...each, name: others[index]! }));
  const layers = ['c', 'd', 'e'].map((name) => layer(name, `${name}_w_0`, `${name}_b_0`));

  it('takes tensors whatever they are called and wherever they stand', () => {
    const { weights, mapped } = matchTo(fileOf(renamed.toReversed(), { layers }), tiny, 'f');
    expect(mapped.map(({ from, to }) => [from, to])).toEqual(
      others.map((name, index) => [name, Object.keys(shapes)[index]]),
    );
    for (const { name, data } of named) expect(weights.get(name)!.data).toBe(data);
  });

  it('where the last layer alone is called otherwise, as in a net that was trained further', () => {
    const tensors = named.map((each) => ({ ...each, name: each.name.replace('e.', 'e_flickr.') }));
    const caffe = ['c', 'd', 'e_flickr'].map((name) => layer(name, `${name}.weight`, `${name}.bias`));
    const { mapped } = matchTo(fileOf(tensors, { layers: caffe }), tiny, 'f');
    expect(mapped.at(-1)).toEqual({ from: 'e_flickr.bias', to: 'e.bias', shape: [7] });
  });

  it('turns a dense weight that is stored [in, out]', () => {
    // Row r, column c of [12, 5] holds 100 r + c.
    const data = Float32Array.from({ length: 60 }, (_, index) => 100 * Math.floor(index / 5) + (index % 5));
    const last = Float32Array.from({ length: 35 }, (_, index) => 100 * Math.floor(index / 7) + (index % 7));
    const tensors = renamed.map((each) => {
      if (each.name === 'd_w_0') return { ...each, shape: [12, 5], data };
      return each.name === 'e_w_0' ? { ...each, shape: [5, 7], data: last } : each;
    });
    const turned = layers.map((each) => ({ ...each, transposed: each.name !== 'c' }));
    const { architecture, weights, mapped } = matchTo(fileOf(tensors, { layers: turned }), tiny, 'f');
    expect(architecture).toEqual(tiny(7));
    expect([...weights.get('d.weight')!.data.subarray(0, 13)]).toEqual([
      ...[0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1100],
      1,
    ]);
    expect([...weights.get('e.weight')!.data.subarray(0, 6)]).toEqual([0, 100, 200, 300, 400, 1]);
    expect(mapped[2]!.note).toBe('transposed');
  });

  it('refuses a weight that is said to be [in, out] and is not', () => {
    const turned = layers.map((each) => ({ ...each, transposed: each.name === 'd' }));
    expect(() => matchTo(fileOf(renamed, { layers: turned }), tiny, 'f')).toThrow(
      'f: d_w_0 is [5, 12], transposed, tiny expects [5, 12] for d.weight',
    );
  });

  it('refuses another number of layers and lists both', () => {
    expect(() => matchTo(fileOf(renamed, { layers: layers.slice(1) }), tiny, 'f')).toThrow(
      'f has 2 layers with weights (d, e), tiny has 3 (c, d, e)',
    );
  });

  it('puts zeros where the file says that a layer adds nothing, and says so', () => {
    const without = layers.map(({ bias, ...each }) => (each.name === 'd' ? each : { ...each, bias: bias! }));
    const { weights, mapped, ignored } = matchTo(fileOf(renamed, { layers: without }), tiny, 'f');
    expect(weights.get('d.bias')).toEqual({ shape: [5], data: new Float32Array(5) });
    expect(mapped[3]).toEqual({
      from: undefined,
      to: 'd.bias',
      shape: [5],
      note: 'the file has none: zeros',
    });
    expect(ignored).toEqual([{ name: 'd_b_0', reason: 'no layer of the architecture needs it' }]);
  });
});

describe('by shape', () => {
  it('finds each tensor by its shape where neither names nor layers tell', () => {
    const anonymous = named.map((each, index) => ({ ...each, name: `t${String(index)}` }));
    const { mapped } = matchTo(fileOf([anonymous[4]!, ...anonymous.slice(0, 4), anonymous[5]!]), tiny, 'f');
    expect(mapped.map(({ from }) => from)).toEqual(['t0', 't1', 't2', 't3', 't4', 't5']);
  });

  it('pairs biases of one size with weights by their names, in a file sorted by name', () => {
    const tensors = hollow(alexnetTorchvision(1000), (name) => `net.${name}`);
    tensors.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { mapped } = matchTo(fileOf(tensors), alexnetTorchvision, 'f');
    for (const { from, to } of mapped) expect(from).toBe(`net.${to}`);
  });
});

it('reads an AlexNet whose convolutions were trained in parallel, as PyTorch’s examples name them', () => {
  const rename = (name: string) => name.replace('features.', 'features.module.');
  const { mapped } = matchTo(fileOf(hollow(alexnetTorchvision(10), rename)), alexnetTorchvision, 'f');
  for (const { from, to } of mapped) expect(from).toBe(rename(to));
});

test('a dense weight may be the convolution over its input or over one pixel, and no other rearrangement', () => {
  const like = (shape: readonly number[]) =>
    matchTo(
      fileOf(named.map((each) => (each.name === 'd.weight' ? tensor('d.weight', shape) : each))),
      tiny,
      'f',
    ).weights.get('d.weight')?.shape;
  expect(like([5, 3, 2, 2])).toEqual([5, 12]);
  expect(like([5, 12, 1, 1])).toEqual([5, 12]);
  for (const other of [
    [5, 2, 2, 3],
    [5, 6, 2],
    [5, 4, 3, 1],
  ])
    expect(() => like(other)).toThrow(
      `f: d.weight is [${other.join(', ')}], tiny expects [5, 12] for d.weight`,
    );
});

describe('names that are not ours', () => {
  const renamed = (rename: (name: string) => string) =>
    fileOf(named.map((each) => ({ ...each, name: rename(each.name) })));
  const pairs = (file: WeightFile) => matchTo(file, tiny, 'f').mapped.map(({ from, to }) => [from, to]);

  it('are read beside some that are', () => {
    const file = renamed((name) => name.replace('d.', 'fc1.').replace('e.', 'fc2.'));
    expect(pairs(file)).toEqual([
      ['c.weight', 'c.weight'],
      ['c.bias', 'c.bias'],
      ['fc1.weight', 'd.weight'],
      ['fc1.bias', 'd.bias'],
      ['fc2.weight', 'e.weight'],
      ['fc2.bias', 'e.bias'],
    ]);
  });

  it('are read whatever they are, as long as weight and bias of a layer are called alike', () => {
    const word = fc.stringMatching(/^[a-z]{1,5}(\.[a-z0-9]{1,4}){0,2}$/);
    const words = fc.uniqueArray(word, { minLength: 3, maxLength: 3 });
    const ends = fc.constantFrom(['.weight', '.bias'], ['_w', '_b'], ['/kernel:0', '/bias:0'], ['.W', '.b']);
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    fc.assert(
      fc.property(words, ends, order, (stems, [weight, bias], places) => {
        const rename = (name: string) =>
          `net.${stems['cde'.indexOf(name[0]!)]!}${name.endsWith('weight') ? weight : bias}`;
        const file = fileOf(places.map((place) => ({ ...named[place]!, name: rename(named[place]!.name) })));
        expect(pairs(file)).toEqual(named.map(({ name }) => [rename(name), name]));
      }),
    );
  });

  it('leave two ways where two tensors have the shape of one weight, or the order is not that of the names', () => {
    const twice = fileOf([...renamed((name) => `net.${name}`).tensors.values(), tensor('other', [5, 12])]);
    expect(() => matchTo(twice, tiny, 'f')).toThrow(
      'f: d.weight of tiny may be any of net.d.weight [5, 12], other [5, 12]: rename the tensors to those of the architecture, or leave some out with ignore',
    );
    const square = (classes: number): Architecture => ({
      name: 'square',
      input: [2, 4, 4],
      layers: [
        { kind: 'dense', name: 'a', outputs: 32 },
        { kind: 'dense', name: 'b', outputs: 32 },
        { kind: 'dense', name: 'last', outputs: classes },
      ],
    });
    const layers = (names: readonly string[]) =>
      fileOf(
        names.flatMap((name, index) =>
          index < 2
            ? [tensor(`${name}.w`, [32, 32]), tensor(`${name}.b`, [32])]
            : [tensor(`${name}.w`, [4, 32]), tensor(`${name}.b`, [4])],
        ),
      );
    const from = (names: readonly string[]) =>
      matchTo(layers(names), square, 'f').mapped.map((each) => each.from);
    expect(from(['layer1', 'layer2', 'out']).slice(0, 4)).toEqual([
      'layer1.w',
      'layer1.b',
      'layer2.w',
      'layer2.b',
    ]);
    // Sorted by text, as safetensors files are.
    expect(from(['layer10', 'layer9', 'out']).slice(0, 4)).toEqual([
      'layer9.w',
      'layer9.b',
      'layer10.w',
      'layer10.b',
    ]);
    expect(() => from(['second', 'first', 'out'])).toThrow('a.weight and b.weight of square may be any of');
  });

  it('are said of a weight that is there and cannot be read', () => {
    const file = fileOf(
      named.filter(({ name }) => name !== 'd.weight'),
      { ignored: [{ name: 'd.weight', reason: 'holds I8' }] },
    );
    expect(() => matchTo(file, tiny, 'f')).toThrow(
      'f: no tensor d.weight [5, 12], which tiny needs (d.weight holds I8); the file',
    );
  });
});

describe('AlexNet as PyTorch wrote it', () => {
  const fixture = (name: string) =>
    new Uint8Array(readFileSync(new URL(`../formats/fixtures/${name}`, import.meta.url)));
  const expected = JSON.parse(new TextDecoder().decode(fixture('thin-alexnet.json'))) as { logits: number[] };
  const channels = [8, 16, 16, 16, 8];
  const thin = (classes: number): Architecture => {
    const whole = alexnetTorchvision(classes);
    const convolutions = whole.layers.filter(({ kind }) => kind === 'convolution');
    const last = whole.layers.at(-1);
    const layers = whole.layers.map((each): Layer => {
      if (each.kind === 'convolution') return { ...each, outChannels: channels[convolutions.indexOf(each)]! };
      if (each.kind === 'adaptive-average-pool') return { ...each, side: 2 };
      return each.kind === 'dense' && each !== last ? { ...each, outputs: 32 } : each;
    });
    return { ...whole, input: [3, 96, 96], layers };
  };
  const match = (name: string) => matchTo(readWeights(fixture(name), name), thin, name);

  it('has the same weights in the checkpoint and in the ONNX export', () => {
    const { weights } = match('thin-alexnet.pth');
    const exported = match('thin-alexnet.onnx').weights;
    expect([...exported.keys()]).toEqual([...weights.keys()]);
    for (const [name, { data, shape }] of weights) expect(exported.get(name)).toMatchObject({ data, shape });
  });

  it.each(['thin-alexnet.pth', 'thin-alexnet.onnx'])(
    'gives PyTorch’s logits with the weights of %s',
    (name) => {
      const { architecture, weights } = match(name);
      const input = Array.from({ length: 3 * 96 * 96 }, (_, k) =>
        Math.fround(Math.fround(((37 * k) % 101) / 50) - 1),
      );
      const logits = referenceLogits(architecture, weights, input);
      expect(logits).toHaveLength(7);
      // The file has nine digits behind the point.
      logits.forEach((logit, index) => {
        expect(Math.abs(logit - expected.logits[index]!)).toBeLessThan(2e-9);
      });
    },
  );
});
