import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wrapped } from '../../bench/report/columns.ts';
import type { EvolutionRow } from '../../bench/runs/evolution.ts';
import type { KernelRow } from '../../bench/kernels/kernels.ts';
import { layerLines } from '../../bench/networks/layer-lines.ts';
import type { NetworkRow } from '../../bench/networks/network-row.ts';
import type { PeerRow } from '../../bench/peers/peers.ts';
import { RowTable, type ShownRow } from '../../bench/report/row-table.ts';
import { sampleOf } from '../../bench/sampling/sampling.ts';
import { tableLines } from '../../bench/report/terminal-table.ts';
import { around } from './results.ts';

const sample = (ms: number) => sampleOf(around(ms, 0.1));

const kernel: KernelRow = {
  name: 'conv2d',
  variant: 'quads12x4',
  shape: 'AlexNet conv2 forward, relu2, batch 16',
  adapter: 'beads',
  ...sample(1234),
  slowdown: 1.3,
  timer: 'wall clock',
  gflops: 1.72,
  gbps: 0.097,
  ofPeak: 1.02,
  aboveRoof: 'doubtful',
  intensity: 2,
  compileMs: 9341,
  workgroupMemory: 3072,
  chosen: true,
};
const network: NetworkRow = {
  work: 'AlexNet forward + gradient to the input, dense weights as halves',
  batch: 16,
  adapter: 'beads',
  ...sample(56.7),
  imagesPerSecond: 282,
  gflops: 123,
};
const drawing: NetworkRow = {
  work: 'CPPN rendering, 3 × 256 × 256, 11.2 nodes',
  batch: 40,
  adapter: 'beads',
  ...sample(56.7),
  imagesPerSecond: 282,
  nodesPerSecond: 1.23e8,
  ofFunctions: 0.45,
};
const peer: PeerRow = {
  work: 'AlexNet ascent step',
  batch: 8,
  engine: 'onnxruntime-webgpu',
  adapter: 'beads',
  ...sample(8.9),
  imagesPerSecond: 900,
  gflops: 33.3,
  agrees: false,
};
const run: EvolutionRow = {
  work: 'MNIST cppn, 200 generations × 200',
  adapter: 'beads',
  seed: 3,
  commandSeconds: 45.6,
  runSeconds: 43.2,
  evaluationsPerSecond: 925,
  peakMemoryMiB: 300,
  medianConfidence: 0.99,
  minConfidence: 0.9,
  renderMs: 1,
  networkMs: 1,
  readBackMs: 1,
  evolutionMs: 1,
  savingMs: 1,
};
const rows: readonly ShownRow[] = [kernel, network, drawing, peer, run];

const linesAt = (row: ShownRow, width: number) => new RowTable(() => width).linesOf(row).slice(1);

describe.each([60, 80, 120])('at %i columns', (width) => {
  test.each(rows.map((row) => ['work' in row ? row.work : row.shape, row] as const))(
    'no line is longer, and no cell is cut: %s',
    (_, row) => {
      const lines = linesAt(row, width);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
      // Whatever is there of a line stands in the whole one, in the same order.
      const whole = linesAt(row, Infinity).join(' ').replaceAll(/\s+/g, ' ');
      const main = lines.find((line) => / ms|\d s/.test(line) && !line.startsWith('    '))!;
      let from = 0;
      for (const cell of main.trim().split(/ {2,}/)) {
        const at = whole.indexOf(cell, from);
        expect(at, `“${cell}” in “${whole}”`).toBeGreaterThanOrEqual(0);
        from = at + cell.length;
      }
    },
  );

  test('what a row is called, its median, and what is to be said of it stay', () => {
    const text = linesAt(kernel, width).join('\n');
    for (const part of ['* quads12x4', '1,', 'by the wall clock', '102 %', '1.30×'])
      expect(text.replaceAll(/\s+/g, ' ')).toContain(part);
    expect(linesAt(peer, width).join(' ')).toContain('another answer');
  });

  test('rows of one kind keep the same columns', () => {
    const table = new RowTable(() => width);
    const [, , ...first] = table.linesOf({ ...kernel, slowdown: 1 });
    const second = table.linesOf({ ...kernel, variant: 'plain', medianMs: 0.01, lowMs: 0.01, highMs: 0.02 });
    const cells = (line: string | undefined) => (line ?? '').trim().split(/ {2,}/).length;
    expect(cells(second[0])).toBe(cells(first.find((line) => line.includes('quads12x4'))));
  });
});

test('the heading names the columns that there are', () => {
  expect(linesAt(kernel, Infinity)[0]).toBe(
    'conv2d, AlexNet conv2 forward, relu2, batch 16 (median, 95 % interval, arithmetic, memory, share of the roof, compiling)',
  );
  expect(linesAt(kernel, 60).join(' ')).not.toContain('compiling');
  expect(linesAt(kernel, 60).join(' ')).toContain('share of the roof');
});

test('at any width nothing is cut, however little there is room for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 44, max: 200 }), fc.constantFrom(...rows), (width, row) => {
      for (const line of linesAt(row, width)) expect(line.length).toBeLessThanOrEqual(width);
    }),
  );
});

test('text is cut between words', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 }), (words) => {
      const lines = wrapped(words.join(' '), 12);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(12);
      expect(lines.join(' ').split(/ +/).filter(Boolean)).toEqual(words);
    }),
  );
});

describe('a table', () => {
  const columns = [
    { heading: 'row' },
    { heading: 'before', numeric: true, rank: 2 },
    { heading: 'change', numeric: true },
    { heading: 'by', rank: 1 },
  ];
  const cells = [
    ['conv2d, LeNet conv1 forward', '1.2 ms', '+3.1 %', 'times'],
    ['relu', '12 ms', '−1.0 %', 'spread'],
  ];

  test('leaves out columns, the least important first', () => {
    expect(tableLines(columns, cells)[1]).toBe('conv2d, LeNet conv1 forward  1.2 ms  +3.1 %  times');
    expect(tableLines(columns, cells, 44)[1]).toBe('conv2d, LeNet conv1 forward  +3.1 %  times');
    expect(tableLines(columns, cells, 36)).toEqual([
      'row                          change',
      'conv2d, LeNet conv1 forward  +3.1 %',
      'relu                         −1.0 %',
    ]);
  });

  test('gives the first column lines of its own where there is no room beside it', () => {
    expect(tableLines(columns, cells, 24)).toEqual([
      'row',
      '  before  change  by',
      'conv2d, LeNet conv1',
      '  forward',
      '  1.2 ms  +3.1 %  times',
      'relu',
      '   12 ms  −1.0 %  spread',
    ]);
  });

  test('of layers fits as well', () => {
    const layer = {
      pass: 'backward',
      label: 'conv1 input gradient',
      kernel: 'conv2d-input-gradient/octets4x16',
      workgroups: [1, 1, 1] as const,
      medianMs: 12.3,
      gflops: 1.2,
      gbps: 3.4,
      share: 0.5,
    };
    const breakdown = { layers: [layer], dispatches: 1, overheadMs: 1, overheadShare: 0.1 };
    for (const width of [60, 80, 120])
      for (const line of layerLines(breakdown as never, width))
        expect(line.length).toBeLessThanOrEqual(width);
    expect(layerLines(breakdown as never, 120)[1]).toContain('octets4x16');
    expect(layerLines(breakdown as never, 60)[1]).toMatch(/conv1 input gradient .*12\.3 ms .*50\.0 %/);
  });
});
