/** Pictures under maps of every kind, within the image and beyond its edge, in the second row of the table. */
import {
  atLeastOne,
  bytes,
  floats,
  given,
  randomFloats,
  unwritten,
  type Case,
  type FamilyCases,
} from '../case.ts';
import { ceil4 } from '../reference.ts';
import { affineViewReference } from './affine-view.reference.ts';
import { affineTable, affineView, affineViewAdjoint, type AffineViewShape } from './affine-view.ts';

const gray = { channels: 1, imageHeight: 11, imageWidth: 14, height: 9, width: 6 };
export const colour = { channels: 3, imageHeight: 9, imageWidth: 7, height: 10, width: 5 };
export const affineViewShapes: readonly AffineViewShape[] = [
  { ...gray, batch: 4, clamp: false, reverseChannels: false, scale: [1 / 256] },
  { ...colour, batch: 12, clamp: false, reverseChannels: true, scale: [1, 0.5, 0.25] },
  { ...gray, batch: 12, clamp: true, reverseChannels: false, scale: [2] },
  { ...colour, batch: 4, clamp: true, reverseChannels: true, scale: [1, 0.5, 0.25] },
];

type Kind = 'identity' | 'whole pixels' | 'upright' | 'turned';
const kinds: readonly Kind[] = ['identity', 'whole pixels', 'upright', 'turned'];

/** A map per image; some look far beyond the image's edge, those of whole pixels in part mirrored. */
function mapOf(kind: Kind, image: number, { width, imageHeight, imageWidth }: AffineViewShape): number[] {
  const [one = 0, two = 0, three = 0, four = 0] = randomFloats(4, 31 + image);
  const mirrored = image % 2 === 1;
  const [wide, high] = [2 ** three, 2 ** four];
  const angle = Math.PI * four;
  switch (kind) {
    case 'identity':
      return [1, 0, 0, 1, 0, 0];
    case 'whole pixels': {
      const [across, down] = [Math.round(4 * one), Math.round(4 * two)];
      return mirrored ? [-1, 0, 0, 1, width - 1 + across, down] : [1, 0, 0, 1, across, down];
    }
    case 'upright':
      return [mirrored ? -wide : wide, 0, 0, high, 4 * one + 3, 4 * two];
    case 'turned':
      return [
        wide * Math.cos(angle),
        wide * Math.sin(angle),
        -high * Math.sin(angle),
        high * Math.cos(angle),
        imageWidth / 2 + 3 * one,
        imageHeight / 2 + 3 * two,
      ];
  }
}

/** The clock names the second row; the first one holds what no case expects. */
function tableOf(kind: Kind, shape: AffineViewShape) {
  const images = Array.from({ length: shape.batch }, (_, image) => image);
  const others = images.map(() => [0, 0, 0, 0, 1, 1]);
  const maps = given(affineTable([...others, ...images.map((image) => mapOf(kind, image, shape))]));
  return { maps, clock: given(Uint32Array.of(77, 1, 99)) };
}

const inputs = ({ channels, height, width, batch }: AffineViewShape) => channels * height * width * batch;
const pixels = ({ channels, imageHeight, imageWidth }: AffineViewShape) =>
  channels * imageHeight * imageWidth;

const all = affineViewShapes.flatMap((shape, place) =>
  kinds.map((kind) => ({ name: `${kind}, shape ${String(place + 1)}`, kind, shape })),
);

const forward = ({ name, kind, shape }: (typeof all)[number]): Case => ({
  name,
  launch: () => affineView(shape),
  operands: {
    images: bytes(shape.batch * shape.channels * ceil4(shape.imageHeight * shape.imageWidth)),
    mean: given(randomFloats(pixels(shape), 8, 100).map((value) => 128 + value)),
    ...tableOf(kind, shape),
    x: unwritten(inputs(shape)),
  },
  // One subtraction and one multiplication by a power of 2, where nothing is interpolated.
  tolerance:
    kind === 'identity' || kind === 'whole pixels' ? { atol: 0, rtol: 2 ** -23 } : { atol: 5e-3, rtol: 2e-5 },
});

const adjoint = ({ name, kind, shape }: (typeof all)[number]): Case => ({
  name,
  launch: () => affineViewAdjoint(shape),
  operands: {
    ...tableOf(kind, shape),
    dinput: floats(inputs(shape)),
    dx: unwritten(pixels(shape) * shape.batch),
  },
  tolerance: { atol: 5e-5, rtol: 5e-5 },
});

export const affineViewCases: FamilyCases<keyof typeof affineViewReference> = {
  reference: affineViewReference,
  cases: { forward: atLeastOne(all.map(forward)), adjoint: atLeastOne(all.map(adjoint)) },
};
