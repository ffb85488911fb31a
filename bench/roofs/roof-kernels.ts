/** What measures the roofs of an adapter: arithmetic in registers, a copy, and a launch that does nothing. */
import type { AdapterKind } from '../../src/gpu/device.ts';
import { linearWorkgroups, type Launch } from '../../src/gpu/kernel.ts';
import { forImages } from '../../src/kernels/batch-width.ts';
import { read, write } from '../../src/kernels/family.ts';
import { link } from '../../src/wgsl/link.ts';
import source from './peaks.wgsl';

/** Of the smallest copy: more than caches of a core hold, less than any adapter binds. */
export const leastCopiedBytes = 64 * 2 ** 20;
export const steps = 4096;
/** They fill the cores of a CPU; a GPU takes many times as many. */
export const fewestWorkgroups = 64;
/** As many as one dimension of a grid has at most, in powers of two. */
const mostWorkgroups = 32_768;
/** Bytes that an invocation leaves in the result. */
const bytesOfInvocation = 16;

export interface Form {
  readonly lanes: number;
  readonly chains: number;
  /** Floats of an accumulator. */
  readonly width: 1 | 4;
}

/** Invocations of a workgroup: a CPU driver has vectors of eight or less, a GPU warps of 32 or 64. */
const lanesOf = { swiftshader: [8, 64], lavapipe: [8, 64], gpu: [64, 128, 256] } as const satisfies Record<
  AdapterKind,
  readonly number[]
>;

/** Which form is the fastest differs from driver to driver. */
export const formsOf = (kind: AdapterKind): readonly Form[] =>
  lanesOf[kind].flatMap((lanes) => [
    ...[3, 4, 8, 12].map((chains) => ({ lanes, chains, width: 4 as const })),
    { lanes, chains: 8, width: 1 },
  ]);

/** Numbers of workgroups to try, each twice the one before, as many as the result has room for. */
export function gridsOf({ lanes }: Form, resultBytes: number): number[] {
  const most = Math.min(mostWorkgroups, resultBytes / (lanes * bytesOfInvocation));
  const grids: number[] = [];
  for (let workgroups = fewestWorkgroups; workgroups <= most; workgroups *= 2) grids.push(workgroups);
  return grids;
}

export type Precision = 'floats' | 'halves';

/** The same arithmetic in halves. */
const inHalves = (text: string): string =>
  `enable f16;\n${text.replaceAll(/\bvec4f\b/g, 'vec4h').replaceAll(/\bf32\b/g, 'f16')}`;

function shaderOf(width: 1 | 4, chains: number, precision: Precision = 'floats') {
  const specialisation = { ...forImages(width), tile: { CHAINS: chains } };
  if (precision === 'floats') return { source, specialisation };
  // Its library is to have halves, too.
  const { libraries, tile } = specialisation;
  return { source: inHalves(link(source, libraries)), specialisation: { tile } };
}

export interface Arithmetic extends Form {
  readonly entryPoint: 'multiply_add' | 'functions';
  readonly steps: number;
  readonly workgroups: number;
  readonly precision?: Precision;
}

const bindings = { source: read(0), result: write(1) };

/** What all of them bind: source and result. */
export type RoofLaunch = Launch<keyof typeof bindings>;

/** Two operations, or functions, of each accumulator in each step. */
export function inRegisters(work: Arithmetic): RoofLaunch {
  const { lanes, chains, width, entryPoint, steps: count, workgroups, precision } = work;
  return {
    kernel: {
      family: 'peaks',
      variant: `${String(chains)}x${String(width)}`,
      ...shaderOf(width, chains, precision),
      entryPoint,
      constants: { LANES: lanes, STEPS: count },
    },
    bindings,
    workgroups: [workgroups, 1, 1],
    flops: 2 * count * chains * width * lanes * workgroups,
    bytes: 0,
  };
}

export interface CopyForm {
  readonly lanes: number;
  /** Floats of an invocation. */
  readonly width: 1 | 4;
}

export const copiesOf = (kind: AdapterKind): readonly CopyForm[] =>
  (kind === 'gpu' ? [64, 256] : [64]).flatMap((lanes) => [
    { lanes, width: 1 },
    { lanes, width: 4 },
  ]);

export function copyOf({ lanes, width }: CopyForm, bytes: number): RoofLaunch {
  const count = bytes / 4 / width;
  return {
    kernel: {
      family: 'peaks',
      variant: `copy${String(width)}`,
      ...shaderOf(width, 1),
      entryPoint: 'copy',
      constants: { LANES: lanes, COUNT: count },
    },
    bindings,
    workgroups: linearWorkgroups(count, lanes),
    flops: 0,
    bytes: 2 * bytes,
  };
}

export function nothing(): RoofLaunch {
  return {
    kernel: {
      family: 'peaks',
      variant: 'nothing',
      ...shaderOf(4, 1),
      entryPoint: 'nothing',
      constants: {},
    },
    bindings,
    workgroups: [1, 1, 1],
    flops: 0,
    bytes: 0,
  };
}

/** Text that changes whenever the roofs are measured in another way. */
export const methodText = (kind: AdapterKind): string =>
  JSON.stringify([
    source,
    formsOf(kind),
    copiesOf(kind),
    steps,
    leastCopiedBytes,
    fewestWorkgroups,
    mostWorkgroups,
  ]);
