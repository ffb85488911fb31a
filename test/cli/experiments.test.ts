/** `fool experiment` in miniature: tables, figures, interruption, wrong usage. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/node/image-file.ts';
import { ended, fool, start } from './fool.ts';
import { full } from '../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-experiments-'));
const at = (name: string) => join(root, name);
const device = ['--adapter', 'swiftshader'];
const small = ['--runs', '2', '--generations', '6', '--population', '8', '--classes', '0,1,3'];
const miniature = ['experiment', 'mnist-cppn', ...device, ...small];

interface Printed {
  readonly complete: boolean;
  readonly rows: readonly { readonly what: string; readonly here: string }[];
  readonly numbers: { readonly medians: readonly number[]; readonly confidences: readonly number[][] };
  readonly figures: readonly { readonly file: string }[];
}

let printed: Printed;
beforeAll(async () => {
  const { code, out, err } = await fool(...miniature, '--json', '--out', at('whole'));
  expect(err).not.toContain('warning');
  expect(code).toBe(0);
  printed = JSON.parse(out) as Printed;
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Everything that does not tell the time. */
function outcome(folder: string): Record<string, string> {
  const names = readdirSync(at(folder), { recursive: true }) as string[];
  const kept = names
    .filter((name) => /archive\.json$|images\/.*png$|figures\/.*(png|svg)$/.test(name))
    .sort();
  return Object.fromEntries(kept.map((name) => [name, readFileSync(join(at(folder), name), 'latin1')]));
}

describe('an experiment', () => {
  it('ends with a table whose numbers are those of its runs', () => {
    const { numbers, rows, complete } = printed;
    expect(complete).toBe(true);
    for (const run of [0, 1]) {
      const archive = JSON.parse(
        readFileSync(at(`whole/runs/run-0${String(run + 1)}/archive.json`), 'utf8'),
      ) as { confidence: number }[];
      const confidences = archive.map(({ confidence }) => confidence);
      expect(numbers.confidences[run]).toEqual(confidences);
      expect(numbers.medians[run]).toBe([...confidences].sort((a, b) => a - b)[1]);
    }
    expect(rows.map(({ what }) => what)).toContain('median confidence at the end');
  });

  it('leaves figures: drawings, and a row of pictures for each run', () => {
    const files = printed.figures.map(({ file }) => file);
    expect(files).toEqual(['confidence.svg', 'spread.svg', 'elites.png']);
    const {
      extent: [, height, width],
    } = decodeImage(readFileSync(at('whole/figures/elites.png')), 'elites.png');
    expect(width).toBeGreaterThan(3 * 84);
    expect(height).toBeGreaterThan(2 * 84);
    const page = readFileSync(at('whole/report.html'), 'utf8');
    for (const file of files) expect(page).toContain(`src="figures/${file}"`);
    expect(page).toContain('runs 2 (paper: 10)');
  });

  it.runIf(full)('interrupted and resumed is the one that was not', async () => {
    const folder = at('cut');
    const child = start([...miniature, '--out', folder]);
    const ending = ended(child);
    await expect.poll(() => existsSync(join(folder, 'runs/run-01/run.json')), { timeout: 30_000 }).toBe(true);
    child.kill('SIGINT');
    const { code, out } = await ending;
    expect(code).toBe(130);
    expect(out).toContain(`fool experiment mnist-cppn --resume --out ${folder}`);
    expect(existsSync(join(folder, 'conclusion.json'))).toBe(false);
    const resumed = await fool('experiment', 'mnist-cppn', ...device, '--resume', '--json', '--out', folder);
    expect(resumed.code).toBe(0);
    const { numbers, rows } = JSON.parse(resumed.out) as Printed;
    expect({ numbers, rows }).toEqual({ numbers: printed.numbers, rows: printed.rows });
    expect(outcome('cut')).toEqual(outcome('whole'));
  });

  it('joins others on a page, with copies of their figures', async () => {
    const { code } = await fool('experiment', 'report', at('whole'), '--out', at('docs/results.md'));
    expect(code).toBe(0);
    const page = readFileSync(at('docs/results.md'), 'utf8');
    const copies = [...page.matchAll(/!\[[^\]]*\]\(([^)]*)\)/g)].map(([, path]) => path!);
    expect(copies).toHaveLength(3);
    for (const copy of copies) expect(existsSync(at(join('docs', copy)))).toBe(true);
    expect(page).toContain('| median confidence at the end | 99.99 % |');
  });

  it('is replaced when asked, and nothing else in its folder', async () => {
    const folder = at('replaced');
    const shorter = [...miniature, '--runs', '1', '--generations', '2', '--out', folder];
    expect((await fool(...shorter)).code).toBe(0);
    writeFileSync(join(folder, 'notes.txt'), 'mine');
    writeFileSync(join(folder, 'runs/run-01/images/photo.png'), 'mine');
    expect((await fool(...shorter, '--seed', '2', '--replace')).code).toBe(0);
    expect(readFileSync(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    expect(readFileSync(join(folder, 'runs/run-01/images/photo.png'), 'utf8')).toBe('mine');
  });
});

