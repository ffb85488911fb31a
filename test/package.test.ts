import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../src/version.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

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
