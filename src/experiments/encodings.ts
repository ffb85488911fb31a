/** Evolution against a network, several independent runs of one encoding (paper §3.1 to §3.4, figures 4 to 8). */
import { median as medianOf } from 'simple-statistics';
import type { RunSettings } from '../runs/evolution/records.ts';
import { formatCount, formatDuration, shortLabel } from '../report/format.ts';
import { composeGrid } from '../report/grid.ts';
import { bandsDrawing, boxesDrawing } from './drawings.ts';
import {
  classesAbove,
  course,
  finals,
  firstAt,
  firstText,
  fooled,
  hardest,
  medianAtEnd,
  type Reported,
  type Tried,
} from './encoding-rows.ts';
import { elitePictures, type EvolutionOutcome } from './evolution-step.ts';
import { independentRuns } from './independent-runs.ts';
import {
  defineExperiment,
  type Conclusion,
  type Experiment,
  type ExperimentFigure,
  type Host,
  type ExperimentStep,
} from './experiment.ts';
import { choice, classes, countSetting, same, text } from './experiment-settings.ts';
import { bootstrapMedian } from './intervals.ts';

type Encoding = RunSettings['encoding'];

interface Definition {
  readonly name: string;
  readonly title: string;
  readonly section: string;
  readonly encoding: Encoding;
  /** What the paper reports, by the row's name. */
  readonly reported: readonly Reported[];
}

const crops = ['1', '10'] as const;

const settingsOf = (
  quick: { runs: number; generations: number; population: number; model: string; crops: '1' | '10' },
  paper: typeof quick,
) => ({
  model: text('network to fool: a shipped model or a weight file', 'name', {
    quick: quick.model,
    paper: paper.model,
  }),
  runs: countSetting('independent runs', { quick: quick.runs, paper: paper.runs }),
  generations: countSetting('generations of each run', {
    quick: quick.generations,
    paper: paper.generations,
  }),
  population: countSetting('children of a generation', { quick: quick.population, paper: paper.population }),
  crops: choice('views of an image that are averaged', crops, { quick: quick.crops, paper: paper.crops }),
  classes: classes('classes that get a cell', same(null)),
  seed: countSetting('of the first run; the others follow', same(1), 0),
});

function encodingExperiment(
  { name, title, section, encoding, reported }: Definition,
  settings: ReturnType<typeof settingsOf>,
): Experiment {
  return defineExperiment({
    ...{ name, title, section, settings },
    about: `MAP-Elites with ${encodingWords[encoding]}, in independent runs`,
    plan: (values) => {
      const steps = independentRuns({ ...values, encoding });
      return {
        steps,
        conclude: (host, read) => {
          const imagesOf = (of: 'generations' | 'population') => settings[of].paper;
          const tried = {
            images: values.generations * values.population,
            imagesInPaper: imagesOf('generations') * imagesOf('population'),
          };
          return conclude(host, steps, { runs: steps.map(read), reported, tried });
        },
      };
    },
  });
}

export const encodingWords: Readonly<Record<Encoding, string>> = {
  cppn: 'images drawn by CPPNs',
  direct: 'a gene for every pixel',
};

async function conclude(
  host: Host,
  steps: readonly ExperimentStep<EvolutionOutcome>[],
  {
    runs,
    reported,
    tried,
  }: {
    readonly runs: readonly EvolutionOutcome[];
    readonly reported: readonly Reported[];
    readonly tried: Tried;
  },
): Promise<Conclusion> {
  const last = runs[0]?.cells ?? [];
  const seconds = runs.map((run) => run.seconds);
  return {
    rows: reported.map(({ here, differs, ...row }) => {
      return { ...row, here: here(runs), ...(differs && { differs: differs(runs, tried) }) };
    }),
    cost: [
      { what: 'time of a run', paper: costInPaper(last.length), here: formatDuration(medianOf(seconds)) },
    ],
    figures: [curves(runs), spread(runs), await grid(host, steps)],
    remarks: hardest(runs),
    numbers: {
      medians: finals(runs, 'median'),
      means: finals(runs, 'mean'),
      firstGenerations: {
        best: firstAt(runs, 'best', fooled),
        median: firstAt(runs, 'median', fooled),
        mean: firstAt(runs, 'mean', fooled),
      },
      confidences: runs.map(({ cells }) => cells.map(({ confidence }) => confidence)),
    },
  };
}

const costInPaper = (cells: number): string =>
  cells <= 10 ? 'about 5 minutes on 4 cores' : 'about 4 days on 128 cores (CPPN, 1,000 classes)';

/** Median over the classes, and its interval over the runs, after each generation. */
function curves(runs: readonly EvolutionOutcome[]): ExperimentFigure {
  const generations = Math.min(...runs.map(({ median }) => median.length));
  const over = (key: 'median' | 'mean') =>
    Array.from({ length: generations }, (_, generation) =>
      bootstrapMedian(runs.map((run) => run[key][generation] ?? 0)),
    );
  const bands = [
    { label: 'median of classes', values: over('median') },
    { label: 'mean of classes', values: over('mean') },
  ];
  const svg = bandsDrawing(bands, {
    horizontal: 'generation',
    axis: 'linear',
    what: 'Confidence against generation',
  });
  const caption = `Confidence over the generations: median of ${formatCount(runs.length, 'run')}, with 95 % intervals by the bootstrap.`;
  return { name: 'confidence', caption, svg };
}

