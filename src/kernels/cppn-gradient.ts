/** Gradient by the weights of a batch of CPPNs; see `shaders/cppn-gradient.wgsl`. */
import network from '../../shaders/cppn-network.wgsl';
import pulling from '../../shaders/cppn-gradient.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { slotsFor } from './cppn.ts';
import { elementwise } from './elementwise.ts';

const source = network + pulling;

export interface CppnGradientShape {
  /** Slots, each with a genome of its own. */
  readonly batch: number;
  /** 1 or 3. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Values, edges and nodes of the largest genome. */
  readonly slots: number;
  readonly edges: number;
  readonly nodes: number;
  /** Whether the image gradient has blue first. */
  readonly reverseChannels: boolean;
}

/** Invocations of a workgroup; all of them interpret the same genome. */
const lanes = 64;

/** Quads of pixels that an invocation has at least, where the picture is large: they share the cost of its sums. */
const leastQuads = 16;

/** Of a slot: the batch fills the device, and the memory for the sums grows with their number. */
const mostWorkgroups = 4;

/** Invocations that share a slot's pixels: each has its own sums in memory. */
export function gradientParts({ height, width }: CppnGradientShape): number {
  const workgroups = Math.ceil((height * width) / (4 * leastQuads * lanes));
  return lanes * Math.min(mostWorkgroups, workgroups);
}

/** Floats of the sums that `addCppnGradient` adds up. */
export const shareFloats = (shape: CppnGradientShape): number =>
  shape.batch * shape.edges * gradientParts(shape);

/**
 * Bindings: 0 genomes u32 [batch, 4], 1 program u32, 2 uniform frame f32 [8], 3 image gradient [channels, height, width,
 * batch], 4 heads u32 [batch, nodes]: the program's word that every node begins at, 5 shares [batch, edges, parts].
 */
export function pullCppn(shape: CppnGradientShape): Launch {
  const { batch, channels, height, width, edges } = shape;
  const slots = slotsFor(shape.slots);
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
      variant: `slots${String(slots)}`,
      source,
      specialisation: { tile: { SLOTS: slots } },
      entryPoint: 'pull',
      constants,
    },
    workgroups: [gradientParts(shape) / lanes, batch, 1],
    flops: batch * height * width * (6 * edges + 24 * shape.nodes),
    bytes: 4 * (batch * channels * height * width + 2 * shareFloats(shape)),
  };
}

/** Bindings: 5 shares [batch, edges, parts], 6 gradient [edges, batch]. */
export function addCppnGradient(shape: CppnGradientShape): Launch {
  const { batch, edges } = shape;
  const constants = { BATCH: batch, EDGES: edges, PARTS: gradientParts(shape) };
  const kernel = {
    family: 'cppn-gradient',
    source,
    specialisation: { tile: { SLOTS: slotsFor(shape.slots) } },
    entryPoint: 'add',
    constants,
  };
  return elementwise(kernel, batch * edges, {
    flops: shareFloats(shape),
    bytes: 4 * (shareFloats(shape) + batch * edges),
  });
}
