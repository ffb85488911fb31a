/**
 * Finds what a picture repeats, and takes it out piece by piece. A picture repeats an element where it is like itself after
 * being moved by a period; the elements are then strips across that direction, each a period wide, so that which of them is
 * removed is settled by the picture alone and not by hand.
 */
import { hypotenuse } from '../random/fixed-math.ts';
import { longestSide, type Image, type ImageExtent } from '../image/image.ts';
import { blockMeans } from '../image/shrink.ts';

export interface Repetition {
  /** The period, in pixels to the right and down. */
  readonly across: number;
  readonly down: number;
  /** Correlation of the picture with itself, moved by the period. */
  readonly likeness: number;
}

/** Lags are looked through in a picture of at most this side, then settled in the picture itself. */
const coarseSide = 56;
/** By how much the correlation must fall between no lag and the period: a picture that only changes slowly repeats nothing. */
const leastDip = 0.2;
/** Peaks within this of the highest are the same pattern's, of which the shortest is the period. */
const nearHighest = 0.05;
/** Shorter ones are texture: nothing in them can be told apart as an element. */
const leastPeriod = 3;

interface Gray {
  readonly values: Float64Array;
  readonly height: number;
  readonly width: number;
}

interface Lag {
  readonly across: number;
  readonly down: number;
}

/**
 * @param least correlation that counts as repetition
 * @returns undefined where the picture repeats nothing
 */
export function findRepetition(image: Image, least: number): Repetition | undefined {
  const small = blockMeans(image, coarseSide);
  const factor = Math.ceil(longestSide(image) / coarseSide);
  const found = coarsePeriod(grayOf(small), least);
  if (!found || factor === 1) return found;
  const gray = grayOf(image);
  let best: Repetition | undefined;
  for (let y = -factor; y <= factor; y++)
    for (let x = -factor; x <= factor; x++) {
      const lag = { across: found.across * factor + x, down: found.down * factor + y };
      const likeness = correlation(gray, lag);
      const shorter = best?.likeness === likeness && lengthOf(lag) < lengthOf(best);
      if (!best || likeness > best.likeness || shorter) best = { ...lag, likeness };
    }
  return best;
}

function coarsePeriod(gray: Gray, least: number): Repetition | undefined {
  const [mostAcross, mostDown] = [Math.floor(gray.width / 2), Math.floor(gray.height / 2)];
  const columns = 2 * mostAcross + 1;
  const table = new Float64Array(columns * (mostDown + 1));
  for (let down = 0; down <= mostDown; down++)
    for (let across = -mostAcross; across <= mostAcross; across++)
      table[down * columns + across + mostAcross] = correlation(gray, { across, down });
  const at = ({ across, down }: Lag): number => {
    const sign = down < 0 ? -1 : 1; // moved back by a lag is moved on by its opposite
    return table[sign * down * columns + sign * across + mostAcross] ?? 0;
  };
  const peaks: Repetition[] = [];
  for (let down = 0; down < mostDown; down++)
    for (let across = -mostAcross + 1; across < mostAcross; across++) {
      const lag = { across, down };
      const likeness = at(lag);
      if (down === 0 && across < 0) continue; // the opposite of one that is looked at
      if (likeness < least || lengthOf(lag) < leastPeriod) continue;
      if (isPeak(lag, at) && likeness - lowestOnTheWay(lag, at) >= leastDip) peaks.push({ ...lag, likeness });
    }
  const highest = Math.max(...peaks.map(({ likeness }) => likeness));
  return peaks
    .filter(({ likeness }) => likeness >= highest - nearHighest)
    .sort((one, other) => lengthOf(one) - lengthOf(other))[0];
}

const lengthOf = ({ across, down }: Lag): number => hypotenuse(across, down);

function isPeak({ across, down }: Lag, at: (lag: Lag) => number): boolean {
  const own = at({ across, down });
  for (let y = -1; y <= 1; y++)
    for (let x = -1; x <= 1; x++) if (at({ across: across + x, down: down + y }) > own) return false;
  return true;
}

