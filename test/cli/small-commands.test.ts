import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keepRoofs, readRoofs } from '../../bench/roofs/kept-roofs.ts';
import { keepTuned } from '../../src/node/tuning-cache.ts';
import { parsePage } from '../report/page.ts';
import { fool } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-commands-'));
process.env['FOOL_TUNING_FOLDER'] = join(root, 'tuning');

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('fool describe', () => {
  it('says layers, preprocessing and classes, and writes them as a page', async () => {
    const file = join(root, 'page.html');
    const { code, out } = await fool('describe', 'lenet-mnist', '--html', file);
    expect(code).toBe(0);
    expect(out).toMatch(/^conv2 +convolution +50 of 5 × 5 +50 × 8 × 8 +25,050 +1,600,000$/m);
    expect(out).toMatch(/^ +431,080 +2,293,000$/m);
    expect(out).toMatch(/^picture +1 × 28 × 28/m);
    const page = parsePage(readFileSync(file, 'utf8'));
    const rows = [...page.querySelectorAll('table.columns tbody tr')].map((row) =>
      Array.from(row.children, (cell) => cell.textContent),
    );
    expect(rows).toHaveLength(7);
    expect(rows[2]).toEqual([
      'conv2',
      'convolution',
      '50 of 5 × 5',
      '50 × 8 × 8',
      '50 × 20 × 5 × 5',
      '25,050',
      '1,600,000',
    ]);
    expect([...page.querySelectorAll('.classes li')].map((item) => item.textContent)).toEqual([
      ...'0123456789',
    ]);
    expect(page.querySelector('img')?.getAttribute('src')).toMatch(/^data:image\/png;base64,/);
  });

  it('as JSON names every class', async () => {
    const { out } = await fool('describe', 'caffenet-tiny', '--json');
    const described = JSON.parse(out) as { classes: string[]; parameters: number; sha256: string };
    expect(described.classes).toHaveLength(200);
    expect(described.parameters).toBe(57_687_624);
    expect(described.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('fool tune', () => {
  const keep = (name: string) =>
    keepTuned({ name, description: `driver of ${name}` }, { 'a shape': 'plain' });
  const adapters = async () => {
    const { out } = await fool('tune', 'list', '--json');
    return (JSON.parse(out) as { files: { adapter: string }[] }).files.map(({ adapter }) => adapter);
  };

  it('lists what was measured, and forgets it', async () => {
    expect((await fool('tune', 'list')).out).toMatch(/^nothing was measured/);
    for (const name of ['First GPU', 'Second GPU', 'Third']) await keep(name);
    expect((await fool('tune', 'list')).out).toMatch(
      /^Second GPU +kernels for 1 shape +in use +driver of Second GPU$/m,
    );
    expect(await adapters()).toEqual(['First GPU', 'Second GPU', 'Third']);
    const refused = await fool('tune', 'clear', 'second', 'fourth');
    expect([refused.code, refused.err]).toEqual([2, expect.stringMatching(/"fourth" in its name/)]);
    expect((await fool('tune', 'clear', 'second')).code).toBe(0);
    expect(await adapters()).toEqual(['First GPU', 'Third']);
    expect((await fool('tune', 'clear')).out.match(/^forgotten: /gm)).toHaveLength(2);
    expect(await adapters()).toEqual([]);
  });

  it('lists the roofs that a bench keeps, and forgets those', async () => {
    const peaks = { gflops: 51.26, gbps: 9.5, copiedBytes: 2 ** 27, launchMs: 0.05 };
    const adapter = { name: 'Second GPU', description: 'driver 2', kind: 'gpu' } as const;
    await keepRoofs(adapter, { peaks, fixedWorkMs: 1, date: '2026-01-02T03:04:05.000Z' });
    await keep('Third');
    const { out } = await fool('tune', 'list');
    expect(out).toMatch(/^Second GPU +roofs: 51\.3 GFLOP\/s, 9\.5 GB\/s \(2026-01-02\) +in use +driver 2$/m);
    const { files } = JSON.parse((await fool('tune', 'list', '--json')).out) as { files: object[] };
    expect(files).toMatchObject([
      { kind: 'kernels' },
      { kind: 'roofs', file: expect.stringMatching(/^roofs\//) as string, peaks },
    ]);
    expect((await fool('tune', 'clear', 'second')).out).toMatch(/^forgotten: roofs of Second GPU /);
    expect(await readRoofs(adapter)).toEqual({});
    expect(await adapters()).toEqual(['Third']);
    await fool('tune', 'clear');
  });
});
