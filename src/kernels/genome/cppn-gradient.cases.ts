/**
 * The gradient by the weights of CPPNs in doubles; see `shaders/genome/cppn-gradient.wgsl`.
 * Cases: gradients of CPPNs gray and in colour, of few and of many values, and of more images than there is memory for at once.
 */
import { type Case, type FamilyCases, floats, unwritten } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes, sumOver } from '../reference.ts';
import {
  addCppnGradient,
  cppnGradientFamily,
  cppnGradientMemory,
  type CppnGradientShape,
  gradientParts,
  pullCppn,
} from './cppn-gradient.ts';
import { frameOf, genomeOf, inputsAt, randomPrograms } from './cppn.cases.ts';

/**
 * d rgb / d (hue, lightness, saturation), all as bytes, by the derivative of what `shaders/image/colour.wgsl` computes before it
 * rounds.
 */
function colourGradient(
  hue: number,
  light: number,
  saturation: number,
  [red, green, blue]: readonly [number, number, number],
): [number, number, number] {
  const [lightness, full] = [light / 255, saturation / 255];
  const room = 1 - Math.abs(2 * lightness - 1);
  const sixth = (hue % 180) / 30;
  const within = (sixth % 2) - 1;
  const sector = Math.min(5, Math.floor(sixth));
  // The channel that has all of the chroma, and the one between it and none.
  const dominant = [red, green, green, blue, blue, red][sector] ?? NaN;
  const moved = [green, red, blue, green, red, blue][sector] ?? NaN;
  const sum = red + green + blue;
  const byChroma = dominant + moved * (1 - Math.abs(within)) - sum / 2;
  return [
    (-Math.sign(within) * moved * room * full * 255) / 30,
    sum - 2 * Math.sign(2 * lightness - 1) * full * byChroma,
    byChroma * room,
  ];
}

/** Adjoints of the outputs: of the bytes that they become, in what the image gradient says of those. */
function outputAdjoints(operands: Operands, outputs: readonly number[], image: number, pixel: number) {
  const { PIXELS, BATCH, REVERSE_CHANNELS } = sizes(operands, 'PIXELS', 'BATCH', 'REVERSE_CHANNELS');
  const gradient = operands.values('image_gradient');
  const of = (channel: number) => gradient((channel * PIXELS + pixel) * BATCH + image);
  const [first = NaN, second = NaN, third = NaN] = outputs.map((value) => 255 * Math.abs(value));
  const byBytes =
    outputs.length === 1
      ? [of(0)]
      : colourGradient(first, second, third, [
          of(REVERSE_CHANNELS === 1 ? 2 : 0),
          of(1),
          of(REVERSE_CHANNELS === 1 ? 0 : 2),
        ]);
  return outputs.map((value, channel) => 255 * Math.sign(value) * (byBytes[channel] ?? NaN));
}

/** dweight of every edge of an image's genome, of what one pixel gives. */
function pixelGradient(operands: Operands, image: number, pixel: number): number[] {
  const { nodes, outputSlots } = genomeOf(operands, image);
  const values: number[] = inputsAt(operands, pixel);
  const sums = nodes.map(({ slot, activation, edges }) => {
    const sum = edges.reduce((total, { source, weight }) => total + weight * (values[source] ?? NaN), 0);
    values[slot] = activation(sum);
    return sum;
  });
  const adjoints: number[] = values.map(() => 0);
  const outputs = outputSlots.map((slot) => values[slot] ?? NaN);
  for (const [channel, adjoint] of outputAdjoints(operands, outputs, image, pixel).entries())
    adjoints[outputSlots[channel] ?? -1] = adjoint;
  const gradients = nodes.map((): number[] => []);
  for (let node = nodes.length - 1; node >= 0; node--) {
    const { slot, slope, edges } = nodes[node] ?? { slot: -1, slope: Math.cos, edges: [] };
    const dsum = slope(sums[node] ?? NaN) * (adjoints[slot] ?? NaN);
    gradients[node] = edges.map(({ source }) => dsum * (values[source] ?? NaN));
    for (const { source, weight } of edges) adjoints[source] = (adjoints[source] ?? 0) + weight * dsum;
  }
  return gradients.flat();
}

