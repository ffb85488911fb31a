import { expect, test } from 'vitest';
import { noImage, view, type ViewShape } from '../../src/kernels/view.ts';
import { padPlanes } from '../../src/models/image-layout.ts';
import { viewsOf } from '../../src/models/views.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../gpu.ts';
import { expectClose, randomValues } from './numbers.ts';

const gray = { channels: 1, imageHeight: 28, imageWidth: 28, height: 28, width: 28 };
const colour = { channels: 3, imageHeight: 9, imageWidth: 7, height: 5, width: 4 };

test.each([
  ['the whole of a gray image', { ...gray, batch: 8, reverseChannels: false, scale: 1 / 256 }, 1],
  ['ten crops in colour, blue first', { ...colour, batch: 40, reverseChannels: true, scale: 1 }, 10],
  ['the centre in colour, red first', { ...colour, batch: 4, reverseChannels: false, scale: 0.5 }, 1],
] as const)('%s', async (_, base, crops) => {
  const gpu = await openTestGpu();
  const shape: ViewShape = { ...base, views: crops };
  const { channels, imageHeight, imageWidth, height, width, batch, reverseChannels, scale } = shape;
  const plane = imageHeight * imageWidth;
  const count = 3;
  const pixels = Uint8Array.from({ length: count * channels * plane }, (__, index) => (index * 167) % 256);
  const sources = Uint32Array.from({ length: batch / crops }, (__, group) =>
    group === 1 ? noImage : (group * 2) % count,
  );
  const views = viewsOf([channels, imageHeight, imageWidth], [channels, height, width], crops);
  const mean = randomValues(channels * plane, 8).map((value) => 128 + 100 * value);
  const result = await runKernel(gpu, view(shape), {
    0: padPlanes(pixels, plane),
    1: sources,
    2: Uint32Array.from(views.flatMap(({ top, left, mirrored }) => [top, left, mirrored ? 1 : 0, 0])),
    3: mean,
    4: unwrittenFloats(channels * height * width * batch),
  });
  const expected = new Float64Array(channels * height * width * batch);
  for (let slot = 0; slot < batch; slot++) {
    const image = sources[Math.floor(slot / crops)]!;
    if (image === noImage) continue;
    const { top, left, mirrored } = views[slot % crops]!;
    for (let c = 0; c < channels; c++)
      for (let r = 0; r < height; r++)
        for (let k = 0; k < width; k++) {
          const from = (top + r) * imageWidth + left + (mirrored ? width - 1 - k : k);
          const channel = reverseChannels ? channels - 1 - c : c;
          const byte = pixels[(image * channels + channel) * plane + from]!;
          expected[((c * height + r) * width + k) * batch + slot] = (byte - mean[c * plane + from]!) * scale;
        }
  }
  expectClose(new Float32Array(result[4]!), expected);
});

test('ten crops are the four corners and the centre, as they are and mirrored', () => {
  const crops = viewsOf([3, 256, 256], [3, 227, 227], 10);
  const places = [
    [0, 0],
    [0, 29],
    [29, 0],
    [29, 29],
    [14, 14],
  ];
  expect(crops.map(({ top, left }) => [top, left])).toEqual([...places, ...places]);
  expect(crops.map(({ mirrored }) => mirrored)).toEqual([
    ...Array<boolean>(5).fill(false),
    ...Array<boolean>(5).fill(true),
  ]);
});
