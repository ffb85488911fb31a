/**
 * What the network sees of an image by its formula; see `shaders/image/view.wgsl`.
 * Cases: whole images, crops, crops enlarged and shrunk, mirrored; inputs without an image; noise.
 */
import { threefry2x32 } from '../../random/threefry.ts';
import { atLeastOne, bytes, type Case, type FamilyCases, given, randomFloats, unwritten } from '../case.ts';
import { ceil4, type FamilyReference, normalOf, type Operands, placeOf, sizes } from '../reference.ts';
import { type ImageView, noImage, view, viewFamily, type ViewShape, viewTable } from './view.ts';

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

const images = 3;
const gray = { channels: 1, imageHeight: 28, imageWidth: 28, height: 28, width: 28 };
const colour = { channels: 3, imageHeight: 9, imageWidth: 7, height: 5, width: 5 };
const scale = [1, 0.5, 0.25];

/** The corners and the centre, as they are and mirrored. */
function crops({ imageHeight, imageWidth }: typeof gray, side: number): ImageView[] {
  const [down, across] = [imageHeight - side, imageWidth - side];
  const corners = [
    [0, 0],
    [0, across],
    [down, 0],
    [down, across],
    [Math.floor(down / 2), Math.floor(across / 2)],
  ];
  return [false, true].flatMap((mirrored) =>
    corners.map(([top = 0, left = 0]) => ({ top, left, height: side, width: side, mirrored })),
  );
}

const whole = ({ imageHeight, imageWidth }: typeof gray): ImageView[] => [
  { top: 0, left: 0, height: imageHeight, width: imageWidth, mirrored: false },
];

type Base = Omit<ViewShape, 'views' | 'resize'>;

function caseOf(name: string, base: Base, views: readonly ImageView[]): Case {
  const { channels, imageHeight, imageWidth, height, width, batch } = base;
  const resize = views[0]?.height !== height || views[0].width !== width;
  const mean = randomFloats(channels * imageHeight * imageWidth, 8, 100).map((value) => 128 + value);
  const source = Uint32Array.from({ length: batch / views.length }, (_, group) =>
    group === 1 ? noImage : (group * 2) % images,
  );
  return {
    name,
    launch: () => view({ ...base, views: views.length, resize }),
    operands: {
      images: bytes(images * channels * ceil4(imageHeight * imageWidth)),
      source: given(source),
      views: given(viewTable(views)),
      mean: given(mean),
      x: unwritten(channels * height * width * batch),
    },
    // WGSL allows the cosine of noise to be off by 2^−11, which rare values multiply by up to 5.8.
    tolerance: base.noise === undefined ? { atol: 2e-3, rtol: 2e-5 } : { atol: 0.1, rtol: 1e-4 },
  };
}

const noisy = [0, 1].map((key): ImageView => ({
  top: key,
  left: 1,
  height: 5,
  width: 5,
  mirrored: key === 1,
  key: [7, key],
}));

const viewCases: FamilyCases<typeof viewFamily> = {
  family: viewFamily,
  reference: viewReference,
  cases: {
    main: atLeastOne([
      caseOf('the whole of a gray image', { ...gray, batch: 8, reverseChannels: false, scale }, whole(gray)),
      caseOf(
        'ten crops in colour, blue first',
        { ...colour, batch: 40, reverseChannels: true, scale },
        crops(colour, 5),
      ),
      caseOf(
        'the centre in colour, each channel scaled',
        { ...colour, batch: 4, reverseChannels: false, scale },
        crops(colour, 5).slice(4, 5),
      ),
      caseOf(
        'ten crops enlarged',
        { ...colour, height: 11, width: 11, batch: 40, reverseChannels: true, scale },
        crops(colour, 5),
      ),
      caseOf(
        'the centre shrunk',
        { ...gray, height: 16, width: 16, batch: 4, reverseChannels: false, scale: [2] },
        crops(gray, 24).slice(4, 5),
      ),
      caseOf(
        'crops of the same size with noise',
        { ...colour, batch: 8, reverseChannels: true, scale, noise: 20 },
        noisy,
      ),
    ]),
  },
};

export default viewCases;
