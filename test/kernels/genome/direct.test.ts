import { expect, test } from 'vitest';
import { mutationRate } from '../../../src/genome/direct-population.ts';
import { firstDirect, renderDirect, varyDirect } from '../../../src/kernels/genome/direct.ts';
import { polynomialMutation } from '../../../src/random/polynomial-mutation.ts';
import { RandomStream, threefry2x32 } from '../../../src/random/threefry.ts';
import { openTestGpu, runKernel } from '../../gpu.ts';

const population = 37;
/** Odd and even numbers of genes, and planes that fill their words or do not. */
const shapes = [
  { population, channels: 3, pixels: 35 },
  { population, channels: 3, pixels: 36 },
  { population, channels: 1, pixels: 33 },
  { population, channels: 1, pixels: 2 },
];
const genesOf = ({ channels, pixels }: (typeof shapes)[number]) => channels * pixels;
/** Genes of one child in device memory: the last word may be half empty. */
const pitchOf = (shape: (typeof shapes)[number]) => Math.ceil(genesOf(shape) / 2) * 2;
const { key } = RandomStream.of(5, 2, 17);

/** Number in its generation of the first genome. */
const firstChild = 5;

function generation(rate: number): ArrayBufferView<ArrayBuffer> {
  const content = new ArrayBuffer(32);
  new Uint32Array(content, 16).set([firstChild]);
  new Uint32Array(content).set(key);
  new Float32Array(content).set([rate, 15], 2);
  return new Uint8Array(content);
}

/** The two random numbers of a child's gene: the upper 24 bits of each word. */
function uniforms(gene: number, child: number): [number, number] {
  const [x, y] = threefry2x32(key, [gene, firstChild + child]);
  return [(x >>> 8) / 2 ** 24, (y >>> 8) / 2 ** 24];
}

/** Genes [population, genes padded to 2] from a function of each gene's place; padding is 0. */
function packed(
  shape: (typeof shapes)[number],
  geneOf: (gene: number, child: number) => number,
): Uint16Array<ArrayBuffer> {
  const pitch = pitchOf(shape);
  return Uint16Array.from({ length: population * pitch }, (_, index) => {
    const gene = index % pitch;
    return gene < genesOf(shape) ? geneOf(gene, Math.floor(index / pitch)) : 0;
  });
}

const someGene = (gene: number, child: number): number => threefry2x32([7, 7], [gene, child])[0] >>> 16;
const unwritten = (shape: (typeof shapes)[number]) => packed(shape, () => 0).fill(0xabab);

test.each(shapes)('the first genes are the generator’s numbers, bit for bit: %j', async (shape) => {
  const result = await runKernel(await openTestGpu(), firstDirect(shape), {
    generation: generation(0),
    children: unwritten(shape),
  });
  const expected = packed(shape, (gene, child) => threefry2x32(key, [gene, firstChild + child])[0] >>> 16);
  expect(new Uint16Array(result.children!)).toEqual(expected);
});

test.each(shapes.flatMap((shape) => [0, 0.1, 1].map((rate) => ({ ...shape, rate }))))(
  'the same genes mutate by the same steps as on the CPU: %j',
  async ({ rate, ...shape }) => {
    const extremes = [0, 65_535, 1, 65_534];
    const parents = packed(shape, (gene, child) => extremes[child] ?? someGene(gene, child));
    const result = await runKernel(await openTestGpu(), varyDirect(shape), {
      generation: generation(rate),
      children: parents,
    });
    const children = new Uint16Array(result.children!);
    let [mutated, off] = [0, 0];
    packed(shape, (gene, child) => {
      const index = child * pitchOf(shape) + gene;
      const [chance, step] = uniforms(gene, child);
      const found = children[index]!;
      if (!(chance < Math.fround(rate))) {
        expect(found).toBe(parents[index]);
        return 0;
      }
      mutated++;
      // Single precision may round to the gene beside it.
      const exact = Math.round(polynomialMutation(parents[index]! / 65_535, step) * 65_535);
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(1);
      if (found !== exact) off++;
      return 0;
    });
    if (pitchOf(shape) > genesOf(shape)) expect(children.at(-1)).toBe(0);
    expect(off).toBeLessThanOrEqual(0.3 * mutated);
    const all = population * genesOf(shape);
    expect(Math.abs(mutated / all - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / all) + 1e-9);
  },
);

test('a tenth of the genes mutates, and half as many every 1000 generations', () => {
  expect([0, 999, 1000, 1999, 2000].map(mutationRate)).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
});

test.each(shapes)('genes become bytes, each plane filled to whole words: %j', async (shape) => {
  const edges = [0, 256, 257, 513, 514, 65_277, 65_278, 65_534, 65_535];
  const children = packed(
    shape,
    (gene, child) => edges[child * genesOf(shape) + gene] ?? someGene(gene, child),
  );
  const plane = Math.ceil(shape.pixels / 4) * 4;
  const length = population * shape.channels * plane;
  const result = await runKernel(await openTestGpu(), renderDirect(shape), {
    children,
    images: new Uint8Array(length).fill(9),
  });
  const expected = Uint8Array.from({ length }, (_, index) => {
    const pixel = index % plane;
    const channel = Math.floor(index / plane) % shape.channels;
    const child = Math.floor(index / (plane * shape.channels));
    if (pixel >= shape.pixels) return 0;
    // ⌊gene / 65535 · 255⌋ in whole numbers, so that nothing is rounded.
    const gene = BigInt(children[child * pitchOf(shape) + channel * shape.pixels + pixel]!);
    return Number((gene * 255n) / 65_535n);
  });
  expect(new Uint8Array(result.images!)).toEqual(expected);
});
