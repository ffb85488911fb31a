import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { readZip, unzip } from '../../src/formats/zip.ts';
import { mutationsOf, parsedOrRefused, truncationsOf } from '../support/hostile-bytes.ts';

const content = Uint8Array.from({ length: 300 }, (_, k) => (k * 37) % 251);
const files = { 'a/one': content, 'a/two': content.slice(0, 5), 'a/none': new Uint8Array() };
const stored = zipSync(files, { level: 0 });

function unzipped(bytes: Uint8Array): Record<string, Uint8Array> {
  return Object.fromEntries([...readZip(bytes)].map(([name, entry]) => [name, unzip(entry)]));
}

/** Where the directory begins, and each entry of it. */
function entriesOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = bytes.length - 22;
  const entries: number[] = [];
  for (let at = view.getUint32(end + 16, true); at < end;) {
    entries.push(at);
    at += 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** The archive with a number of its directory's entry changed. */
function changed(bytes: Uint8Array, entry: number, offset: number, size: 2 | 4, value: number): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  const at = entriesOf(bytes)[entry]! + offset;
  if (size === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
  return copy;
}

describe('reading', () => {
  test.each([0, 1, 9] as const)('what level %i packed', (level) => {
    const varied = { ...files, noise: Uint8Array.from({ length: 70_000 }, (_, k) => Math.sin(k) * 1e6) };
    expect(unzipped(zipSync(varied, { level }))).toEqual(varied);
  });

  test('stored files without copying them', () => {
    expect(unzip(readZip(stored).get('a/one')!).buffer).toBe(stored.buffer);
  });
});

describe('refusing', () => {
  const zeros = zipSync({ zeros: new Uint8Array(1_000_000) }, { level: 9 });
  // Five bytes that claim to be five, and unpack to a million.
  const liar = changed(zeros, 0, 24, 4, 5);
  const short = changed(zipSync({ a: content }, { level: 9 }), 0, 24, 4, content.length + 1);
  const [first = 0, second = 0] = entriesOf(stored);
  const twice = stored.slice();
  twice.set(stored.subarray(first, first + 46 + 5), second);
  const renamed = zipSync({ 'a/one': content, 'b/one': content }, { level: 0 });
  for (const at of [entriesOf(renamed)[1]! + 46, 300 + 30 + 5 + 30]) renamed[at] = 'a'.charCodeAt(0);
  test.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    [
      'an archive that claims to unpack to far more',
      zeros,
      /claims to unpack to 1,000,000 bytes, over 2 times/,
    ],
    [
      'a file that is longer than it claims',
      liar,
      /zeros in it cannot be unpacked \(it is longer than it claims\)/,
    ],
    ['a file that is shorter than it claims', short, /a in it cannot be unpacked \(it is shorter/],
    ['a changed byte', stored.with(40, 1), /a\/one in it does not match its checksum/],
    ['two files in one place', twice, /a\/one and a\/one in it overlap/],
    ['two files of one name', renamed, /two files named a\/one/],
    ['encryption', changed(stored, 0, 8, 2, 1), /a\/one in it is encrypted/],
    ['another compression', changed(stored, 0, 10, 2, 14), /compressed by method 14/],
    ['another method than the local header', changed(stored, 0, 10, 2, 8), /damaged directory/],
    ['a stored file of two sizes', changed(stored, 0, 24, 4, 299), /damaged directory/],
    [
      'a file that runs into the directory',
      changed(changed(stored, 0, 20, 4, 2000), 0, 24, 4, 2000),
      /damaged/,
    ],
    ['a header that is elsewhere', changed(stored, 0, 42, 4, 1), /damaged directory/],
    ['an offset beyond the file', changed(stored, 0, 42, 4, 0xfffffffe), /damaged directory/],
    ['a 64-bit size without its field', changed(stored, 0, 24, 4, 0xffffffff), /damaged directory/],
    ['a name that reaches beyond the directory', changed(stored, 2, 28, 2, 60_000), /damaged directory/],
    ['another name than the local header', stored.with(30, 0x62), /damaged directory/],
    ['a count that is too small', stored.with(stored.length - 12, 2).with(stored.length - 14, 2), /damaged/],
    ['something after the end', Uint8Array.of(...stored, 0), /does not end with its directory/],
    ['nothing', new Uint8Array(), /does not end with its directory/],
  ])('%s', (_, bytes, message) => {
    expect(() => unzipped(bytes)).toThrow(WeightFileError);
    expect(() => unzipped(bytes)).toThrow(message);
  });

  test('a long file that hides a far longer one, soon', () => {
    // 100 kB of deflated zeros are 100 MB; the claim is within what the archive may have.
    const bomb = zipSync({ zeros: new Uint8Array(100_000_000) }, { level: 9 });
    const start = performance.now();
    expect(() => unzipped(changed(bomb, 0, 24, 4, bomb.length))).toThrow(/longer than it claims/);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('every truncation', () => {
    for (const bytes of truncationsOf(stored)) expect(() => readZip(bytes)).toThrow(WeightFileError);
  });
});

describe('hostile bytes', () => {
  test.each([0, 9] as const)('a damaged archive of level %i is unpacked or refused', (level) => {
    fc.assert(
      fc.property(mutationsOf(zipSync(files, { level })), (bytes) => {
        const result = parsedOrRefused(() => unzipped(bytes), WeightFileError) ?? {};
        const total = Object.values(result).reduce((sum, { length }) => sum + length, 0);
        expect(total).toBeLessThanOrEqual(2 * bytes.length);
      }),
      { numRuns: 3000 },
    );
  });

  test('a damaged directory, too', () => {
    const directory = entriesOf(stored)[0]!;
    const edit = fc.tuple(
      fc.integer({ min: directory, max: stored.length - 1 }),
      fc.constantFrom(0, 1, 127, 255),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const bytes = stored.slice();
        for (const [at, value] of edits) bytes[at] = value;
        parsedOrRefused(() => unzipped(bytes), WeightFileError);
      }),
      { numRuns: 5000 },
    );
  });
});
