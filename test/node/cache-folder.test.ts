import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { cacheFolder } from '../../src/node/cache-folder.ts';

const onLinux = process.platform === 'linux';
const named = path.resolve('/somewhere/cache');

afterEach(() => {
  vi.unstubAllEnvs();
});

it.runIf(onLinux)('is below XDG_CACHE_HOME, and not where that is a relative path', () => {
  vi.stubEnv('HOME', '/home/her');
  vi.stubEnv('XDG_CACHE_HOME', named);
  expect(cacheFolder()).toBe(path.join(named, 'easily-fooled'));
  vi.stubEnv('XDG_CACHE_HOME', 'cache');
  expect(cacheFolder()).toBe('/home/her/.cache/easily-fooled');
});

it.runIf(onLinux).each([undefined, ''])('is in the home that the system knows when HOME is %j', (home) => {
  vi.stubEnv('XDG_CACHE_HOME', undefined);
  vi.stubEnv('HOME', home);
  expect(cacheFolder()).toBe(path.join(userInfo().homedir, '.cache', 'easily-fooled'));
});

it('is an absolute path outside of the working folder on every platform', () => {
  expect(path.isAbsolute(cacheFolder())).toBe(true);
  expect(
    path.relative(process.cwd(), cacheFolder()).startsWith('..') || cacheFolder().startsWith(tmpdir()),
  ).toBe(true);
});
