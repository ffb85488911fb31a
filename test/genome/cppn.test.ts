import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  flattenApart,
  flattenCppn,
  flattenPopulation,
  mutateCppn,
  randomCppn,
} from '../../src/genome/cppn-genome.ts';
import type { CppnGenome } from '../../src/genome/genome.ts';
import { cppnFrame, type Coordinates } from '../../src/genome/cppn-coordinates.ts';
import { uniformUsage } from '../../src/gpu/device.ts';
import { Program, bind, run } from '../../src/gpu/program.ts';
import { hlsToRgb } from '../../src/kernels/image/colour.ts';
import { cppn, cppnStoredBytes } from '../../src/kernels/genome/cppn.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import { openTestGpu } from '../gpu.ts';
import { randomGraph, wideGenome } from './genomes.ts';
import { interpret } from './reference-cppn.ts';

function grown(seed: number, mutations: number, outputs = 1): CppnGenome {
  let genome = randomCppn(outputs, RandomStream.of(seed, 0));
  for (let step = 1; step <= mutations; step++) genome = mutateCppn(genome, RandomStream.of(seed, step));
  return genome;
}

async function render(
  genomes: readonly CppnGenome[],
  channels: number,
  height: number,
  width: number,
  coordinates: Coordinates,
  flatten = flattenCppn,
): Promise<Uint8Array> {
  const gpu = await openTestGpu();
  const { table, program, slots } = flattenPopulation(genomes.map((genome) => flatten(genome)));
  const words = genomes.length * channels * Math.ceil((height * width) / 4);
  const shape = { population: genomes.length, channels, height, width, slots };
  const values = gpu.buffer('values', cppnStoredBytes(shape));
  const buffers = {
    genomes: gpu.bufferFrom('table', table),
    program: gpu.bufferFrom('program', program),
    frame: gpu.bufferFrom('frame', cppnFrame(coordinates, [height, width]), uniformUsage),
    images: gpu.buffer('images', 4 * words),
  };
  const operands = { ...buffers, ...(cppnStoredBytes(shape) > 0 && { values }) };
  run(gpu, new Program([await bind(gpu, 'render', cppn(shape), operands)]));
  const bytes = new Uint8Array(await gpu.read(buffers.images, 4 * words));
  for (const buffer of [...Object.values(buffers), values]) buffer.destroy();
  return bytes;
}

/** Every byte must lie within its error bound; returns the share of those that are the interpreter's or one beside it. */
function compare(
  bytes: Uint8Array,
  genomes: readonly CppnGenome[],
  channels: number,
  height: number,
  width: number,
  coordinates: Coordinates,
  step = 1,
): number {
  const plane = Math.ceil((height * width) / 4) * 4;
  let near = 0;
  let seen = 0;
  for (const [index, genome] of genomes.entries()) {
    for (let pixel = 0; pixel < height * width; pixel += step) {
      const [row, column] = [Math.floor(pixel / width), pixel % width];
      const x = width > 1 ? (2 * column) / (width - 1) - 1 : -1;
      const y = height > 1 ? (2 * row) / (height - 1) - 1 : -1;
      const seenAt = coordinates === 'pixels' ? ([column, row] as const) : ([x, y] as const);
      const outputs = interpret(genome, [...seenAt, Math.hypot(x, y), 1]);
      for (const [channel, { value, error }] of outputs.entries()) {
        seen++;
        const found = bytes[(index * channels + channel) * plane + pixel]!;
        const least = Math.floor(Math.max(0, Math.abs(value) - error) * 255);
        const most = Math.floor(Math.min(1, Math.abs(value) + error) * 255);
        if (found < least || found > most) {
          expect.fail(
            `genome ${String(index)}, pixel ${String(pixel)}: byte ${String(found)}, expected ${String(least)} to ${String(most)}`,
          );
        }
        if (Math.abs(found - Math.floor(Math.abs(value) * 255)) <= 1) near++;
      }
    }
  }
  return near / seen;
}

describe('a CPPN genome', () => {
  it('keeps its outputs, has no cycle, no doubled connection and bounded weights through any mutations', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 0, max: 120 }),
        fc.constantFrom(1, 3),
        (seed, mutations, outputs) => {
          const genome = grown(seed, mutations, outputs);
          const pairs = genome.connections.map(({ source, target }) => `${String(source)}>${String(target)}`);
          expect(new Set(pairs).size).toBe(pairs.length);
          expect(genome.connections.every(({ weight }) => Math.abs(weight) <= 10)).toBe(true);
          expect(flattenCppn(genome).outputs).toHaveLength(outputs); // throws on a cycle or a lost source
          expect(JSON.parse(JSON.stringify(genome))).toEqual(genome);
          expect(grown(seed, mutations, outputs)).toEqual(genome);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('mutates at the published rates', () => {
    const parent = grown(11, 60);
    const children = Array.from({ length: 4000 }, (_, index) =>
      mutateCppn(parent, RandomStream.of(5, index)),
    );
    const weights = new Map(
      parent.connections.map(({ source, target, weight }) => [`${String(source)}>${String(target)}`, weight]),
    );
    const kept = children.flatMap(({ connections }) =>
      connections.flatMap(({ source, target, weight }) => {
        const before = weights.get(`${String(source)}>${String(target)}`);
        return before === undefined ? [] : [weight !== before];
      }),
    );
    expect(kept.filter(Boolean).length / kept.length).toBeCloseTo(0.1, 1.5);
    const grownBy = children.filter(({ nodes }) =>
      nodes.some(({ id }) => !parent.nodes.some((node) => node.id === id)),
    );
    // Added with 0.5; the same child loses one of its hidden nodes with 0.2, seldom the new one.
    expect(grownBy.length / children.length).toBeGreaterThan(0.44);
    expect(grownBy.length / children.length).toBeLessThan(0.54);
  });

  it('with a cycle is refused', () => {
    const nodes = [4, 5].map((id) => ({
      id,
      role: id === 4 ? ('output' as const) : ('hidden' as const),
      activation: 'sine' as const,
    }));
    const connections = [
      { source: 4, target: 5, weight: 1 },
      { source: 5, target: 4, weight: 1 },
    ];
    expect(() => flattenCppn({ encoding: 'cppn', nodes, connections })).toThrow(/depends on itself/);
  });
});

