/**
 * Dropout by counted random numbers; see `shaders/layers/dropout.wgsl`.
 * Cases: dropout of none, of some and of most values, in two layers.
 */
import { threefry2x32 } from '../../random/threefry.ts';
import { type Case, type FamilyCases, floats, given, unwritten } from '../case.ts';
import { type FamilyReference, sizes, uniformOf } from '../reference.ts';
import { dropout, dropoutFamily } from './dropout.ts';

export const dropoutReference = {
  main: {
    results: {
      /** y = x / (1 − RATE) where the number of (key; layer, place) is not below RATE, else 0 */
      y: (operands) => {
        const { RATE, LAYER } = sizes(operands, 'RATE', 'LAYER');
        const [x, key] = [operands.values('x'), operands.values('key')];
        return (index) => {
          const random = threefry2x32([key(0), key(1)], [Math.floor(index / 2), LAYER]);
          const kept = uniformOf(random[index % 2 === 0 ? 0 : 1]) >= Math.fround(RATE);
          return kept ? x(index) / (1 - Math.fround(RATE)) : 0;
        };
      },
    },
  },
} satisfies FamilyReference;

const caseOf = (values: number, rate: number, layer: number): Case => ({
  name: `${String(values)} values, rate ${String(rate)}, layer ${String(layer)}`,
  launch: () => dropout({ values, rate, layer }),
  operands: {
    x: floats(values),
    y: unwritten(values),
    key: given(Uint32Array.of(12_345, 678, 0, 0)),
  },
});

const dropoutCases: FamilyCases<typeof dropoutFamily> = {
  family: dropoutFamily,
  reference: dropoutReference,
  cases: { main: [caseOf(4, 0, 0), caseOf(1000, 0.5, 7), caseOf(1000, 0.25, 1), caseOf(260, 0.9, 0)] },
};

export default dropoutCases;
