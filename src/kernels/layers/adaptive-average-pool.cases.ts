/** Windows side by side, overlapping and smaller than a pixel; of one, two and many images. */
import { atLeastOne, floats, unwritten, type FamilyCases } from '../case.ts';
import { adaptiveAveragePoolReference } from './adaptive-average-pool.reference.ts';
import {
  adaptiveAveragePool,
  adaptiveAveragePoolInputGradient,
  type AdaptivePoolShape,
} from './adaptive-average-pool.ts';

const shapeOf = (
  channels: number,
  [inHeight, inWidth]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  batch = 4,
): AdaptivePoolShape => ({ channels, inHeight, inWidth, outHeight, outWidth, batch });

const shapes = [
  ['windows side by side', shapeOf(3, [12, 6], [6, 3], 8)],
  ['windows that overlap', shapeOf(2, [7, 9], [6, 4])],
  ['the same size', shapeOf(2, [6, 6], [6, 6], 12)],
  ['larger than the input', shapeOf(3, [2, 3], [6, 6])],
  ['two images', shapeOf(2, [7, 9], [6, 4], 2)],
  ['a single image', shapeOf(3, [7, 9], [6, 4], 1)],
  ['one value per channel', shapeOf(5, [5, 4], [1, 1])],
] as const;

const inputs = ({ channels, inHeight, inWidth, batch }: AdaptivePoolShape) =>
  channels * inHeight * inWidth * batch;
const outputs = ({ channels, outHeight, outWidth, batch }: AdaptivePoolShape) =>
  channels * outHeight * outWidth * batch;

export const adaptiveAveragePoolCases: FamilyCases<keyof typeof adaptiveAveragePoolReference> = {
  reference: adaptiveAveragePoolReference,
  cases: {
    forward: atLeastOne(
      shapes.map(([name, shape]) => ({
        name,
        launch: () => adaptiveAveragePool(shape),
        operands: { x: floats(inputs(shape)), y: unwritten(outputs(shape)) },
      })),
    ),
    input_gradient: atLeastOne(
      shapes.map(([name, shape]) => ({
        name,
        launch: () => adaptiveAveragePoolInputGradient(shape),
        operands: { x: floats(outputs(shape)), y: unwritten(inputs(shape)) },
      })),
    ),
  },
};
