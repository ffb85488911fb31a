/** The pages about what the package exports are made without a warning: every type that is referred to is exported. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('typedoc writes a page for each entry, and has nothing to complain of', () => {
  const folder = mkdtempSync(join(tmpdir(), 'easily-fooled-api-'));
  execFileSync(process.execPath, ['node_modules/typedoc/bin/typedoc', '--out', folder], { encoding: 'utf8' });
  for (const entry of ['index', 'engine', 'weights', 'runs', 'report', 'node'])
    expect(existsSync(join(folder, 'modules', `${entry}.html`)), entry).toBe(true);
  rmSync(folder, { recursive: true });
});
