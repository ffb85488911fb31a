/**
 * The direct encoding by its definitions; see `shaders/genome/direct.wgsl`.
 * Cases: odd and even numbers of genes, and planes that fill their words or do not; no gene, some and all mutate.
 */
import { polynomialMutation } from '../../random/polynomial-mutation.ts';
import { threefry2x32 } from '../../random/threefry.ts';
import { atLeastOne, type Case, exact, type FamilyCases, given, shorts, unwritten } from '../case.ts';
import { ceil4, type FamilyReference, type Operands, placeOf, sizes, uniformOf } from '../reference.ts';
import {
  directFamily,
  type DirectShape,
  firstDirect,
  genomeWords,
  renderDirect,
  varyDirect,
} from './direct.ts';

const top = 65_535;

/** The two random words of a gene of a genome. */
function randomWords(operands: Operands) {
  const words = operands.values('generation', 'words');
  return (gene: number, genome: number) => threefry2x32([words(0), words(1)], [gene, words(4) + genome]);
}

/** A child's genes are padded to two with zero. */
const genesOf = (operands: Operands, geneOf: (gene: number, genome: number, index: number) => number) => {
  const { GENES } = sizes(operands, 'GENES');
  return (index: number) => {
    const [genome, gene] = placeOf(index, Math.ceil(GENES / 2) * 2);
    return gene < GENES ? geneOf(gene, genome, index) : 0;
  };
};

export const directReference = {
  first: {
    results: {
      children: (operands) => {
        const random = randomWords(operands);
        return genesOf(operands, (gene, genome) => random(gene, genome)[0] >>> 16);
      },
    },
  },
  vary: {
    results: {
      /** A gene is moved by polynomial mutation, as often as the rate says. */
      children: (operands) => {
        const [random, numbers] = [randomWords(operands), operands.values('generation', 'floats')];
        const before = operands.values('children', 'shorts');
        return genesOf(operands, (gene, genome, index) => {
          const [chance, step] = random(gene, genome);
          if (uniformOf(chance) >= numbers(2)) return before(index);
          return Math.round(polynomialMutation(before(index) / top, uniformOf(step)) * top);
        });
      },
    },
  },
  render: {
    results: {
      /** ⌊gene / 65535 · 255⌋; what pads a plane is zero. */
      images: (operands) => {
        const { GENES, PIXELS } = sizes(operands, 'GENES', 'PIXELS');
        const children = operands.values('children', 'shorts');
        return (index) => {
          const [genome, channel, pixel] = placeOf(index, GENES / PIXELS, ceil4(PIXELS));
          if (pixel >= PIXELS) return 0;
          const gene = children(genome * Math.ceil(GENES / 2) * 2 + channel * PIXELS + pixel);
          // In whole numbers, so that nothing is rounded.
          return Number((BigInt(gene) * 255n) / BigInt(top));
        };
      },
    },
  },
} satisfies FamilyReference;

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

const directCases: FamilyCases<typeof directFamily> = {
  family: directFamily,
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

export default directCases;
