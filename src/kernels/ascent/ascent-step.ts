/** Steps of gradient ascent and their records; see `shaders/ascent/ascent-step.wgsl`. */
import source from '../../../shaders/ascent/ascent-step.wgsl';
import type { Kernel, Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { productParts } from './batched-dot.ts';

export const stepRules = ['constant', 'progress', 'normalised', 'sign', 'adam'] as const;
export type StepRule = (typeof stepRules)[number];

export interface AscentStepShape {
  /** Parameters of a slot. */
  readonly values: number;
  /** Values of the network's input. */
  readonly inputValues: number;
  /** Slots, a multiple of 4. */
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
const uniformFields = [
  ...(/struct Climb \{([^}]*)\}/.exec(source)?.[1] ?? '').matchAll(/^\s*(\w+): [uf]32,/gm),
].map(([, name = '']) => name);

/**
 * The uniform of every entry point.
 * @param numbers by the names of the shader's `Climb`; others are passed over
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
 * Bindings: 0 uniform, 1 clock u32 [2], 2 rates [batch], 3 outcome that was climbed, 4 outcome that is judged, both
 * [5, batch] as in `objective.ts`, 5 sums in parts, 6 watched class u32 [batch], 7 history, 8 best [4, batch]: score, whether
 * it improved, iterations without a gradient, age (past all steps where `until` was reached).
 */
export function recordStep(shape: AscentStepShape): Launch {
  const parts = sumParts(shape) * shape.batch;
  const kernel: Kernel = {
    family: 'ascent-step',
    variant: 'lanes32',
    source,
    entryPoint: 'record',
    constants: {
      VALUES: shape.values,
      BATCH: shape.batch / 4,
      PARTS: productParts,
      UNIT_PARTS: shape.unitLayers * productParts,
      INPUT_VALUES: shape.inputValues,
      PATIENCE: stepPatience,
    },
  };
  return { kernel, workgroups: [shape.batch / 4, 1, 1], flops: parts, bytes: 4 * parts };
}

/** Bindings: 1 clock. */
export function tickClock(): Launch {
  const kernel: Kernel = {
    family: 'ascent-step',
    variant: 'single',
    source,
    entryPoint: 'tick',
    constants: {},
  };
  return { kernel, workgroups: [1, 1, 1], flops: 0, bytes: 16 };
}

/** Bindings: 9 parameters [values, batch], 11 bounds [values, 2]. */
export function boundParameters(values: number, batch: number): Launch {
  const constants = { VALUES: values, BATCH: batch / 4 };
  const kernel = { family: 'ascent-step', source, entryPoint: 'bound', constants };
  return elementwise(kernel, (values * batch) / 4, { flops: 2 * values * batch, bytes: 8 * values * batch });
}

/**
 * Bindings: 0 uniform, 2 rates, 9 parameters, 10 gradient, both [values, batch], 11 bounds [values, 2]; `momentum` and `adam`
 * also 12 first moment, `adam` 13 second moment (as large as the parameters) and 8 best.
 */
export function ascentStep(
  entryPoint: 'plain' | 'momentum' | 'adam',
  { values, batch }: AscentStepShape,
): Launch {
  const constants = { VALUES: values, BATCH: batch / 4 };
  const tensors = { plain: 3, momentum: 5, adam: 7 }[entryPoint];
  return elementwise({ family: 'ascent-step', source, entryPoint, constants }, (values * batch) / 4, {
    flops: 5 * values * batch,
    bytes: 4 * tensors * values * batch,
  });
}
