import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { replaceMarked } from '../../bench/report/marked-text.ts';
import { peerTables } from '../../bench/peers/peer-table.ts';
import { readResults, checkedResults, type Results } from '../../bench/report/results-file.ts';
import { networkRow, origin } from './results.ts';

/** A row with so many milliseconds for a batch of 8. */
function peer(engine: string, milliseconds: number, more: object = {}) {
  const row = networkRow('AlexNet forward', 8, [milliseconds, milliseconds, milliseconds]);
  return { ...row, engine, agrees: true, ...more };
}
const fileOf = (rows: readonly object[], more: object = {}): Results =>
  checkedResults({ ...origin, ...more, rows }, 'made.json');

/** Cells of the line that begins with a title. */
function cellsOf(text: string, title: string): string[] {
  const line = text.split('\n').find((one) => one.startsWith(`| ${title} |`));
  return (line ?? '')
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim());
}

describe('tables of peers', () => {
  const rows = [
    peer('own', 4),
    peer('jax-js-webgpu', 8),
    peer('onnxruntime-cpu', 16),
    peer('torch-cuda', 2, { precision: 'fp32', mode: 'graph', agrees: undefined }),
    peer('torch-cuda', 3, { precision: 'fp32', mode: 'eager', agrees: undefined }),
    peer('torch-cuda', 5, { precision: 'fp16', mode: 'graph', agrees: undefined }),
  ].map((row) => JSON.parse(JSON.stringify(row)) as object);

  it('have images per second, the best on WebGPU in bold and faster libraries in italics', () => {
    const text = peerTables([fileOf(rows)]);
    expect(cellsOf(text, 'images per second')).toEqual([
      'ours',
      'jax-js',
      'ONNX Runtime, CPU',
      'PyTorch, CUDA fp32',
      'fp16',
    ]);
    expect(cellsOf(text, 'AlexNet forward, 8')).toEqual([
      '**2,000**',
      '1,000',
      '500',
      '*4,000* ³',
      '1,600 ³',
    ]);
    expect(text).toContain('³ its answers were not compared');
    expect(text).not.toContain('¹');
  });

  it('give the place to another engine that is faster than ours', () => {
    const text = peerTables([fileOf([peer('own', 4), peer('tfjs-webgpu', 2)])]);
    expect(cellsOf(text, 'AlexNet forward, 8')).toEqual(['2,000', '**4,000**']);
  });

  it('mark another answer and two humps, and let no wrong answer win', () => {
    const wrong = peer('jax-js-webgpu', 1, { agrees: false });
    const text = peerTables([fileOf([peer('own', 4, { humps: 2 }), wrong, peer('onnxruntime-cpu', 8)])]);
    expect(cellsOf(text, 'AlexNet forward, 8')).toEqual(['**2,000** ¹', '8,000 ²', '1,000']);
    expect(text).toMatch(/¹ the samples lie in two humps.*; ² the engine’s answer is another one/);
  });

  it('take the gradient alone for a step where an engine has no step, and say so', () => {
    const step = { work: 'AlexNet ascent step' };
    const near = { work: 'AlexNet forward + gradient to the input', precision: 'fp32', mode: 'eager' };
    const text = peerTables([
      fileOf([peer('own', 4, step), peer('torch-cuda', 8, near), peer('own', 1), peer('jax-js-webgpu', 2)]),
    ]);
    expect(cellsOf(text, 'AlexNet ascent step, 8')).toEqual(['**2,000**', '–', '1,000 ⁴']);
    expect(cellsOf(text, 'AlexNet forward, 8')).toEqual(['**8,000**', '4,000', '–']);
  });

  it('say when, at which commit and with which command they were measured, and what the file notes', () => {
    const older = peer('jax-js-webgpu', 8, { commit: 'fedcba9876543210' });
    const note = 'The clock was low.';
    const lavapipe = { adapter: { ...origin.adapter, kind: 'lavapipe' }, note, partial: true };
    const text = peerTables([fileOf([peer('own', 4), older], lavapipe)]);
    expect(text).toContain(
      'Measured 2026-01-02 at `0123456`, `fedcba9` by `npx fool bench peers --adapter lavapipe`, cut short. The clock was low.\n',
    );
  });

  it('begin with GPUs, and leave out files that have nothing beside our engine', () => {
    const gpu = fileOf([peer('own', 4), peer('jax-js-webgpu', 8)]);
    const cpu = fileOf([peer('own', 4), peer('jax-js-webgpu', 8)], {
      adapter: { ...origin.adapter, name: 'pebbles', kind: 'swiftshader' },
    });
    const text = peerTables([cpu, gpu]);
    expect(text.indexOf('**beads**')).toBeLessThan(text.indexOf('**pebbles**'));
    expect(peerTables([fileOf([peer('own', 4)]), fileOf([networkRow('LeNet', 4, [1, 2, 3])])])).toBe('');
  });
});

describe('text between marks', () => {
  const document = 'before\n<!-- bench-table -->\nold\n<!-- /bench-table -->\nafter\n';

  it('is replaced, the rest stays', () => {
    const once = replaceMarked(document, 'new\n');
    expect(once).toBe('before\n<!-- bench-table -->\n\nnew\n\n<!-- /bench-table -->\nafter\n');
    expect(replaceMarked(once, 'new\n')).toBe(once);
  });

  it.each([
    ['no marks', 'nothing'],
    ['one mark', 'x <!-- bench-table -->'],
    ['marks in another order', '<!-- /bench-table --> <!-- bench-table -->'],
    ['marks twice', document + document],
  ])('is not written where there are %s', (_, text) => {
    expect(() => replaceMarked(text, 'new')).toThrow(/expected <!-- bench-table -->/);
  });
});

test('the tables of the README are what npm run results makes of the published results', () => {
  const folder = 'bench/results';
  const files = readdirSync(folder).sort();
  const tables = peerTables(files.map((name) => readResults(`${folder}/${name}`)));
  const readme = readFileSync('README.md', 'utf8');
  expect(tables).toContain('h100');
  expect(replaceMarked(readme, tables)).toBe(readme);
});