describe('CPPN rendering', () => {
  it.each([
    [1, 28, 28, 'pixels', 40],
    [1, 28, 28, 'normalised', 40],
    [3, 64, 48, 'normalised', 8],
    [3, 5, 7, 'pixels', 9],
    [1, 1, 1, 'pixels', 3],
    [1, 7, 3, 'normalised', 200],
  ] as const)(
    'agrees with the interpreter: %i outputs, %i × %i, %s',
    async (channels, height, width, coordinates, population) => {
      const genomes = Array.from({ length: population }, (_, index) =>
        grown(index + 1, (index % 12) * 3, channels),
      );
      const bytes = await render(genomes, channels, height, width, coordinates);
      const near = compare(bytes, genomes, channels, height, width, coordinates);
      expect(near).toBeGreaterThan(0.97);
    },
  );

  it.each([
    [256, 256],
    [1024, 1024],
  ])('agrees at %i × %i', async (height, width) => {
    const genomes = [grown(3, 10, 3)];
    expect(
      compare(
        await render(genomes, 3, height, width, 'normalised'),
        genomes,
        3,
        height,
        width,
        'normalised',
        397,
      ),
    ).toBeGreaterThan(0.97);
  });

  it.each([
    [12, 28, 28],
    [1, 96, 96],
  ])('draws %i genomes of 1,000 nodes that are all needed at once, %i × %i', async (count, height, width) => {
    const genomes = Array.from({ length: count }, (_, index) => wideGenome(999 - index));
    const bytes = await render(genomes, 1, height, width, 'normalised');
    const near = compare(bytes, genomes, 1, height, width, 'normalised', 97);
    expect(near).toBeGreaterThan(0.97);
    expect(new Set(bytes).size).toBeGreaterThan(50);
  });

  it('draws the same bytes whether slots are given out again or not', async () => {
    const genomes = [
      ...Array.from({ length: 12 }, (_, index) => grown(index + 1, 12 * index)),
      ...[20, 70, 300, 1000].map((count) => randomGraph(count, count, 3, 1)),
    ];
    const bytes = await render(genomes, 1, 20, 20, 'normalised');
    expect(await render(genomes, 1, 20, 20, 'normalised', flattenApart)).toEqual(bytes);
    expect(new Set(bytes).size).toBeGreaterThan(200);
  });

  it('interprets genomes that outgrow 16, 32 and 64 values', async () => {
    for (const mutations of [60, 200, 600]) {
      const genome = grown(21, mutations);
      const bytes = await render([genome], 1, 6, 6, 'normalised');
      compare(bytes, [genome], 1, 6, 6, 'normalised');
    }
  });
});

describe('HLS to RGB', () => {
  /** The hexcone of the HLS model, in doubles; hue in half degrees. */
  function rgbOf(h: number, l: number, s: number): number[] {
    const [lightness, saturation] = [l / 255, s / 255];
    const q =
      lightness < 0.5 ? lightness * (1 + saturation) : lightness + saturation - lightness * saturation;
    const p = 2 * lightness - q;
    const part = (turn: number) => {
      const t = ((turn % 1) + 1) % 1;
      if (t < 1 / 6) return p + (q - p) * 6 * t;
      if (t < 1 / 2) return q;
      return t < 2 / 3 ? p + (q - p) * (2 / 3 - t) * 6 : p;
    };
    const turn = (h % 180) / 180;
    return [part(turn + 1 / 3), part(turn), part(turn - 1 / 3)].map((value) => value * 255);
  }

  it('agrees with the hexcone for every hue, lightness and saturation', async () => {
    const gpu = await openTestGpu();
    const plane = 65_536 / 4;
    const buffer = gpu.buffer('images', 12 * plane);
    const program = new Program([await bind(gpu, 'colour', hlsToRgb(1, plane), { images: buffer })]);
    let worst = 0;
    for (let hue = 0; hue < 256; hue++) {
      const bytes = new Uint8Array(3 * 65_536);
      for (let index = 0; index < 65_536; index++) {
        bytes[index] = hue;
        bytes[65_536 + index] = index >> 8;
        bytes[131_072 + index] = index & 255;
      }
      gpu.write(buffer, bytes);
      run(gpu, program);
      const rgb = new Uint8Array(await gpu.read(buffer));
      for (let index = hue % 7; index < 65_536; index += 7) {
        const reference = rgbOf(hue, index >> 8, index & 255);
        for (let channel = 0; channel < 3; channel++) {
          worst = Math.max(worst, Math.abs(rgb[channel * 65_536 + index]! - reference[channel]!));
        }
      }
    }
    expect(worst).toBeLessThan(0.502);
  });
});
