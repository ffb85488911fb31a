/**
 * Single elements of what kernels compute, by their definitions, in doubles and plain loops: no kernel is timed whose elements
 * are others. The whole of every result is checked by the tests.
 */
import type { Kernel } from '../../src/gpu/kernel.ts';
import { ceil4, divide, finished, sizes, type Known, type Reference } from './reference.ts';
import { outputTransformReference, inputTransformReference } from './winograd-references.ts';

/** Also of the gradient to the input, whose blocks of pixels are channels of their own; see `shaders/conv2d/conv2d.wgsl`. */
const convolution: Reference = {
  result: 'y',
  element(known, index) {
    const shape = sizes(known, 'GROUPS', 'IN_CHANNELS', 'OUT_CHANNELS', 'IN_HEIGHT', 'IN_WIDTH');
    const { OUT_HEIGHT, OUT_WIDTH, KERNEL_HEIGHT, KERNEL_WIDTH } = sizes(
      known,
      'OUT_HEIGHT',
      'OUT_WIDTH',
      'KERNEL_HEIGHT',
      'KERNEL_WIDTH',
    );
    const { STRIDE_Y, STRIDE_X, PADDING_Y, PADDING_X } = sizes(
      known,
      'STRIDE_Y',
      'STRIDE_X',
      'PADDING_Y',
      'PADDING_X',
    );
    const { PHASES_Y = 1, PHASES_X = 1, OFFSET_Y = 0, OFFSET_X = 0 } = known.constants;
    const channels = shape.OUT_CHANNELS / (PHASES_Y * PHASES_X);
    const batch = known.length / (shape.GROUPS * channels * OUT_HEIGHT * OUT_WIDTH);
    const [pixel, image] = divide(index, batch);
    const [row, x] = divide(pixel, OUT_WIDTH);
    const [plane, y] = divide(row, OUT_HEIGHT);
    const [group, channel] = divide(plane, channels);
    const [positionY, phaseY] = divide(y + OFFSET_Y, PHASES_Y);
    const [positionX, phaseX] = divide(x + OFFSET_X, PHASES_X);
    const output = (phaseY * PHASES_X + phaseX) * channels + channel;
    const pitch = ceil4(shape.OUT_CHANNELS);
    let sum = known.at('bias', group * pitch + output);
    for (let i = 0; i < shape.IN_CHANNELS; i++)
      for (let a = 0; a < KERNEL_HEIGHT; a++)
        for (let b = 0; b < KERNEL_WIDTH; b++) {
          const [inY, inX] = [positionY * STRIDE_Y + a - PADDING_Y, positionX * STRIDE_X + b - PADDING_X];
          if (inY < 0 || inX < 0 || inY >= shape.IN_HEIGHT || inX >= shape.IN_WIDTH) continue;
          const from = group * shape.IN_CHANNELS + i;
          const weight = known.at(
            'weights',
            ((from * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b) * pitch + output,
          );
          sum +=
            weight * known.at('x', ((from * shape.IN_HEIGHT + inY) * shape.IN_WIDTH + inX) * batch + image);
        }
    return finished(known, sum);
  },
};

const weightGradient: Reference = {
  result: 'dw',
  element(known, index) {
    const shape = sizes(known, 'IN_CHANNELS', 'OUT_CHANNELS', 'IN_HEIGHT', 'IN_WIDTH', 'OUT_HEIGHT');
    const { OUT_WIDTH, KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE, PADDING, BATCH } = sizes(
      known,
      'OUT_WIDTH',
      'KERNEL_HEIGHT',
      'KERNEL_WIDTH',
      'STRIDE',
      'PADDING',
      'BATCH',
    );
    const batch = 4 * BATCH;
    const [tap, output] = divide(index, ceil4(shape.OUT_CHANNELS));
    if (output >= shape.OUT_CHANNELS) return undefined;
    const [row, b] = divide(tap, KERNEL_WIDTH);
    const [input, a] = divide(row, KERNEL_HEIGHT);
    const group = Math.floor(input / shape.IN_CHANNELS);
    let sum = 0;
    for (let y = 0; y < shape.OUT_HEIGHT; y++)
      for (let x = 0; x < OUT_WIDTH; x++) {
        const [inY, inX] = [y * STRIDE + a - PADDING, x * STRIDE + b - PADDING];
        if (inY < 0 || inX < 0 || inY >= shape.IN_HEIGHT || inX >= shape.IN_WIDTH) continue;
        const from = ((input * shape.IN_HEIGHT + inY) * shape.IN_WIDTH + inX) * batch;
        const upstream = ((group * shape.OUT_CHANNELS + output) * shape.OUT_HEIGHT + y) * OUT_WIDTH + x;
        for (let image = 0; image < batch; image++)
          sum += known.at('x', from + image) * known.at('dy', upstream * batch + image);
      }
    return sum;
  },
};

const product: Reference = {
  result: 'c',
  element(known, index) {
    const { DEPTH, A_PITCH, M } = sizes(known, 'DEPTH', 'A_PITCH', 'M');
    const pitch = known.length / M;
    const [row, column] = divide(index, pitch);
    let sum = known.at('bias', row);
    for (let k = 0; k < DEPTH; k++)
      sum += known.at('a', k * 4 * A_PITCH + row) * known.at('b', k * pitch + column);
    return finished(known, sum);
  },
};

function window(known: Known) {
  return sizes(known, 'CHANNELS', 'IN_HEIGHT', 'IN_WIDTH', 'OUT_HEIGHT', 'OUT_WIDTH', 'SIZE', 'STRIDE');
}

const maxPool: Reference = {
  result: 'y',
  element(known, index) {
    const { CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, SIZE, STRIDE } = window(known);
    const batch = known.length / (CHANNELS * OUT_HEIGHT * OUT_WIDTH);
    const [pixel, image] = divide(index, batch);
    const [row, x] = divide(pixel, OUT_WIDTH);
    const [channel, y] = divide(row, OUT_HEIGHT);
    let most = -Infinity;
    for (let inY = y * STRIDE; inY < Math.min(IN_HEIGHT, y * STRIDE + SIZE); inY++)
      for (let inX = x * STRIDE; inX < Math.min(IN_WIDTH, x * STRIDE + SIZE); inX++)
        most = Math.max(most, known.at('x', ((channel * IN_HEIGHT + inY) * IN_WIDTH + inX) * batch + image));
    return most;
  },
};

const maxPoolGradient: Reference = {
  result: 'dx',
  places: ({ SIZE = 1 }) => ({ argmax: SIZE * SIZE }),
  element(known, index) {
    const { CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, SIZE, STRIDE } = window(known);
    const batch = known.length / (CHANNELS * IN_HEIGHT * IN_WIDTH);
    const together = Math.min(4, batch);
    const [pixel, image] = divide(index, batch);
    const [row, x] = divide(pixel, IN_WIDTH);
    const [channel, y] = divide(row, IN_HEIGHT);
    let sum = 0;
    for (let r = 0; r < OUT_HEIGHT; r++)
      for (let k = 0; k < OUT_WIDTH; k++) {
        const [a, b] = [y - r * STRIDE, x - k * STRIDE];
        if (a < 0 || b < 0 || a >= SIZE || b >= SIZE) continue;
        const at = ((channel * OUT_HEIGHT + r) * OUT_WIDTH + k) * batch + image;
        const [word, byte] = divide(at, together);
        const place = Math.floor(known.at('argmax', word) / 256 ** byte) % 256;
        if (place === a * SIZE + b) sum += known.at('dy', at);
      }
    return sum;
  },
};

/** Constants of a normalisation, the scale of a channel at a place, and the channels near one. */
function normalisation(known: Known) {
  const { CHANNELS, SIZE, ALPHA, BETA, K } = sizes(known, 'CHANNELS', 'SIZE', 'ALPHA', 'BETA', 'K');
  const plane = known.length / CHANNELS;
  const reach = Math.floor(SIZE / 2);
  const near = (channel: number) =>
    Array.from({ length: SIZE }, (_, index) => channel - reach + index).filter((j) => j >= 0 && j < CHANNELS);
  const scale = (channel: number, place: number) =>
    K + (ALPHA / SIZE) * near(channel).reduce((sum, j) => sum + known.at('x', j * plane + place) ** 2, 0);
  return { SIZE, ALPHA, BETA, plane, near, scale };
}

const lrn: Reference = {
  result: 'y',
  element(known, index) {
    const { BETA, plane, scale } = normalisation(known);
    const [channel, place] = divide(index, plane);
    return known.at('x', index) * scale(channel, place) ** -BETA;
  },
};

const lrnGradient: Reference = {
  result: 'dx',
  element(known, index) {
    const { SIZE, ALPHA, BETA, plane, near, scale } = normalisation(known);
    const [channel, place] = divide(index, plane);
    const others = near(channel).reduce((sum, j) => {
      const at = j * plane + place;
      return sum + known.at('dy', at) * known.at('x', at) * scale(j, place) ** (-BETA - 1);
    }, 0);
    const own = known.at('dy', index) * scale(channel, place) ** -BETA;
    return own - ((2 * ALPHA * BETA) / SIZE) * known.at('x', index) * others;
  },
};

const relu: Reference = { result: 'y', element: ({ at }, index) => Math.max(0, at('x', index)) };

const reluGradient: Reference = {
  result: 'y',
  element: ({ at }, index) => (at('x', index) > 0 ? at('dy', index) : 0),
};

const references: Readonly<Record<string, Reference>> = {
  conv2d: convolution,
  'conv2d-input-gradient': convolution,
  'conv2d-weight-gradient': weightGradient,
  matmul: product,
  'max-pool forward': maxPool,
  'max-pool input_gradient': maxPoolGradient,
  'max-pool apart_gradient': maxPoolGradient,
  'lrn forward': lrn,
  'lrn input_gradient': lrnGradient,
  'relu forward': relu,
  'relu input_gradient': reluGradient,
  'winograd input_transform': inputTransformReference,
  'winograd output_transform': outputTransformReference,
};

/** How to check a kernel, or undefined where nobody says: it is not measured alone. */
export function referenceOf({ family, entryPoint }: Kernel): Reference | undefined {
  // Weights that are re-laid once are not what anybody waits for.
  if (entryPoint.startsWith('transpose') || entryPoint === 'filter_transform') return undefined;
  return references[`${family} ${entryPoint}`] ?? references[family];
}
