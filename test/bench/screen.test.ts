/** What stands on a terminal while kernels are measured, and afterwards. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepRoofs } from '../../bench/roofs/kept-roofs.ts';
import { readResults } from '../../bench/report/results-file.ts';
import { FileStorage } from '../../src/node/file-storage.ts';
import { openTestGpu } from '../gpu.ts';
import { covering } from '../support/full.ts';
import { onTerminal } from '../support/pseudo-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'fool-bench-screen-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
process.env['FOOL_TUNING_FOLDER'] = folder;

beforeAll(async () => {
  const { adapter } = await openTestGpu();
  const peaks = { gflops: 1e6, gbps: 1e6, copiedBytes: 2 ** 27, launchMs: 0.05 };
  const kept = { peaks, fixedWorkMs: 1e-6, date: '2026-01-02T03:04:05.000Z' };
  await keepRoofs(adapter, kept, new FileStorage(join(folder, 'roofs')));
});

const relu = (columns: number, batches: string, ...more: string[]) => {
  const shape = `8x8x8 batch ${batches} forward`;
  return onTerminal(columns, ['bench', ...device, '--family', 'relu', '--shape-of', shape, ...more]);
};

describe('a bench on a terminal', () => {
  it.concurrent.each(covering([60, 80, 120], [60]))(
    'of %i columns shows every row, none of them broken, and the bar below',
    async (columns) => {
      const session = relu(columns, '1..4*2', '--time', '0.02');
      expect(await session.ended).toBe(0);
      const lines = session.screen();
      for (const batch of [1, 2, 4]) {
        const at = lines.findIndex((line) =>
          line.startsWith(`relu, 8x8x8 batch ${String(batch)} forward (median`),
        );
        expect(at).toBeGreaterThan(0);
        const row = lines.slice(at).find((line) => line.startsWith('* linear64'));
        expect(row).toMatch(
          columns >= 80
            ? /^\* linear64 +[\d.]+ ms +\S+ ms–\S+ ms .* \d+ %/
            : /^\* linear64 +[\d.]+ ms .* \d+ %/,
        );
      }
      expect(lines.filter((line) => line.startsWith('* linear64'))).toHaveLength(3);
      expect(lines.findIndex((line) => line.includes('3/3 variants'))).toBeGreaterThan(
        lines.findLastIndex((line) => line.startsWith('* linear64')),
      );
    },
  );

  it('and Ctrl-C keeps the rows that there are, on the screen and in the file', async () => {
    const json = join(folder, 'interrupted.json');
    const session = relu(80, '1..4096*2', '--time', '2', '--json', json);
    await session.shows(/linear64[\s\S]*linear64/);
    session.type('\u0003');
    expect(await session.ended).toBe(130);
    const shown = session.screen().filter((line) => line.startsWith('* linear64')).length;
    const results = readResults(json);
    expect(results).toMatchObject({ partial: true, partialReason: 'stopped by SIGINT' });
    expect(results.rows.length).toBeGreaterThan(0);
    expect(results.rows.length).toBeLessThan(13);
    expect(shown).toBe(results.rows.length);
  });
});
