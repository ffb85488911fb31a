import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flattenApart, flattenCppn, mutateCppn, randomCppn } from '../../src/genome/cppn-genome.ts';
import { mostNodes } from '../../src/genome/cppn-mutation.ts';
import type { CppnGenome } from '../../src/genome/genome.ts';
import { cppnGradientMemory } from '../../src/kernels/genome/cppn-gradient.ts';
import { mostSlots } from '../../src/kernels/genome/cppn-values.ts';
import { cppnPrivateMemory, cppnStoredBytes } from '../../src/kernels/genome/cppn.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import { chainGenome, randomGraph, wideGenome } from './genomes.ts';
import { execute, valueOf } from './reference-cppn.ts';
import { covering, full } from '../support/full.ts';

const inputs = [0.3, -0.7, 0.76, 1];

const outputsOf = (genome: CppnGenome): number[] => {
  const value = valueOf(genome, inputs);
  return genome.nodes.filter(({ role }) => role === 'output').map(({ id }) => value(id));
};

describe('a flattened CPPN', () => {
  it('finds every value in its slot when it reads it, whatever the graph', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 3, max: mostNodes }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(1, 3),
        (seed, count, fanIn, outputs) => {
          const genome = randomGraph(seed, count, fanIn, outputs);
          const flat = flattenCppn(genome);
          expect(execute(flat, inputs)).toEqual(outputsOf(genome));
          expect(execute(flattenApart(genome), inputs)).toEqual(outputsOf(genome));
          expect(flat.slots).toBeLessThanOrEqual(flat.nodes + 4);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('has the same nodes and connections in the same places with a slot for every value', () => {
    const genome = randomGraph(5, 300, 3, 3);
    const [flat, apart] = [flattenCppn(genome), flattenApart(genome)];
    expect(apart.connections).toEqual(flat.connections);
    expect(apart.slots).toBe(apart.nodes + 4);
    expect(flat.slots).toBeLessThan(apart.slots);
    const slotless = (words: Uint32Array) => {
      const left: number[] = [];
      for (let word = 0; word < words.length; word++) {
        left.push((words[word]! & ~(1023 << 2)) >>> 0);
        for (let edge = words[word]! >>> 12; edge > 0; edge--, word += 2) left.push(words[word + 2]!);
      }
      return left;
    };
    expect(slotless(apart.words)).toEqual(slotless(flat.words));
  });

  it('needs no more than the slots of the inputs for a chain of 100,000 nodes', () => {
    const flat = flattenCppn(chainGenome(100_000));
    expect(flat.nodes).toBe(100_000);
    expect(flat.slots).toBe(4);
  });

  it('needs a slot for every node of a layer that one node reads', () => {
    const { slots } = flattenCppn(wideGenome(500));
    expect(slots).toBeGreaterThanOrEqual(500);
    expect(slots).toBeLessThanOrEqual(504);
  });

  it('is refused where it needs more values at once than there are slots', () => {
    expect(() => flattenCppn(wideGenome(2000))).toThrow(
      /CPPN of 2001 nodes that holds 20\d\d values at once; at most 1024 can be held/,
    );
    expect(() => flattenApart(chainGenome(1021))).toThrow(/1021 nodes that holds 1025 values/);
  });

  it('names the node that depends on itself, and the one that is not there', () => {
    const genome = chainGenome(3);
    const source = (from: number): CppnGenome => ({
      ...genome,
      connections: [...genome.connections, { source: from, target: 6, weight: 1 }],
    });
    expect(() => flattenCppn(source(5))).toThrow('node 5 depends on itself');
    expect(() => flattenCppn(source(9))).toThrow('a connection comes from node 9, which is not there');
  });

  it('that has grown to 1,000 nodes by mutation needs some tens of slots at most', () => {
    for (const outputs of covering([1, 3], [3])) {
      let genome = randomCppn(outputs, RandomStream.of(3, 0));
      for (let step = 1; genome.nodes.length < (full ? mostNodes : 500); step++)
        genome = mutateCppn(genome, RandomStream.of(3, step));
      // Without selection most of its nodes lead nowhere: 1 and 10 were measured.
      expect(flattenCppn(genome).slots).toBeLessThanOrEqual(32);
    }
  });
});

describe('the memory of the kernels that interpret CPPNs', () => {
  it('takes 2 KiB of private memory an invocation at most, and no more of a buffer than every adapter binds', () => {
    const binding = 128 * 2 ** 20;
    for (let slots = 1; slots <= mostSlots; slots++) {
      const shape = { channels: 3, height: 1024, width: 1024, slots };
      const drawn = { ...shape, population: 4000 };
      expect(cppnPrivateMemory(drawn)).toBeLessThanOrEqual(1024);
      expect(cppnStoredBytes(drawn)).toBeLessThanOrEqual(binding);
      const pulled = { ...shape, batch: 512, edges: 1, nodes: slots, reverseChannels: false };
      const { privateMemory, slopes, values } = cppnGradientMemory(pulled);
      expect(privateMemory).toBeLessThanOrEqual(2048);
      expect(Math.max(slopes, values)).toBeLessThanOrEqual(binding);
      // What is not in private memory must be in a buffer.
      expect(cppnPrivateMemory(drawn) + cppnStoredBytes(drawn)).toBeGreaterThan(0);
      expect(privateMemory + values).toBeGreaterThan(0);
    }
  });
});
