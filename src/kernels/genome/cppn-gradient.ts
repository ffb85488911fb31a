/** Gradient by the weights of a batch of CPPNs; see `shaders/genome/cppn-gradient.wgsl`. */
import source from '../../../shaders/genome/cppn-gradient.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { cppnValues, cutGrid } from './cppn-values.ts';
import { elementwise } from '../elementwise.ts';

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
 * Bindings: 0 genomes u32 [batch, 4], 1 program u32, 2 uniform frame f32 [8], 3 image gradient [channels, height, width,
 * batch], 4 heads u32 [batch, nodes]: the program's word that every node begins at, 5 shares [batch, edges, parts], 7
 * slopes, and 8 values where they take any bytes, of the size that `cppnGradientMemory` says.
 */
export function pullCppn(shape: CppnGradientShape): Launch {
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
  return {
    kernel: {
      family: 'cppn-gradient',
      variant: values.variant,
      source,
      specialisation: values.specialisation,
      entryPoint: rows < batch ? 'pull_several' : 'pull',
      constants,
    },
    workgroups: [columns, rows, 1],
    flops: batch * height * width * (6 * edges + 24 * shape.nodes),
    bytes: 4 * (batch * channels * height * width + 2 * shareFloats(shape)),
  };
}

/** Bindings: 5 shares [batch, edges, parts], 6 gradient [edges, batch]. */
export function addCppnGradient(shape: CppnGradientShape): Launch {
  const { batch, edges } = shape;
  const values = valuesOf(shape);
  const constants = { BATCH: batch, EDGES: edges, PARTS: gradientParts(shape) };
  const kernel = {
    family: 'cppn-gradient',
    source,
    specialisation: values.specialisation,
    entryPoint: 'add',
    constants,
  };
  return elementwise(kernel, batch * edges, {
    flops: shareFloats(shape),
    bytes: 4 * (shareFloats(shape) + batch * edges),
  });
}
