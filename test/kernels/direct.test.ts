import { expect, test } from 'vitest';
import { mutationRate } from '../../src/encodings/direct-population.ts';
import { firstDirect, renderDirect, varyDirect } from '../../src/kernels/direct.ts';
import { polynomialMutation } from '../../src/random/polynomial-mutation.ts';
import { RandomStream, threefry2x32 } from '../../src/random/threefry.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../gpu.ts';
import { expectClose, randomValues } from './numbers.ts';

const shape = { population: 37, channels: 3, pixels: 35 };
const genes = shape.channels * shape.pixels;
const { key } = RandomStream.of(5, 2, 17);

function generation(rate: number): ArrayBufferView<ArrayBuffer> {
  const content = new ArrayBuffer(16);
  new Uint32Array(content).set(key);
  new Float32Array(content).set([rate, 15], 2);
  return new Uint8Array(content);
}

/** The two random numbers of a child's gene: the upper 24 bits of each word. */
function uniforms(gene: number, child: number): [number, number] {
  const [x, y] = threefry2x32(key, [gene, child]);
  return [(x >>> 8) / 2 ** 24, (y >>> 8) / 2 ** 24];
}

test('the first genes are the generator’s numbers, bit for bit', async () => {
  const gpu = await openTestGpu();
  const result = await runKernel(gpu, firstDirect(shape), {
    0: { content: generation(0), uniform: true },
    1: unwrittenFloats(shape.population * genes),
  });
  const expected = Float32Array.from(
    { length: shape.population * genes },
    (_, index) => uniforms(index % genes, Math.floor(index / genes))[0],
  );
  expect(new Float32Array(result[1]!)).toEqual(expected);
});

test.each([0, 0.1, 1])(
  'at a rate of %d the same genes mutate by the same steps as on the CPU',
  async (rate) => {
    const gpu = await openTestGpu();
    const cells = 10;
    const elites = randomValues(cells * genes, 1).map((value) => Math.abs(value));
    const parents = Uint32Array.from({ length: shape.population }, (_, child) => (child * 3) % cells);
    const result = await runKernel(gpu, varyDirect(shape), {
      0: { content: generation(rate), uniform: true },
      1: unwrittenFloats(shape.population * genes),
      2: elites,
      3: parents,
    });
    const children = new Float32Array(result[1]!);
    let mutated = 0;
    const expected = Float64Array.from({ length: children.length }, (_, index) => {
      const child = Math.floor(index / genes);
      const parent = elites[parents[child]! * genes + (index % genes)]!;
      const [chance, step] = uniforms(index % genes, child);
      if (!(chance < Math.fround(rate))) return parent;
      mutated++;
      return polynomialMutation(parent, step);
    });
    expectClose(children, expected, { atol: 2e-6, rtol: 0 });
    expect(children.every((gene) => gene >= 0 && gene <= 1)).toBe(true);
    const share = mutated / children.length;
    expect(Math.abs(share - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / children.length) + 1e-9);
  },
);

test('a tenth of the genes mutates, and half as many every 1000 generations', () => {
  expect([0, 999, 1000, 1999, 2000].map(mutationRate)).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
});

test('genes become bytes, each plane filled to whole words', async () => {
  const gpu = await openTestGpu();
  const children = randomValues(shape.population * genes, 2).map((value) => Math.abs(value));
  children.set([0, 1, 1 - 2 ** -24, 1 / 255, 254.5 / 255]);
  const plane = Math.ceil(shape.pixels / 4) * 4;
  const result = await runKernel(gpu, renderDirect(shape), {
    1: children,
    4: new Uint8Array(shape.population * shape.channels * plane).fill(9),
  });
  const expected = Uint8Array.from({ length: shape.population * shape.channels * plane }, (_, index) => {
    const pixel = index % plane;
    const gene = children[Math.floor(index / plane) * shape.pixels + pixel]!;
    return pixel < shape.pixels ? Math.floor(Math.fround(gene * 255)) : 0;
  });
  expect(new Uint8Array(result[4]!)).toEqual(expected);
});
