/** Gradients of CPPNs gray and in colour, of few and of many values, and of more images than there is memory for at once. */
import { floats, unwritten, type Case, type FamilyCases } from '../case.ts';
import { frameOf, randomPrograms } from './cppn.cases.ts';
import { cppnGradientReference } from './cppn-gradient.reference.ts';
import {
  addCppnGradient,
  cppnGradientMemory,
  gradientParts,
  pullCppn,
  type CppnGradientShape,
} from './cppn-gradient.ts';

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

export const cppnGradientCases: FamilyCases<keyof typeof cppnGradientReference> = {
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
