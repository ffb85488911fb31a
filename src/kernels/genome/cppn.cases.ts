/** CPPNs of one node and of many, gray and in colour, few and many values at once, small and large images. */
import { RandomStream } from '../../random/threefry.ts';
import { given, unwritten, type Case, type FamilyCases } from '../case.ts';
import { ceil4 } from '../reference.ts';
import { cppnReference } from './cppn.reference.ts';
import { cppn, cppnStoredBytes, type CppnShape } from './cppn.ts';

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

export const cppnCases: FamilyCases<keyof typeof cppnReference> = {
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
