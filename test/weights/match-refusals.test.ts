/** Files that do not fit an architecture, and what they hold beside it. */
import { describe, expect, it, test } from 'vitest';
import { architectures } from '../../src/model/architectures/index.ts';
import { asSaid, leaveOut } from '../../src/weights/leave-out.ts';
import { fittingArchitectures, matchTo, matchWeights } from '../../src/weights/match-weights.ts';
import { WeightShapeError } from '../../src/network/parameters.ts';
import { tiny, tensor, named, fileOf, layer, hollow } from './tiny-network.ts';

describe('a file that does not fit', () => {
  it('is refused with the missing tensor, its shape, and what there is', () => {
    expect(() => matchTo(fileOf(named.filter(({ name }) => name !== 'd.weight')), tiny, 'f')).toThrow(
      'f: no tensor d.weight [5, 12], which tiny needs; the file has c.weight [3, 2, 3, 3], c.bias [3], d.bias [5], e.weight [7, 5], e.bias [7]',
    );
    expect(() => matchTo(fileOf(named.filter(({ name }) => name !== 'd.bias')), tiny, 'f')).toThrow(
      'f: no tensor d.bias [5], which tiny needs',
    );
  });

  it('is refused with both shapes of a tensor that has another', () => {
    const wrong = (name: string, shape: readonly number[]) =>
      fileOf(named.map((each) => (each.name === name ? tensor(name, shape) : each)));
    expect(() => matchTo(wrong('d.weight', [12, 5]), tiny, 'f')).toThrow(
      new WeightShapeError('f: d.weight is [12, 5], tiny expects [5, 12] for d.weight'),
    );
    expect(() => matchTo(wrong('d.bias', [4]), tiny, 'f')).toThrow(
      'f: d.bias is [4], tiny expects [5] for d.bias',
    );
  });

  it('lists at most forty tensors', () => {
    const many = Array.from({ length: 60 }, (_, index) => tensor(`x${String(index)}`, [1]));
    expect(() => matchTo(fileOf(many), tiny, 'f')).toThrow(/x39 \[1\], …$/);
    expect(() => matchTo(fileOf([]), tiny, 'f')).toThrow(/the file has no tensors$/);
  });

  test.each([
    [
      'alexnet-torchvision',
      'caffenet',
      / conv1\.weight \[96, 3, 11, 11\].*; it fits architecture alexnet-torchvision: was/,
    ],
    [
      'caffenet',
      'lenet',
      / conv1\.weight.*; it fits architecture caffenet or architecture alexnet: was that meant\?$/,
    ],
    ['lenet', 'alexnet', / conv1\.weight.*; it fits architecture lenet: was that meant\?$/],
    [
      'caffenet',
      'alexnet-torchvision',
      /it fits architecture caffenet or architecture alexnet: was that meant\?$/,
    ],
  ])('of %s, taken for %s, is told what it is', (own, wanted, message) => {
    const file = fileOf(hollow(architectures.get(own)!(1000)));
    expect(() => matchWeights(file, wanted, 'f')).toThrow(message);
  });

  it('gets no hint where nothing fits', () => {
    expect(() => matchWeights(fileOf(named), 'lenet', 'f')).toThrow(/e\.bias \[7\]$/);
  });
});

it('tells the two AlexNets of Caffe apart by nothing: either may be meant', () => {
  const file = fileOf(hollow(architectures.get('caffenet')!(1000)));
  expect(matchWeights(file, 'alexnet', 'f').architecture.name).toBe('alexnet');
  expect(matchWeights(file, 'caffenet', 'f').architecture.name).toBe('caffenet');
  expect(fittingArchitectures(file, 'f')).toEqual(['caffenet', 'alexnet']);
});

