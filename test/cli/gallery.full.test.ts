import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GalleryData, GalleryDetail } from '../../src/report/gallery/gallery-data.ts';
import { fakeAscent } from '../report/fake-ascent.ts';
import { fakeRun } from '../report/fake-run.ts';
import { sized, writeAscentFolder, writeRunFolder } from '../support/run-folders.ts';
import { ended, fool, start } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-gallery-'));
const at = (name: string) => join(root, name);
const device = ['--adapter', 'swiftshader'];
const gallery = (...more: string[]) => fool('report', '--gallery', ...more);

beforeAll(async () => {
  const small = ['evolve', ...device, '--generations', '2', '--population', '8', '--quiet'];
  expect((await fool(...small, '--out', at('real'))).code).toBe(0);
  await writeRunFolder(
    at('large'),
    sized(fakeRun({ classes: 20, label: (n) => `large ${String(n)}` }), [3, 160, 200]),
  );
  await writeRunFolder(at('small'), fakeRun({ encoding: 'direct', label: (n) => `<b>small ${String(n)}` }));
  await writeAscentFolder(at('ascent'), fakeAscent({ label: (n) => `climbed ${String(n)}` }));
}, 120_000);

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** What a file of data hands over. */
function taken(file: string): unknown {
  const values: unknown[] = [];
  const takeGalleryPiece = (_: string, value: unknown) => values.push(value);
  runInNewContext(readFileSync(file, 'utf8'), { takeGalleryPiece });
  return JSON.parse(JSON.stringify(values[0]));
}
const dataOf = (folder: string, part = '0001') => taken(join(at(folder), part, 'data.js')) as GalleryData;
/** Every file below a folder. */
const filesOf = (folder: string) =>
  readdirSync(at(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(at(folder).length + 1))
    .sort();

it('joins runs of every kind and size, each picture with a file, large ones with a thumbnail', async () => {
  const folders = ['large', 'small', 'ascent'].map(at);
  const { code, out, err } = await gallery(...folders, '--out', at('all'), '--no-judge', '--json');
  expect(code, err).toBe(0);
  expect(JSON.parse(out)).toEqual({
    command: 'report',
    exitCode: 0,
    errors: [],
    folder: at('all'),
    gallery: join(at('all'), 'index.html'),
    pictures: 26,
    runs: folders,
    notes: [],
  });
  const { runs, entries } = dataOf('all');
  expect(runs.map(({ method }) => method)).toEqual(['cppn', 'direct', 'ascent']);
  expect(entries.map(({ shown }) => shown)).toEqual([
    ...Array.from({ length: 20 }, () => 'shrunk'),
    ...Array.from({ length: 6 }, () => 'small'),
  ]);
  const files = filesOf('all');
  expect(files.filter((file) => file.includes('/pictures/'))).toHaveLength(26);
  expect(files.filter((file) => file.includes('/thumbnails/'))).toHaveLength(20);
  expect(files.filter((file) => file.includes('/details/'))).toHaveLength(4);
  const copied = readFileSync(join(at('all'), '0001/pictures/0000/00019.png'));
  expect(copied).toEqual(readFileSync(join(at('large'), 'images/0019.png')));
  const page = readFileSync(join(at('all'), 'index.html'), 'utf8');
  expect(page.length).toBeLessThan(40_000);
  expect(page).not.toMatch(/https?:/);
});

it('shows what the model sees in each picture, as fool classify does', async () => {
  const { code, err } = await gallery(at('real'), '--out', at('judged'), ...device);
  expect(code, err).toBe(0);
  const details = taken(join(at('judged'), '0001/details/0000/00000.js')) as GalleryDetail[];
  const pictures = details.map((_, place) =>
    join(at('real'), `images/${String(place).padStart(4, '0')}.png`),
  );
  const { out } = await fool('classify', ...device, '--json', ...pictures);
  const answers = JSON.parse(out) as { top: { class: number; confidence: number }[] }[];
  expect(details).toHaveLength(10);
  for (const [index, { likeliest }] of details.entries()) {
    const { top } = answers[index]!;
    expect(likeliest?.map((guess) => guess.class)).toEqual(top.map((guess) => guess.class));
    for (const [place, { confidence }] of likeliest!.entries())
      expect(confidence).toBeCloseTo(top[place]!.confidence, 5);
  }
});

it('does without bars where the model is another one now, and says so', async () => {
  const { code, err } = await gallery(at('small'), '--out', at('other-model'), ...device);
  expect(code).toBe(0);
  expect(err).toMatch(/warning: .*small: no bars .* made with another lenet-mnist \(SHA-256 abababababab/);
  expect(dataOf('other-model').runs[0]?.unjudged).toMatch(/another lenet-mnist/);
  expect(readFileSync(join(at('other-model'), 'index.html'), 'utf8')).toMatch(/no bars of the likeliest/);
});

it('takes a run once that is given twice, by whatever path', async () => {
  symlinkSync(at('real'), at('link'));
  cpSync(at('real'), at('copy'), { recursive: true });
  const folders = [at('real'), `${at('real')}/`, at('link'), at('copy')];
  const { err } = await gallery(...folders, '--out', at('once'), '--no-judge');
  expect(dataOf('once').entries).toHaveLength(10);
  expect(err).toMatch(/copy is the same run as .*real/);
});

it('leaves out what is damaged, with a note, and shows the rest', async () => {
  const damaged = { 'run.json': 'no-record', 'archive.json': 'no-archive', 'images/0001.png': 'no-picture' };
  for (const [file, folder] of Object.entries(damaged)) {
    cpSync(at('small'), at(folder), { recursive: true });
    writeFileSync(join(at(folder), file), '{\u001b[2J');
  }
  cpSync(at('small'), at('unsaved'), { recursive: true });
  rmSync(join(at('unsaved'), 'archive.json'));
  const folders = [...Object.values(damaged), 'unsaved', 'large'].map(at);
  const { code, err } = await gallery(...folders, '--out', at('rest'), '--no-judge');
  expect(code).toBe(0);
  expect(err).toMatch(/no-record: left out: run\.json/);
  expect(err).toMatch(/no-archive: left out: archive\.json/);
  expect(err).toMatch(/unsaved: left out: .*no archive\.json yet/);
  expect(err).toMatch(/no-picture: shown without a picture: images\/0001\.png is neither/);
  expect(err).not.toContain('\u001b');
  const { runs, entries } = dataOf('rest');
  expect(runs.map(({ name }) => name)).toEqual([at('no-picture'), at('large')]);
  expect(entries.filter(({ shown }) => shown === 'missing').map(({ class: number }) => number)).toEqual([1]);
});

describe('what cannot be done ends with a sentence', () => {
  it.each([
    [['report', at('real'), at('small')], 2, /one run folder, not of 2: pass --gallery/],
    [['report', at('real'), '--out', at('x')], 2, /belong to --gallery/],
    [['report', '--gallery', at('real')], 2, /give --out FOLDER/],
    [['report', '--gallery', at('real'), root, '--out', at('x')], 1, /fool-gallery-\w+ is not a run folder/],
    [['report', '--gallery', at('nowhere'), '--out', at('x')], 1, /nowhere is not a run folder/],
    [
      ['report', '--gallery', at('real'), '--out', at('small')],
      2,
      /small holds something that is not a gallery \(archive\.json\)/,
    ],
    [['report', '--gallery', at('real'), '--out', at('small'), '--replace'], 2, /not a gallery/],
  ])('%j', async (commandLine, exitCode, message) => {
    const { code, err } = await fool(...commandLine);
    expect(err).toMatch(message);
    expect(code).toBe(exitCode);
    expect(existsSync(at('x'))).toBe(false);
  });
});

describe('a gallery that is there', () => {
  it('is made anew with --replace alone, and what is not its own stays', async () => {
    const make = (run: string, ...more: string[]) =>
      gallery(at(run), '--out', at('anew'), '--no-judge', ...more);
    expect((await make('large')).code).toBe(0);
    const own = filesOf('anew');
    for (const file of ['notes.txt', '0001/pictures/0000/mine.png'])
      writeFileSync(join(at('anew'), file), 'mine');
    const refused = await make('small');
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/--replace/);
    expect((await make('small', '--replace')).code).toBe(0);
    const now = filesOf('anew');
    expect(now).toContain('notes.txt');
    expect(now).toContain('0001/pictures/0000/mine.png');
    expect(now.filter((file) => own.includes(file))).toEqual(['gallery.json', 'index.html']);
    expect(dataOf('anew', '0002').runs.map(({ name }) => name)).toEqual([at('small')]);
    expect(readFileSync(join(at('anew'), 'index.html'), 'utf8')).toContain('0002/data.js');
  });

  it('stays as it is when nothing can take its place', async () => {
    await gallery(at('small'), '--out', at('kept'), '--no-judge');
    const before = filesOf('kept');
    const { code, err } = await gallery(at('unsaved'), '--out', at('kept'), '--no-judge', '--replace');
    expect(code).toBe(1);
    expect(err).toMatch(/none of these folders has pictures/);
    expect(filesOf('kept')).toEqual(before);
    expect(dataOf('kept').entries).toHaveLength(3);
  });

  it('whose record is damaged is nobody’s, and not touched', async () => {
    await gallery(at('small'), '--out', at('torn'), '--no-judge');
    writeFileSync(
      join(at('torn'), 'gallery.json'),
      '{"format":1,"kind":"gallery","version":"","parts":[],"checksum":"0"}',
    );
    const { code, err } = await gallery(at('small'), '--out', at('torn'), '--no-judge', '--replace');
    expect(code).toBe(2);
    expect(err).toMatch(/gallery\.json that cannot be read/);
    expect(existsSync(join(at('torn'), '0001/data.js'))).toBe(true);
  });
});

it('Ctrl-C ends with 130 and leaves nothing of a gallery', async () => {
  await writeRunFolder(at('many'), sized(fakeRun({ classes: 600 }), [3, 160, 160]));
  const child = start(['report', '--gallery', at('many'), '--out', at('stopped'), '--no-judge']);
  const outcome = ended(child);
  const written = join(at('stopped'), '0001/pictures/0000/00020.png');
  while (!existsSync(written) && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGINT');
  expect((await outcome).code).toBe(130);
  expect(readdirSync(at('stopped'))).toEqual([]);
}, 120_000);
