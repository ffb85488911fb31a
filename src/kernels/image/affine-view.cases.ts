/**
 * Moved, turned and enlarged pictures, and the way back, by their formulae; see `shaders/image/affine-view.wgsl`.
 * Cases: pictures under maps of every kind, within the image and beyond its edge, in the second row of the table.
 */
import {
  atLeastOne,
  bytes,
  type Case,
  type FamilyCases,
  floats,
  given,
  randomFloats,
  unwritten,
} from '../case.ts';
import { ceil4, type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import {
  affineTable,
  affineView,
  affineViewAdjoint,
  affineViewFamily,
  type AffineViewShape,
} from './affine-view.ts';

function shapeOf(operands: Operands) {
  const shape = sizes(
    operands,
    'CHANNELS',
    'IMAGE_HEIGHT',
    'IMAGE_WIDTH',
    'HEIGHT',
    'WIDTH',
    'BATCH',
    'CLAMP',
    'REVERSE_CHANNELS',
  );
  const { SCALE_0, SCALE_1, SCALE_2 } = sizes(operands, 'SCALE_0', 'SCALE_1', 'SCALE_2');
  return { ...shape, batch: 4 * shape.BATCH, scales: [SCALE_0, SCALE_1, SCALE_2] };
}

/** The pixels that a place of the input sees in an image, and how much of each. */
function pixelsSeen(operands: Operands) {
  const { IMAGE_HEIGHT, IMAGE_WIDTH, CLAMP, batch } = shapeOf(operands);
  const [maps, clock] = [operands.values('maps'), operands.values('clock')];
  const inside = (place: number, side: number) => Math.min(side - 1, Math.max(0, place));
  return (row: number, column: number, image: number): [pixel: number, share: number][] => {
    const number = (at: number) => maps(8 * (clock(1) * batch + image) + at);
    const z = number(0) * column + number(2) * row + number(4);
    const y = number(1) * column + number(3) * row + number(5);
    const seen: [number, number][] = [];
    for (const k of [Math.floor(z), Math.floor(z) + 1])
      for (const r of [Math.floor(y), Math.floor(y) + 1]) {
        const [nearRow, nearColumn] = [inside(r, IMAGE_HEIGHT), inside(k, IMAGE_WIDTH)];
        if (CLAMP === 0 && (nearRow !== r || nearColumn !== k)) continue;
        seen.push([nearRow * IMAGE_WIDTH + nearColumn, (1 - Math.abs(z - k)) * (1 - Math.abs(y - r))]);
      }
    return seen;
  };
}

export const affineViewReference = {
  forward: {
    results: {
      /** x[c, r, k, n] = SCALE[c] · Σ over the pixels seen of share · (image − mean) */
      x: (operands) => {
        const { CHANNELS, IMAGE_HEIGHT, IMAGE_WIDTH, HEIGHT, WIDTH, REVERSE_CHANNELS, batch, scales } =
          shapeOf(operands);
        const [images, mean] = [operands.values('images', 'bytes'), operands.values('mean')];
        const seenFrom = pixelsSeen(operands);
        const plane = IMAGE_HEIGHT * IMAGE_WIDTH;
        return (index) => {
          const [channel, row, column, image] = placeOf(index, HEIGHT, WIDTH, batch);
          const from = REVERSE_CHANNELS === 1 ? CHANNELS - 1 - channel : channel;
          const start = (image * CHANNELS + from) * ceil4(plane);
          const sum = seenFrom(row, column, image).reduce((total, [pixel, share]) => {
            return total + share * (images(start + pixel) - mean(channel * plane + pixel));
          }, 0);
          return sum * (scales[channel] ?? NaN);
        };
      },
    },
  },
  adjoint: {
    results: {
      /** dX[c, pixel, n] = SCALE[c] · Σ over the places that see the pixel of share · dinput */
      dx: (operands) => {
        const { CHANNELS, IMAGE_HEIGHT, IMAGE_WIDTH, HEIGHT, WIDTH, batch, scales } = shapeOf(operands);
        const dinput = operands.values('dinput');
        const seenFrom = pixelsSeen(operands);
        const plane = IMAGE_HEIGHT * IMAGE_WIDTH;
        const sums = new Float64Array(CHANNELS * plane * batch);
        for (let at = 0; at < CHANNELS * HEIGHT * WIDTH * batch; at++) {
          const [channel, row, column, image] = placeOf(at, HEIGHT, WIDTH, batch);
          for (const [pixel, share] of seenFrom(row, column, image)) {
            const to = (channel * plane + pixel) * batch + image;
            sums[to] = (sums[to] ?? NaN) + share * dinput(at);
          }
        }
        return (index) => (sums[index] ?? NaN) * (scales[placeOf(index, plane * batch)[0]] ?? NaN);
      },
    },
  },
} satisfies FamilyReference;

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

const affineViewCases: FamilyCases<typeof affineViewFamily> = {
  family: affineViewFamily,
  reference: affineViewReference,
  cases: { forward: atLeastOne(all.map(forward)), adjoint: atLeastOne(all.map(adjoint)) },
};

export default affineViewCases;
