/** Steps of gradient ascent and their records; see `shaders/ascent/ascent-step.wgsl`. */
import source from '../../../shaders/ascent/ascent-step.wgsl';
import { elementwise } from '../elementwise.ts';
import { productParts } from './batched-dot.ts';
import {
  launchOf,
  onlyRead,
  read,
  readWrite,
  uniform,
  write,
  type KernelFamily,
  type LaunchOf,
} from '../family.ts';

const stepping = {
  step: uniform(0),
  rates: onlyRead(2),
  parameters: readWrite(9),
  gradient: read(10),
  bounds: read(11),
};

export const ascentStepFamily = {
  name: 'ascent-step',
  group: 'ascent',
  computes: 'records an iteration; the step rules; bounds',
  shaders: { 'ascent-step': source },
  entries: {
    record: {
      bindings: {
        step: uniform(0),
        clock: onlyRead(1),
        rates: write(2),
        outcome: read(3),
        judged: read(4),
        parts: read(5),
        watched: read(6),
        history: write(7),
        best: readWrite(8),
      },
    },
    tick: { bindings: { clock: readWrite(1) } },
    bound: { bindings: { parameters: readWrite(9), bounds: read(11) } },
    plain: { bindings: stepping },
    momentum: { bindings: { ...stepping, first_moment: readWrite(12) } },
    adam: {
      bindings: {
        step: uniform(0),
        rates: onlyRead(2),
        best: onlyRead(8),
        parameters: readWrite(9),
        gradient: read(10),
        bounds: read(11),
        first_moment: readWrite(12),
        second_moment: readWrite(13),
      },
    },
  },
} as const satisfies KernelFamily;

export const stepRules = ['constant', 'progress', 'normalised', 'sign', 'adam'] as const;
export type StepRule = (typeof stepRules)[number];

export interface AscentStepShape {
  /** Parameters of an image. */
  readonly values: number;
  /** Values of the network's input. */
  readonly inputValues: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  /** Layers other than the last whose units are part of an objective. */
  readonly unitLayers: number;
}

/** So many iterations in a row without a gradient end an ascent. */
export const stepPatience = 10;

/** Rows of the history [iterations, 6, batch]. */
export const historyRows = {
  value: 0,
  confidence: 1,
  named: 2,
  gradientNorm: 3,
  inputNorm: 4,
  logOdds: 5,
} as const;
export const historyFloats = (iterations: number, batch: number): number => 6 * iterations * batch;

/** Sums that `recordStep` reads: the gradient's square, the input's, then one per unit layer, each [productParts, batch]. */
export const sumParts = ({ unitLayers }: AscentStepShape): number => (2 + unitLayers) * productParts;

/** Fields of the shader's uniform in their order; the first is the rule. */
function fieldsOfUniform(): string[] {
  const [, struct = ''] = /var<uniform> \w+: (\w+);/.exec(source) ?? [];
  const [, body] = new RegExp(`struct ${struct} \\{([^}]*)\\}`).exec(source) ?? [];
  if (body === undefined) throw new Error('the shader of the step has no uniform');
  return [...body.matchAll(/^\s*(\w+): [uf]32,/gm)].map(([, name = '']) => name);
}

const uniformFields = fieldsOfUniform();

/**
 * The uniform of every entry point.
 * @param numbers by the names of the shader's uniform; others are passed over
 * @throws RangeError where one is missing
 */
export function stepUniform(
  rule: StepRule,
  numbers: Readonly<Record<string, number>>,
): Uint8Array<ArrayBuffer> {
  const words = new DataView(new ArrayBuffer(16 * Math.ceil(uniformFields.length / 4)));
  words.setUint32(0, stepRules.indexOf(rule), true);
  for (const [index, name] of uniformFields.entries()) {
    if (index === 0) continue;
    const value = numbers[name];
    if (value === undefined) throw new RangeError(`the step's uniform has ${name}, which was not given`);
    words.setFloat32(4 * index, value, true);
  }
  return new Uint8Array(words.buffer);
}

/**
 * Binds step as `stepUniform` makes it, clock u32 [2], rates [batch], outcome, of the input whose gradient is followed, judged, of
 * the image itself, both [5, batch] as in `objective.ts`, parts of the sums, watched, the class u32 [batch], history, and best
 * [4, batch]: score, whether it improved, iterations without a gradient, age (past all steps where `until` was reached).
 */
export function recordStep(shape: AscentStepShape): LaunchOf<typeof ascentStepFamily, 'record'> {
  const parts = sumParts(shape) * shape.batch;
  return launchOf(ascentStepFamily, 'record', {
    variant: 'lanes32',
    constants: {
      VALUES: shape.values,
      BATCH: shape.batch / 4,
      PARTS: productParts,
      UNIT_PARTS: shape.unitLayers * productParts,
      INPUT_VALUES: shape.inputValues,
      PATIENCE: stepPatience,
    },
    workgroups: [shape.batch / 4, 1, 1],
    flops: parts,
    bytes: 4 * parts,
  });
}

/** Binds clock. */
export function tickClock(): LaunchOf<typeof ascentStepFamily, 'tick'> {
  return launchOf(ascentStepFamily, 'tick', {
    variant: 'single',
    constants: {},
    workgroups: [1, 1, 1],
    flops: 0,
    bytes: 16,
  });
}

/** Binds parameters [values, batch] and bounds [values, 2]. */
export function boundParameters(values: number, batch: number): LaunchOf<typeof ascentStepFamily, 'bound'> {
  return elementwise(ascentStepFamily, 'bound', (values * batch) / 4, {
    constants: { VALUES: values, BATCH: batch / 4 },
    flops: 2 * values * batch,
    bytes: 8 * values * batch,
  });
}

/**
 * Binds step, rates, parameters and gradient, both [values, batch], and bounds [values, 2]; `momentum` and `adam` first_moment as
 * well, `adam` second_moment (as large as the parameters) and best.
 */
export function ascentStep<E extends 'plain' | 'momentum' | 'adam'>(
  entryPoint: E,
  { values, batch }: AscentStepShape,
): LaunchOf<typeof ascentStepFamily, E> {
  const tensors = { plain: 3, momentum: 5, adam: 7 }[entryPoint];
  return elementwise(ascentStepFamily, entryPoint, (values * batch) / 4, {
    constants: { VALUES: values, BATCH: batch / 4 },
    flops: 5 * values * batch,
    bytes: 4 * tensors * values * batch,
  });
}
