import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dawnNeeds, whatToInstall } from '../../src/node/what-to-install.ts';

/** The newest version of a library's symbols that a build asks for. */
function newest(build: string, symbols: string): number[] {
  const text = readFileSync(`node_modules/webgpu/dist/${build}/dawn.node`, 'latin1');
  const versions = [...text.matchAll(new RegExp(`\\b${symbols}_(\\d+(?:\\.\\d+)*)\\0`, 'g'))].map(
    ([, version]) => (version ?? '').split('.').map(Number),
  );
  return versions.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]! || (a[2] ?? 0) - (b[2] ?? 0)).at(-1) ?? [];
}

describe('where the package webgpu does not load', () => {
  it.each(['linux-x64', 'linux-arm64'])('the sentence names what %s asks for', (build) => {
    expect(dawnNeeds).toContain(`glibc ${newest(build, 'GLIBC').join('.')}`);
    // libstdc++'s manual: GCC 12.1 brought GLIBCXX_3.4.30.
    expect(newest(build, 'GLIBCXX')).toEqual([3, 4, 30]);
    expect(dawnNeeds).toContain('GCC 12');
  });
});

describe('where there is no adapter', () => {
  it('the sentence suits the machine', () => {
    expect(whatToInstall('linux', 'x64', false)).toMatch(/npm install --include=optional/);
    expect(whatToInstall('linux', 'x64', true)).not.toMatch(/npm install/);
    expect(whatToInstall('linux', 'arm64', false)).toMatch(/mesa-vulkan-drivers/);
    expect(whatToInstall('darwin', 'arm64', false)).toMatch(/Metal/);
    expect(whatToInstall('win32', 'x64', false)).toMatch(/Direct3D 12/);
    expect(whatToInstall('freebsd', 'x64', false)).toBe(dawnNeeds);
  });
});
