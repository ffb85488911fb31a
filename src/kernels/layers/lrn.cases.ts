/** Normalisation as AlexNet has it, so strong that every term counts, of odd planes and of few channels. */
import { atLeastOne, floats, unwritten, type FamilyCases } from '../case.ts';
import { lrnReference } from './lrn.reference.ts';
import { lrn, lrnInputGradient, type LrnShape } from './lrn.ts';

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

export const lrnCases: FamilyCases<keyof typeof lrnReference> = {
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
