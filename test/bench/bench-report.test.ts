import { describe, expect, it } from 'vitest';
import { placeLabels } from '../../bench/report/place-labels.ts';
import { squareSide } from '../../bench/report/report-networks.ts';
import { renderBenchReport } from '../../bench/report/bench-report.ts';
import { readResults, checkedResults } from '../../bench/report/results-file.ts';
import { parsePage, type PageElement } from '../report/page.ts';
import { around, kernelRow, networkRow, origin } from './results.ts';
import { covering } from '../support/full.ts';

const page = (rows: readonly object[], more: object = {}) =>
  parsePage(renderBenchReport(checkedResults({ ...origin, ...more, rows }, 'a.json')));

const section = (body: PageElement, heading: string) =>
  [...body.querySelectorAll('section')].find((part) => part.querySelector('h2')?.textContent === heading);

const texts = (element: PageElement, selector: string) =>
  [...element.querySelectorAll(selector)].map(({ textContent }) =>
    textContent.replaceAll(/\s+/g, ' ').trim(),
  );

/** Height in pixels of the point whose title begins so. */
const heightOf = (drawing: PageElement, name: string) => {
  const dot = [...drawing.querySelectorAll('circle')].find((circle) => circle.textContent.startsWith(name));
  return Number(dot!.getAttribute('cy'));
};

