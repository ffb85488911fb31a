/** Windows that overlap, lie side by side or apart, and are clipped at the edge; of one, two and many images. */
import { atLeastOne, bytes, exact, floats, unwritten, whole, type Case, type FamilyCases } from '../case.ts';
import { maxPoolReference } from './max-pool.reference.ts';
import { maxPool, maxPoolInputGradient, type PoolShape } from './max-pool.ts';

export function poolShape(
  channels: number,
  [inHeight, inWidth]: readonly [number, number],
  size: number,
  stride: number,
  round: (value: number) => number,
  batch: number,
): PoolShape {
  const side = (length: number) => round((length - size) / stride) + 1;
  return {
    channels,
    inHeight,
    inWidth,
    outHeight: side(inHeight),
    outWidth: side(inWidth),
    size,
    stride,
    batch,
  };
}

export const poolShapes: readonly (readonly [name: string, shape: PoolShape])[] = [
  ['one pixel', poolShape(1, [1, 1], 1, 1, Math.floor, 4)],
  ['2 × 2 without overlap, as in LeNet', poolShape(3, [6, 8], 2, 2, Math.ceil, 40)],
  ['3 × 3 overlapping, as in AlexNet', poolShape(2, [7, 9], 3, 2, Math.floor, 8)],
  ['the last window clipped', poolShape(2, [8, 5], 3, 2, Math.ceil, 12)],
  ['side by side, the last window clipped', poolShape(3, [7, 9], 2, 2, Math.ceil, 8)],
  ['side by side, a row left out', poolShape(3, [7, 9], 2, 2, Math.floor, 8)],
  ['gaps between the windows', poolShape(2, [9, 9], 2, 4, Math.floor, 4)],
  ['two images', poolShape(3, [8, 5], 3, 2, Math.ceil, 2)],
  ['two images, windows side by side', poolShape(3, [7, 9], 2, 2, Math.ceil, 2)],
  ['a single image', poolShape(3, [8, 5], 3, 2, Math.ceil, 1)],
  ['the largest window', poolShape(1, [16, 17], 16, 1, Math.floor, 4)],
];

const inputs = ({ channels, inHeight, inWidth, batch }: PoolShape) => channels * inHeight * inWidth * batch;
const outputs = ({ channels, outHeight, outWidth, batch }: PoolShape) =>
  channels * outHeight * outWidth * batch;
/** Bytes of the argmax: a word for each element, however few images it has. */
const argmaxBytes = (shape: PoolShape) => (outputs(shape) / Math.min(4, shape.batch)) * 4;

const forward = ([name, shape]: (typeof poolShapes)[number]): Case => ({
  name,
  launch: () => maxPool(shape),
  operands: {
    // On a coarse grid, so that windows hold several equal maxima.
    x: whole(inputs(shape), 4),
    y: unwritten(outputs(shape)),
    argmax: unwritten(argmaxBytes(shape), 'bytes'),
  },
  tolerance: exact,
});

const gradient = ([name, shape]: (typeof poolShapes)[number]): Case => ({
  name,
  launch: () => maxPoolInputGradient(shape),
  operands: {
    argmax: bytes(argmaxBytes(shape), shape.size ** 2),
    dy: floats(outputs(shape)),
    dx: unwritten(inputs(shape)),
  },
});

/** Whether the gradient goes window by window. */
const isApart = ([, shape]: (typeof poolShapes)[number]) =>
  maxPoolInputGradient(shape).kernel.entryPoint === 'apart_gradient';

export const maxPoolCases: FamilyCases<keyof typeof maxPoolReference> = {
  reference: maxPoolReference,
  cases: {
    forward: atLeastOne(poolShapes.map(forward)),
    input_gradient: atLeastOne(poolShapes.filter((one) => !isApart(one)).map(gradient)),
    apart_gradient: atLeastOne(poolShapes.filter(isApart).map(gradient)),
  },
};
