/** What the documents say of files is true of the files. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { version } from '../src/version.ts';

const pages = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? [join('docs', name)] : [])),
  'bench/README.md',
  'weights/README.md',
];

/** Anchors of a page's headings, as GitHub makes them, and those that it sets itself. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)"/g)].map(([, id = '']) => id)]);
}

describe.each(pages)('%s', (page) => {
  const content = readFileSync(page, 'utf8');

  it('links to files and headings that are there', () => {
    const broken = [...content.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].flatMap(([, target = '']) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      if (!existsSync(file)) return [target];
      const isFound = anchor === undefined || anchorsOf(readFileSync(file, 'utf8')).has(anchor);
      return isFound ? [] : [target];
    });
    expect(broken).toEqual([]);
  });

  it('names files of the repository that are there', () => {
    // A changelog tells of files as they were.
    const text = page === 'CHANGELOG.md' ? '' : content;
    const named = [...text.matchAll(/`((?:src|shaders|bench|test|weights|docs)\/[\w./-]+)`/g)];
    expect(named.flatMap(([, path = '']) => (existsSync(path) ? [] : [path]))).toEqual([]);
  });
});

it('docs/architecture.md has the layers of src in the order that the linter holds', () => {
  const [, drawn = ''] = /```\n(util →[^`]*)```/.exec(readFileSync('docs/architecture.md', 'utf8')) ?? [];
  const [, list = ''] = /const layers = \[([^\]]*)\]/.exec(readFileSync('eslint.config.js', 'utf8')) ?? [];
  const layers = [...list.matchAll(/'(\w+)'/g)].map(([, layer]) => layer);
  expect(layers.length).toBeGreaterThan(10);
  expect(drawn.split('→').map((layer) => layer.trim())).toEqual(layers);
});

it('CHANGELOG.md has the version of the package', () => {
  expect(readFileSync('CHANGELOG.md', 'utf8')).toContain(`\n## [${version}] - `);
});
