/**
 * A step of stochastic gradient descent; see `shaders/layers/sgd.wgsl`.
 * Cases: steps of descent with momentum and decay.
 */
import { type Case, type FamilyCases, floats, given } from '../case.ts';
import { sizes, type FamilyReference, type Operands } from '../reference.ts';
import { sgd, sgdFamily } from './sgd.ts';

/** v ← momentum · v + rate · (gradient + decay · weight); of biases twice the rate, without decay */
function velocityOf(operands: Operands): (index: number) => number {
  const [weight, velocity] = [operands.values('weight'), operands.values('velocity')];
  const [gradient, step] = [operands.values('gradient'), operands.values('step')];
  const [rate, momentum, decay] = [step(0), step(1), step(2)];
  const { FIRST_BIAS } = sizes(operands, 'FIRST_BIAS');
  return (index) =>
    index < 4 * FIRST_BIAS
      ? momentum * velocity(index) + rate * (gradient(index) + decay * weight(index))
      : momentum * velocity(index) + 2 * rate * gradient(index);
}

export const sgdReference = {
  main: {
    results: {
      velocity: velocityOf,
      /** weight ← weight − v */
      weight: (operands) => {
        const [weight, velocity] = [operands.values('weight'), velocityOf(operands)];
        return (index) => weight(index) - velocity(index);
      },
    },
  },
} satisfies FamilyReference;

const caseOf = (values: number, firstBias?: number): Case => ({
  name: `${String(values)} values${firstBias === undefined ? '' : `, biases from ${String(firstBias)} on`}`,
  launch: () => sgd(values, firstBias),
  operands: {
    weight: floats(values),
    velocity: floats(values),
    gradient: floats(values),
    step: given(Float32Array.of(0.1, 0.9, 0.05, 0)),
  },
});

export const sgdCases: FamilyCases<typeof sgdFamily> = {
  family: sgdFamily,
  reference: sgdReference,
  cases: { main: [caseOf(4), caseOf(260), caseOf(260, 192), caseOf(8, 0)] },
};
