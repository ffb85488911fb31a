/** An experiment in miniature, by its command: whole, and interrupted and resumed. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { ended, fool, start } from './fool.ts';

export interface Printed<Numbers> {
  readonly numbers: Numbers;
  readonly rows: readonly { readonly what: string; readonly here: string }[];
  readonly remarks: readonly string[];
}

/**
 * Runs it before the tests of the file, into the folder `whole`.
 * @param sizes options that make it small; not given again when it is resumed
 */
export function inMiniature<Numbers>(name: string, options: readonly string[], sizes: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), `fool-${name}-`));
  const at = (file: string) => join(root, file);
  const command = ['experiment', name, '--adapter', 'swiftshader', ...options];
  const miniature = {
    at,
    command,
    printed: {} as Printed<Numbers>,
    /** @param begun file in the folder at which it is interrupted. @param figures names of those that are the same, too */
    async expectSameWhenInterrupted(begun: string, figures: readonly string[]): Promise<void> {
      const ending = interrupted(begun);
      expect((await ending).code).toBe(130);
      const { out } = await fool(...command, '--resume', '--json', '--out', at('cut'));
      const { numbers, rows } = JSON.parse(out) as Printed<Numbers>;
      const { printed } = miniature;
      expect({ numbers, rows }).toEqual({ numbers: printed.numbers, rows: printed.rows });
      expect(readdirSync(at('whole/figures')).sort()).toEqual(figures);
      for (const file of figures)
        expect(readFileSync(at(`cut/figures/${file}`))).toEqual(readFileSync(at(`whole/figures/${file}`)));
    },
  };
  async function interrupted(begun: string) {
    const child = start([...command, ...sizes, '--out', at('cut')]);
    const ending = ended(child);
    await expect.poll(() => existsSync(at(`cut/${begun}`)), { timeout: 60_000 }).toBe(true);
    child.kill('SIGINT');
    return ending;
  }
  beforeAll(async () => {
    const { code, out, err } = await fool(...command, ...sizes, '--json', '--out', at('whole'));
    expect(err).not.toContain('warning');
    expect(code).toBe(0);
    miniature.printed = JSON.parse(out) as Printed<Numbers>;
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });
  return miniature;
}
