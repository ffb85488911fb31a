/** Gradient by the weights of a batch of CPPNs; see `shaders/genome/cppn-gradient.wgsl`. */
import source from '../../../shaders/genome/cppn-gradient.wgsl';
import { cppnValues, cutGrid } from './cppn-values.ts';
import { elementwise } from '../elementwise.ts';
import {
  inLibrary,
  launchOf,
  onlyRead,
  read,
  uniform,
  write,
  type KernelFamily,
  type LaunchOf,
} from '../family.ts';

const pulled = {
  genomes: read(0),
  program: read(1),
  frame: uniform(2),
  image_gradient: read(3),
  heads: read(4),
  shares: write(5),
  slopes: write(7),
  values: inLibrary('cppn-stored-values', write(8)),
};

export const cppnGradientFamily = {
  name: 'cppn-gradient',
  group: 'genome',
  computes: 'gradient of an objective by the weights of CPPNs',
  shaders: { 'cppn-gradient': source },
  entries: {
    pull: { bindings: pulled },
    pull_several: { bindings: pulled },
    add: { bindings: { shares: onlyRead(5), gradient: write(6) } },
  },
} as const satisfies KernelFamily;

export interface CppnGradientShape {
  /** Images, each with a genome of its own. */
  readonly batch: number;
  /** 1 or 3. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Values of the largest genome, each with a slot of its own. */
  readonly slots: number;
  /** Edges and nodes of the largest genome. */
  readonly edges: number;
  readonly nodes: number;
  /** Whether the image gradient has blue first. */
  readonly reverseChannels: boolean;
}

/** Invocations of a workgroup; all of them interpret the same genome. */
const lanes = 64;

/** Quads of pixels that an invocation has at least, where the picture is large: they share the cost of its sums. */
const leastQuads = 16;

/** Of an image: the batch fills the device, and the memory for the sums grows with their number. */
const mostWorkgroups = 4;

/** Bytes of slopes and values at most: of a batch that would take more, each workgroup has several images. */
export const mostWorkBytes = 64 * 2 ** 20;

/** Invocations that share an image's pixels: each has its own sums in memory. */
export function gradientParts({ height, width }: Pick<CppnGradientShape, 'height' | 'width'>): number {
  const workgroups = Math.ceil((height * width) / (4 * leastQuads * lanes));
  return lanes * Math.min(mostWorkgroups, workgroups);
}

/** Values and their adjoints. */
const valuesOf = ({ slots }: CppnGradientShape) => cppnValues(slots, 2, lanes);

const slopeBytesOf = ({ nodes }: CppnGradientShape): number => 16 * nodes * lanes;

function gridOf(shape: CppnGradientShape): [number, number] {
  const columns = gradientParts(shape) / lanes;
  const bytes = slopeBytesOf(shape) + valuesOf(shape).storedBytes;
  const [, rows] = cutGrid([columns, shape.batch], bytes, mostWorkBytes);
  return [columns, rows];
}

export interface CppnGradientMemory {
  /** Bytes of an invocation's private memory. */
  readonly privateMemory: number;
  /** Bytes of the sums that `addCppnGradient` adds up. */
  readonly shares: number;
  /** Bytes of the slopes of all nodes, for every invocation. */
  readonly slopes: number;
  /** Bytes of the values, 0 where they are in private memory. */
  readonly values: number;
}

export function cppnGradientMemory(shape: CppnGradientShape): CppnGradientMemory {
  const [columns, rows] = gridOf(shape);
  const { privateMemory, storedBytes } = valuesOf(shape);
  return {
    privateMemory,
    shares: 4 * shareFloats(shape),
    slopes: columns * rows * slopeBytesOf(shape),
    values: columns * rows * storedBytes,
  };
}

const shareFloats = (shape: CppnGradientShape): number => shape.batch * shape.edges * gradientParts(shape);

/**
 * Binds genomes u32 [batch, 4], program u32, frame f32 [8], image_gradient [channels, height, width, batch], heads u32
 * [batch, nodes]: the program's word that every node begins at, shares [batch, edges, parts], slopes, and values where they
 * take any bytes, of the size that `cppnGradientMemory` says.
 */
export function pullCppn(shape: CppnGradientShape): LaunchOf<typeof cppnGradientFamily, 'pull'> {
  const { batch, channels, height, width, edges } = shape;
  const values = valuesOf(shape);
  const [columns, rows] = gridOf(shape);
  const constants = {
    PIXELS: height * width,
    WIDTH: width,
    BATCH: batch,
    EDGES: edges,
    NODES: shape.nodes,
    PARTS: gradientParts(shape),
    REVERSE_CHANNELS: shape.reverseChannels ? 1 : 0,
    LANES: lanes,
  };
  return launchOf(cppnGradientFamily, rows < batch ? 'pull_several' : 'pull', {
    variant: values.variant,
    specialisation: values.specialisation,
    constants,
    workgroups: [columns, rows, 1],
    flops: batch * height * width * (6 * edges + 24 * shape.nodes),
    bytes: 4 * (batch * channels * height * width + 2 * shareFloats(shape)),
  });
}

/** Binds shares [batch, edges, parts] and gradient [edges, batch]. */
export function addCppnGradient(shape: CppnGradientShape): LaunchOf<typeof cppnGradientFamily, 'add'> {
  const { batch, edges } = shape;
  return elementwise(cppnGradientFamily, 'add', batch * edges, {
    specialisation: valuesOf(shape).specialisation,
    constants: { BATCH: batch, EDGES: edges, PARTS: gradientParts(shape) },
    flops: shareFloats(shape),
    bytes: 4 * (shareFloats(shape) + batch * edges),
  });
}
