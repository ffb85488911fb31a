/**
 * A step of stochastic gradient descent; see `shaders/layers/sgd.wgsl`.
 * Cases: steps of descent with momentum and decay.
 */
import { type Case, type FamilyCases, floats, given } from '../case.ts';
import type { FamilyReference, Operands } from '../reference.ts';
import { sgd, sgdFamily } from './sgd.ts';

/** v ← momentum · v + rate · (gradient + decay · weight) */
function velocityOf(operands: Operands): (index: number) => number {
  const [weight, velocity] = [operands.values('weight'), operands.values('velocity')];
  const [gradient, step] = [operands.values('gradient'), operands.values('step')];
  const [rate, momentum, decay] = [step(0), step(1), step(2)];
  return (index) => momentum * velocity(index) + rate * (gradient(index) + decay * weight(index));
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

const caseOf = (values: number): Case => ({
  name: `${String(values)} values`,
  launch: () => sgd(values),
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
  cases: { main: [caseOf(4), caseOf(260)] },
};