function lowestOnTheWay(lag: Lag, at: (lag: Lag) => number): number {
  const steps = Math.max(Math.abs(lag.across), Math.abs(lag.down));
  let lowest = Infinity;
  for (let step = 0; step <= steps; step++) {
    const part = step / steps;
    lowest = Math.min(
      lowest,
      at({ across: Math.round(part * lag.across), down: Math.round(part * lag.down) }),
    );
  }
  return lowest;
}

/** Pearson's, over the places where the picture and the moved one lie over each other; 0 where either is flat. */
function correlation({ values, height, width }: Gray, { across, down }: Lag): number {
  const [left, right] = [Math.max(0, -across), Math.min(width, width - across)];
  const [top, bottom] = [Math.max(0, -down), Math.min(height, height - down)];
  const count = (right - left) * (bottom - top);
  if (count <= 0) return 0;
  let [sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const a = values[y * width + x] ?? 0;
      const b = values[(y + down) * width + x + across] ?? 0;
      sumA += a;
      sumB += b;
      sumAA += a * a;
      sumBB += b * b;
      sumAB += a * b;
    }
  const [varianceA, varianceB] = [sumAA - (sumA * sumA) / count, sumBB - (sumB * sumB) / count];
  const least = 1e-6 * count; // of bytes: less is rounding
  if (varianceA <= least || varianceB <= least) return 0;
  // Along a stripe all lags are alike but for rounding, and the shortest is meant.
  return Math.round((1e6 * (sumAB - (sumA * sumB) / count)) / Math.sqrt(varianceA * varianceB)) / 1e6;
}

/** The mean of the channels. */
function grayOf({ extent: [channels, height, width], bytes }: Image): Gray {
  const area = height * width;
  const values = Float64Array.from({ length: area }, (_, place) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += bytes[channel * area + place] ?? 0;
    return sum / channels;
  });
  return { values, height, width };
}

/**
 * How many elements lie side by side: an odd number, since one is in the middle, and at least three.
 *
 * @param extent of the part around the picture's middle that the network is shown
 */
export function elementsWithin({ across, down }: Lag, [, height, width]: ImageExtent): number {
  const period = hypotenuse(across, down);
  const reach = (Math.abs(across) * (width - 1) + Math.abs(down) * (height - 1)) / (2 * period);
  return 2 * Math.max(1, Math.floor(reach / period)) + 1;
}

/**
 * The picture whole, then with one element less each time, until one is left. The outermost go first, so that what is left
 * hangs together around the picture's middle; the mean colour of the picture takes their place.
 *
 * @param count odd, as `elementsWithin` counts them; the outermost reach as far as the picture does
 * @returns as many pictures
 */
export function withFewerElements(
  image: Image,
  { across, down }: Lag,
  count = elementsWithin({ across, down }, image.extent),
): Image[] {
  const { bytes } = image;
  const [channels, height, width] = image.extent;
  const period = hypotenuse(across, down);
  const most = (count - 1) / 2;
  const area = height * width;
  const means = Array.from({ length: channels }, (_, channel) => {
    const plane = bytes.subarray(channel * area, (channel + 1) * area);
    return Math.round(plane.reduce((sum, value) => sum + value, 0) / area);
  });
  const elementOf = (place: number): number => {
    const x = (place % width) - (width - 1) / 2;
    const y = Math.floor(place / width) - (height - 1) / 2;
    const along = (x * across + y * down) / period;
    return Math.min(most, Math.max(-most, Math.round(along / period)));
  };
  const elements = Int32Array.from({ length: area }, (_, place) => elementOf(place));
  const order = Array.from({ length: most }, (_, index) => [most - index, index - most]).flat();
  return [undefined, ...order].map((_, removed) => {
    const gone = new Set(order.slice(0, removed));
    const left = bytes.map((value, index) =>
      gone.has(elements[index % area] ?? 0) ? (means[Math.floor(index / area)] ?? 0) : value,
    );
    return { ...image, bytes: left };
  });
}
