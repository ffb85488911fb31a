/** How alike the images of a class are between runs, and whether they remain of their class when moved a little (paper §3.4). */
import { median as medianOf } from 'simple-statistics';
import { z } from 'zod';
import { largest } from '../model/evaluation.ts';
import type { Model } from '../model/model.ts';
import { definitionOf } from '../network/layers/index.ts';
import { formatConfidence, formatDuration } from '../report/format.ts';
import { composeGrid } from '../report/grid.ts';
import type { Image } from '../image/image.ts';
import { boxesDrawing } from './drawings.ts';
import { moved } from './disturb.ts';
import { encodingWords } from './encodings.ts';
import { elitePictures, type ElitePicture, type EvolutionOutcome } from './evolution-step.ts';
import { independentRuns, runSettings } from './independent-runs.ts';
import {
  defineExperiment,
  type Conclusion,
  type ExperimentFigure,
  type Host,
  type ConclusionRow,
  type ExperimentStep,
  type StepHost,
} from './experiment.ts';
import { confidencesOfAll, outputsOfAll } from './judged.ts';
import { alikeness, pairsBetweenRuns, type Pairs } from './likeness.ts';
import { choice, classes, countSetting, same, text } from './experiment-settings.ts';
import { mannWhitney } from './intervals.ts';

const pairs = z.object({ within: z.array(z.number()), between: z.array(z.number()) });
const measured = z.object({
  /** Correlations of the pictures' bytes. */
  pictures: pairs,
  /** Of what the network makes of them in the layer before its last. */
  activations: pairs,
  layer: z.string(),
  /** Of all pictures of all runs. */
  total: z.int(),
  disturbed: z.array(
    z.object({
      what: z.string(),
      /** Pictures whose class is still the likeliest. */
      kept: z.int(),
      /** Of the class, median over the pictures. */
      confidence: z.number(),
    }),
  ),
});
export type Generality = z.infer<typeof measured>;

const settings = {
  model: text('network to fool: a shipped model or a weight file', 'name', {
    quick: 'lenet-mnist',
    paper: 'caffenet-tiny',
  }),
  encoding: choice('encoding of the images', ['cppn', 'direct'], same('cppn')),
  runs: countSetting('independent runs', { quick: 4, paper: 5 }, 2),
  generations: countSetting('generations of each run', { quick: 60, paper: 5000 }),
  population: countSetting('children of a generation', { quick: 60, paper: 400 }),
  crops: choice('views of an image that are averaged', ['1', '10'], { quick: '1', paper: '10' }),
  classes: classes('classes that get a cell', same(null)),
  seed: countSetting('of the first run; the others follow', same(1), 0),
};

export const generality = defineExperiment({
  name: 'generality',
  title: 'A class over several runs',
  section: 'paper §3.4',
  about:
    'Evolves the same classes from several seeds, compares the images of a class over the runs with those of other classes, and shows the network each image moved, turned, enlarged and compressed',
  settings,
  plan: (values) => {
    const runs = independentRuns(values);
    const comparison = comparisonStep(runs, values.model, runSettings(values).crops);
    return {
      steps: [...runs, comparison],
      conclude: async (host, read) => {
        const pictures = await Promise.all(runs.map((step) => elitePictures(host, step)));
        return conclude(read(comparison), pictures, runs.map(read), encodingWords[values.encoding]);
      },
    };
  },
});

/** Changes too small to make it another picture. Lengths are shares of the picture's side. */
const disturbances: readonly {
  readonly what: string;
  readonly apply: (picture: Image, side: number, host: Host) => Image;
}[] = [
  { what: 'as it is', apply: (picture) => picture },
  {
    what: 'moved by 1/28 to the right',
    apply: (picture, side) => moved(picture, { across: Math.round(side / 28) }),
  },
  { what: 'moved by 1/14 right and down', apply: (picture, side) => moved(picture, byShare(side / 14)) },
  { what: 'enlarged by 10 %', apply: (picture) => moved(picture, { size: 1.1 }) },
  { what: 'made smaller by 10 %', apply: (picture) => moved(picture, { size: 0.9 }) },
  { what: 'turned by 10°', apply: (picture) => moved(picture, { turn: 10 }) },
  { what: 'JPEG of quality 75', apply: (picture, _, host) => host.throughJpeg(picture, 75) },
  { what: 'JPEG of quality 25', apply: (picture, _, host) => host.throughJpeg(picture, 25) },
];

const byShare = (pixels: number) => ({ across: Math.round(pixels), down: Math.round(pixels) });

function comparisonStep(
  runs: readonly ExperimentStep<EvolutionOutcome>[],
  name: string,
  crops: 1 | 10,
): ExperimentStep<Generality> {
  return {
    id: 'comparison',
    title: 'comparison',
    evaluations: 10 * runs.length * (disturbances.length + 1),
    result: measured,
    run: async (host) => {
      const { model } = await host.loadModel(name);
      const byRun = await Promise.all(runs.map((step) => elitePictures(host, step)));
      const elites = byRun.flatMap((pictures, run) => pictures.map((picture) => ({ picture, run })));
      const of = elites.map(({ picture, run }) => ({ class: picture.class, run }));
      const { model: front, layer } = beforeLast(model);
      const found = await host.withDevice(async (gpu) => {
        const watch = { onJudged: () => undefined, shouldStop: host.shouldStop };
        const originals = elites.map(({ picture }) => picture);
        const activations = await outputsOfAll(gpu, front, originals, watch);
        if (!activations) return undefined;
        const rows = await judgeDisturbed(host, originals, (pictures, done) =>
          confidencesOfAll(gpu, model, pictures, { ...watch, onJudged: done }, crops),
        );
        return rows && { activations, rows };
      });
      if (!found) return undefined;
      const bytes = elites.map(({ picture }) => picture.bytes);
      return {
        pictures: pairsBetweenRuns(of, (one, other) => alikeness(bytes[one] ?? [], bytes[other] ?? [])),
        activations: pairsBetweenRuns(of, (one, other) =>
          alikeness(found.activations[one] ?? [], found.activations[other] ?? []),
        ),
        layer,
        total: elites.length,
        disturbed: found.rows,
      };
    },
  };
}

