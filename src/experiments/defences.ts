/** Which fooling images withstand simple defences, and those that were evolved against some (beyond the paper). */
import { formatConfidence, formatDuration } from '../report/format.ts';
import { composeGrid } from '../report/grid.ts';
import { barsDrawing } from './bars.ts';
import { elitePictures, evolutionStep, type ElitePicture, type EvolutionOutcome } from './evolution-step.ts';
import { runSettings } from './independent-runs.ts';
import { defenceRows, defenceStep, type Defences, type FoolingKind } from './defence-step.ts';
import { defineExperiment, type Conclusion, type ExperimentFigure } from './experiment.ts';
import { choice, classes, countSetting, flagOf, optionalText, same, text } from './experiment-settings.ts';

const settings = {
  model: text('network to fool: a shipped model or a weight file', 'name', same('lenet-mnist')),
  images: optionalText(
    'labelled test images: mnist, or a folder with a subfolder for each class; mnist for LeNet, else none, unless given',
    'folder',
  ),
  real: countSetting(
    'test images, of which the first half sets thresholds',
    { quick: 1000, paper: 10_000 },
    40,
  ),
  encoding: choice('encoding of the images', ['cppn', 'direct'], same('cppn')),
  generations: countSetting('generations of each evolution', { quick: 100, paper: 1000 }),
  population: countSetting('children of a generation', { quick: 60, paper: 200 }),
  shift: countSetting('pixels that images are moved by at most', same(3)),
  noise: countSetting('grey levels of noise on every pixel: its standard deviation', same(32)),
  views: countSetting('views at random that are averaged by the evolutions against defences', same(8)),
  classes: classes('classes that get a cell', same(null)),
  seed: countSetting('of the evolutions', same(1), 0),
};

export const defences = defineExperiment({
  name: 'defences',
  title: 'Simple defences against fooling images',
  section: 'beyond the paper',
  about:
    'Counts the fooling images that thresholds set on real images, noise, blur, JPEG and random shifts let pass, of those evolved as usual and of those evolved against noise and against shifts',
  settings,
  plan: (values) => {
    const evolved = (id: string, title: string, more: object) =>
      evolutionStep({
        ...{ id, title },
        settings: { ...runSettings(values), ...more },
      });
    const views = { shift: 0, noise: 0, views: values.views, seed: values.seed };
    const kinds: readonly FoolingKind[] = [
      { name: 'as usual', evolution: evolved('plain', 'evolution as usual', {}) },
      {
        name: 'against noise',
        evolution: evolved('against-noise', 'evolution against noise', {
          randomViews: { ...views, noise: values.noise },
        }),
      },
      {
        name: 'against shifts',
        evolution: evolved('against-shifts', 'evolution against shifts', {
          randomViews: { ...views, shift: values.shift },
        }),
      },
    ];
    const trial = defenceStep(kinds, values);
    return {
      steps: [...kinds.map(({ evolution }) => evolution), trial],
      conclude: async (host, read) => {
        const evolved: Evolved[] = [];
        for (const { name, evolution } of kinds)
          evolved.push({ name, outcome: read(evolution), pictures: await elitePictures(host, evolution) });
        return conclude(read(trial), evolved, values);
      },
    };
  },
});

interface Evolved {
  readonly name: string;
  readonly outcome: EvolutionOutcome;
  readonly pictures: readonly ElitePicture[];
}

function conclude(
  found: Defences,
  evolved: readonly Evolved[],
  { shift, noise, views }: { readonly shift: number; readonly noise: number; readonly views: number },
): Conclusion {
  const last = ({ name, outcome }: Evolved) => `${formatConfidence(outcome.median.at(-1) ?? 0)} ${name}`;
  return {
    rows: defenceRows(found),
    cost: evolved.map(({ name, outcome }) => {
      return {
        what: `time of the evolution ${name}`,
        paper: 'not tried',
        here: formatDuration(outcome.seconds),
      };
    }),
    figures: [bars(found), sheet(evolved)],
    remarks: [
      `Those against a defence were evolved for their mean confidence in ${String(views)} views at random, with noise of ${String(noise)} grey levels or moved by up to ${String(shift)} pixels, and judged in others. Median confidence of the classes at the end: ${evolved.map(last).join(', ')}.`,
      found.real === 0
        ? `No real images were given (${flagOf('images')}), so that there are no thresholds: scores are left out, and an image survives that is named its class.`
        : `Thresholds let 95 % of ${String(found.calibrating)} real images pass; accuracy is that over ${String(found.real)} others. An image survives that is named its class by a score above the threshold. The temperature that fits those images best is ${(found.temperature ?? 1).toFixed(2)}.`,
    ],
    numbers: { ...found },
  };
}

function bars({ defences: all, kinds, total }: Defences): ExperimentFigure {
  const svg = barsDrawing(
    all.map(({ what, survive, accuracy }) => ({
      label: what,
      bars: [
        ...(accuracy === null ? [] : [{ name: 'real: accuracy', share: accuracy }]),
        ...survive.map((count, kind) => ({ name: kinds[kind] ?? '', share: count / total })),
      ],
    })),
    'Share of images that survive each defence',
  );
  const caption =
    'Share of fooling images that survive each defence, by how they were evolved; beside it the accuracy on real images.';
  return { name: 'survival', caption, svg };
}

function sheet(evolved: readonly Evolved[]): ExperimentFigure {
  const rows = evolved.map(({ pictures }) => pictures.slice(0, 10));
  const columns = Math.max(1, rows[0]?.length ?? 0);
  const image = composeGrid(rows.flat(), { columns, pictureSize: 84, largestSide: 1600 });
  const names = evolved.map(({ name }) => name).join('; ');
  const caption = `Images by how they were evolved, in rows from above: ${names}; for the mean confidence written.`;
  return { name: 'images', caption, image };
}