export const cppnGradientReference = {
  variants: {
    results: {
      /** [images, EDGES, PARTS]: what the quads of a part give each edge; zero for edges that a genome does not have */
      shares: (operands) => {
        const { PIXELS, EDGES, PARTS, BATCH } = sizes(operands, 'PIXELS', 'EDGES', 'PARTS', 'BATCH');
        const shares = new Float64Array(BATCH * EDGES * PARTS);
        for (let image = 0; image < BATCH; image++)
          for (let pixel = 0; pixel < PIXELS; pixel++) {
            const part = Math.floor(pixel / 4) % PARTS;
            for (const [edge, value] of pixelGradient(operands, image, pixel).entries()) {
              const at = (image * EDGES + edge) * PARTS + part;
              shares[at] = (shares[at] ?? NaN) + value;
            }
          }
        return (index) => shares[index];
      },
    },
  },
  add: {
    results: {
      /** [EDGES, images]: the shares of all parts */
      gradient: (operands) => {
        const { BATCH, EDGES, PARTS } = sizes(operands, 'BATCH', 'EDGES', 'PARTS');
        const shares = operands.values('shares');
        return (index) => {
          const [edge, image] = placeOf(index, BATCH);
          return sumOver(PARTS, (part) => shares((image * EDGES + edge) * PARTS + part));
        };
      },
    },
  },
} satisfies FamilyReference;

interface Sizes {
  readonly batch: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly reverseChannels: boolean;
}

/** @param room for nodes and their values, of which there may be fewer */
function pulled(name: string, shape: Sizes, nodes: number, room = nodes): Case {
  const { batch, channels, height, width } = shape;
  const { genomes, program, heads, mostEdges, slots } = randomPrograms(
    batch,
    channels,
    nodes,
    3 * nodes,
    room,
  );
  const whole: CppnGradientShape = { ...shape, slots: slots + room - nodes, edges: mostEdges, nodes: room };
  const memory = cppnGradientMemory(whole);
  return {
    name,
    launch: () => pullCppn(whole),
    operands: {
      genomes,
      program,
      frame: frameOf(shape),
      image_gradient: floats(channels * height * width * batch),
      heads,
      shares: unwritten(memory.shares / 4),
      slopes: unwritten(memory.slopes / 4),
      ...(memory.values > 0 && { values: unwritten(memory.values / 4) }),
    },
    tolerance: { atol: 2e-2, rtol: 2e-3 },
  };
}

function added(shape: Sizes, edges: number): Case {
  const whole: CppnGradientShape = { ...shape, slots: 16, edges, nodes: 3 };
  const shares = shape.batch * edges * gradientParts(whole);
  return {
    name: `${String(edges)} edges of ${String(shape.batch)} images`,
    launch: () => addCppnGradient(whole),
    operands: { shares: floats(shares), gradient: unwritten(shape.batch * edges) },
    tolerance: { atol: 1e-4, rtol: 1e-5 },
  };
}

const gray = { batch: 4, channels: 1, height: 5, width: 7, reverseChannels: false };
const colour = { batch: 4, channels: 3, height: 9, width: 7, reverseChannels: false };

const cppnGradientCases: FamilyCases<typeof cppnGradientFamily, 'variants' | 'add'> = {
  family: cppnGradientFamily,
  reference: cppnGradientReference,
  cases: {
    variants: [
      pulled('one node, gray', gray, 1),
      pulled('few nodes in colour', colour, 5),
      pulled('blue first', { ...colour, reverseChannels: true }, 4),
      pulled('several parts of a large image', { ...gray, batch: 1, height: 70, width: 70 }, 3),
      pulled('values in a buffer', { ...gray, batch: 2 }, 80),
      pulled('more images than there is memory for at once', { ...gray, batch: 24 }, 3, 900),
    ],
    add: [added(gray, 12), added({ ...gray, batch: 40, height: 70, width: 70 }, 5)],
  },
};

export default cppnGradientCases;
