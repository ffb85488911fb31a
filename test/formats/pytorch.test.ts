import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readPytorch } from '../../src/formats/pytorch.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { alexnetTorchvision } from '../../src/model/architectures/alexnet-torchvision.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import { int, pickle, text } from '../support/pickle-bytes.ts';

const FILE = 'weights.pth';

/** A file that PyTorch 1.13 wrote; fixtures/make-pytorch-fixtures.py says how. */
function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

/** The fixtures' values: k / 8 − 2. */
function ramp(length: number, begin = 0): Float32Array {
  return Float32Array.from({ length }, (_, k) => (begin + k) / 8 - 2);
}

/** A checkpoint of one float storage "0" whose pickle is built from the parts. */
function checkpoint(parts: readonly string[], storage: Uint8Array | undefined, others = {}): Uint8Array {
  const files = {
    'data.pkl': pickle('\x80\x02', ...parts, '.'),
    ...(storage && { 'data/0': storage }),
    ...others,
  };
  const rooted = Object.entries(files).map(([name, content]) => [`archive/${name}`, content] as const);
  return zipSync(Object.fromEntries(rooted), { level: 0 });
}

const STORAGE = ['(', text('storage'), 'ctorch\nFloatStorage\n', text('0'), text('cpu')].join('');

/** The pickle of a tensor of the storage "0". */
function tensor(
  count: number,
  offset: number,
  shape: number[],
  strides: number[],
  storage = STORAGE,
): string {
  const sizes = [shape, strides].map((each) => `(${each.map(int).join('')}t`).join('');
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${int(count)}tQ${int(offset)}${sizes}\x89Nt` + 'R';
}

function floats(length: number): Uint8Array {
  return new Uint8Array(ramp(length).buffer);
}

function dictOf(...entries: [name: string, value: string][]): string {
  return `}(${entries.map(([name, value]) => text(name) + value).join('')}u`;
}

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

describe('refusing to execute', () => {
  test.each([
    ['malicious.pth', /posix\.system, which no tensor needs; nothing of it was executed/],
    ['malicious-legacy.pth', /posix\.system/],
    ['whole-model.pth', /torch\.nn\.modules\.container\.Sequential.*torch\.save\(model\.state_dict\(\)/],
  ])('%s', (name, message) => {
    expect(() => readPytorch(fixture(name), name)).toThrow(WeightFileError);
    expect(() => readPytorch(fixture(name), name)).toThrow(message);
    expect(() => readPytorch(fixture(name), name)).toThrow(new RegExp(`^${name}: `));
  });
});

describe('refusing broken files', () => {
  const one = dictOf(['a', tensor(4, 0, [4], [1])]);
  const legacy = fixture('state-dict-legacy.pth');
  const zip = fixture('state-dict.pth');
  const two = floats(4).fill(0xff, 8);
  const bomb = dictOf(
    ...Array.from(
      { length: 9 },
      (_, k) => [`t${String(k)}`, tensor(100, k, [10, 9], [9, 1])] as [string, string],
    ),
  );
  test.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    ['an empty file', new Uint8Array(), /is it a PyTorch checkpoint\?/],
    ['another pickle', pickle('\x80\x02K\x01.'), /a pickle, but not one of torch\.save's/],
    [
      'the tar form',
      new Uint8Array(512)
        .fill(0x61)
        .with(257, 0x75)
        .with(258, 0x73)
        .with(259, 0x74)
        .with(260, 0x61)
        .with(261, 0x72),
      /the tar form/,
    ],
    ['another archive', zipSync({ 'a.txt': floats(1) }), /must be one <name>\/data\.pkl/],
    ['a TorchScript program', checkpoint([one], floats(4), { 'constants.pkl': floats(1) }), /TorchScript/],
    ['big-endian values', checkpoint([one], floats(4), { byteorder: pickle('big') }), /big-endian/],
    ['a list', checkpoint([']'], undefined), /holds no dict of tensors/],
    [
      'a dict of other things',
      checkpoint([dictOf(['epoch', 'K\x01'], ['net', '}'])], undefined),
      /it has epoch, net;/,
    ],
    [
      'whole numbers only',
      checkpoint([dictOf(['a', tensor(1, 0, [], [], STORAGE.replace('Float', 'Long'))])], floats(2)),
      /no floating-point tensors/,
    ],
    ['a missing storage', checkpoint([one], undefined), /storage 0 should have 16 bytes and is missing/],
    ['a short storage', checkpoint([one], floats(3)), /storage 0 should have 16 bytes and has 12/],
    [
      'a tensor beyond its storage',
      checkpoint([dictOf(['a', tensor(4, 1, [2, 2], [2, 1])])], floats(4)),
      /\[2, 2\] that needs 20 bytes of storage 0, which has 16/,
    ],
    [
      'a shape that overflows',
      checkpoint(
        [dictOf(['a', tensor(4, 0, Array<number>(64).fill(2 ** 31 - 1), Array<number>(64).fill(1))])],
        floats(4),
      ),
      /needs [\d,]+ bytes/,
    ],
    [
      'strides that hide a huge shape',
      checkpoint(
        [dictOf(['a', tensor(4, 0, Array<number>(64).fill(2 ** 31 - 1), Array<number>(64).fill(0))])],
        floats(4),
      ),
      /over and over/,
    ],
    [
      'a tensor that repeats one value',
      checkpoint([dictOf(['a', tensor(1, 0, [30_000, 30_000], [0, 0])])], floats(1)),
      /over and over/,
    ],
    [
      'many tensors of one storage',
      checkpoint([bomb], floats(100)),
      /tensors up to t2 .* 400 bytes .* over and over/,
    ],
    [
      'a storage of two types',
      checkpoint(
        [dictOf(['a', tensor(4, 0, [], [])], ['b', tensor(4, 0, [], [], STORAGE.replace('Float', 'Int'))])],
        floats(4),
      ),
      /storage 0 twice/,
    ],
    [
      'strides of another length',
      checkpoint([dictOf(['a', tensor(4, 0, [4], [1, 1])])], floats(4)),
      /other than a storage, an offset, a shape/,
    ],
    [
      'a negative size',
      checkpoint([dictOf(['a', tensor(4, 0, [-1], [1])])], floats(4)),
      /other than a storage, an offset, a shape/,
    ],
    [
      'a negated view',
      checkpoint(
        [dictOf(['a', tensor(4, 0, [4], [1]).replace('\x89NtR', `\x89N}${text('neg')}\x88stR`)])],
        floats(4),
      ),
      /negated/,
    ],
    ['NaN', checkpoint([one], two), /tensor a holds NaN at index 2, values must be finite/],
    [
      'a name of terminal codes',
      checkpoint([dictOf(['\x1b[2J', tensor(4, 0, [4], [1])])], two),
      /tensor \?\[2J holds NaN/,
    ],
    ['a legacy file with bytes after its end', Uint8Array.of(...legacy, 0), /1 bytes after its last storage/],
    ['a zip file with bytes after its end', Uint8Array.of(...zip, 0), /does not end with its directory/],
  ])('%s', (_, bytes, message) => {
    expect(() => readPytorch(bytes, FILE)).toThrow(WeightFileError);
    expect(() => readPytorch(bytes, FILE)).toThrow(message);
  });

  test('every truncation', () => {
    for (const bytes of [...truncationsOf(zip), ...truncationsOf(legacy)]) {
      expect(() => readPytorch(bytes, FILE)).toThrow(WeightFileError);
    }
  });

  test('a message stays readable when a name is long', () => {
    const bytes = checkpoint([dictOf(['n'.repeat(100_000), tensor(4, 0, [4], [1])])], two);
    expect(() => readPytorch(bytes, FILE)).toThrow(/^.{1,700}$/s);
  });
});

describe('hostile bytes', () => {
  function check(bytes: Uint8Array): void {
    const start = performance.now();
    const file = parsedOrRefused(() => readPytorch(bytes, FILE), WeightFileError);
    expect(performance.now() - start).toBeLessThan(2000);
    if (file === undefined) return;
    for (const { data, shape } of file.tensors.values()) {
      expect(data.length).toBe(shape.reduce((product, size) => product * size, 1));
      expect(data.every(Number.isFinite)).toBe(true);
    }
    // Stored archives hold their storages as they are, so twice those is at most twice the file.
    const distinct = new Set([...file.tensors.values()].map(({ data }) => data));
    const total = [...distinct].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(total).toBeLessThanOrEqual(2 * bytes.length);
  }

  const names = ['state-dict.pth', 'state-dict-legacy.pth', 'training.pth', 'malicious.pth'];
  test.each(names)('a damaged %s is read consistently or refused as a WeightFileError', (name) => {
    fc.assert(fc.property(mutationsOf(fixture(name)), check), { numRuns: 2000 });
  });

  test('so is a file with one bit flipped, in whatever byte', () => {
    for (const name of ['state-dict.pth', 'state-dict-legacy.pth']) {
      const bytes = fixture(name);
      for (const [at, byte] of bytes.entries()) check(bytes.with(at, byte ^ (1 << (at % 8))));
    }
  });

  test('a flipped bit in a zipped storage or pickle does not go unnoticed', () => {
    const bytes = fixture('state-dict.pth');
    const end = bytes.length - 22;
    const directory = new DataView(bytes.buffer).getUint32(end + 16, true);
    const read = readPytorch(bytes, FILE);
    for (let at = 0; at < directory; at++) {
      const file = parsedOrRefused(() => readPytorch(bytes.with(at, bytes[at]! ^ 4), FILE), WeightFileError);
      if (file !== undefined) expect(file).toEqual(read);
    }
  });

  test('so is a whole archive around a damaged pickle', () => {
    for (const name of ['state-dict.pth', 'training.pth']) {
      const files = unzipSync(fixture(name));
      const pickleName = Object.keys(files).find((each) => each.endsWith('/data.pkl'))!;
      fc.assert(
        fc.property(mutationsOf(files[pickleName]!), (damaged) => {
          check(zipSync({ ...files, [pickleName]: damaged }, { level: 0 }));
        }),
        { numRuns: 2000 },
      );
    }
  });
});
