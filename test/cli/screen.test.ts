/** What stands on a terminal when a command has ended: read off one, of several widths. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { covering } from '../support/full.ts';
import { onTerminal, type Session } from '../support/pseudo-terminal.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-screen-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
process.env['FOOL_EXPECTED_LAUNCHES'] ??= '10';

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const evolve = (columns: number, generations: number) =>
  onTerminal(columns, [
    ...['evolve', ...device, '--population', '4', '--generations', String(generations)],
    ...['--out', join(root, `run of ${String(columns)} ${String(generations)}`)],
  ]);

function expectTidy({ written }: Session): void {
  // Saving and restoring the cursor prints over what was printed meanwhile.
  // eslint-disable-next-line no-control-regex -- codes of a terminal
  expect(written()).not.toMatch(/\u001b(7|8|\[s|\[u)/);
  const hidden = written().lastIndexOf('\u001b[?25l');
  expect(written().lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(hidden);
  expect(written().lastIndexOf('\u001b[?7h')).toBeGreaterThanOrEqual(written().lastIndexOf('\u001b[?7l'));
}

describe('a run on a terminal', () => {
  const widths = [60, 80, 120];

  it.concurrent.each(covering(widths, [60]))(
    'of %i columns leaves its bar and every line below it',
    async (columns) => {
      const session = evolve(columns, 12);
      expect(await session.ended).toBe(0);
      const lines = session.printed();
      const bar = lines.findIndex((line) => line.includes('12/12 generations · '));
      expect(lines[bar]).toMatch(/ · median \d+\.\d+ %(, best \d+\.\d+ %)?$/);
      if (columns >= 80) expect(lines[bar]).toContain('█');
      expect(lines.slice(bar + 1)).toEqual([
        expect.stringMatching(/^median confidence \d+\.\d+ %, \d+ class(es)? at 99 % or more$/),
        expect.stringMatching(/^48 images in .* s, of which .* s set-up, .* a second$/),
        expect.stringMatching(
          /^time: set-up \d+ %, .* \d+ %; after set-up the device worked \d+ % of the time$/,
        ),
        expect.stringMatching(/^report: .*report\.html$/),
      ]);
      expect(lines.filter((line) => line.includes('generations ·'))).toHaveLength(1);
      expect(lines.join('\n')).not.toContain('compiling');
      expectTidy(session);
    },
  );

  it.concurrent.each(covering(widths, [80]))(
    'of %i columns and Ctrl-C leaves the same, and a command that a shell takes',
    async (columns) => {
      const session = evolve(columns, 100_000);
      await session.shows(/\D[1-9]\d*\/100000 generations · /);
      session.type('\u0003');
      expect(await session.ended).toBe(130);
      const lines = session.printed();
      const bar = lines.findIndex((line) => /\d\/100000 generations · /.test(line));
      expect(lines[bar]).toMatch(/ · median \d+\.\d+ %/);
      expect(lines[bar - 1]).toBe('stopping after this generation; once more to leave at once');
      expect(lines.slice(bar + 1)).toEqual([
        expect.stringMatching(/^median confidence /),
        expect.stringMatching(/ images in /),
        expect.stringMatching(/^time: /),
        expect.stringMatching(
          /^interrupted; go on with: fool evolve --resume --out '.*\/run of \d+ 100000' --adapter /,
        ),
        expect.stringMatching(/^report: /),
      ]);
      expectTidy(session);
    },
  );

  it.concurrent('interrupted before it has begun ends at once with 130', async () => {
    const session = evolve(100, 100_000);
    await session.shows(/^adapter: /m);
    session.type('\u0003');
    expect(await session.ended).toBe(130);
    expect(session.screen().at(-1)).toBe('fool: interrupted');
    expectTidy(session);
  });
});
