import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readPytorch } from '../../src/formats/pytorch.ts';
import { alexnetTorchvision } from '../../src/model/architectures/alexnet-torchvision.ts';
import { int, pickle, text } from '../support/pickle-bytes.ts';
import { FILE, fixture, ramp, checkpoint, STORAGE, tensor, floats, dictOf } from './pytorch-checkpoints.ts';

describe('reading what PyTorch wrote', () => {
  test.each(['state-dict.pth', 'state-dict-legacy.pth'])('every kind of tensor in %s', (name) => {
    const file = readPytorch(fixture(name), FILE);
    expect(file.format).toBe('pytorch');
    const transposed = Float32Array.from({ length: 12 }, (_, k) => ((k % 3) * 4 + Math.floor(k / 3)) / 8 - 2);
    const expected: [name: string, dtype: string, shape: number[], data: Float32Array][] = [
      ['conv.weight', 'F32', [2, 1, 3, 3], ramp(18)],
      ['conv.bias', 'F32', [2], ramp(2)],
      ['fc.weight', 'F32', [3, 4], ramp(12)],
      ['fc.transposed', 'F32', [4, 3], transposed],
      ['part', 'F32', [4], ramp(4, 5)],
      ['tied', 'F32', [2], ramp(2)],
      ['half', 'F16', [5], ramp(5)],
      ['brain', 'F32', [5], ramp(5)],
      ['double', 'F32', [5], ramp(5)],
      ['scalar', 'F32', [], Float32Array.of(0.5)],
      ['parameter', 'F32', [3], ramp(3)],
    ];
    expect([...file.tensors]).toEqual(
      expected.map(([name, dtype, shape, data]) => [name, { name, dtype, shape, data }]),
    );
    expect(file.ignored).toEqual([
      {
        name: 'num_batches_tracked',
        reason: 'holds int64; weights are float32, float16, bfloat16 or float64',
      },
    ]);
    expect(file.tensors.get('tied')!.data).toBe(file.tensors.get('conv.bias')!.data);
  });

  test("a training state: the network's tensors without DataParallel's prefix, the rest ignored", () => {
    const { tensors, ignored } = readPytorch(fixture('training.pth'), FILE);
    expect([...tensors.keys()]).toEqual([
      '0.weight',
      '0.bias',
      '1.weight',
      '1.bias',
      '1.running_mean',
      '1.running_var',
    ]);
    expect(tensors.get('0.weight')).toMatchObject({ name: '0.weight', shape: [3, 2], data: ramp(6) });
    const reason = 'is training state beside "state_dict", which holds the weights';
    expect(ignored.slice(0, 4)).toEqual(
      ['epoch', 'arch', 'best_acc1', 'optimizer'].map((name) => ({ name, reason })),
    );
    expect(ignored.slice(4).map(({ name }) => name)).toEqual(['module.1.num_batches_tracked']);
  });

  const protocols = [2, 3, 4, 5].flatMap((protocol) => [String(protocol), `${String(protocol)}-legacy`]);
  test.each(protocols)('a training state full of plain data, protocol %s', (protocol) => {
    const { tensors, ignored } = readPytorch(fixture(`plain-${protocol}.pth`), FILE);
    expect([...tensors.keys()]).toEqual(['fc.weight', 'fc.bias']);
    expect(tensors.get('fc.weight')).toMatchObject({ shape: [3, 2], data: ramp(6) });
    const reason = 'is training state beside "net", which holds the weights';
    const others =
      'args history counts last seen frozen started where best curve raw device config steps'.split(' ');
    expect(ignored).toEqual(others.map((name) => ({ name, reason })));
  });

  test('a state dict of protocol 4', () => {
    expect([...readPytorch(fixture('protocol-4.pth'), FILE).tensors.keys()]).toEqual(['weight']);
  });

  test("AlexNet's tensors have the names of its layers", () => {
    const { tensors } = readPytorch(fixture('thin-alexnet.pth'), FILE);
    const layers = alexnetTorchvision(7).layers.filter(
      ({ kind }) => kind === 'convolution' || kind === 'dense',
    );
    expect([...tensors.keys()]).toEqual(layers.flatMap(({ name }) => [`${name}.weight`, `${name}.bias`]));
    expect(tensors.get('features.3.weight')!.shape).toEqual([16, 8, 5, 5]);
    expect(tensors.get('classifier.6.weight')!.shape).toEqual([7, 32]);
  });

  test('at any alignment of the bytes', () => {
    const bytes = fixture('state-dict.pth');
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    expect(readPytorch(shifted, FILE)).toEqual(readPytorch(bytes, FILE));
  });

  test('zipped again with compression', () => {
    const zipped = zipSync(unzipSync(fixture('thin-alexnet.pth')), { level: 9 });
    expect(readPytorch(zipped, FILE)).toEqual(readPytorch(fixture('thin-alexnet.pth'), FILE));
  });
});

