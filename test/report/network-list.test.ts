import { describe, expect, it } from 'vitest';
import { networkDrawing } from '../../src/report/cppn-graph.ts';
import { networksOf, packNetwork, unpackNetwork, type PackedNetwork } from '../../src/report/network-list.ts';
import { fakeGenome } from './fake-run.ts';
import { parsePage } from './page.ts';

/** A drawing without what is read out, which counts nodes without effect. */
const drawn = (text: string) => text.replace(/aria-label="[^"]*"/, '');

describe('the networks of a page with many', () => {
  it('are drawn from its numbers as they would be from the genomes', () => {
    for (let seed = 0; seed < 20; seed++) {
      const genome = fakeGenome(seed, { outputs: seed % 2 === 0 ? 1 : 3, mutations: 30 });
      const kept = JSON.parse(JSON.stringify(packNetwork(genome))) as PackedNetwork;
      expect(drawn(networkDrawing('', unpackNetwork(kept)).text)).toBe(
        drawn(networkDrawing('', genome).text),
      );
    }
  });

  const many = Array.from({ length: 40 }, (_, seed) => ({ label: 'x', genome: fakeGenome(seed) }));

  it('are numbers at its end, and words where they unfold', () => {
    const { shown, data } = networksOf(many, true)!;
    const folded = parsePage(shown[7]?.text ?? '').querySelector('details');
    expect(folded?.getAttribute('data-network')).toBe('7');
    expect(folded?.textContent).toMatch(/\d+ nodes, \d+ connections/);
    const numbers = JSON.parse(
      parsePage(data?.text ?? '').querySelector('script')?.textContent ?? '',
    ) as PackedNetwork[];
    expect(numbers).toHaveLength(40);
    expect(unpackNetwork(numbers[7]!)).toEqual(unpackNetwork(packNetwork(many[7]!.genome)));
  });

  it('are left out where no script draws them, or where they are too many for a page', () => {
    expect(networksOf(many, false)).toBeUndefined();
    const nodes = [{ id: 4, role: 'output', activation: 'sine' }] as const;
    const connections = Array.from({ length: 250 }, () => ({ source: 0, target: 4, weight: -1.234 }));
    const genome = { encoding: 'cppn', nodes, connections } as const;
    expect(networksOf(Array(1000).fill({ label: 'x', genome }), true)).toBeUndefined();
  });

  it('are drawings where they are few', () => {
    const { shown, data } = networksOf(many.slice(0, 3), false)!;
    expect(data).toBeUndefined();
    for (const one of shown) expect(one?.text).toContain('<svg');
  });
});
