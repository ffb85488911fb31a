/** The convolution by its formula; see `shaders/conv2d/conv2d.wgsl`. */
import { ceil4, finished, placeOf, sizes, type FamilyReference, type Reference } from '../reference.ts';

/**
 * y[o, r, c, n] = bias[o] + Σ_{i, a, b} w[i, a, b, o] · x[i, r · STRIDE + a − PADDING, c · STRIDE + b − PADDING, n], within each
 * group. Of a gradient to the input, a position makes a block of PHASES_Y × PHASES_X pixels, each from channels of its own.
 */
export const convolution: Reference = {
  measured: true,
  results: {
    y: (operands) => {
      const { GROUPS, IN_CHANNELS, OUT_CHANNELS } = sizes(operands, 'GROUPS', 'IN_CHANNELS', 'OUT_CHANNELS');
      const { IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH } = sizes(
        operands,
        'IN_HEIGHT',
        'IN_WIDTH',
        'OUT_HEIGHT',
        'OUT_WIDTH',
      );
      const { KERNEL_HEIGHT, KERNEL_WIDTH, STRIDE_Y, STRIDE_X, PADDING_Y, PADDING_X } = sizes(
        operands,
        'KERNEL_HEIGHT',
        'KERNEL_WIDTH',
        'STRIDE_Y',
        'STRIDE_X',
        'PADDING_Y',
        'PADDING_X',
      );
      const { PHASES_Y = 1, PHASES_X = 1, OFFSET_Y = 0, OFFSET_X = 0 } = operands.constants;
      const [weights, bias, x] = ['weights', 'bias', 'x'].map((name) => operands.values(name)) as [
        (index: number) => number,
        (index: number) => number,
        (index: number) => number,
      ];
      const channels = OUT_CHANNELS / (PHASES_Y * PHASES_X);
      const batch = operands.length('y') / (GROUPS * channels * OUT_HEIGHT * OUT_WIDTH);
      const pitch = ceil4(OUT_CHANNELS);
      return (index) => {
        const [group, channel, row, column, image] = placeOf(index, channels, OUT_HEIGHT, OUT_WIDTH, batch);
        const [positionY, phaseY] = placeOf(row + OFFSET_Y, PHASES_Y);
        const [positionX, phaseX] = placeOf(column + OFFSET_X, PHASES_X);
        const output = (phaseY * PHASES_X + phaseX) * channels + channel;
        let sum = bias(group * pitch + output);
        for (let i = 0; i < IN_CHANNELS; i++)
          for (let a = 0; a < KERNEL_HEIGHT; a++)
            for (let b = 0; b < KERNEL_WIDTH; b++) {
              const [y, z] = [positionY * STRIDE_Y + a - PADDING_Y, positionX * STRIDE_X + b - PADDING_X];
              if (y < 0 || z < 0 || y >= IN_HEIGHT || z >= IN_WIDTH) continue;
              const input = group * IN_CHANNELS + i;
              const weight = weights(((input * KERNEL_HEIGHT + a) * KERNEL_WIDTH + b) * pitch + output);
              sum += weight * x(((input * IN_HEIGHT + y) * IN_WIDTH + z) * batch + image);
            }
        return finished(operands, sum);
      };
    },
  },
};

export const conv2dReference = { variants: convolution } satisfies FamilyReference;
