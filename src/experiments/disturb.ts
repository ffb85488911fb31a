/** Small changes of images: movement, rotation, enlargement, blur, noise. Bytes in, bytes out, the same on every machine. */
import { mat2d } from 'gl-matrix';
import { gaussianWeights } from '../kernels/ascent/blur.ts';
import { cosine, sine } from '../random/fixed-math.ts';
import type { RandomStream } from '../random/threefry.ts';
import type { Image } from '../image/image.ts';

/** What is done to a picture about its middle. */
export interface Movement {
  /** Pixels to the right and down. */
  readonly across?: number;
  readonly down?: number;
  /** Degrees. */
  readonly turn?: number;
  /** 1 leaves the size. */
  readonly size?: number;
}

/** Bilinear between pixels; beyond the edge the nearest pixel goes on. */
export function moved(image: Image, { across = 0, down = 0, turn = 0, size = 1 }: Movement): Image {
  const [channels, height, width] = image.extent;
  const centre = [(width - 1) / 2, (height - 1) / 2] as const;
  const angle = (-turn * Math.PI) / 180;
  // Where in the picture a pixel of the result looks: the movement backwards.
  const map = mat2d.fromTranslation(mat2d.create(), centre);
  mat2d.multiply(map, map, [cosine(angle), sine(angle), -sine(angle), cosine(angle), 0, 0]);
  mat2d.scale(map, map, [1 / size, 1 / size]);
  mat2d.translate(map, map, [-centre[0] - across, -centre[1] - down]);
  const [a = 1, b = 0, c = 0, d = 1, tx = 0, ty = 0] = map;
  const bytes = new Uint8Array(image.bytes.length);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        bytes[(channel * height + y) * width + x] = Math.round(
          between(image, channel, a * x + c * y + tx, b * x + d * y + ty),
        );
  return { ...image, bytes };
}

function between({ extent: [, height, width], bytes }: Image, channel: number, x: number, y: number): number {
  const inside = (value: number, side: number) => Math.min(side - 1, Math.max(0, value));
  const at = (column: number, row: number) =>
    bytes[(channel * height + inside(row, height)) * width + inside(column, width)] ?? 0;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, below] = [x - left, y - top];
  const upper = (1 - right) * at(left, top) + right * at(left + 1, top);
  const lower = (1 - right) * at(left, top + 1) + right * at(left + 1, top + 1);
  return (1 - below) * upper + below * lower;
}

/** @param radius standard deviation of the Gaussian, in pixels */
export function blurred(image: Image, radius: number): Image {
  const [, height, width] = image.extent;
  const weights = gaussianWeights(radius);
  const rows = mixed(Float64Array.from(image.bytes), weights, { side: width, stride: 1 });
  const both = mixed(rows, weights, { side: height, stride: width });
  return { ...image, bytes: Uint8Array.from(both, Math.round) };
}

/** Along one direction; beyond the edge the nearest pixel goes on. */
function mixed(
  values: Float64Array,
  weights: Float32Array,
  { side, stride }: { readonly side: number; readonly stride: number },
): Float64Array {
  const reach = (weights.length - 1) / 2;
  return values.map((_, index) => {
    const place = Math.floor(index / stride) % side;
    let sum = 0;
    for (let tap = -reach; tap <= reach; tap++) {
      const other = Math.min(side - 1, Math.max(0, place + tap));
      sum += (weights[tap + reach] ?? 0) * (values[index + (other - place) * stride] ?? 0);
    }
    return sum;
  });
}

/**
 * The sum of twelve uniform numbers less six: normal but for tails beyond six deviations, by additions alone, so that every
 * engine draws the same.
 */
const nearlyNormal = (random: RandomStream): number => {
  let sum = -6;
  for (let draw = 0; draw < 6; draw++) {
    const [one, other] = random.words();
    sum += (one + other) / 2 ** 32;
  }
  return sum;
};

/** @param deviation of the noise on every pixel and channel, in bytes */
export function noisy(image: Image, deviation: number, random: RandomStream): Image {
  const bytes = image.bytes.map((value) =>
    Math.min(255, Math.max(0, Math.round(value + deviation * nearlyNormal(random)))),
  );
  return { ...image, bytes };
}