/** A box for every class where they are few, else one for all of each run. */
function spread(runs: readonly EvolutionOutcome[]): ExperimentFigure {
  const cells = runs[0]?.cells ?? [];
  const perClass = cells.length <= 20;
  const groups = perClass
    ? cells.map(({ label }, index) => ({
        label: shortLabel(label),
        values: runs.map((run) => run.cells[index]?.confidence ?? 0),
      }))
    : runs.map((run, index) => ({
        label: `run ${String(index + 1)}`,
        values: run.cells.map(({ confidence }) => confidence),
      }));
  const svg = boxesDrawing(groups, {
    vertical: 'confidence',
    axis: perClass ? 'nines' : 'linear',
    what: 'Spread of the confidences',
  });
  const caption = perClass
    ? 'Last confidence of each class over the runs.'
    : 'Last confidences of all classes of each run.';
  return { name: 'spread', caption, svg };
}

/** A row of pictures for each run where classes are few (paper's figures 4 and 5), else all classes of the first run. */
async function grid(
  host: Host,
  steps: readonly ExperimentStep<EvolutionOutcome>[],
): Promise<ExperimentFigure> {
  const [first] = steps;
  if (!first) throw new RangeError('a grid needs a run');
  const pictures = await elitePictures(host, first);
  const few = pictures.length <= 20;
  if (few) for (const step of steps.slice(1)) pictures.push(...(await elitePictures(host, step)));
  const image = composeGrid(pictures, {
    ...(few ? { columns: pictures.length / steps.length } : {}),
    pictureSize: few ? 84 : 64,
    largestSide: few ? 1600 : 1000,
  });
  const caption = few ? 'The elites, a row for each run.' : 'The elites of all classes of the first run.';
  return { name: 'elites', caption, image };
}

const mnistReported = (paper: string): Reported[] => [
  { what: 'first class reaches 99.99 %', paper, here: (runs) => firstText(runs, 'best', fooled) },
  {
    what: 'median of classes reaches 99.99 %',
    paper: 'by generation 200',
    here: (runs) => firstText(runs, 'median', fooled),
  },
  {
    what: 'mean of classes reaches 99.99 %',
    paper: 'not said',
    here: (runs) => firstText(runs, 'mean', fooled),
  },
  { what: 'median confidence at the end', paper: '99.99 %', here: medianAtEnd },
  { what: 'classes at 99.99 % or more', paper: 'not said', here: classesAbove(fooled) },
];

const mnistQuick = { runs: 3, generations: 100, population: 100, model: 'lenet-mnist', crops: '1' } as const;
const mnistPaper = { ...mnistQuick, runs: 10, generations: 200, population: 200 };

const imagenetQuick = {
  runs: 1,
  generations: 60,
  population: 40,
  model: 'caffenet-tiny',
  crops: '1',
} as const;

export const encodingExperiments: readonly Experiment[] = [
  encodingExperiment(
    {
      name: 'mnist-direct',
      title: 'Directly encoded images against LeNet',
      section: 'paper §3.1, figure 4',
      encoding: 'direct',
      reported: mnistReported('in less than 50 generations'),
    },
    settingsOf(mnistQuick, mnistPaper),
  ),
  encodingExperiment(
    {
      name: 'mnist-cppn',
      title: 'CPPN images against LeNet',
      section: 'paper §3.2, figure 5',
      encoding: 'cppn',
      reported: mnistReported('within a few generations'),
    },
    settingsOf(mnistQuick, mnistPaper),
  ),
  encodingExperiment(
    {
      name: 'imagenet-direct',
      title: 'Directly encoded images against CaffeNet',
      section: 'paper §3.3, figure 6',
      encoding: 'direct',
      reported: [
        { what: 'median confidence of all classes', paper: '21.59 %', here: medianAtEnd, differs: course },
        {
          what: 'classes at 99 % or more',
          paper: '45 of 1,000 (4.5 %)',
          here: classesAbove(0.99),
          differs: course,
        },
      ],
    },
    settingsOf(imagenetQuick, {
      ...imagenetQuick,
      runs: 5,
      generations: 20_000,
      population: 200,
      crops: '10',
    }),
  ),
  encodingExperiment(
    {
      name: 'imagenet-cppn',
      title: 'CPPN images against CaffeNet',
      section: 'paper §3.4, figures 7 and 8',
      encoding: 'cppn',
      reported: [
        { what: 'median confidence of all classes', paper: '88.11 %', here: medianAtEnd, differs: course },
        { what: 'classes at 99 % or more', paper: 'many', here: classesAbove(0.99), differs: course },
      ],
    },
    settingsOf(imagenetQuick, { ...imagenetQuick, runs: 5, generations: 5000, population: 400, crops: '10' }),
  ),
];
