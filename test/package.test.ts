import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../src/version.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
}

describe('the packages that it needs', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as LockFile;
  const { allowScripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    allowScripts: Readonly<Record<string, boolean>>;
  };
  const withScript = Object.keys(packages)
    .filter((folder) => packages[folder]?.hasInstallScript)
    .map((folder) => folder.replace(/^.*node_modules\//, ''));

  it('have their install scripts looked at, so that npm 11 does not ask', () => {
    expect(withScript.filter((name) => !(name in allowScripts))).toEqual([]);
    expect(withScript).toContain('esbuild');
  });

  it('download nothing past the registry: not the CUDA of onnxruntime-node, whatever npm installs it', () => {
    // npm 10 knows no allowScripts, and runs what the lock file says has a script.
    expect(allowScripts['onnxruntime-node']).toBe(false);
    expect(packages).toHaveProperty(['node_modules/onnxruntime-node']);
    expect(withScript).not.toContain('onnxruntime-node');
  });
});

describe('the package', () => {
  it('has the version that the sources say', () => {
    expect((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version).toBe(version);
  });

  it('imports node: in its hosts alone', () => {
    const hosted = sources.filter((name) => readFileSync(join('src', name), 'utf8').includes("from 'node:"));
    expect(hosted.filter((name) => !/^(node|cli)\//.test(name))).toEqual([]);
    expect(hosted.length).toBeGreaterThan(0);
  });
});
