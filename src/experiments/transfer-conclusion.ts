/** What images of one network are to another: the table, the boxes and the sheets of pictures. */
import { mean as meanOf } from 'simple-statistics';
import {
  formatConfidence,
  formatCount,
  formatDuration,
  formatPerCent,
  shortLabel,
} from '../report/format.ts';
import { composeGrid } from '../report/grid.ts';
import type { Image } from '../image/image.ts';
import { boxesDrawing } from './drawings.ts';
import type { Conclusion, ExperimentFigure, ConclusionRow } from './experiment.ts';
import { bootstrapMedian, intervalText } from './intervals.ts';
import type { DigitsOutcome, JudgedImage } from './transfer-outcomes.ts';

export const sides = ['a', 'b'] as const;
/** Which of the two networks. */
export type Side = (typeof sides)[number];

/** What was evolved on one network, all runs together. */
export interface TransferDirection {
  /** The network that it was evolved on. */
  readonly side: Side;
  readonly images: readonly (JudgedImage & { readonly picture: Image })[];
  /** Of each run; those of classes that the other network lacks are no images here. */
  readonly cells: number;
  /** Labels of the classes that both know. */
  readonly shared: readonly string[];
  readonly fitted: boolean;
  readonly seconds: readonly number[];
}

/** How many images are the likeliest class's on which network. */
export interface Shares {
  readonly both: number;
  readonly ownOnly: number;
  readonly otherOnly: number;
  readonly neither: number;
}

type Fate = keyof Shares;

export function fateOf({ label, ownTop, otherTop }: JudgedImage): Fate {
  if (ownTop === label) return otherTop === label ? 'both' : 'ownOnly';
  return otherTop === label ? 'otherOnly' : 'neither';
}

export function sharesOf(images: readonly JudgedImage[]): Shares {
  const number = (fate: Fate) => images.filter((image) => fateOf(image) === fate).length;
  return {
    both: number('both'),
    ownOnly: number('ownOnly'),
    otherOnly: number('otherOnly'),
    neither: number('neither'),
  };
}

/** Confidence on both from which the paper speaks of high ones. */
const high = 0.99;

export function concludeTransfer(
  names: Readonly<Record<Side, string>>,
  directions: readonly TransferDirection[],
  digits: DigitsOutcome,
): Conclusion {
  return {
    rows: [...directions.flatMap(rowsOf), ...(digits ? digitRows(digits) : [])],
    cost: directions.map(({ side, seconds }) => {
      return {
        what: `time of a run on ${nameOf(side)}`,
        paper: 'not said',
        here: formatDuration(bootstrapMedian(seconds).median),
      };
    }),
    figures: [boxes(directions), ...directions.flatMap((direction) => sheets(direction))],
    remarks: [
      `A is ${names.a}, B is ${names.b}.`,
      ...sharedRemarks(directions),
      ...directions.flatMap(remarksOf),
    ],
    numbers: {
      ...Object.fromEntries(
        directions.map((direction) => [`evolvedOn${nameOf(direction.side)}`, numbersOf(direction)]),
      ),
      digits,
    },
  };
}

const nameOf = (side: Side): string => side.toUpperCase();
const otherOf = (side: Side): Side => (side === 'a' ? 'b' : 'a');
const part = (number: number, of: number): string =>
  `${String(number)} of ${String(of)} (${formatPerCent(number / Math.max(1, of))})`;

function rowsOf({ side, images, shared }: TransferDirection): ConclusionRow[] {
  const [own, other] = [nameOf(side), nameOf(otherOf(side))];
  const shares = sharesOf(images);
  const begin = `evolved on ${own}: `;
  const share = (number: number) => part(number, images.length);
  const sure = images.filter((image) => fateOf(image) === 'both' && Math.min(image.own, image.other) >= high);
  const mean = (key: 'own' | 'other') => formatConfidence(meanOf(images.map((image) => image[key])));
  const median = (key: 'own' | 'other') => intervalText(bootstrapMedian(images.map((image) => image[key])));
  return [
    {
      what: `${begin}likeliest class on ${own} and on ${other}`,
      paper: 'a good share',
      here: `${share(shares.both)}; ${formatPerCent(1 / shared.length)} by chance`,
    },
    { what: `${begin}on ${own} alone`, paper: 'some', here: share(shares.ownOnly) },
    { what: `${begin}on ${other} alone`, paper: 'not said', here: share(shares.otherOnly) },
    { what: `${begin}on neither`, paper: 'not said', here: share(shares.neither) },
    { what: `${begin}on both, and 99 % or more on both`, paper: 'not said', here: share(sure.length) },
    { what: `${begin}mean confidence on ${own}`, paper: 'not said', here: mean('own') },
    { what: `${begin}mean confidence on ${other}`, paper: 'not said', here: mean('other') },
    { what: `${begin}median confidence on ${own}`, paper: 'not said', here: median('own') },
    { what: `${begin}median confidence on ${other}`, paper: 'not said', here: median('other') },
  ];
}

