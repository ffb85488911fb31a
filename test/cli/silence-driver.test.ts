/** What Dawn and drivers print past Node's streams. A manifest that is not there makes Dawn warn on Linux. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { full } from '../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'easily-fooled-chatter-'));
const warning = /Warning: vkCreateInstance/;

afterAll(() => {
  rmSync(root, { recursive: true });
});

/** Runs a line of shell in which `fool` is the command line. */
function shell(line: string, environment: NodeJS.ProcessEnv = {}) {
  const file = (name: string) => {
    try {
      return readFileSync(join(root, name), 'utf8');
    } catch {
      return '';
    }
  };
  rmSync(join(root, 'err'), { force: true });
  const { status, stdout } = spawnSync('sh', ['-c', `fool() { "$NODE" dist/fool.js "$@"; }; ${line}`], {
    env: {
      ...process.env,
      NODE: process.execPath,
      ERR: join(root, 'err'),
      VK_DRIVER_FILES: join(root, 'none.json'),
      ...environment,
    },
    encoding: 'utf8',
  });
  return { status, out: stdout, err: file('err') };
}

describe.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'what drivers say while they are asked',
  () => {
    it('is not in a pipe, where our own remarks are', () => {
      const { err } = shell(
        'fool doctor --adapter auto 2>&1 >/dev/null | cat >"$ERR"; fool evaluate --dataset nowhere 2>&1 | cat >>"$ERR"',
      );
      expect(err).not.toMatch(warning);
      expect(err).toMatch(/fool: .*nowhere/);
    });

    it('is in what doctor prints', () => {
      const { out } = shell('fool doctor --adapter auto 2>&1 | cat');
      expect(out).toMatch(warning);
      expect(out).toMatch(/what the drivers said/);
      expect(out).toMatch(/used: (SwiftShader|llvmpipe)/);
      const { out: json } = shell('{ fool doctor --adapter auto --json 2>&1; } | cat');
      expect((JSON.parse(json) as { driverWords: string[] }).driverWords.join('\n')).toMatch(warning);
    });

    it.runIf(full)('is there for who asks for it with FOOL_DEBUG', () => {
      const { err } = shell('fool doctor --adapter auto 2>&1 >/dev/null | cat >"$ERR"', { FOOL_DEBUG: '1' });
      expect(err).toMatch(warning);
    });

    it.runIf(full)('leaves a file as it is, and standard output in the same file whole', () => {
      const { err } = shell('{ echo before; fool doctor --adapter auto; echo after; } >"$ERR" 2>&1');
      expect(err).toMatch(/^before\n/);
      expect(err).toMatch(/models: .*\nafter\n$/);
    });

    it.runIf(full)('does no harm where standard error is closed or nobody reads it', () => {
      expect(shell('fool doctor --adapter auto 2>&-').status).toBe(0);
      expect(
        shell(
          'fool doctor --adapter auto 2>&1 >/dev/null | true; fool doctor --adapter auto 2>&1 >"$ERR" | true',
        ).err,
      ).toMatch(/models: /);
    });

    it('is not provoked where the system has no driver, whatever standard error is', () => {
      // Folders of manifests are named by these; the fixed ones are empty on a machine without drivers.
      const bare = { VK_DRIVER_FILES: '' };
      expect(shell('fool doctor --adapter swiftshader 2>"$ERR"', bare)).toMatchObject({ status: 0, err: '' });
    });
  },
);
