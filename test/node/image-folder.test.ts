import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DatasetError } from '../../src/datasets/dataset.ts';
import { encodePng, ImageFileError } from '../../src/node/image-file.ts';
import { imageBatches, openImageFolder, readImage } from '../../src/node/image-folder.ts';
import { jpegOf } from '../support/jpeg-bytes.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-images-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const labels = ['n01440764 tench, Tinca tinca', 'n01443537 goldfish, Carassius auratus', 'n01484850 shark'];
const png = (value: number) => encodePng({ extent: [1, 2, 3], bytes: new Uint8Array(6).fill(value) });
const jpg = (value: number) => jpegOf({ width: 8, height: 8, components: [{ sample: () => value }] });

let folders = 0;
/** A folder that holds these files. */
function folderOf(files: Record<string, Uint8Array>): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const batchesOf = async (folder: string, shape: [number, number, number], most: number) => {
  const batches = [];
  for await (const batch of imageBatches(await openImageFolder(folder, labels), shape, most))
    batches.push(batch);
  return batches;
};

describe('a labelled folder', () => {
  const folder = folderOf({
    'n01443537/b.PNG': png(20),
    'n01443537/a10.jpeg': jpg(12),
    'n01443537/a9.jpg': jpg(11),
    'n01443537/notes.txt': png(1),
    'n01443537/.hidden.png': png(1),
    'tench/x.png': png(30),
    '2/y.png': png(40),
    '.cache/z.png': png(1),
    'README.md': png(1),
  });

  test('lists pictures by subfolder and name, with their classes', async () => {
    const { pictures, path } = await openImageFolder(folder, labels);
    expect(path).toBe(folder);
    expect(pictures).toEqual([
      { file: join(folder, '2/y.png'), target: 2 },
      { file: join(folder, 'n01443537/a9.jpg'), target: 1 },
      { file: join(folder, 'n01443537/a10.jpeg'), target: 1 },
      { file: join(folder, 'n01443537/b.PNG'), target: 1 },
      { file: join(folder, 'tench/x.png'), target: 0 },
    ]);
  });

  test('comes in batches at the size that the model looks at', async () => {
    const batches = await batchesOf(folder, [3, 1, 2], 2);
    expect(batches.map(({ targets }) => targets)).toEqual([[2, 1], [1, 1], [0]]);
    const six = (value: number) => new Array<number>(6).fill(value);
    expect(batches.map(({ images }) => [...images])).toEqual([
      [...six(40), ...six(11)],
      [...six(12), ...six(20)],
      six(30),
    ]);
  });

  test('may consist of links', async () => {
    const linked = folderOf({});
    symlinkSync(join(folder, 'tench'), join(linked, '1'));
    symlinkSync(join(folder, 'README.md'), join(linked, 'README.md'));
    expect((await openImageFolder(linked, labels)).pictures).toEqual([
      { file: join(linked, '1/x.png'), target: 1 },
    ]);
  });
});

describe('a link that leads nowhere', () => {
  const withLinks = (...links: string[]) => {
    const folder = folderOf({ 'tench/a.png': png(1) });
    for (const link of links) symlinkSync('nowhere', join(folder, link));
    return folder;
  };

  test('is passed over where it is neither a class nor a picture', async () => {
    const folder = withLinks('README.md', 'tench/notes.txt');
    expect((await openImageFolder(folder, labels)).pictures).toHaveLength(1);
  });

  test('is a picture that cannot be read, by its name', async () => {
    const folder = withLinks('tench/b.png');
    expect((await openImageFolder(folder, labels)).pictures).toHaveLength(2);
    await expect(batchesOf(folder, [1, 2, 2], 1)).rejects.toThrow(/cannot read .*tench\/b\.png: ENOENT/);
  });

  test('does not leave out a class in silence', async () => {
    await expect(openImageFolder(withLinks('goldfish'), labels)).rejects.toThrow(
      /goldfish cannot be read as a folder \(ENOENT/,
    );
  });
});

test('a folder is no picture, whatever its name', async () => {
  const folder = folderOf({ 'tench/a.png': png(1), 'tench/more.jpg/b.png': png(2) });
  expect((await openImageFolder(folder, labels)).pictures).toEqual([
    { file: join(folder, 'tench/a.png'), target: 0 },
  ]);
});

test('what cannot be read is left out of its batch where somebody listens', async () => {
  const folder = folderOf({
    'tench/a.png': png(1).subarray(0, 40),
    'tench/b.png': png(2),
    'tench/c.jpg': jpg(3).subarray(0, -2),
    'tench/d.png': png(4).subarray(0, 40),
    'tench/e.png': png(5).subarray(0, 40),
    'goldfish/f.png': png(6),
  });
  const [unreadable, notes]: [string[], string[]] = [[], []];
  const batches = [];
  for await (const batch of imageBatches(await openImageFolder(folder, labels), [1, 1, 1], 2, {
    onNote: (text) => notes.push(text),
    onUnreadable: ({ message }, file) => unreadable.push(`${file}: ${message}`),
  }))
    batches.push({ images: [...batch.images], targets: batch.targets });
  // Goldfish come first; the last two, of a batch of their own, are both left out.
  expect(batches).toEqual([
    { images: [6], targets: [1] },
    { images: [2, 3], targets: [0, 0] },
  ]);
  expect(unreadable).toHaveLength(3);
  for (const [index, name] of ['a', 'd', 'e'].entries())
    expect(unreadable[index]).toMatch(new RegExp(`^(.*tench/${name}\\.png): \\1 cannot be read as a PNG`));
  expect(notes).toEqual([
    expect.stringMatching(/tench\/c\.jpg is read although it ends without its end marker/),
  ]);
});

describe('a folder that is refused with a reason', () => {
  test.each<[string, string, RegExp]>([
    [
      'missing',
      join(root, 'missing'),
      /missing cannot be read as a folder \(ENOENT.*FOLDER\/<class>\/\*\.png/,
    ],
    ['a file', join(folderOf({ 'f.png': png(1) }), 'f.png'), /f\.png cannot be read as a folder/],
    ['empty', folderOf({}), /holds no labelled pictures: expected FOLDER\/<class>\//],
    ['flat', folderOf({ 'f.png': png(1) }), /holds no labelled pictures/],
    ['without pictures', folderOf({ 'tench/f.gif': png(1) }), /holds no labelled pictures/],
    [
      'of another model',
      folderOf({ 'cat/f.png': png(1) }),
      /cat: "cat" is none of the model's classes: expected a class number from 0 to 2/,
    ],
  ])('%s', async (_, folder, reason) => {
    await expect(openImageFolder(folder, labels)).rejects.toThrow(DatasetError);
    await expect(openImageFolder(folder, labels)).rejects.toThrow(reason);
  });

  test('a broken picture stops with its name', async () => {
    const folder = folderOf({ 'tench/a.png': png(1), 'tench/b.png': png(1).subarray(0, 40) });
    await expect(batchesOf(folder, [1, 2, 2], 1)).rejects.toThrow(ImageFileError);
    await expect(batchesOf(folder, [1, 2, 2], 1)).rejects.toThrow(/tench\/b\.png cannot be read as a PNG/);
    await expect(readImage(join(folder, 'tench'))).rejects.toThrow(/cannot read .*tench: it is a folder/);
  });
});
