/**
 * CPPNs drawn pixel by pixel in doubles; see `shaders/genome/cppn.wgsl`.
 * Cases: CPPNs of one node and of many, gray and in colour, few and many values at once, small and large images.
 */
import { RandomStream } from '../../random/threefry.ts';
import { type Case, type FamilyCases, given, unwritten } from '../case.ts';
import { ceil4, type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import { cppn, cppnFamily, type CppnShape, cppnStoredBytes } from './cppn.ts';

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

const inputs = 4;

/**
 * Random networks as the shaders read them, each node with a slot of its own and edges from up to four values before it; the last
 * nodes are the outputs.
 * @param nodes of the largest network; others have fewer
 * @param room for the nodes of a network among the heads
 */
export function randomPrograms(count: number, channels: number, nodes: number, seed: number, room = nodes) {
  const random = RandomStream.of(seed);
  const [genomes, program, heads]: [number[], number[], number[]] = [[], [], []];
  const bits = (weight: number) => new Uint32Array(Float32Array.of(weight).buffer)[0] ?? 0;
  let mostEdges = 0;
  for (let image = 0; image < count; image++) {
    const own = image === 0 ? nodes : Math.max(channels, nodes - image);
    const start = program.length;
    let edges = 0;
    for (let node = 0; node < room; node++) {
      heads.push(program.length);
      if (node >= own) continue;
      const slot = inputs + node;
      const sources = random.permutation(slot).slice(-4);
      program.push(((image + node) % 4) + slot * 4 + sources.length * 4096);
      for (const source of sources) program.push(source, bits(3 * (2 * random.uniform() - 1)));
      edges += sources.length;
    }
    const outputs = Array.from({ length: channels }, (_, channel) => inputs + own - 1 - channel);
    genomes.push(
      start,
      own,
      outputs.reduce((sum, slot, channel) => sum + slot * 1024 ** channel, 0),
      channels,
    );
    mostEdges = Math.max(mostEdges, edges);
  }
  return {
    genomes: given(Uint32Array.from(genomes)),
    program: given(Uint32Array.from(program)),
    heads: given(Uint32Array.from(heads)),
    mostEdges,
    slots: inputs + nodes,
  };
}

/** Coordinates from −1 to 1 along both sides, seen and centred. */
export function frameOf({ height, width }: { readonly height: number; readonly width: number }) {
  const along = (side: number) => [2 / Math.max(1, side - 1), -1];
  const both = [...along(width), ...along(height)];
  return given(Float32Array.from([...both, ...both]));
}

function caseOf(name: string, shape: Omit<CppnShape, 'slots'>, nodes: number): Case {
  const { genomes, program, slots } = randomPrograms(shape.population, shape.channels, nodes, nodes);
  const whole = { ...shape, slots };
  const stored = cppnStoredBytes(whole);
  return {
    name,
    launch: () => cppn(whole),
    operands: {
      genomes,
      program,
      frame: frameOf(shape),
      images: unwritten(shape.population * shape.channels * ceil4(shape.height * shape.width), 'bytes'),
      ...(stored > 0 && { values: unwritten(stored / 4) }),
    },
    // A value of single precision may fall on the other side of a byte's edge.
    tolerance: { atol: 1, rtol: 0, exactShare: 0.98 },
  };
}

const cppnCases: FamilyCases<typeof cppnFamily, 'variants'> = {
  family: cppnFamily,
  reference: cppnReference,
  cases: {
    variants: [
      caseOf('one node, gray', { population: 2, channels: 1, height: 5, width: 7 }, 1),
      caseOf('few nodes in colour', { population: 3, channels: 3, height: 9, width: 6 }, 10),
      caseOf('more quads than a workgroup has', { population: 2, channels: 1, height: 28, width: 28 }, 8),
      caseOf('values in private memory', { population: 2, channels: 1, height: 6, width: 6 }, 40),
      caseOf('values in a buffer', { population: 3, channels: 3, height: 17, width: 16 }, 100),
    ],
  },
};

export default cppnCases;
