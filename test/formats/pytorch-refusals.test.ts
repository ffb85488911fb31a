/** Checkpoints that are refused: those that want to execute something, broken ones, and ones damaged on purpose. */
import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readPytorch } from '../../src/formats/pytorch.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';
import { pickle, text } from '../support/pickle-bytes.ts';
import { FILE, fixture, checkpoint, STORAGE, tensor, floats, dictOf } from './pytorch-checkpoints.ts';

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