describe('wrong usage ends with 2 and a sentence', () => {
  it.each([
    [['experiment', 'mnist-cpn'], /unknown command 'mnist-cpn'[^]*mnist-cppn/],
    [['experiment'], /list/],
    [['experiment', 'mnist-cppn', '--scale', 'huge'], /Allowed choices are quick, paper/],
    [['experiment', 'mnist-cppn', '--runs', '0'], /expected a whole number from 1/],
    [['experiment', 'mnist-cppn', '--classes', '3,3'], /each once/],
    [['experiment', 'mnist-cppn', '--out', at('whole')], /holds an experiment already.*--resume.*--replace/],
    [
      ['experiment', 'mnist-direct', '--resume', '--out', at('whole')],
      /holds the experiment mnist-cppn, not/,
    ],
    [['experiment', 'mnist-cppn', '--resume', '--out', at('none')], /holds no experiment to resume/],
    [
      ['experiment', 'mnist-cppn', '--resume', '--runs', '3', '--out', at('whole')],
      /--runs 3 differs.*has 2/,
    ],
    [
      ['experiment', 'mnist-cppn', '--resume', '--scale', 'paper', '--out', at('whole')],
      /--scale paper differs/,
    ],
    [['experiment', 'mnist-cppn', '--out', at('whole/runs/run-01')], /holds a run, no experiment/],
    [['experiment', 'mnist-cppn', ...device, '--classes', '3,12', '--out', at('classes')], /0 to 9, not 12/],
    [
      ['experiment', 'imagenet-cppn', '--classes', 'goldfsh', '--out', at('classes')],
      /was "goldfish" meant\?/,
    ],
    [
      ['experiment', 'mnist-direct', ...device, '--population', '90000000', '--out', at('large')],
      /population|need/,
    ],
    [
      ['experiment', 'transfer', ...device, '--b', 'lenet-mnist', '--out', at('same')],
      /are the same network.*--a and --b/,
    ],
    [
      ['experiment', 'transfer', ...device, '--b', 'caffenet-tiny', '--out', at('colour')],
      /images of one channel, caffenet-tiny at images of three channels/,
    ],
    [['experiment', 'report', at('none'), '--out', at('x.md')], /holds no experiment/],
  ])('%j', async (commandLine, message) => {
    const { code, err } = await fool(...commandLine);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  it.each(['report', 'verify'])('fool %s of its folder says where the runs are', async (command) => {
    const { code, err } = await fool(command, at('whole'));
    expect(code).toBe(1);
    expect(err).toMatch(/is an experiment's folder, whose runs are below .*\/runs/);
  });

  it('a model that is not there, before anything runs', async () => {
    const { code, err } = await fool(...miniature, '--model', 'vgg', '--out', at('vgg'));
    expect(code).toBe(2);
    expect(err).toMatch(/unknown model "vgg"/);
    expect(readdirSync(at('vgg'))).toEqual([]);
  });
});
