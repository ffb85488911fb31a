/** What repeated elements of CPPN images are worth to the network (paper §3.4, figures 9 and 10). */
import { median as medianOf } from 'simple-statistics';
import { z } from 'zod';
import { rankOf } from '../model/evaluation.ts';
import type { ImageExtent } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import { formatCount, formatDuration } from '../report/format.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { readRunRecord, RunFolderError } from '../runs/evolution/read.ts';
import { bandsDrawing } from './drawings.ts';
import {
  elitePictures,
  evolutionStep,
  picturesIn,
  type ElitePicture,
  type EvolutionOutcome,
} from './evolution-step.ts';
import { runSettings } from './independent-runs.ts';
import {
  defineExperiment,
  type Conclusion,
  type ExperimentFigure,
  type Host,
  type NamedModel,
  type ConclusionRow,
  type ExperimentStep,
} from './experiment.ts';
import { confidencesOfAll } from './judged.ts';
import { elementsWithin, findRepetition, withFewerElements } from './repeated-elements.ts';
import { choice, classes, countSetting, optionalText, same, text } from './experiment-settings.ts';
import { bootstrapMedian, intervalText } from './intervals.ts';

const takenApart = z.object({
  class: z.int(),
  label: z.string(),
  /** Pixels. */
  across: z.int(),
  down: z.int(),
  /** Correlation with itself, moved by the period. */
  likeness: z.number(),
  /** Of the class, with 0, 1, 2 … elements removed. */
  confidences: z.array(z.number()).min(3),
  /** Of the class among all, from 0. */
  ranks: z.array(z.int()),
});
export type TakenApart = z.infer<typeof takenApart>;

const removals = z.object({
  /** Those that were looked at. */
  pictures: z.int(),
  repeating: z.array(takenApart),
});
export type Removals = z.infer<typeof removals>;

const settings = {
  model: text('network to fool: a shipped model or a weight file', 'name', same('caffenet-tiny')),
  run: optionalText('a run folder whose elites are taken, instead of an evolution', 'folder'),
  generations: countSetting('generations of the evolution', { quick: 40, paper: 5000 }),
  population: countSetting('children of a generation', { quick: 30, paper: 400 }),
  crops: choice('views of an image that are averaged', ['1', '10'], { quick: '1', paper: '10' }),
  classes: classes('classes that get a cell', same(null)),
  images: countSetting('images looked at, the surest first', { quick: 60, paper: 1000 }),
  likeness: countSetting('per cent of correlation with itself, moved, that counts as repetition', same(50)),
  seed: countSetting('of the evolution', same(1), 0),
};

export const repetition = defineExperiment({
  name: 'repetition',
  title: 'Removing what images repeat',
  section: 'paper §3.4, figures 9 and 10',
  about:
    'Finds the period of CPPN images by autocorrelation and replaces one strip of a period’s width after the other by the image’s mean colour',
  settings,
  plan: (values) => {
    const evolution = evolutionStep({
      id: 'evolution',
      title: 'evolution',
      settings: runSettings({ ...values, encoding: 'cppn' }),
    });
    const source = values.run === null ? ownRun(evolution, values.model) : givenRun(values.run);
    const crops = values.crops === '10' ? 10 : 1;
    const removing = removalStep(source, { ...values, crops });
    const own = values.run === null ? [evolution] : [];
    return {
      steps: [...own, removing],
      conclude: async (host, read) => {
        const seconds = own.map((step) => read(step).seconds);
        return concluded(read(removing), await source.pictures(host), seconds);
      },
    };
  },
});

/** Where the elites come from. */
interface Source {
  readonly check?: (host: Host) => Promise<void>;
  readonly model: (host: Host) => Promise<NamedModel>;
  readonly pictures: (host: Host) => Promise<ElitePicture[]>;
}

const ownRun = (evolution: ExperimentStep<EvolutionOutcome>, model: string): Source => {
  return {
    model: (host) => host.loadModel(model),
    pictures: (host) => elitePictures(host, evolution),
  };
};

function givenRun(folder: string): Source {
  const record = async (host: Host) => {
    const run = await readRunRecord(host.openFolder(folder), folder);
    if (run.settings.encoding !== 'cppn')
      throw new RunFolderError(`${folder} holds directly encoded images; name a run with --encoding cppn`);
    return run;
  };
  const model = async (host: Host) => {
    const run = await record(host);
    const named = await host.loadModel(run.settings.model);
    if (named.sha256 !== run.model.sha256)
      throw new RunFolderError(
        `${folder} was made with another ${run.settings.model} (SHA-256 ${run.model.sha256}, here ${named.sha256})`,
      );
    return named;
  };
  const pictures = (host: Host) => picturesIn(host, host.openFolder(folder), folder);
  const check = async (host: Host) => {
    await model(host);
    await pictures(host);
  };
  return { check, model, pictures };
}

/** The same ones whenever they are asked for. */
const surest = (pictures: readonly ElitePicture[], most: number): ElitePicture[] =>
  [...pictures].sort((one, other) => other.confidence - one.confidence).slice(0, most);

function removalStep(
  source: Source,
  values: { readonly images: number; readonly likeness: number; readonly crops: 1 | 10 },
): ExperimentStep<Removals> {
  return {
    id: 'removal',
    title: 'removal',
    // Most have some five elements.
    evaluations: 5 * values.images,
    result: removals,
    ...(source.check && { check: source.check }),
    run: async (host) => {
      const { model } = await source.model(host);
      const looked = surest(await source.pictures(host), values.images);
      const found = looked.flatMap((picture) => {
        const period = findRepetition(picture, values.likeness / 100);
        if (!period) return [];
        const elements = elementsWithin(period, seenOf(model, values.crops));
        return [{ picture, period, series: withFewerElements(picture, period, elements) }];
      });
      const watch = {
        onJudged: (judged: number) => {
          host.progress(judged, 'elements are removed');
        },
        shouldStop: host.shouldStop,
      };
      const all = found.flatMap(({ series }) => series);
      const judged = await host.withDevice((gpu) => confidencesOfAll(gpu, model, all, watch, values.crops));
      if (!judged) return undefined;
      const repeating = found.map(({ picture, period, series }) => {
        const own = judged.splice(0, series.length);
        const { class: number, label } = picture;
        return {
          ...{ class: number, label, ...period },
          confidences: own.map((row) => row[number] ?? 0),
          ranks: own.map((row) => rankOf(row, number)),
        };
      });
      return { pictures: looked.length, repeating };
    },
  };
}

/** All of a picture where its corners are shown too, else the crop in its middle: nothing beyond can matter. */
function seenOf({ preprocessing: { image, crop } }: Model, crops: 1 | 10): ImageExtent {
  const [channels, height, width] = image;
  return crops === 10 ? image : [channels, Math.min(crop, height), Math.min(crop, width)];
}

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

function concluded(
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
