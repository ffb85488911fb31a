/** The embedded driver is for Linux on x64. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { embeddedSwiftShader } from '../../src/node/embedded-swiftshader.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'easily-fooled-driver-'));
  mkdirSync(join(root, 'tmp'));
  vi.stubEnv('XDG_CACHE_HOME', join(root, 'cache'));
  vi.stubEnv('TMPDIR', join(root, 'tmp'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the embedded driver', () => {
  it('is unpacked once into the cache folder, where others cannot write', async () => {
    const { loader, manifest } = await embeddedSwiftShader();
    expect(dirname(dirname(loader))).toBe(join(root, 'cache', 'easily-fooled'));
    const first = statSync(loader);
    expect(first.mode & 0o022).toBe(0);
    expect(await embeddedSwiftShader()).toEqual({ loader, manifest });
    expect(statSync(loader).ino).toBe(first.ino);
    // Nothing half unpacked is left.
    expect(readdirSync(join(root, 'cache', 'easily-fooled'))).toHaveLength(1);
  });

  it('is unpacked again when a cleaner took one of its files', async () => {
    const { loader } = await embeddedSwiftShader();
    rmSync(loader);
    expect(statSync((await embeddedSwiftShader()).loader).size).toBeGreaterThan(0);
  });

  it.each([
    ['cut short', (bytes: Buffer) => bytes.subarray(0, 4_000_000)],
    ['altered in one bit', (bytes: Buffer) => (bytes.writeUInt8(bytes[3_000_000]! ^ 1, 3_000_000), bytes)],
    ['replaced', () => Buffer.from('no library')],
  ])('is unpacked again when one of its files was %s', async (_, damage) => {
    const driver = join(dirname((await embeddedSwiftShader()).loader), 'libvk_swiftshader.so');
    const whole = readFileSync(driver);
    writeFileSync(driver, damage(Buffer.from(whole)));
    expect(dirname((await embeddedSwiftShader()).loader)).toBe(dirname(driver));
    expect(readFileSync(driver).equals(whole)).toBe(true);
  });

  it('goes elsewhere when there can be no cache', async () => {
    writeFileSync(join(root, 'file'), '');
    vi.stubEnv('XDG_CACHE_HOME', join(root, 'file'));
    expect((await embeddedSwiftShader()).loader).toContain(join(root, 'tmp'));
  });
});
