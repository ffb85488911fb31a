/** `fool ascend` as its user meets it: what it makes, and goes on with. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode, decodeFrames } from 'modern-gif';
import { afterAll, describe, expect, it } from 'vitest';
import type { AscentRow, AscentSummary, TrialRecord } from '../../src/runs/ascent/schema.ts';
import { decodeImage, encodePng } from '../../src/node/image-file.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { full } from '../support/full.ts';
import { ended, fool, start } from './fool.ts';

// The ascents of this file launch the same kernels often enough that quick ones pay.
process.env['FOOL_EXPECTED_LAUNCHES'] = '40';
const root = mkdtempSync(path.join(tmpdir(), 'fool-ascend-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const at = (...names: string[]) => path.join(root, ...names);
const mnist = await loadMnist('test');
const seven = at('seven.png');
writeFileSync(seven, encodePng({ extent: [1, 28, 28], bytes: mnist.images.slice(0, 784) }));
const photograph = at('photograph.png');
writeFileSync(photograph, encodePng({ extent: [3, 40, 50], bytes: new Uint8Array(3 * 40 * 50).fill(90) }));

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- files of several shapes
const json = <T>(...names: string[]): T => JSON.parse(readFileSync(at(...names), 'utf8')) as T;
const ascend = (...options: string[]) => fool('ascend', ...device, ...options);

describe('fool ascend', () => {
  it('leaves every file of its contract, and what it leaves holds', async () => {
    const options = ['--class', '3,7', '--steps', '20', '--animate', '--out', at('two'), '--json'];
    const { code, out, err } = await ascend(...options);
    expect(err).not.toMatch(/warning|fool:/);
    expect(code).toBe(0);
    const summary = JSON.parse(out) as AscentSummary;
    expect(summary).toMatchObject({ objectives: 2, complete: true, seed: 1 });
    const rows = json<AscentRow[]>('two', 'archive.json');
    expect(rows.map(({ class: digit, picture }) => [digit, picture])).toEqual([
      [3, 'images/0003.png'],
      [7, 'images/0007.png'],
    ]);
    // Noise is none of the digits; that all of them get past 99.99 % takes more steps.
    for (const { confidence } of rows) expect(confidence).toBeGreaterThan(0.5);
    expect(summary.minConfidence).toBe(Math.min(...rows.map(({ confidence }) => confidence)));
    expect(readdirSync(at('two')).sort()).toEqual(
      [
        'animations',
        'archive.json',
        'checkpoint',
        'frames',
        'grid.png',
        'history.jsonl',
        'images',
        'progress.jsonl',
        'report.html',
        'run.json',
        'summary.json',
      ].sort(),
    );
    const verified = await fool('verify', ...device, at('two'));
    expect(verified.out).toMatch(/all 2 pictures hold/);
    expect(verified.code).toBe(0);
  });

  it('changes a picture within a ball until it is taken for something else, and says how far it went', async () => {
    const { code } = await ascend(
      '--class',
      '3',
      '--preset',
      'pgd',
      '--radius',
      '60',
      '--step-size',
      '10',
      '--start',
      seven,
      '--out',
      at('pgd'),
    );
    expect(code).toBe(0);
    const [row] = json<AscentRow[]>('pgd', 'archive.json');
    expect(row!.distance!.linf).toBeLessThanOrEqual(60);
    expect(row!.distance!.l2).toBeGreaterThan(0);
    expect(row!.confidence).toBeGreaterThan(0.9);
  });

  it('one step of the fast gradient sign method moves pixels by the radius and no more', async () => {
    const { code } = await ascend('--class', '9', '--preset', 'fgsm', '--start', seven, '--out', at('fgsm'));
    expect(code).toBe(0);
    const [row] = json<AscentRow[]>('fgsm', 'archive.json');
    expect(row).toMatchObject({ iterations: 1, distance: { linf: 8 } });
  });

  it.each([
    ['l2', 20, 30],
    ['l2', 100, 8],
    ['l2', 400.5, 8],
    ['linf', 3.7, 8],
    ['linf', 30, 8],
  ])('leaves a picture whose bytes are within the ball: %s %d', async (norm, radius, steps) => {
    const out = `ball-${norm}-${String(radius)}`;
    const ball = ['--ball', norm, '--radius', String(radius), '--steps', String(steps)];
    const { code, out: said } = await ascend(
      ...['--class', '3', '--preset', 'pgd', '--start', seven, ...ball, '--out', at(out)],
    );
    expect(code).toBe(0);
    const [row] = json<AscentRow[]>(out, 'archive.json');
    const { bytes: pixels } = decodeImage(readFileSync(at(out, row!.picture)), row!.picture);
    const changes = [...pixels].map((byte, index) => Math.abs(byte - mnist.images[index]!));
    const norms = {
      l2: Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0)),
      linf: Math.max(...changes),
    };
    expect(norms[norm as 'l2' | 'linf']).toBeLessThanOrEqual(radius);
    expect(norms.linf).toBeGreaterThan(0);
    expect(row!.distance!.l2).toBeCloseTo(norms.l2, 9);
    expect(row!.distance!.linf).toBe(norms.linf);
    const [before, after] = [row!.attack!.before, row!.attack!.after];
    expect([before.class, row!.attack!.success]).toEqual([7, after.class === 3]);
    expect(said).toMatch(/^7 \(99\.999\d* %\) → \d \(.* %\): (no )?success; l2 .*\/255 = .*, l∞ .*\/255 = /m);
    expect(said).not.toContain('median confidence');
  });

  it('attacks the pictures of a folder, counts the successes, and tells those that it cannot read', async () => {
    const folder = at('pictures');
    // The third test digit is a one, in the folder of another class.
    for (const [digit, place] of [
      ['7', 0],
      ['2', 1],
      ['8', 2],
    ] as const) {
      mkdirSync(path.join(folder, digit), { recursive: true });
      const pixels = mnist.images.slice(784 * place, 784 * (place + 1));
      writeFileSync(
        path.join(folder, digit, `${String(place)}.png`),
        encodePng({ extent: [1, 28, 28], bytes: pixels }),
      );
    }
    writeFileSync(path.join(folder, '7', 'broken.png'), 'no picture');
    const { code, out, err } = await ascend(
      ...['--untargeted', '--start', folder, '--preset', 'pgd', '--radius', '90', '--step-size', '15'],
      ...['--steps', '12', '--out', at('folder'), '--json'],
    );
    expect(err).toMatch(/fool: .*broken\.png.*: left out/);
    expect(code).toBe(1);
    const { attack, attacks } = JSON.parse(out) as AscentSummary & {
      readonly attacks: readonly {
        readonly file: string;
        readonly counted: boolean;
        readonly success: boolean;
      }[];
    };
    expect(attacks.map(({ file, counted }) => [file, counted])).toEqual([
      ['2/1.png', true],
      ['7/0.png', true],
      ['8/2.png', false],
    ]);
    expect(attack).toMatchObject({ images: 3, attacked: 2, succeeded: 2, successRate: 1 });
    expect(readFileSync(at('folder', 'report.html'), 'utf8')).toContain('2 of 2 attacks, 1 so before');
    expect((await fool('verify', ...device, at('folder'))).out).toMatch(/all 3 pictures hold/);
    const archive = readFileSync(at('folder', 'archive.json'));
    expect((await ascend('--resume', '--out', at('folder'))).code).toBe(0);
    expect(readFileSync(at('folder', 'archive.json'))).toEqual(archive);
    writeFileSync(path.join(folder, '7', '0.png'), readFileSync(path.join(folder, '2', '1.png')));
    const changed = await ascend('--resume', '--out', at('folder'));
    expect(changed.err).toMatch(/0\.png is another picture than the one that this ascent started from/);
    expect(changed.code).toBe(1);
  });

  it('without names of classes leaves what the network names, and aims at those that are none already', async () => {
    const folder = at('flat');
    mkdirSync(folder);
    for (const place of [0, 2]) {
      const pixels = mnist.images.slice(784 * place, 784 * (place + 1));
      const file = path.join(folder, `${String(place)}.png`);
      writeFileSync(file, encodePng({ extent: [1, 28, 28], bytes: pixels }));
    }
    const options = ['--start', folder, '--preset', 'fgsm', '--out', at('unlabelled'), '--replace'];
    const untargeted = await ascend('--untargeted', ...options);
    expect(untargeted.out).toMatch(/^0\.png: 7 \(.*\n2\.png: 1 \(/m);
    expect(json<AscentRow[]>('unlabelled', 'archive.json').map(({ objective }) => objective)).toEqual([
      '0.png: away from class 7',
      '2.png: away from class 1',
    ]);
    const targeted = await ascend('--class', '1', ...options);
    expect(targeted.out).toMatch(
      /0 of 1 attack succeeded \(0\.0 %\); 1 picture was so before and not counted/,
    );
  });

  it('reports the value of a unit, and no milestones of classes', async () => {
    const { code, out, err } = await ascend(
      ...['--unit', 'conv2:7,3,3', '--steps', '9', '--animate', '--out', at('unit')],
    );
    expect(code).toBe(0);
    const [row] = json<AscentRow[]>('unit', 'archive.json');
    expect(row!.value).toBeGreaterThan(row!.startValue!);
    expect(row!.reached).toEqual([null, null, null, null]);
    expect(out).toMatch(/^conv2:7,3,3: -?[\d.e-]+ → [\d.]+ at iteration \d of 9$/m);
    expect(out + err).not.toMatch(/confidence|99\.99 %/);
    expect(err).toMatch(/ · value \S+ → \S+, 1 of 1 done/);
    const summary = json<AscentSummary>('unit', 'summary.json');
    expect(summary).not.toHaveProperty('medianConfidence');
    expect(summary.values).toEqual([{ objective: 'conv2:7,3,3', start: row!.startValue, end: row!.value }]);
    expect(readFileSync(at('unit', 'report.html'), 'utf8')).not.toContain('Milestones');
    const gif = decode(Uint8Array.from(readFileSync(at('unit', 'animations', '0000.gif'))).buffer);
    const { bytes: pixels } = decodeImage(readFileSync(at('unit', row!.picture)), row!.picture);
    // The image that is delivered is the last frame.
    const frames = decodeFrames(Uint8Array.from(readFileSync(at('unit', 'animations', '0000.gif'))).buffer);
    expect(gif.frames).toHaveLength(frames.length);
    const last = frames.at(-1)!.data.filter((_, index) => index % 4 === 0);
    const apart = [...pixels].map((byte, index) => Math.abs(byte - last[index]!));
    expect(Math.max(...apart)).toBeLessThan(24); // GIFs have 256 colours
  });

  it('resizes a start picture of another size, with a note', async () => {
    const { code, err } = await ascend(
      '--class',
      '1',
      '--steps',
      '2',
      '--start',
      photograph,
      '--out',
      at('resized'),
    );
    expect(err).toMatch(/photograph\.png is 3 × 40 × 50, lenet-mnist looks at 1 × 28 × 28: it is resized/);
    expect(code).toBe(0);
  });

  if (full)
    it('climbs units, channels and sums, each to a picture of its own', async () => {
      const { code } = await ascend(
        '--unit',
        'conv2:7,3,3',
        '--unit',
        'pool1:4',
        '--unit',
        'logit:3 - 0.5 * logit:8',
        '--steps',
        '15',
        '--out',
        at('units'),
      );
      expect(code).toBe(0);
      const rows = json<AscentRow[]>('units', 'archive.json');
      expect(rows.map(({ objective }) => objective)).toEqual([
        'conv2:7,3,3',
        'pool1:4',
        'logit:3 - 0.5 * logit:8',
      ]);
      expect(rows.every(({ picture }) => existsSync(at('units', picture)))).toBe(true);
      expect(rows.every(({ iteration, value }) => iteration > 5 && value > 0)).toBe(true);
      expect((await fool('verify', ...device, at('units'))).code).toBe(0);
    });

  if (full)
    it('compares the regularisers side by side and searches at random, and keeps the best', async () => {
      const compared = await ascend('--class', '2,5', '--compare', '--steps', '4', '--out', at('compare'));
      expect(compared.code).toBe(0);
      expect(json<TrialRecord[]>('compare', 'trials.json').map(({ name }) => name)).toEqual([
        'none',
        'decay',
        'blur',
        'small norm',
        'small contribution',
        'all',
      ]);
      const ranges = at('ranges.json');
      writeFileSync(
        ranges,
        '{"stepSize": {"from": 0.2, "to": 5, "scale": "log"}, "decay": [0]}'.replace(
          '[0]',
          '{"values": [0, 0.01]}',
        ),
      );
      const searched = await ascend(
        '--class',
        '2,5',
        '--search',
        '4',
        '--ranges',
        ranges,
        '--steps',
        '8',
        '--out',
        at('search'),
        '--json',
      );
      expect(searched.code).toBe(0);
      const trials = json<TrialRecord[]>('search', 'trials.json');
      const { bestTrial } = JSON.parse(searched.out) as AscentSummary;
      const best = trials.find(({ name }) => name === bestTrial)!;
      expect(json<AscentRow[]>('search', 'archive.json').map(({ confidence }) => confidence)).toEqual(
        best.rows.map(({ confidence }) => confidence),
      );
      expect(readFileSync(at('search', 'report.html'), 'utf8')).toContain(bestTrial);
    });

  it.runIf(full)(
    'stopped by Ctrl-C it saves, and resumed it ends as if it had not been stopped',
    async () => {
      const options = ['--class', '0,1', '--steps', '30', '--param', 'fourier', '--step-size', '0.02'];
      const child = start(['ascend', ...device, ...options, '--out', at('stopped'), '--json']);
      const outcome = ended(child);
      // From the first line of progress on it listens.
      child.stderr!.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('iterations ·')) child.kill('SIGINT');
      });
      const { code, out } = await outcome;
      expect(code).toBe(130);
      const first = JSON.parse(out) as AscentSummary;
      const refused = await ascend('--out', at('stopped'), '--resume', '--steps', '90');
      expect(refused.err).toMatch(/--steps cannot be changed in an ascent that is resumed/);
      expect(refused.code).toBe(2);
      const resumed = await ascend('--out', at('stopped'), '--resume');
      expect(resumed.code).toBe(0);
      expect((await ascend(...options, '--out', at('whole'))).code).toBe(0);
      expect(first.evaluations).toBeLessThanOrEqual(json<AscentSummary>('whole', 'summary.json').evaluations);
      for (const name of ['archive.json', 'history.jsonl'])
        expect(readFileSync(at('stopped', name))).toEqual(readFileSync(at('whole', name)));
    },
    180_000,
  );

  it('refuses to overwrite a run, or to go on with one of the other kind', async () => {
    expect((await ascend('--class', '1', '--steps', '1', '--out', at('once'))).code).toBe(0);
    const again = await ascend('--class', '1', '--steps', '1', '--out', at('once'));
    expect(again.err).toMatch(/holds a run already: pass --resume .* --replace/);
    expect(again.code).toBe(2);
    const other = await fool('evolve', ...device, '--resume', '--out', at('once'));
    expect(other.err).toMatch(/is a gradient ascent's folder; "fool ascend --resume" goes on with it/);
    expect(other.code).toBe(1);
  });
});
