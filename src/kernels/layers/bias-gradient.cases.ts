/**
 * What reaches a channel, summed up; see `shaders/layers/bias-gradient.wgsl`.
 * Cases: sums of fewer and of more values than a workgroup has lanes.
 */
import { type Case, type FamilyCases, floats, unwritten } from '../case.ts';
import { type FamilyReference, sizes, sumOver } from '../reference.ts';
import { biasGradient, biasGradientFamily } from './bias-gradient.ts';

export const biasGradientReference = {
  main: {
    results: {
      /** db[o] = Σ over pixels and images of dy[o, pixel, n] */
      db: (operands) => {
        const { COUNT } = sizes(operands, 'COUNT');
        const dy = operands.values('dy');
        return (channel) => sumOver(4 * COUNT, (at) => dy(channel * 4 * COUNT + at));
      },
    },
  },
} satisfies FamilyReference;

const caseOf = (channels: number, pixels: number, batch: number): Case => ({
  name: `${String(channels)} channels, ${String(pixels)} pixels, ${String(batch)} images`,
  launch: () => biasGradient(channels, pixels, batch),
  operands: { dy: floats(channels * pixels * batch), db: unwritten(channels) },
  tolerance: { atol: 1e-4, rtol: 1e-5 },
});

export const biasGradientCases: FamilyCases<typeof biasGradientFamily> = {
  family: biasGradientFamily,
  reference: biasGradientReference,
  cases: { main: [caseOf(1, 1, 4), caseOf(5, 9, 12), caseOf(50, 64, 40), caseOf(3, 1, 300)] },
};