function digitRows({ images, a, b, both, alike }: DigitsOutcome & object): ConclusionRow[] {
  const right = (number: number) => `${(100 * (number / Math.max(1, images))).toFixed(2)} %`;
  return [
    {
      what: `right of ${formatCount(images, 'real digit')}: A, B, both`,
      paper: '99.06 % (its LeNet)',
      here: [a, b, both].map(right).join(', '),
    },
    { what: 'real digits that A and B name alike', paper: 'not said', here: right(alike) },
  ];
}

function sharedRemarks([first]: readonly TransferDirection[]): string[] {
  if (!first) return [];
  const { cells, shared, fitted } = first;
  const all = shared.length === cells;
  const few = shared.length <= 20 ? `: ${shared.map(shortLabel).join(', ')}` : '';
  return [
    ...(all
      ? []
      : [
          `The networks share ${formatCount(shared.length, 'class', 'classes')} by label${few}. Images of other classes are left out, and the likeliest class is that of the shared ones.`,
        ]),
    ...(fitted ? ['The networks look at images of other sizes: pictures are scaled for the other one.'] : []),
  ];
}

/** Chance, and what the other network sees where it does not follow. */
function remarksOf({ side, images, shared }: TransferDirection): string[] {
  const other = nameOf(otherOf(side));
  const astray = images.filter((image) => image.otherTop !== image.label);
  const counts = new Map<string, number>();
  for (const { otherTop } of astray) counts.set(otherTop, (counts.get(otherTop) ?? 0) + 1);
  const [most] = [...counts].sort(([, one], [, another]) => another - one);
  const chance = `Every class has as many images evolved on ${nameOf(side)}, so that ${other} would agree on one in ${String(shared.length)} whatever it prefers.`;
  if (!most) return [chance];
  const [label, number] = most;
  return [
    `${chance} Where it does not agree, it most often says ${shortLabel(label)}: ${part(number, astray.length)}.`,
  ];
}

function numbersOf({ images, shared }: TransferDirection): Record<string, unknown> {
  return {
    ...sharesOf(images),
    images: images.length,
    shared: shared.length,
    own: images.map(({ own }) => own),
    other: images.map(({ other }) => other),
  };
}

function boxes(directions: readonly TransferDirection[]): ExperimentFigure {
  const groups = directions.flatMap(({ side, images }) => [
    { label: `${nameOf(side)}’s images on ${nameOf(side)}`, values: images.map(({ own }) => own) },
    {
      label: `${nameOf(side)}’s images on ${nameOf(otherOf(side))}`,
      values: images.map(({ other }) => other),
    },
  ]);
  const svg = boxesDrawing(groups, {
    vertical: 'confidence',
    axis: 'linear',
    what: 'Confidences of either network in the images of both',
  });
  const caption =
    'Confidence in the class that an image was evolved for, on the network it was evolved on and on the other.';
  return { name: 'confidences', caption, svg };
}

const mostPictures = 20;

/** Pictures that fool both, and such as fool only the network that they were evolved on. */
function sheets(direction: TransferDirection): ExperimentFigure[] {
  const { side } = direction;
  const [own, other] = [nameOf(side), nameOf(otherOf(side))];
  return [
    ...sheet(
      direction,
      'both',
      `fool-both-evolved-on-${side}`,
      `fool ${own}, on which they were evolved, and ${other}`,
    ),
    ...sheet(
      direction,
      'ownOnly',
      `fool-${side}-alone`,
      `fool ${own}, on which they were evolved, and not ${other}`,
    ),
  ];
}

function sheet(
  { side, images }: TransferDirection,
  fate: Fate,
  name: string,
  what: string,
): ExperimentFigure[] {
  const chosen = images
    .filter((image) => fateOf(image) === fate)
    .sort((one, another) => Math.min(another.own, another.other) - Math.min(one.own, one.other))
    .slice(0, mostPictures);
  if (chosen.length === 0) return [];
  const [own, other] = [nameOf(side), nameOf(otherOf(side))];
  const pictures = chosen.map(({ picture, label, ...confidences }) => {
    const caption = `${shortLabel(label)} ${formatConfidence(confidences.own, '%')}`;
    return { ...picture, label, caption, confidence: confidences.other };
  });
  const image = composeGrid(pictures, {
    columns: Math.min(10, chosen.length),
    pictureSize: 112,
    largestSide: 1600,
  });
  const caption = `Images that ${what}: class and confidence on ${own}, and below it that class’s confidence on ${other}. At most ${String(mostPictures)}, by the lower of the two confidences.`;
  return [{ name, caption, image }];
}
