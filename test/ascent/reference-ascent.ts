/** Gradient ascent by definition, one image, in doubles: slow, and independent of the kernels (paper §2.4). */
import type { Ball, Climb } from '../../src/ascent/settings.ts';
import type { Model } from '../../src/model/model.ts';
import { referenceGradients } from '../network/reference-gradients.ts';
import { referenceLogits } from '../network/reference-network.ts';

export interface ReferenceAscent {
  readonly model: Model;
  readonly climb: Climb;
  /** Of the logarithm of its probability. */
  readonly wanted: number;
  readonly ball?: Ball & { readonly centre: ArrayLike<number> };
}

/** X [channels, height, width], minus the mean image, after so many iterations from a start. */
export function referenceAscent(
  ascent: ReferenceAscent,
  start: ArrayLike<number>,
  iterations: number,
): Float64Array {
  const { model, climb, ball } = ascent;
  let x = clip(Float64Array.from(start), ascent);
  let movement = new Float64Array(x.length);
  const [m, v] = [new Float64Array(x.length), new Float64Array(x.length)];
  for (let iteration = 0; iteration < iterations; iteration++) {
    const gradient = gradientOf(ascent, x);
    const cooled = 1 / (1 + iteration / (climb.cooling ?? Infinity));
    const step = stepOf(ascent, x, gradient, cooled);
    movement = movement.map((last, index) => climb.momentum * last + step(gradient[index]!));
    if (climb.step.rule === 'adam') {
      const { size } = climb.step;
      movement = gradient.map((g, index) => {
        m[index] = 0.9 * m[index]! + 0.1 * g;
        v[index] = 0.999 * v[index]! + 0.001 * g * g;
        const [mean, square] = [
          m[index] / (1 - 0.9 ** (iteration + 1)),
          v[index] / (1 - 0.999 ** (iteration + 1)),
        ];
        return square === 0 ? 0 : (cooled * size * mean) / Math.sqrt(square);
      });
    }
    x = clip(
      x.map((value, index) => (value + movement[index]!) * (1 - climb.decay)),
      ascent,
    );
    if (climb.blur && (iteration + 1) % climb.blur.every === 0)
      x = blurred(x, model.preprocessing.image, climb.blur.radius);
    const [channels] = model.preprocessing.image;
    const plane = x.length / channels;
    const channelsOf = (values: Float64Array, pixel: number) =>
      Array.from({ length: channels }, (_, channel) => values[channel * plane + pixel]!);
    const norms = Array.from({ length: plane }, (_, pixel) => Math.hypot(...channelsOf(x, pixel)));
    x = cleared(x, norms, climb.smallNorm);
    const contributions = Array.from({ length: plane }, (_, pixel) =>
      Math.abs(
        channelsOf(x, pixel).reduce(
          (sum, value, channel) => sum + value * gradient[channel * plane + pixel]!,
          0,
        ),
      ),
    );
    x = cleared(x, contributions, climb.smallContribution);
    if (ball?.norm === 'l2') {
      const distance = Math.hypot(...[...x].map((value, index) => value - ball.centre[index]!));
      const factor = Math.min(1, ball.radius / distance);
      x = x.map((value, index) => ball.centre[index]! + factor * (value - ball.centre[index]!));
    }
  }
  return x;
}

function clip(x: Float64Array, { model, ball }: ReferenceAscent): Float64Array {
  const { mean } = model.preprocessing;
  return x.map((value, index) => {
    const byte = Math.min(255, Math.max(0, value + mean[index]!)) - mean[index]!;
    if (ball?.norm !== 'linf') return byte;
    return Math.min(ball.centre[index]! + ball.radius, Math.max(ball.centre[index]! - ball.radius, byte));
  });
}

/** The network's input of the picture's bytes. */
function inputOf({ model, ball }: ReferenceAscent, x: Float64Array): Float64Array {
  const { mean, scale } = model.preprocessing;
  const bytes = x.map((value, index) => Math.floor(Math.min(255, Math.max(0, value + mean[index]!)) + 0.5));
  const kept = ball?.norm === 'l2' ? towardsCentre(x, ball, mean) : bytes;
  return kept.map((byte, index) => (byte - mean[index]!) * scale[0]!);
}

