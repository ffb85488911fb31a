/** Which fooling images withstand simple defences, and those that were evolved against one (beyond the paper). */
import { formatConfidence, formatDuration } from '../report/format.ts';
import { composeGrid } from '../report/grid.ts';
import { barsDrawing } from './bars.ts';
import { elitePictures, evolutionStep, type ElitePicture, type EvolutionOutcome } from './evolution-step.ts';
import { runSettings } from './independent-runs.ts';
import { defenceRows, defenceStep, type Defences } from './defence-step.ts';
import { defineExperiment, type Conclusion, type Figure } from './experiment.ts';
import { choice, classes, count, optionalText, same, text } from './settings.ts';

const settings = {
  model: text('network to fool: a shipped model or a weight file', 'name', same('lenet-mnist')),
  images: optionalText(
    'labelled test images: mnist, or a folder with a subfolder for each class; mnist for LeNet, else none, unless given',
    'folder',
  ),
  real: count('test images, of which the first half sets thresholds', { quick: 1000, paper: 10_000 }, 40),
  encoding: choice('encoding of the images', ['cppn', 'direct'], same('cppn')),
  generations: count('generations of each evolution', { quick: 100, paper: 1000 }),
  population: count('children of a generation', { quick: 60, paper: 200 }),
  shift: count('pixels that images are moved by at most', same(3)),
  views: count('views at random that are averaged by the evolution against them', same(8)),
  classes: classes('classes that get a cell', same(null)),
  seed: count('of the evolutions', same(1), 0),
};

export const defences = defineExperiment({
  name: 'defences',
  title: 'Simple defences against fooling images',
  section: 'beyond the paper',
  about:
    'Counts the fooling images that thresholds set on real images, noise, blur, JPEG and random shifts let pass, of those evolved as usual and of those evolved against shifts',
  settings,
  plan: (values) => {
    const evolved = (id: string, title: string, more: object) =>
      evolutionStep({
        ...{ id, title },
        settings: { ...runSettings(values), ...more },
      });
    const plain = evolved('plain', 'evolution as usual', {});
    const against = evolved('against-shifts', 'evolution against shifts', {
      shifts: { pixels: values.shift, views: values.views, seed: values.seed },
    });
    const trial = defenceStep(plain, against, values);
    return {
      steps: [plain, against, trial],
      conclude: async (host, read) =>
        conclude(
          read(trial),
          { plain: await elitePictures(host, plain), against: await elitePictures(host, against) },
          [read(plain), read(against)],
          values,
        ),
    };
  },
});

interface Both {
  readonly plain: readonly ElitePicture[];
  readonly against: readonly ElitePicture[];
}

function conclude(
  found: Defences,
  pictures: Both,
  [plain, against]: readonly [EvolutionOutcome, EvolutionOutcome],
  { shift, views }: { readonly shift: number; readonly views: number },
): Conclusion {
  const time = (what: string, { seconds }: EvolutionOutcome) => {
    return { what, paper: 'not tried', here: formatDuration(seconds) };
  };
  const last = (run: EvolutionOutcome) => formatConfidence(run.median.at(-1) ?? 0);
  return {
    rows: defenceRows(found),
    cost: [time('time of the evolution', plain), time('time of that against shifts', against)],
    figures: [bars(found), sheet(pictures)],
    remarks: [
      `Those against shifts were evolved for their mean confidence in ${String(views)} views moved at random by up to ${String(shift)} pixels, and judged in others. Median confidence of the classes at the end: ${last(plain)} as usual, ${last(against)} against shifts.`,
      found.real === 0
        ? 'No real images were given (--images), so that there are no thresholds: scores are left out, and an image survives that is named its class.'
        : `Thresholds let 95 % of ${String(found.calibrating)} real images pass; accuracy is that over ${String(found.real)} others. An image survives that is named its class by a score above the threshold. The temperature that fits those images best is ${(found.temperature ?? 1).toFixed(2)}.`,
    ],
    numbers: { ...found },
  };
}

function bars({ defences: all, total }: Defences): Figure {
  const svg = barsDrawing(
    all.map(({ what, plain, against, accuracy }) => ({
      label: what,
      bars: [
        ...(accuracy === null ? [] : [{ name: 'real: accuracy', share: accuracy }]),
        { name: 'plain', share: plain / total },
        { name: 'against shifts', share: against / total },
      ],
    })),
    'Share of images that survive each defence',
  );
  const caption =
    'Share of fooling images that survive each defence, as usual and evolved against shifts; beside it the accuracy on real images.';
  return { name: 'survival', caption, svg };
}

function sheet({ plain, against }: Both): Figure {
  const most = 10;
  const cells = [...plain.slice(0, most), ...against.slice(0, most)];
  const columns = Math.min(most, plain.length);
  const image = composeGrid(cells, { columns, pictureSize: 84, largestSide: 1600 });
  const caption = 'Above: evolved as usual. Below: evolved against shifts, for the mean confidence written.';
  return { name: 'images', caption, image };
}
