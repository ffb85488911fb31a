/** Gradient ascent with each regulariser, with none and with all (paper §3.7 and supplement). */
import { classObjectives } from '../ascent/objective/parse-objective.ts';
import { usualBlur } from '../ascent/optimiser/hyperparameters.ts';
import { presets } from '../ascent/optimiser/presets.ts';
import { comparisonTrials, usualStrengths } from '../ascent/search/trials.ts';
import type { Trial } from '../ascent/settings.ts';
import { formatDuration } from '../report/format.ts';
import { composeGrid, type GridPicture } from '../report/grid.ts';
import { classesOf } from '../evolution/settings.ts';
import { ascentPictures, ascentStep, type AscentOutcome } from './ascent-step.ts';
import { tracesDrawing } from './drawings.ts';
import {
  defineExperiment,
  type Conclusion,
  type ExperimentFigure,
  type Host,
  type ExperimentStep,
} from './experiment.ts';
import { regulariserRemarks, regulariserRows, type RegulariserRuns } from './regulariser-rows.ts';
import { choice, classes, countSetting, decimal, same, text, type ValuesOf } from './experiment-settings.ts';
import { medianCurve } from './median-curve.ts';

const strength = { least: 1e-6, most: 0.999999 };
const percentage = { least: 0.01, most: 99.99 };

const settings = {
  model: text('network to fool: a shipped model or a weight file', 'name', {
    quick: 'lenet-mnist',
    paper: 'caffenet-tiny',
  }),
  classes: classes('classes that are climbed', {
    quick: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    paper: [0, 20, 40, 60, 80, 100, 120, 140, 160, 180],
  }),
  seeds: countSetting('starts from different noise', { quick: 2, paper: 5 }),
  steps: countSetting('iterations of each ascent', { quick: 127, paper: 255 }),
  preset: choice('step rule and start, as of fool ascend', ['paper', 'default', 'patient'], same('paper')),
  decay: decimal('share of the image that decay takes in every step', same(usualStrengths.decay), strength),
  blur: decimal('deviation of the blur in pixels, every fourth step', same(usualBlur.radius), {
    least: 0.3,
    most: 100,
  }),
  smallNorm: decimal('per cent of the pixels cleared, by norm', same(usualStrengths.smallNorm), percentage),
  smallContribution: decimal(
    'per cent of the pixels cleared, by contribution',
    same(usualStrengths.smallContribution),
    percentage,
  ),
  seed: countSetting('of the first start; the others follow', same(1), 0),
};
type Chosen = ValuesOf<typeof settings>;

/** Until the model is known, all of its classes count as so many on the progress bar. */
const assumedClasses = 10;

export const gradientAscent = defineExperiment({
  name: 'gradient-ascent',
  title: 'Gradient ascent and its regularisers',
  section: 'paper §3.7 and supplement',
  about: 'Ascents along the gradient from noise, without a regulariser, with each, and with all of them',
  settings,
  plan: (values) => {
    const { blur, decay, smallNorm, smallContribution } = values;
    const { climb } = presets[values.preset];
    const trials = comparisonTrials({
      ...climb,
      ...{ decay, smallNorm, smallContribution },
      blur: { radius: blur, every: usualBlur.every },
    });
    const groups = trials.map((trial) => ({
      name: trial.name,
      steps: Array.from({ length: values.seeds }, (_, index) => stepOf(values, trial, index)),
    }));
    return {
      steps: groups.flatMap(({ steps }) => steps),
      conclude: (host, read) =>
        conclude(
          host,
          values,
          groups.map(({ name, steps }) => ({ name, steps, runs: steps.map(read) })),
        ),
    };
  },
});

function stepOf(values: Chosen, trial: Trial, index: number): ExperimentStep<AscentOutcome> {
  const { measure, noise } = presets[values.preset];
  const wanted = values.classes;
  return ascentStep({
    id: `${trial.name.replaceAll(' ', '-')}-${String(index + 1).padStart(2, '0')}`,
    title: `${trial.name}, start ${String(index + 1)} of ${String(values.seeds)}`,
    evaluations: (wanted?.length ?? assumedClasses) * (values.steps + 1),
    model: values.model,
    settings: (model) => ({
      model: values.model,
      objectives: classObjectives(classesOf(model, wanted ?? undefined), measure, [], model),
      steps: values.steps,
      seed: values.seed + index,
      start: { from: 'gaussian', size: noise },
      parametrisation: { kind: 'pixel' },
      trials: [trial],
    }),
  });
}

interface Group extends RegulariserRuns {
  readonly steps: readonly ExperimentStep<AscentOutcome>[];
}

async function conclude(
  host: Host,
  { steps: iterations }: Chosen,
  groups: readonly Group[],
): Promise<Conclusion> {
  const seconds = groups.flatMap(({ runs }) => runs).reduce((sum, run) => sum + run.seconds, 0);
  const cells = (key: 'confidence' | 'variation' | 'firstNamed') => (group: Group) =>
    group.runs.map((run) => run.cells.map((cell) => cell[key]));
  const named = <T>(of: (group: Group) => T) =>
    Object.fromEntries(groups.map((group) => [group.name, of(group)]));
  return {
    rows: regulariserRows(groups),
    figures: [curves(groups, iterations), await sheet(host, groups)],
    remarks: regulariserRemarks(groups),
    numbers: {
      confidences: named(cells('confidence')),
      firstNamed: named(cells('firstNamed')),
      reached: named(({ runs }) => runs.map((run) => run.cells.map(({ reached }) => reached))),
      totalVariation: named(cells('variation')),
    },
    cost: [{ what: 'time of all ascents', paper: '–', here: formatDuration(seconds) }],
  };
}

/** Median of the highest confidences so far over classes and starts, a line for each regulariser. */
function curves(groups: readonly Group[], iterations: number): ExperimentFigure {
  const traces = groups.map(({ name, runs }) => {
    const medians = medianCurve(
      runs.flatMap(({ best }) => best),
      iterations + 1,
    );
    return { label: name, points: medians.map((y, x) => ({ x, y })) };
  });
  const svg = tracesDrawing(traces, {
    horizontal: 'iteration',
    vertical: 'confidence (nines)',
    what: 'Confidence against iteration with each regulariser',
    axis: 'nines',
  });
  const caption = 'Highest confidence so far, median over classes and starts, with each regulariser.';
  return { name: 'confidence', caption, svg };
}

/** More than these make pictures too small to be seen. */
const mostColumns = 10;

async function sheet(host: Host, groups: readonly Group[]): Promise<ExperimentFigure> {
  const pictures: GridPicture[] = [];
  let columns = 1;
  for (const { name, steps } of groups) {
    const [first] = steps;
    if (!first) throw new RangeError('a row of pictures needs an ascent');
    const row = (await ascentPictures(host, first.id)).slice(0, mostColumns);
    columns = row.length;
    pictures.push(...row.map((picture, place) => (place === 0 ? { ...picture, caption: name } : picture)));
  }
  const image = composeGrid(pictures, { columns, pictureSize: 112, largestSide: 1600 });
  const rows = groups.map(({ name }) => name).join(', ');
  const caption = `The best images of the first start, a column for each class; the rows from above: ${rows}.`;
  return { name: 'images', caption, image };
}
