import { expect, test } from 'vitest';
import { noImage, view, viewTable, type ViewShape } from '../../src/kernels/view.ts';
import { padPlanes } from '../../src/models/image-layout.ts';
import { viewsOf } from '../../src/models/views.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../gpu.ts';
import { expectClose, randomValues } from './numbers.ts';

type Base = Omit<ViewShape, 'views' | 'resize'> & { readonly crop: number };

const gray = { channels: 1, imageHeight: 28, imageWidth: 28, crop: 28, height: 28, width: 28 };
const colour = { channels: 3, imageHeight: 9, imageWidth: 7, crop: 5, height: 5, width: 5 };
const scale = [1, 0.5, 0.25];

const cases: readonly (readonly [what: string, base: Base, crops: 1 | 10])[] = [
  ['the whole of a gray image', { ...gray, batch: 8, reverseChannels: false, scale: [1 / 256] }, 1],
  ['ten crops in colour, blue first', { ...colour, batch: 40, reverseChannels: true, scale: [1, 1, 1] }, 10],
  ['the centre in colour, each channel scaled', { ...colour, batch: 4, reverseChannels: false, scale }, 1],
  ['ten crops enlarged', { ...colour, height: 11, width: 11, batch: 40, reverseChannels: true, scale }, 10],
  [
    'the centre shrunk',
    { ...gray, crop: 24, height: 16, width: 16, batch: 4, reverseChannels: false, scale: [2] },
    1,
  ],
  [
    'an image smaller than a crop',
    { ...gray, crop: 40, height: 32, width: 32, batch: 4, reverseChannels: false, scale: [1] },
    1,
  ],
];

test.each(cases)('%s', async (_, base, crops) => {
  const gpu = await openTestGpu();
  const { channels, imageHeight, imageWidth, crop, height, width, batch, reverseChannels } = base;
  const plane = imageHeight * imageWidth;
  const count = 3;
  const pixels = Uint8Array.from({ length: count * channels * plane }, (__, index) => (index * 167) % 256);
  const sources = Uint32Array.from({ length: batch / crops }, (__, group) =>
    group === 1 ? noImage : (group * 2) % count,
  );
  const views = viewsOf([channels, imageHeight, imageWidth], crop, crops);
  const resize = views[0]!.height !== height || views[0]!.width !== width;
  const mean = randomValues(channels * plane, 8).map((value) => 128 + 100 * value);
  const result = await runKernel(gpu, view({ ...base, views: crops, resize }), {
    0: padPlanes(pixels, plane),
    1: sources,
    2: viewTable(views),
    3: mean,
    4: unwrittenFloats(channels * height * width * batch),
  });
  const expected = new Float64Array(channels * height * width * batch);
  for (let slot = 0; slot < batch; slot++) {
    const image = sources[Math.floor(slot / crops)]!;
    if (image === noImage) continue;
    const shown = views[slot % crops]!;
    for (let c = 0; c < channels; c++) {
      const channel = reverseChannels ? channels - 1 - c : c;
      const centred = (row: number, column: number) => {
        const r = Math.min(imageHeight - 1, Math.max(0, row));
        const at = r * imageWidth + Math.min(imageWidth - 1, Math.max(0, column));
        return pixels[(image * channels + channel) * plane + at]! - mean[c * plane + at]!;
      };
      for (let r = 0; r < height; r++)
        for (let k = 0; k < width; k++) {
          const y = shown.top + ((r + 0.5) * shown.height) / height - 0.5;
          const z = shown.left + (((shown.mirrored ? width - 1 - k : k) + 0.5) * shown.width) / width - 0.5;
          let sum = 0;
          for (const row of [Math.floor(y), Math.floor(y) + 1])
            for (const column of [Math.floor(z), Math.floor(z) + 1])
              sum += centred(row, column) * (1 - Math.abs(y - row)) * (1 - Math.abs(z - column));
          expected[((c * height + r) * width + k) * batch + slot] = sum * base.scale[c]!;
        }
    }
  }
  expectClose(new Float32Array(result[4]!), expected, { atol: 2e-3, rtol: 2e-5 });
});

test('ten crops are the four corners and the centre, as they are and mirrored', () => {
  const crops = viewsOf([3, 256, 256], 227, 10);
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

test('a crop as large as the image shows all of it', () => {
  const [whole] = viewsOf([3, 20, 30], 50, 1);
  expect(whole).toEqual({ top: 0, left: 0, height: 20, width: 30, mirrored: false });
});