/** Bytes within the ball: changes are rounded down as far as it takes, in steps of a thirty-second. */
function towardsCentre(
  x: Float64Array,
  { centre, radius }: NonNullable<ReferenceAscent['ball']>,
  mean: ArrayLike<number>,
): Float64Array {
  for (let up = 16; up >= 0; up--) {
    const changes = x.map((value, index) => {
      const apart = value - centre[index]!;
      return Math.sign(apart) * Math.floor(Math.abs(apart) + up / 32);
    });
    if (Math.hypot(...changes) <= radius)
      return changes.map((change, index) => Math.round(centre[index]! + mean[index]!) + change);
  }
  throw new Error('no rounding keeps the bytes in the ball');
}

function valueOf({ model, wanted }: ReferenceAscent, input: ArrayLike<number>): number {
  const logits = referenceLogits(model.architecture, model.weights, input);
  const most = Math.max(...logits);
  return logits[wanted]! - most - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0));
}

/** Per byte. */
function gradientOf(ascent: ReferenceAscent, x: Float64Array): Float64Array {
  const { model, wanted } = ascent;
  const { architecture, weights, preprocessing } = model;
  const input = inputOf(ascent, x);
  const logits = referenceLogits(architecture, weights, input);
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  const upstream = powers.map((power, index) => (index === wanted ? 1 : 0) - power / sum);
  const last = architecture.layers.at(-1)!.name;
  const gradients = referenceGradients(architecture, weights, input, { [last]: upstream });
  return gradients.input.map((slope) => slope * preprocessing.scale[0]!);
}

function stepOf(
  ascent: ReferenceAscent,
  x: Float64Array,
  gradient: Float64Array,
  cooled: number,
): (g: number) => number {
  const { step } = ascent.climb;
  const size = step.rule === 'progress' ? 0 : cooled * step.size;
  const square = gradient.reduce((sum, g) => sum + g * g, 0);
  switch (step.rule) {
    case 'constant':
      return (g) => size * g;
    case 'normalised':
      return (g) => (size * g) / Math.sqrt(square / gradient.length);
    case 'sign':
      return (g) => size * Math.sign(g);
    case 'adam':
      return () => 0;
    case 'progress': {
      const value = valueOf(ascent, inputOf(ascent, x));
      const desired = Math.min(step.early, step.late * (1 - value));
      return (g) => Math.min(step.largest, desired / square) * g;
    }
  }
}

function cleared(x: Float64Array, keys: readonly number[], percent: number): Float64Array {
  if (percent === 0) return x;
  const sorted = [...keys].sort((a, b) => a - b);
  const threshold = sorted[Math.floor((percent / 100) * keys.length)]!;
  return x.map((value, index) => (keys[index % keys.length]! < threshold ? 0 : value));
}

/** Mirrored at the edge: d c b a | a b c d | d c b a. */
function blurred(
  x: Float64Array,
  [, height, width]: readonly [number, number, number],
  radius: number,
): Float64Array {
  const reach = Math.ceil(4 * radius);
  const bell = Array.from({ length: 2 * reach + 1 }, (_, tap) =>
    Math.exp(-(((tap - reach) / radius) ** 2) / 2),
  );
  const sum = bell.reduce((total, weight) => total + weight, 0);
  const mirrored = (place: number, side: number) => {
    const turn = ((place % (2 * side)) + 2 * side) % (2 * side);
    return turn < side ? turn : 2 * side - 1 - turn;
  };
  const pass = (from: Float64Array, rows: boolean) =>
    Float64Array.from({ length: from.length }, (_, index) => {
      const [c, r, k] = [
        Math.floor(index / (height * width)),
        Math.floor(index / width) % height,
        index % width,
      ];
      return bell.reduce((total, weight, tap) => {
        const place = rows
          ? (c * height + r) * width + mirrored(k + tap - reach, width)
          : (c * height + mirrored(r + tap - reach, height)) * width + k;
        return total + (weight / sum) * from[place]!;
      }, 0);
    });

  return pass(pass(x, true), false);
}
