/** CPPNs drawn pixel by pixel in doubles; see `shaders/genome/cppn.wgsl`. */
import { ceil4, placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

const activations = [
  (x: number) => Math.sin(x),
  (x: number) => 2 / (1 + Math.exp(-x)) - 1,
  (x: number) => Math.exp(-(x ** 2)),
  (x: number) => Math.min(3, Math.max(-3, x)) / 3,
];
/** Derivatives of the activations. */
const slopes = [
  (x: number) => Math.cos(x),
  (x: number) => (2 * Math.exp(-x)) / (1 + Math.exp(-x)) ** 2,
  (x: number) => -2 * x * Math.exp(-(x ** 2)),
  (x: number) => (Math.abs(x) < 3 ? 1 / 3 : 0),
];

export interface CppnEdge {
  readonly source: number;
  readonly weight: number;
}

export interface CppnNode {
  /** Where its value goes. */
  readonly slot: number;
  readonly activation: (x: number) => number;
  readonly slope: (x: number) => number;
  readonly edges: readonly CppnEdge[];
}

/** The nodes of an image's genome in the order of its program, and the slots of its outputs. */
export function genomeOf(operands: Operands, image: number) {
  const [genomes, program] = [operands.values('genomes', 'words'), operands.values('program', 'words')];
  const weights = operands.values('program', 'floats');
  const [start, count, outputs, channels] = [0, 1, 2, 3].map((at) => genomes(4 * image + at)) as [
    number,
    number,
    number,
    number,
  ];
  const nodes: CppnNode[] = [];
  for (let word = start; nodes.length < count;) {
    const head = program(word);
    const edges = Array.from({ length: head >>> 12 }, (_, edge) => ({
      source: program(word + 1 + 2 * edge),
      weight: weights(word + 2 + 2 * edge),
    }));
    const kind = head & 3;
    const [activation = Math.sin, slope = Math.cos] = [activations[kind], slopes[kind]];
    nodes.push({ slot: (head >>> 2) & 1023, activation, slope, edges });
    word += 1 + 2 * edges.length;
  }
  const outputSlots = Array.from({ length: channels }, (_, channel) => (outputs >>> (10 * channel)) & 1023);
  return { nodes, outputSlots };
}

/** What the four inputs are at a pixel: x, y, the distance from the centre, and one. */
export function inputsAt(operands: Operands, pixel: number): [number, number, number, number] {
  const { WIDTH } = sizes(operands, 'WIDTH');
  const frame = operands.values('frame');
  const [row, column] = placeOf(pixel, WIDTH);
  const across = (at: number) => frame(at) * column + frame(at + 1);
  const down = (at: number) => frame(at + 2) * row + frame(at + 3);
  return [across(0), down(0), Math.hypot(across(4), down(4)), 1];
}

export const cppnReference = {
  variants: {
    results: {
      /** ⌊|value of the output| · 255⌋; what pads a plane may be anything. */
      images: (operands) => {
        const { POPULATION, PIXELS } = sizes(operands, 'POPULATION', 'PIXELS');
        const plane = ceil4(PIXELS);
        const channels = operands.length('images') / (POPULATION * plane);
        return (index) => {
          const [image, channel, pixel] = placeOf(index, channels, plane);
          if (pixel >= PIXELS) return undefined;
          const { nodes, outputSlots } = genomeOf(operands, image);
          const values: number[] = inputsAt(operands, pixel);
          for (const { slot, activation, edges } of nodes)
            values[slot] = activation(
              edges.reduce((sum, { source, weight }) => sum + weight * (values[source] ?? NaN), 0),
            );
          const output = values[outputSlots[channel] ?? -1] ?? NaN;
          return Math.min(255, Math.floor(Math.abs(output) * 255));
        };
      },
    },
  },
} satisfies FamilyReference;
