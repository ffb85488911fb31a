/** What the network sees of an image by its formula; see `shaders/image/view.wgsl`. */
import { threefry2x32 } from '../../random/threefry.ts';
import { ceil4, normalOf, placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

/** A view's eight words: top, left, height, width, whether it is mirrored, nothing, and the key of its noise. */
function viewsOf(operands: Operands) {
  const [numbers, words] = [operands.values('views', 'floats'), operands.values('views', 'words')];
  return (view: number) => {
    const [top, left, height, width] = [0, 1, 2, 3].map((at) => numbers(8 * view + at)) as [
      number,
      number,
      number,
      number,
    ];
    const mirrored = words(8 * view + 4) !== 0;
    const key: readonly [number, number] = [words(8 * view + 6), words(8 * view + 7)];
    return { top, left, height, width, mirrored, key };
  };
}

/** A pixel with its noise, minus the mean; beyond the edge that of the nearest one inside. */
function centredPixels(operands: Operands) {
  const { CHANNELS, IMAGE_HEIGHT, IMAGE_WIDTH, REVERSE_CHANNELS, NOISE } = sizes(
    operands,
    'CHANNELS',
    'IMAGE_HEIGHT',
    'IMAGE_WIDTH',
    'REVERSE_CHANNELS',
    'NOISE',
  );
  const [images, mean] = [operands.values('images', 'bytes'), operands.values('mean')];
  const plane = IMAGE_HEIGHT * IMAGE_WIDTH;
  const inside = (place: number, side: number) => Math.min(side - 1, Math.max(0, place));
  return (image: number, channel: number, key: readonly [number, number], row: number, column: number) => {
    const at = inside(row, IMAGE_HEIGHT) * IMAGE_WIDTH + inside(column, IMAGE_WIDTH);
    const from = REVERSE_CHANNELS === 1 ? CHANNELS - 1 - channel : channel;
    const byte = images((image * CHANNELS + from) * ceil4(plane) + at);
    const noise = NOISE > 0 ? NOISE * normalOf(threefry2x32(key, [channel * plane + at, 0])) : 0;
    return Math.min(255, Math.max(0, byte + noise)) - mean(channel * plane + at);
  };
}

export const viewReference = {
  main: {
    results: {
      /** x[c, r, k, n] = SCALE[c] · (image − mean) at (top + (r + ½) · height / HEIGHT − ½, …), interpolated bilinearly */
      x: (operands) => {
        const { HEIGHT, WIDTH, BATCH, VIEWS } = sizes(operands, 'HEIGHT', 'WIDTH', 'BATCH', 'VIEWS');
        const { SCALE_0, SCALE_1, SCALE_2 } = sizes(operands, 'SCALE_0', 'SCALE_1', 'SCALE_2');
        const [source, viewAt, centred] = [
          operands.values('source'),
          viewsOf(operands),
          centredPixels(operands),
        ];
        return (index) => {
          const [channel, row, column, input] = placeOf(index, HEIGHT, WIDTH, 4 * BATCH);
          const image = source(Math.floor(input / VIEWS));
          if (image === 0xffff_ffff) return 0;
          const { top, left, height, width, mirrored, key } = viewAt(input % VIEWS);
          const y = top + ((row + 0.5) * height) / HEIGHT - 0.5;
          const z = left + (((mirrored ? WIDTH - 1 - column : column) + 0.5) * width) / WIDTH - 0.5;
          let sum = 0;
          for (const r of [Math.floor(y), Math.floor(y) + 1])
            for (const k of [Math.floor(z), Math.floor(z) + 1]) {
              const share = (1 - Math.abs(y - r)) * (1 - Math.abs(z - k));
              if (share > 0) sum += share * centred(image, channel, key, r, k);
            }
          return sum * ([SCALE_0, SCALE_1, SCALE_2][channel] ?? NaN);
        };
      },
    },
  },
} satisfies FamilyReference;
