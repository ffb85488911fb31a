/** Steps by every rule, and records of images that improve, are done, have no gradient or one that is no number. */
import {
  atLeastOne,
  exact,
  floats,
  given,
  randomFloats,
  unwritten,
  type Case,
  type FamilyCases,
} from '../case.ts';
import { ascentStepReference } from './ascent-step.reference.ts';
import {
  ascentStep,
  boundParameters,
  historyFloats,
  recordStep,
  stepPatience,
  stepRules,
  stepUniform,
  sumParts,
  tickClock,
  type AscentStepShape,
  type StepRule,
  ascentStepFamily,
} from './ascent-step.ts';
import { productParts } from './batched-dot.ts';
import { noClassWatched } from './objective.ts';

interface StepConstants {
  readonly rule: StepRule;
  readonly cooling?: number | undefined;
}

const numbers = {
  size: 1.5,
  largest: 50,
  early: 0.03,
  late: 0.1,
  momentum: 0.9,
  decay: 0.01,
  steps: 17,
  until: 0.95,
};
const batch = 8;
const uniformOf = ({ rule = 'constant', cooling = 3e38 }: Partial<StepConstants> = {}) =>
  given(stepUniform(rule, { ...numbers, cooling }));
const positive = (length: number, seed: number) => randomFloats(length, seed).map((value) => Math.abs(value));

function recordOperands(shape: AscentStepShape) {
  const parts = positive(sumParts(shape) * batch, 1);
  // Image 5 has no gradient, image 6 one that is no number.
  for (let row = 0; row < productParts; row++) parts[row * batch + 5] = 0;
  parts[6] = NaN;
  const outcome = positive(5 * batch, 2);
  outcome.set([1, 0.5, 2 ** -20, 2 ** -60, 1, 1, 1, 4], 3 * batch);
  const judged = positive(5 * batch, 3);
  // The first image reaches its goal now, the seventh has reached it before.
  judged[batch] = 0.97;
  judged[4 * batch] = 30;
  const best = new Float32Array(4 * batch);
  best.set([0.2, 2, -3e38, 0.96, 0.99, -3e38, -3e38, 0.1]);
  best.set([0, 0, 0, 0, 0, 3, 1, stepPatience], 2 * batch);
  // Ages: the first image has done its 17 steps and is judged for the last time, the third is past them.
  best.set([17, 0, 18, 3, 4, 5, 3e38, 7], 3 * batch);
  return {
    clock: given(Uint32Array.of(17, 2)),
    rates: unwritten(batch),
    outcome: given(outcome),
    judged: given(judged),
    parts: given(parts),
    watched: given(Uint32Array.of(0, 1, noClassWatched, 2, 0, 0, 0, 0)),
    history: given(new Float32Array(historyFloats(3, batch)).fill(-1)),
    best: given(best),
  };
}

const records = [0, 2].flatMap((unitLayers) =>
  stepRules.flatMap((rule) =>
    [undefined, 34].map((cooling): Case => {
      const shape = { values: 100, inputValues: 77, batch, unitLayers };
      return {
        name: `${String(unitLayers)} layers of units, rule ${rule}${cooling ? ', cooling' : ''}`,
        launch: () => recordStep(shape),
        operands: { step: uniformOf({ rule, cooling }), ...recordOperands(shape) },
        tolerance: { atol: 1e-5, rtol: 1e-4 },
      };
    }),
  ),
);

const values = 21;
const shape: AscentStepShape = { values, inputValues: 1, batch, unitLayers: 0 };
const bounds = Float32Array.from({ length: 2 * values }, (_, index) =>
  index % 2 === 0 ? -50 - (index >> 1) : 60 + (index >> 1),
);

/** Image 3 does not move: its gradient was no number. */
function stepOperands() {
  const gradient = randomFloats(values * batch, 2);
  for (let value = 0; value < values; value++) gradient[value * batch + 3] = NaN;
  return {
    rates: given(Float32Array.from({ length: batch }, (_, image) => (image === 3 ? 0 : 3 + image))),
    parameters: floats(values * batch, 100),
    gradient: given(gradient),
    bounds: given(bounds),
  };
}

const adam = (iteration: number): Case => ({
  name: `iteration ${String(iteration)}`,
  launch: () => ascentStep('adam', shape),
  operands: {
    step: uniformOf({ rule: 'adam', cooling: iteration === 1 ? 34 : undefined }),
    ...stepOperands(),
    best: given(
      Float32Array.from({ length: 4 * batch }, (_, index) => (index < 3 * batch ? 0 : iteration + 1)),
    ),
    first_moment: floats(values * batch),
    second_moment: given(positive(values * batch, 5)),
  },
  tolerance: { atol: 1e-3, rtol: 1e-3 },
});

const ascentStepCases: FamilyCases<typeof ascentStepFamily> = {
  family: ascentStepFamily,
  reference: ascentStepReference,
  cases: {
    record: atLeastOne(records),
    tick: [
      {
        name: 'once',
        launch: () => tickClock(),
        operands: { clock: given(Uint32Array.of(41, 3)) },
        tolerance: exact,
      },
    ],
    bound: [
      {
        name: 'the start',
        launch: () => boundParameters(values, batch),
        operands: { parameters: floats(values * batch, 100), bounds: given(bounds) },
        tolerance: exact,
      },
    ],
    plain: atLeastOne(
      (['normalised', 'sign'] as const).map((rule) => ({
        name: `rule ${rule}`,
        launch: () => ascentStep('plain', shape),
        operands: { step: uniformOf({ rule }), ...stepOperands() },
      })),
    ),
    momentum: [
      {
        name: 'on from the last step',
        launch: () => ascentStep('momentum', shape),
        operands: { step: uniformOf({}), ...stepOperands(), first_moment: floats(values * batch) },
      },
    ],
    adam: [adam(0), adam(1), adam(30)],
  },
};

export default ascentStepCases;
