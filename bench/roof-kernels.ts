/** What measures the roofs of an adapter: arithmetic in registers, a copy, and a launch that does nothing. */
import { linearWorkgroups, type Launch } from '../src/gpu/kernel.ts';
import { forImages } from '../src/kernels/images.ts';
import source from './peaks.wgsl';

/** More than caches hold, less than any adapter binds. */
export const copiedBytes = 64 * 2 ** 20;
export const steps = 4096;
export const workgroups = 64;

export interface Form {
  readonly lanes: number;
  readonly chains: number;
  /** Floats of an accumulator. */
  readonly width: 1 | 4;
}

/** Which form is the fastest differs from driver to driver. */
export const forms: readonly Form[] = [8, 64].flatMap((lanes) => [
  ...[3, 4, 8, 12].map((chains) => ({ lanes, chains, width: 4 as const })),
  { lanes, chains: 8, width: 1 },
]);

export type Precision = 'floats' | 'halves';

/** The same arithmetic in halves. */
const inHalves = (text: string): string =>
  `enable f16;\n${text.replaceAll(/\bvec4f\b/g, 'vec4h').replaceAll(/\bf32\b/g, 'f16')}`;

function shaderOf(width: 1 | 4, chains: number, precision: Precision = 'floats') {
  const text = precision === 'halves' ? inHalves(source) : source;
  return { source: text, specialisation: { ...forImages(width), tile: { CHAINS: chains } } };
}

/** Two operations, or functions, of each accumulator in each step. */
export function inRegisters(
  { lanes, chains, width }: Form,
  entryPoint: string,
  count: number,
  precision: Precision = 'floats',
): Launch {
  return {
    kernel: {
      family: 'peaks',
      variant: `${String(chains)}x${String(width)}`,
      ...shaderOf(width, chains, precision),
      entryPoint,
      constants: { LANES: lanes, STEPS: count },
    },
    workgroups: [workgroups, 1, 1],
    flops: 2 * count * chains * width * lanes * workgroups,
    bytes: 0,
  };
}

export function copyOf(width: 1 | 4, bytes = copiedBytes): Launch {
  const count = bytes / 4 / width;
  const lanes = 64;
  return {
    kernel: {
      family: 'peaks',
      variant: `copy${String(width)}`,
      ...shaderOf(width, 1),
      entryPoint: 'copy',
      constants: { LANES: lanes, COUNT: count },
    },
    workgroups: linearWorkgroups(count, lanes),
    flops: 0,
    bytes: 2 * bytes,
  };
}

export function nothing(): Launch {
  return {
    kernel: {
      family: 'peaks',
      variant: 'nothing',
      ...shaderOf(4, 1),
      entryPoint: 'nothing',
      constants: {},
    },
    workgroups: [1, 1, 1],
    flops: 0,
    bytes: 0,
  };
}
