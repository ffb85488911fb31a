/** What the removal of repeated elements shows: the table, the curve, the sheet of images and the remarks. */
import { median as medianOf } from 'simple-statistics';
import { formatCount, formatDuration } from '../report/format.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { bandsDrawing } from './drawings.ts';
import type { ElitePicture } from './evolution-step.ts';
import type { Conclusion, ConclusionRow, ExperimentFigure } from './experiment.ts';
import { bootstrapMedian, intervalText } from './intervals.ts';
import { withFewerElements } from './repeated-elements.ts';
import type { Removals, TakenApart } from './repetition-outcome.ts';

/** Removals up to which so large a share of the elements is gone; of three, one is the first third. */
export function removedAt(elements: number, share: number): number {
  return Math.min(elements - 1, Math.floor(share * elements + 1e-9));
}

/** The table, out of what was measured alone. */
export function removalRows({ pictures, repeating }: Removals): ConclusionRow[] {
  const total = repeating.length;
  const found: ConclusionRow = {
    what: 'images that repeat an element',
    paper: 'many',
    here: `${String(total)} of ${String(pictures)}`,
    differs: 'the paper chose images by eye; here autocorrelation decides, and the others are left out',
  };
  if (total === 0) return [found];
  const confidenceAt = (after: (elements: number) => number): string =>
    intervalText(
      bootstrapMedian(repeating.map(({ confidences }) => confidences[after(confidences.length)] ?? 0)),
    );
  const firstAt = (after: (elements: number) => number): string =>
    share(repeating.filter(({ ranks }) => ranks[after(ranks.length)] === 0).length, total);
  const half = (elements: number) => removedAt(elements, 0.5);
  const allButOne = (elements: number) => elements - 1;
  const lowered = repeating.filter(({ confidences: [whole = 0, once = 0] }) => once < whole).length;
  const notSaid = 'not said';
  return [
    found,
    { what: 'one element less lowers the confidence', paper: 'in many images', here: share(lowered, total) },
    { what: 'median confidence, whole', paper: notSaid, here: confidenceAt(() => 0) },
    { what: 'median confidence, one element less', paper: 'a small drop', here: confidenceAt(() => 1) },
    { what: 'median confidence, up to half of the elements less', paper: notSaid, here: confidenceAt(half) },
    { what: 'median confidence, one element left', paper: notSaid, here: confidenceAt(allButOne) },
    { what: 'class stays the likeliest, one element less', paper: 'mostly', here: firstAt(() => 1) },
    {
      what: 'class stays the likeliest, up to half of the elements less',
      paper: notSaid,
      here: firstAt(half),
    },
    { what: 'class stays the likeliest, one element left', paper: notSaid, here: firstAt(allButOne) },
  ];
}

const share = (part: number, total: number): string =>
  `${String(part)} of ${String(total)} (${((100 * part) / total).toFixed(1)} %)`;

export function concluded(
  found: Removals,
  pictures: readonly ElitePicture[],
  seconds: readonly number[],
): Conclusion {
  const { repeating } = found;
  return {
    rows: removalRows(found),
    cost: seconds.map((of) => ({
      what: 'time of the evolution',
      paper: 'not said',
      here: formatDuration(of),
    })),
    figures: repeating.length === 0 ? [] : [curve(repeating), sheet(repeating, pictures)],
    remarks: remarksOn(found),
    numbers: { pictures: found.pictures, repeating },
  };
}

function remarksOn({ pictures, repeating }: Removals): string[] {
  const without = pictures - repeating.length;
  const left = `${formatCount(without, 'image')} without repetition ${without === 1 ? 'was' : 'were'} left out.`;
  if (repeating.length === 0) return [left];
  const elements = medianOf(repeating.map(({ confidences }) => confidences.length));
  const lost = repeating.filter(({ ranks }) => (ranks[1] ?? 0) > 0);
  return [
    left,
    `An image has ${String(elements)} elements in the median, so that one of them is ${(100 / elements).toFixed(0)} % of it. The paper cut out elements by hand; these are strips of a period’s width from edge to edge, the outermost first.`,
    ...(lost.length > 0
      ? [
          `Where the class is no longer the likeliest after one removal, its rank is ${String(medianOf(lost.map(({ ranks }) => (ranks[1] ?? 0) + 1)))} in the median.`,
        ]
      : []),
  ];
}

const tenths = 9;

function curve(repeating: readonly TakenApart[]): ExperimentFigure {
  const values = Array.from({ length: tenths + 1 }, (_, tenth) =>
    bootstrapMedian(
      repeating.map(({ confidences }) => confidences[removedAt(confidences.length, tenth / 10)] ?? 0),
    ),
  );
  const svg = bandsDrawing([{ label: 'median', values }], {
    horizontal: 'tenths of the elements removed, at most',
    axis: 'linear',
    what: 'Confidence against removed elements',
  });
  const caption = `Confidence of the class as elements are removed: median of ${formatCount(repeating.length, 'image')}, with its 95 % interval by the bootstrap.`;
  return { name: 'removal', caption, svg };
}

const sheetRows = 10;
const sheetColumns = 6;

/** A row for each image: the surest of those with the most elements, spread evenly from whole to one element. */
function sheet(repeating: readonly TakenApart[], pictures: readonly ElitePicture[]): ExperimentFigure {
  const shown = repeating.slice(0, sheetRows);
  const longest = Math.max(...shown.map(({ confidences }) => confidences.length));
  const columns = Math.min(sheetColumns, longest);
  const cells = shown.flatMap(({ class: number, label, across, down, confidences }): GridPicture[] => {
    const picture = pictures.find((each) => each.class === number);
    if (!picture) return [];
    const series = withFewerElements(picture, { across, down }, confidences.length);
    return Array.from({ length: columns }, (_, column) => {
      const removed = Math.round((column * (series.length - 1)) / (columns - 1));
      const left = series.length - removed;
      const caption = column === 0 ? label.replace(/^n\d+ /, '') : `${String(left)} left`;
      return { ...(series[removed] ?? picture), label, caption, confidence: confidences[removed] ?? 0 };
    });
  });
  const image = composeGrid(cells, { columns, pictureSize: 84, largestSide: 1600 });
  const caption =
    'The surest images that repeat an element, a row each: whole, then with fewer and fewer elements, and the confidence of the class.';
  return { name: 'elements', caption, image };
}
