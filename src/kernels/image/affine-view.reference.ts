/** Moved, turned and enlarged pictures, and the way back, by their formulae; see `shaders/image/affine-view.wgsl`. */
import { ceil4, placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

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
