import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activationFunctions, type CppnGenome } from '../../src/genome/genome.ts';
import { cppnLegend, describeCppn, drawCppn, largestDrawing } from '../../src/report/cppn-graph.ts';
import { fakeGenome } from './fake-run.ts';
import { parsePage } from './page.ts';
import { full } from '../support/full.ts';

const small: CppnGenome = {
  encoding: 'cppn',
  nodes: [
    { id: 4, role: 'output', activation: 'sigmoid' },
    { id: 5, role: 'hidden', activation: 'sine' },
    { id: 6, role: 'hidden', activation: 'linear' },
  ],
  connections: [
    { source: 0, target: 5, weight: 2.5 },
    { source: 5, target: 4, weight: -7.25 },
    { source: 1, target: 6, weight: 1 },
  ],
};

function draw(genome: CppnGenome) {
  const document = parsePage(drawCppn(genome, 'A network')?.text ?? '');
  const nodes = [...document.querySelectorAll('.node')].map((node) => {
    const label = node.querySelector('text');
    return {
      kind: node.getAttribute('class') ?? '',
      label: label?.textContent,
      y: Number(label?.getAttribute('y')),
    };
  });
  return { document, nodes };
}

describe('drawCppn', () => {
  it('puts inputs above, outputs below and what they pass through between', () => {
    const { nodes } = draw(small);
    const levels = nodes.map(({ y }) => y);
    const inputs = nodes.filter(({ kind }) => kind.includes('input'));
    expect(inputs.map(({ label }) => label)).toEqual(['x', 'y', 'distance', 'bias']);
    expect(new Set(inputs.map(({ y }) => y))).toEqual(new Set([Math.min(...levels)]));
    expect(nodes.find(({ label }) => label === 'output: sigmoid')?.y).toBe(Math.max(...levels));
    expect(nodes.find(({ label }) => label === 'sine')?.kind).toBe('node hidden sine');
  });

  it('has the inputs in one order, connected or not', () => {
    for (let seed = 0; seed < 20; seed++) {
      const document = parsePage(drawCppn(fakeGenome(seed), '')!.text);
      const texts = [...document.querySelectorAll('.node.input text')];
      const across = texts.map((text) => Number(text.getAttribute('x')));
      expect(across, `genome ${String(seed)}`).toEqual([...across].sort((one, other) => one - other));
    }
  });

  it('has connections leave below and enter above, so that none passes behind a neighbour of its ends', () => {
    const half = 13;
    let connections = 0;
    for (let seed = 0; seed < 20; seed++) {
      const document = parsePage(drawCppn(fakeGenome(seed), '')!.text);
      const placeOf = new Map(
        [...document.querySelectorAll('.node')].map((node) => {
          const detail = node.querySelector('title')?.textContent ?? '';
          const [, name = ''] = /^input (.*)$|(node \d+),/.exec(detail)?.filter(Boolean) ?? [];
          const text = node.querySelector('text');
          return [name, { x: Number(text?.getAttribute('x')), y: Number(text?.getAttribute('y')) }];
        }),
      );
      const paths = [...document.querySelectorAll('.connections path')];
      connections += paths.length;
      for (const path of paths) {
        const [, from = '', to = ''] =
          /^(.*) to (.*): /.exec(path.querySelector('title')?.textContent ?? '') ?? [];
        const numbers = (path.getAttribute('d') ?? '').match(/-?\d+/g)?.map(Number) ?? [];
        const [start, end] = [placeOf.get(from)!, placeOf.get(to)!];
        const off = [
          numbers[0]! - start.x,
          numbers[1]! - (start.y + half),
          numbers.at(-2)! - end.x,
          numbers.at(-1)! - (end.y - half),
        ];
        // Coordinates are rounded.
        for (const distance of off) expect(Math.abs(distance), `${from} to ${to}`).toBeLessThanOrEqual(1);
      }
    }
    expect(connections).toBeGreaterThan(20);
  });

  it('shows sign and size of a weight, and the weight itself', () => {
    const paths = [...draw(small).document.querySelectorAll('path')];
    expect(
      paths.map((path) => [path.getAttribute('class'), path.querySelector('title')?.textContent]),
    ).toEqual([
      ['positive', 'x to node 5: 2.500'],
      ['negative', 'node 5 to node 4: -7.250'],
    ]);
    const [thin, thick] = paths.map((path) => Number(path.getAttribute('stroke-width')));
    expect(thick).toBeGreaterThan(thin ?? Infinity);
  });

  it('leaves out what leads to no output, and says so', () => {
    expect(draw(small).nodes.map(({ label }) => label)).not.toContain('linear');
    expect(describeCppn(small)).toBe('7 nodes, 3 connections, 1 node without effect');
  });

  it('numbers the outputs of a colour image', () => {
    const labels = draw(fakeGenome(1, { outputs: 3 })).nodes.map(({ label }) => label);
    expect(labels.filter((label) => label?.startsWith('output '))).toHaveLength(3);
  });

  it('declines what is too large', () => {
    const nodes = Array.from({ length: largestDrawing.nodes + 1 }, (_, index) => {
      return { id: 4 + index, role: 'output', activation: 'sine' } as const;
    });
    expect(drawCppn({ ...small, nodes }, 'Large')).toBeUndefined();
  });

  it('explains each function and sign', () => {
    for (const word of [...activationFunctions, 'positive', 'negative'])
      expect(cppnLegend().text).toContain(word);
  });

  it('draws every evolved network within its box', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.constantFrom(1, 3), fc.nat(60), (seed, outputs, mutations) => {
        const { document, nodes } = draw(fakeGenome(seed, { outputs, mutations }));
        const box = document.querySelector('svg')?.getAttribute('viewBox')?.split(' ').map(Number) ?? [];
        const [, top = NaN, , height = NaN] = box;
        expect(box.every(Number.isFinite)).toBe(true);
        for (const { y } of nodes) expect(y > top && y < top + height).toBe(true);
        expect(nodes.length).toBeGreaterThanOrEqual(4 + outputs);
      }),
      { numRuns: full ? 30 : 10 },
    );
  });

  it('lays out a damaged genome in whose loop an input is', { timeout: 10_000 }, () => {
    const node = (id: number, role: 'output' | 'hidden') => ({ id, role, activation: 'linear' }) as const;
    const between = (source: number, target: number) => ({ source, target, weight: 1 });
    const genome: CppnGenome = {
      encoding: 'cppn',
      nodes: [node(5, 'output'), node(7, 'output'), node(7, 'hidden'), node(4, 'output')],
      connections: [
        between(8, 5),
        between(2, 7),
        between(3, 7),
        between(0, 8),
        between(4, 3),
        between(5, 0),
        between(5, 5),
      ],
    };
    expect(draw(genome).nodes.length).toBeGreaterThan(4);
  });

  it('draws loops, strays and doubles of a damaged genome without failing', () => {
    const connection = fc.record({
      source: fc.nat(9),
      target: fc.nat(9),
      weight: fc.double({ noNaN: true }),
    });
    const node = fc.record({
      id: fc.integer({ min: 4, max: 8 }),
      role: fc.constantFrom('output', 'hidden'),
      activation: fc.constantFrom(...activationFunctions),
    });
    fc.assert(
      fc.property(fc.array(node), fc.array(connection), (nodes, connections) => {
        expect(drawCppn({ encoding: 'cppn', nodes, connections }, 'Damaged')?.text).not.toContain('NaN');
      }),
      { numRuns: full ? 100 : 25 },
    );
  });
});
