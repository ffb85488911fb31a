/** Whole images, crops, crops enlarged and shrunk, mirrored; inputs without an image; noise. */
import { atLeastOne, bytes, given, randomFloats, unwritten, type Case, type FamilyCases } from '../case.ts';
import { ceil4 } from '../reference.ts';
import { viewReference } from './view.reference.ts';
import { noImage, view, viewTable, type ImageView, type ViewShape } from './view.ts';

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

export const viewCases: FamilyCases<keyof typeof viewReference> = {
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
