/** Odd and even numbers of genes, and planes that fill their words or do not; no gene, some and all mutate. */
import { atLeastOne, exact, given, shorts, unwritten, type Case, type FamilyCases } from '../case.ts';
import { ceil4 } from '../reference.ts';
import { directReference } from './direct.reference.ts';
import { firstDirect, genomeWords, renderDirect, varyDirect, type DirectShape } from './direct.ts';

const population = 37;
const shapes: readonly DirectShape[] = [
  { population, channels: 3, pixels: 35 },
  { population, channels: 3, pixels: 36 },
  { population, channels: 1, pixels: 33 },
  { population, channels: 1, pixels: 2 },
];
const nameOf = ({ channels, pixels }: DirectShape) =>
  `${String(channels)} channels of ${String(pixels)} pixels`;
const shortsOf = ({ channels, pixels }: DirectShape) => 2 * population * genomeWords(channels * pixels);

/** Key, rate, η and the number of the first genome. */
function generation(rate: number) {
  const content = new ArrayBuffer(32);
  new Uint32Array(content).set([123, 456_789, 0, 0, 5]);
  new Float32Array(content).set([rate, 15], 2);
  return given(new Uint8Array(content));
}

/** Genes among which the least and the largest are. */
function genes(shape: DirectShape) {
  const edges = [0, 256, 257, 513, 514, 65_277, 65_278, 65_534, 65_535];
  const all = Uint16Array.from({ length: shortsOf(shape) }, (_, at) => edges[at] ?? (at * 40_503) % 65_536);
  const { channels, pixels } = shape;
  const odd = (channels * pixels) % 2 === 1;
  const pitch = 2 * genomeWords(channels * pixels);
  return given(all.map((gene, at) => (odd && at % pitch === pitch - 1 ? 0 : gene)));
}

export const directCases: FamilyCases<keyof typeof directReference> = {
  reference: directReference,
  cases: {
    first: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => firstDirect(shape),
        operands: { generation: generation(0), children: unwritten(shortsOf(shape), 'shorts') },
        tolerance: exact,
      })),
    ),
    vary: atLeastOne(
      shapes.flatMap((shape) =>
        [0, 0.1, 1].map((rate): Case => ({
          name: `${nameOf(shape)}, rate ${String(rate)}`,
          launch: () => varyDirect(shape),
          operands: { generation: generation(rate), children: genes(shape) },
          // Single precision may round to the gene beside it.
          tolerance: { atol: 1, rtol: 0, exactShare: 1 - 0.3 * rate },
        })),
      ),
    ),
    render: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => renderDirect(shape),
        operands: {
          children: shorts(shortsOf(shape)),
          images: unwritten(population * shape.channels * ceil4(shape.pixels), 'bytes'),
        },
        tolerance: exact,
      })),
    ),
  },
};