async function judgeDisturbed(
  host: StepHost,
  pictures: readonly ElitePicture[],
  judge: (pictures: readonly Image[], done: (judged: number) => void) => Promise<Float32Array[] | undefined>,
): Promise<Generality['disturbed'] | undefined> {
  const rows: Generality['disturbed'] = [];
  for (const [index, { what, apply }] of disturbances.entries()) {
    const changed = pictures.map((picture) => apply(picture, picture.extent[1], host));
    const judged = await judge(changed, (count) => {
      host.progress(index * pictures.length + count, what);
    });
    if (!judged) return undefined;
    const kept = judged.filter((row, place) => largest(row) === pictures[place]?.class).length;
    const confidences = judged.map((row, place) => row[pictures[place]?.class ?? 0] ?? 0);
    rows.push({ what, kept, confidence: medianOf(confidences) });
  }
  return rows;
}

/** The network up to the layer before its last dense one: what it outputs is what it knows of a picture beside its name. */
function beforeLast(model: Model): { readonly model: Model; readonly layer: string } {
  const { layers } = model.architecture;
  const last = layers.findLastIndex(({ kind }) => kind === 'dense');
  const end = layers.slice(0, last).findLastIndex((layer) => !definitionOf(layer).trainingOnly);
  const layer = layers[end];
  if (!layer) throw new RangeError(`${model.name} has no layer before its last one`);
  const architecture = { ...model.architecture, layers: layers.slice(0, end + 1) };
  return { model: { ...model, architecture }, layer: layer.name };
}

/** The table, out of what was measured alone. */
export function generalityRows({
  pictures,
  activations,
  layer,
  total,
  disturbed,
}: Generality): ConclusionRow[] {
  const alike = (what: string, { within, between }: Pairs, differs: string): ConclusionRow => {
    const { u } = mannWhitney(within, between);
    const wins = (100 * u) / (within.length * between.length);
    return {
      what,
      paper: 'different runs, similar features',
      here: `${medianOf(within).toFixed(2)} within a class, ${medianOf(between).toFixed(2)} between; within wins ${wins.toFixed(1)} %`,
      differs,
    };
  };
  const first = alike(
    'correlation of two runs’ images',
    pictures,
    'the paper shows the images and measures nothing; within a class wins half of all comparisons by chance',
  );
  const second = alike(
    `correlation of two runs’ activations (${layer})`,
    activations,
    'as above; the network puts images of a class side by side, or they would not be of it',
  );
  const kept = disturbed.map(({ what, kept: still, confidence }): ConclusionRow => {
    return {
      what: `class stays the likeliest, ${what}`,
      paper: 'not tried',
      here: `${String(still)} of ${String(total)} (${((100 * still) / total).toFixed(1)} %), median confidence ${formatConfidence(confidence)}`,
    };
  });
  return [first, second, ...kept];
}

function conclude(
  found: Generality,
  pictures: readonly (readonly ElitePicture[])[],
  runs: readonly EvolutionOutcome[],
  encoded: string,
): Conclusion {
  const seconds = medianOf(runs.map((run) => run.seconds));
  return {
    rows: generalityRows(found),
    cost: [{ what: 'time of a run', paper: 'not said', here: formatDuration(seconds) }],
    figures: [likenesses(found), sheet(pictures)],
    remarks: [
      `Of ${encoded}; only images of different runs are compared, within a class as between classes, so that common ancestors of a run play no part.`,
    ],
    numbers: { ...found },
  };
}

function likenesses({ pictures, activations, layer }: Generality): ExperimentFigure {
  const svg = boxesDrawing(
    [
      { label: 'images, one class', values: pictures.within },
      { label: 'images, two classes', values: pictures.between },
      { label: `${layer}, one class`, values: activations.within },
      { label: `${layer}, two classes`, values: activations.between },
    ],
    { vertical: 'correlation', what: 'How alike images of different runs are' },
  );
  const caption = `Correlation of images of different runs, and of the network’s activations in ${layer}: within a class, and between classes.`;
  return { name: 'likeness', caption, svg };
}

const sheetRows = 12;

/** A row for each class, a column for each run; of many classes those that the first run fools most surely. */
function sheet(pictures: readonly (readonly ElitePicture[])[]): ExperimentFigure {
  const first = pictures[0] ?? [];
  const shown = [...first.keys()]
    .sort((one, other) => (first[other]?.confidence ?? 0) - (first[one]?.confidence ?? 0))
    .slice(0, sheetRows)
    .sort((one, other) => one - other);
  const cells = shown.flatMap((cell) => pictures.flatMap((run) => run[cell] ?? []));
  const image = composeGrid(cells, { columns: pictures.length, pictureSize: 84, largestSide: 1600 });
  return { name: 'runs', caption: 'A row for each class, a column for each run.', image };
}
