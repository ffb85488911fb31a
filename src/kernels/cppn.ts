/** Interprets a population of CPPNs at every pixel; see `shaders/cppn.wgsl`. */
import network from '../../shaders/cppn-network.wgsl';
import drawing from '../../shaders/cppn.wgsl';
import type { Launch } from '../gpu/kernel.ts';

const source = network + drawing;

export interface CppnShape {
  readonly population: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Values that the largest genome holds at once: its inputs and nodes. */
  readonly slots: number;
}

/** The most values a genome may hold: an output's slot is stored in 10 bits. */
export const mostSlots = 1024;

/**
 * Private memory is sized by powers of two, so that a growing population compiles a handful of kernels in its life.
 */
export function slotsFor(values: number): number {
  if (values > mostSlots)
    throw new RangeError(`a CPPN of ${String(values)} values exceeds ${String(mostSlots)}`);
  return Math.max(16, 2 ** Math.ceil(Math.log2(values)));
}

/**
 * Bindings: 0 genomes u32 [population, 4], 1 program u32, 2 uniform frame f32 [8], 3 images, bytes [population, channels, plane words].
 */
export function cppn(shape: CppnShape): Launch {
  const { population, channels, height, width } = shape;
  const slots = slotsFor(shape.slots);
  const plane = Math.ceil((height * width) / 4);
  const lanes = plane >= 64 ? 64 : 16;
  const constants = { PIXELS: height * width, WIDTH: width, LANES: lanes };
  return {
    kernel: {
      family: 'cppn',
      variant: `slots${String(slots)}`,
      source,
      specialisation: { tile: { SLOTS: slots } },
      entryPoint: 'main',
      constants,
    },
    workgroups: [Math.ceil(plane / lanes), population, 1],
    flops: population * height * width * shape.slots * 12,
    bytes: 4 * population * channels * plane,
  };
}
