/** What the package's entries share, and what those that run in browsers leave alone. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name, file: resolve(target.default) }],
);

const load = (file: string) => import(pathToFileURL(file).href) as Promise<Record<string, unknown>>;

/** Everything that a built module imports, and what those import. */
function importsOf(file: string, found = new Set<string>()): Set<string> {
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(
    /^(?:import|export|\}) ?.*?"([^"]+)";$/gm,
  )) {
    const target = from.startsWith('.') ? resolve(dirname(file), from) : from;
    if (found.has(target)) continue;
    found.add(target);
    if (from.startsWith('.')) importsOf(target, found);
  }
  return found;
}

describe('the entries of the package', () => {
  it('give the same value by the same name', async () => {
    const seen = new Map<string, unknown>();
    let shared = 0;
    for (const { name, file } of entries) {
      for (const [key, value] of Object.entries(await load(file))) {
        if (seen.has(key)) shared++;
        expect(seen.get(key) ?? value, `${key} of ${name}`).toBe(value);
        seen.set(key, value);
      }
    }
    expect(shared).toBeGreaterThan(0);
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['Gpu', 'Program', 'openGpu']));
  });

  it('open devices of the class that they export', async () => {
    const [core, engine, node] = await Promise.all(
      ['.', './engine', './node'].map((name) => load(entries.find((entry) => entry.name === name)!.file)),
    );
    const { Gpu } = core as { Gpu: new () => Disposable };
    expect(engine!['Gpu']).toBe(Gpu);
    using gpu = await (node as { openGpu: (adapter?: string) => Promise<Disposable> }).openGpu(
      process.env['FOOL_ADAPTER'] ?? 'swiftshader',
    );
    expect(gpu).toBeInstanceOf(Gpu);
  });

  it.each(entries.filter(({ name }) => name !== './node'))('$name imports nothing of Node', ({ file }) => {
    const imported = [...importsOf(file)];
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => name.startsWith('node:') || name === 'webgpu')).toEqual([]);
  });

  it('./node imports Node, which the test before would notice', () => {
    const imported = importsOf(entries.find(({ name }) => name === './node')!.file);
    expect([...imported]).toContain('node:fs');
  });
});
