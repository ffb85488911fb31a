/**
 * Local response normalisation by its formula; see `shaders/layers/lrn.wgsl`.
 * Cases: normalisation as AlexNet has it, so strong that every term counts, of odd planes and of few channels.
 */
import { atLeastOne, type FamilyCases, floats, unwritten } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import { lrn, lrnFamily, lrnInputGradient, type LrnShape } from './lrn.ts';

/** The channels near one, and s[c] = K + ALPHA / SIZE · Σ over them of x² at a place. */
function normalisation(operands: Operands) {
  const { CHANNELS, SIZE, ALPHA, BETA, K } = sizes(operands, 'CHANNELS', 'SIZE', 'ALPHA', 'BETA', 'K');
  const x = operands.values('x');
  const plane = operands.length('x') / CHANNELS;
  const reach = Math.floor(SIZE / 2);
  const near = (channel: number) =>
    Array.from({ length: SIZE }, (_, index) => channel - reach + index).filter((j) => j >= 0 && j < CHANNELS);
  const scale = (channel: number, place: number) =>
    K + (ALPHA / SIZE) * near(channel).reduce((sum, j) => sum + x(j * plane + place) ** 2, 0);
  return { SIZE, ALPHA, BETA, x, plane, near, scale };
}

export const lrnReference = {
  forward: {
    measured: true,
    results: {
      /** y[c] = x[c] · s[c]^−BETA */
      y: (operands) => {
        const { BETA, x, plane, scale } = normalisation(operands);
        return (index) => {
          const [channel, place] = placeOf(index, plane);
          return x(index) * scale(channel, place) ** -BETA;
        };
      },
    },
  },
  input_gradient: {
    measured: true,
    results: {
      /** dx[c] = dy[c] · s[c]^−BETA − 2 · ALPHA · BETA / SIZE · x[c] · Σ over near j of dy[j] · x[j] · s[j]^(−BETA − 1) */
      dx: (operands) => {
        const { SIZE, ALPHA, BETA, x, plane, near, scale } = normalisation(operands);
        const dy = operands.values('dy');
        return (index) => {
          const [channel, place] = placeOf(index, plane);
          const others = near(channel).reduce((sum, j) => {
            const at = j * plane + place;
            return sum + dy(at) * x(at) * scale(j, place) ** (-BETA - 1);
          }, 0);
          return dy(index) * scale(channel, place) ** -BETA - ((2 * ALPHA * BETA) / SIZE) * x(index) * others;
        };
      },
    },
  },
} satisfies FamilyReference;

const caffe = { size: 5, alpha: 1e-4, beta: 0.75, k: 1 };
const strong = { size: 5, alpha: 2, beta: 0.75, k: 1 };

export const lrnShapes: readonly (readonly [name: string, shape: LrnShape])[] = [
  ['as AlexNet has it', { channels: 16, plane: 36, ...caffe }],
  ['strong', { channels: 9, plane: 12, ...strong }],
  ['a plane that is no multiple of four', { channels: 6, plane: 15, ...strong }],
  ['fewer channels than neighbours', { channels: 2, plane: 8, ...strong }],
  ['three neighbours, another power', { channels: 7, plane: 4, size: 3, alpha: 1, beta: 0.5, k: 2 }],
];

const floatsOf = ({ channels, plane }: LrnShape) => channels * plane;

const lrnCases: FamilyCases<typeof lrnFamily> = {
  family: lrnFamily,
  reference: lrnReference,
  cases: {
    forward: atLeastOne(
      lrnShapes.map(([name, shape]) => ({
        name,
        launch: () => lrn(shape),
        operands: { x: floats(floatsOf(shape), 3), y: unwritten(floatsOf(shape)) },
      })),
    ),
    input_gradient: atLeastOne(
      lrnShapes.map(([name, shape]) => ({
        name,
        launch: () => lrnInputGradient(shape),
        operands: { x: floats(floatsOf(shape)), dy: floats(floatsOf(shape)), dx: unwritten(floatsOf(shape)) },
      })),
    ),
  },
};

export default lrnCases;
