/** The direct encoding by its definitions; see `shaders/genome/direct.wgsl`. */
import { polynomialMutation } from '../../random/polynomial-mutation.ts';
import { threefry2x32 } from '../../random/threefry.ts';
import { ceil4, placeOf, sizes, uniformOf, type FamilyReference, type Operands } from '../reference.ts';

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
