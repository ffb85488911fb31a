/** A step of stochastic gradient descent; see `shaders/layers/sgd.wgsl`. */
import type { FamilyReference, Operands } from '../reference.ts';

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