describe('factors', () => {
  const factored = [
    ...named.filter(({ name }) => name !== 'd.weight'),
    tensor('d.weight.left', [5, 2]),
    tensor('d.weight.right', [2, 12]),
  ];

  it('stay factors', () => {
    const { weights, architecture } = matchTo(fileOf(factored), tiny, 'f');
    expect(architecture).toEqual(tiny(7));
    expect([...weights.keys()].sort()).toEqual(factored.map(({ name }) => name).sort());
  });

  it('of rank 0 are refused', () => {
    const hollowed = factored.map((each) => {
      if (each.name === 'd.weight.left') return tensor(each.name, [5, 0]);
      return each.name === 'd.weight.right' ? tensor(each.name, [0, 12]) : each;
    });
    expect(() => matchTo(fileOf(hollowed), tiny, 'f')).toThrow(
      'f: d.weight.left is [5, 0], which holds nothing',
    );
  });

  it('of ranks that differ are refused', () => {
    const wrong = factored.map((each) =>
      each.name === 'd.weight.right' ? tensor(each.name, [3, 12]) : each,
    );
    expect(() => matchTo(fileOf(wrong), tiny, 'f')).toThrow(
      /d\.weight\.right is \[3, 12\], tiny expects \[2, 12\]/,
    );
  });
});

describe('what is left over', () => {
  const ignored = [{ name: 'step', reason: 'holds int64' }];
  const reason = 'no layer of the architecture needs it';

  it('is listed where it is a counter, what an optimiser keeps, or the mean image of a model file', () => {
    const others = [
      tensor('steps', []),
      tensor('bn.num_batches_tracked', []),
      tensor('best_acc1', [1]),
      tensor('optimizer.exp_avg.c', [3]),
      tensor('c.momentum_buffer', [3]),
    ];
    const tensors = [...named, ...others, tensor('mean', [3])];
    const own = matchTo(fileOf(tensors, { ignored, format: 'safetensors' }), tiny, 'f');
    expect(own.ignored).toEqual([...ignored, ...others.map(({ name }) => ({ name, reason }))]);
  });

  test.each([
    ['aux.weight', [2], /no layer needs aux\.weight \[2\], .* another network: ignore leaves out/],
    ['mean', [3], /no layer needs mean \[3\]/],
    ['prelu.weight', [1], /no layer needs prelu\.weight \[1\]/],
    ['temperature', [], /no layer needs temperature \[\]/],
    ['norm.std', [1, 1, 1], /no layer needs norm\.std \[1, 1, 1\]/],
    ['c.weight_g', [3, 1, 1, 1], /its weights are made of others \(c\.weight_g\); .*remove_weight_norm/],
    ['bn.running_mean', [3], /batch normalisation \(bn\.running_mean\), .* export it as ONNX/],
  ])('%s is refused, as part of another network', (name, shape, message) => {
    expect(() => matchTo(fileOf([...named, tensor(name, shape)], { ignored }), tiny, 'f')).toThrow(message);
  });

  it('is refused where it is a mask of booleans, which the weights would be multiplied by', () => {
    const mask = [{ name: 'c.weight_mask', reason: 'holds bool' }];
    expect(() => matchTo(fileOf(named, { ignored: mask }), tiny, 'f')).toThrow(
      /no layer needs c\.weight_mask, .* pruned by a mask \(c\.weight_mask\); torch\.nn\.utils\.prune\.remove/,
    );
    const left = leaveOut(fileOf([...named, tensor('c.weight_mask', [3])]), ['*_mask'], 'f');
    expect(matchTo(left, tiny, 'f').ignored).toEqual([{ name: 'c.weight_mask', reason: asSaid }]);
  });

  it('is what an optimiser keeps where other names than ours might mean either', () => {
    const renamed = named.map((each) => ({ ...each, name: `net.${each.name}` }));
    const kept = renamed.map((each) => ({ ...each, name: `optimizer.exp_avg.${each.name}` }));
    const { mapped } = matchTo(fileOf([...kept, ...renamed]), tiny, 'f');
    for (const { from, to } of mapped) expect(from).toBe(`net.${to}`);
  });

  it('is listed where the file lists its layers, so that it is no part of the network', () => {
    const layers = ['c', 'd', 'e'].map((name) => layer(name, `${name}.weight`, `${name}.bias`));
    const { ignored: listed } = matchTo(fileOf([...named, tensor('aux', [2])], { layers }), tiny, 'f');
    expect(listed).toEqual([{ name: 'aux', reason }]);
  });
});
