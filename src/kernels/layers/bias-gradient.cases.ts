/** Sums of fewer and of more values than a workgroup has lanes. */
import { floats, unwritten, type Case, type FamilyCases } from '../case.ts';
import { biasGradientReference } from './bias-gradient.reference.ts';
import { biasGradient } from './bias-gradient.ts';

const caseOf = (channels: number, pixels: number, batch: number): Case => ({
  name: `${String(channels)} channels, ${String(pixels)} pixels, ${String(batch)} images`,
  launch: () => biasGradient(channels, pixels, batch),
  operands: { dy: floats(channels * pixels * batch), db: unwritten(channels) },
  tolerance: { atol: 1e-4, rtol: 1e-5 },
});

export const biasGradientCases: FamilyCases<keyof typeof biasGradientReference> = {
  reference: biasGradientReference,
  cases: { main: [caseOf(1, 1, 4), caseOf(5, 9, 12), caseOf(50, 64, 40), caseOf(3, 1, 300)] },
};