describe('the page of a results file', () => {
  it.each(covering(['lavapipe', 'swiftshader'], ['swiftshader']))(
    'holds every section that the published one of %s has',
    (name) => {
      const html = renderBenchReport(readResults(`bench/results/${name}.json`));
      expect(html).not.toMatch(/NaN|Infinity|undefined/);
      expect(html).not.toMatch(/<(script|link|img)\b|https?:\/\/(?!www\.w3\.org)/);
      expect(texts(parsePage(html), 'h2')).toEqual([
        'Machine and adapter',
        'Kernels against the roofs of the adapter',
        'Networks',
        'Drawing',
        'Scaling',
        'Layer by layer',
        'Other engines on this machine',
        'Whole runs of evolution',
        'Variants of each kernel',
      ]);
    },
  );

  it('names machine, adapter, driver, versions and commit, and escapes them', () => {
    const body = page([], { peaks: { gflops: 80, gbps: 10, launchMs: 0.04 } });
    const text = section(body, 'Machine and adapter')!.textContent.replaceAll(/\s+/g, ' ');
    for (const part of [
      'Abacus, 2 cores',
      'Beads 1.0 <driver>',
      'node v20',
      origin.commit,
      '80 GFLOP/s, 10 GB/s',
    ])
      expect(text).toContain(part);
    expect(body.querySelectorAll('driver')).toHaveLength(0);
  });

  it('draws the fastest variant of each case below the roofs', () => {
    const rows = [
      { ...kernelRow('conv1', 'slow', around(2, 0.1)), gflops: 20, gbps: 1 },
      { ...kernelRow('conv1', 'quick', around(1, 0.1)), gflops: 40, gbps: 2 },
      { ...kernelRow('conv2', 'only', around(1, 0.1)), gflops: 80, gbps: 2 },
    ];
    const roofline = section(
      page(rows, { peaks: { gflops: 80, gbps: 10 } }),
      'Kernels against the roofs of the adapter',
    )!;
    expect(texts(roofline, 'circle')).toEqual([
      'conv2d, conv1 (quick): 40 GFLOP/s at 20 operations per byte',
      'conv2d, conv2 (only): 80 GFLOP/s at 40 operations per byte',
    ]);
    // The second reaches the roof of arithmetic, whose line ends there.
    const roof = [...roofline.querySelectorAll('[aria-label="line"] path')][0]!.getAttribute('d')!;
    expect(Number(roof.split(',').at(-1))).toBeCloseTo(heightOf(roofline, 'conv2d, conv2'), 1);
    expect(heightOf(roofline, 'conv2d, conv1')).toBeGreaterThan(heightOf(roofline, 'conv2d, conv2'));
    expect(roofline.textContent).toContain('memory: 10 GB/s');
  });

  it('marks the chosen variant among the bars, with its interval', () => {
    const rows = [
      kernelRow('conv1', 'a', around(2, 0.1)),
      { ...kernelRow('conv1', 'b', around(1, 0.1)), chosen: true, lowMs: 0.97, highMs: 1.02 },
    ];
    const bars = [...section(page(rows), 'Variants of each kernel')!.querySelectorAll('rect')];
    expect(bars.map((bar) => [bar.textContent.split(':')[0], bar.getAttribute('fill')])).toEqual([
      ['b', '#d97b1f'],
      ['a', '#3b76c4'],
    ]);
    const [b, a] = bars.map((bar) => Number(bar.getAttribute('width')));
    expect(b! / a!).toBeCloseTo(0.5, 1);
  });

  it('draws growth with the batch for works of several batches, and products of square matrices', () => {
    const product = (side: number, gflops: number) => {
      const shape = `${String(side)} × ${String(side)} × ${String(side)}`;
      return { ...kernelRow(shape, 'tile', around(1, 0.1)), name: 'matmul', gflops };
    };
    const rows = [
      networkRow('LeNet forward', 4, around(1, 0.1)),
      networkRow('LeNet forward', 200, around(10, 0.1)),
      networkRow('LeNet training step', 64, around(10, 0.1)),
      product(256, 10),
      product(512, 20),
    ];
    const scaling = section(page(rows), 'Scaling')!;
    expect(texts(scaling, 'figcaption')).toEqual([
      'LeNet: images per second by batch.',
      'Product of square matrices by their side.',
    ]);
    expect(texts(scaling, 'circle')).toEqual([
      'forward, 4: 3,979',
      'forward, 200: 19,895',
      'fastest variant, 256: 10',
      'fastest variant, 512: 20',
    ]);
  });

  it('says what each engine makes of the same work, and how many times as fast ours is', () => {
    const peer = (engine: string, milliseconds: number, agrees: boolean) => {
      return { ...networkRow('AlexNet forward', 8, around(milliseconds, 0.01)), engine, agrees };
    };
    const rows = [peer('own', 100, true), peer('other', 400, true), peer('hasty', 50, false)];
    const peers = section(page(rows), 'Other engines on this machine')!;
    const words = texts(peers, 'rect');
    expect(words[1]).toMatch(/^other: .* · own (3\.9|4)\d?×$/);
    expect(words[2]).toMatch(/^hasty \(wrong\): .* · own 0\.5×$/);

    const [own, ...others] = rows;
    const known = page([{ ...own, gflops: 15 }, ...others], { peaks: { gflops: 60, gbps: 1 } });
    expect(texts(section(known, 'Other engines on this machine')!, 'figcaption')[0]).toMatch(
      /^AlexNet forward, batch 8; ours does 25.0 % of/,
    );
  });

  it('unfolds the layers of a network', () => {
    const layer = { pass: 'forward', label: 'conv1 forward', kernel: 'conv2d/tile', workgroups: [4, 2, 1] };
    const figures = { medianMs: 2, gflops: 10, gbps: 1, share: 0.25 };
    const row = {
      ...networkRow('LeNet forward', 4, around(8, 0.1)),
      dispatches: 2,
      overheadMs: 1,
      overheadShare: 0.125,
    };
    const body = page([
      {
        ...row,
        layers: [
          { ...layer, ...figures },
          { ...layer, ...figures, label: 'ip1 forward' },
        ],
      },
    ]);
    const layers = section(body, 'Layer by layer')!;
    expect(texts(layers, 'summary')[0]).toContain('12.5 % of the submission is overhead');
    expect(texts(layers, 'tbody th')).toEqual(['conv1 forward', 'ip1 forward']);
    expect(texts(layers, 'tbody tr')[0]).toContain('4 × 2 × 1');
  });
});

describe('labels', () => {
  it('cover neither each other nor a point', () => {
    const points = Array.from({ length: 12 }, (_, i) => ({
      x: 100 + (i % 3),
      y: 100 + Math.floor(i / 3),
      text: '12',
    }));
    const middles = placeLabels(points).map(({ dx, dy }, i) => ({
      x: points[i]!.x + dx,
      y: points[i]!.y + dy,
    }));
    for (const [i, a] of middles.entries())
      for (const b of middles.slice(i + 1))
        expect(Math.abs(a.x - b.x) >= 13 || Math.abs(a.y - b.y) >= 12).toBe(true);
    for (const a of middles) expect(Math.hypot(a.x - 101, a.y - 102)).toBeGreaterThan(8);
  });
});

it('knows square products by their shape', () => {
  expect(squareSide('512 × 512 × 512')).toBe(512);
  expect(squareSide('512 × 512 × 256')).toBeUndefined();
  expect(squareSide('ip1 forward, batch 200')).toBeUndefined();
});