describe('reading what other versions write', () => {
  test('the byte order and alignment notes of PyTorch 2', () => {
    const others = {
      byteorder: pickle('little'),
      '.data/serialization_id': pickle('1'),
      version: pickle('3\n'),
    };
    const bytes = checkpoint([dictOf(['a', tensor(2, 0, [2], [1])])], floats(2), others);
    expect(readPytorch(bytes, FILE).tensors.get('a')!.data).toEqual(ramp(2));
  });

  test('untyped storages, whose tensors carry their type', () => {
    const storage = STORAGE.replace('ctorch\nFloat', 'ctorch.storage\nUntyped');
    const typed = tensor(12, 1, [2], [1], storage)
      .replace('_v2', '_v3')
      .replace('\x89NtR', '\x89Nctorch\nfloat32\ntR');
    const bytes = checkpoint([dictOf(['a', typed])], floats(3));
    expect(readPytorch(bytes, FILE).tensors.get('a')!.data).toEqual(ramp(2, 1));
  });

  test('quantised tensors are listed, as any that are no floats', () => {
    const storage = STORAGE.replace('FloatStorage', 'QInt8Storage').replace(text('0'), text('1'));
    const quantised = tensor(2, 0, [2], [1], storage)
      .replace('_rebuild_tensor_v2', '_rebuild_qtensor')
      .replace('\x89NtR', `(ctorch\nper_tensor_affine\n${int(1)}${int(0)}t\x89NtR`);
    const bytes = checkpoint([dictOf(['a', tensor(2, 0, [2], [1])], ['q', quantised])], floats(2), {
      'data/1': pickle('\x01\x02'),
    });
    const { tensors, ignored } = readPytorch(bytes, FILE);
    expect([...tensors.keys()]).toEqual(['a']);
    expect(ignored).toEqual([
      { name: 'q', reason: 'holds qint8; weights are float32, float16, bfloat16 or float64' },
    ]);
  });

  test('parameters of PyTorch 0.1, whose flags are set afterwards', () => {
    const parameter = `ctorch.nn.parameter\nParameter\n${tensor(2, 0, [2], [1])}\x85R\x88\x89}\x87b`;
    const bytes = checkpoint([dictOf(['a', parameter])], floats(2));
    expect(readPytorch(bytes, FILE).tensors.get('a')!.data).toEqual(ramp(2));
  });

  test('parts of storages, which old files knew', () => {
    const part = tensor(6, 1, [2], [1]).replace(`${int(6)}tQ`, `${int(6)}(${text('7')}${int(2)}${int(3)}ttQ`);
    const bytes = checkpoint([dictOf(['a', part])], floats(6));
    expect(readPytorch(bytes, FILE).tensors.get('a')!.data).toEqual(ramp(2, 3));
  });

  test('any strides are read as the naive formula says', () => {
    const axis = fc.record({ size: fc.integer({ min: 0, max: 3 }), stride: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 4 }), fc.nat(3), (axes, offset) => {
        let expected = [offset];
        for (const { size, stride } of axes) {
          expected = expected.flatMap((at) => Array.from({ length: size }, (_, k) => at + k * stride));
        }
        const [shape, strides] = [axes.map(({ size }) => size), axes.map(({ stride }) => stride)];
        const bytes = checkpoint([dictOf(['a', tensor(100, offset, shape, strides)])], floats(100));
        const { data } = readPytorch(bytes, FILE).tensors.get('a')!;
        expect([...data]).toEqual(expected.map((at) => at / 8 - 2));
      }),
    );
  });
});
