/** Images that fool one network shown to another (paper §3.5): evolved on A and judged on B, and the reverse. */
import { volume } from '../network/layer.ts';
import type { RunSettings } from '../runs/evolution/records.ts';
import { largest } from '../model/evaluation.ts';
import { elitePictures, evolutionStep, type EvolutionOutcome } from './evolution-step.ts';
import {
  defineExperiment,
  type Experiment,
  type Host,
  type ReadResult,
  type ExperimentStep,
} from './experiment.ts';
import { firstImages, judgePictures } from './judge-pictures.ts';
import { choice, countSetting, same, text, type ValuesOf } from './experiment-settings.ts';
import { checkPair, sharedClasses, type SharedClass } from './shared-classes.ts';
import { concludeTransfer, sides, type TransferDirection, type Side } from './transfer-conclusion.ts';
import {
  judgedRun,
  type JudgedImage,
  type JudgedRun,
  digitsOutcome,
  type DigitsOutcome,
} from './transfer-outcomes.ts';

const settings = {
  a: text('network A: a shipped model or a weight file', 'name', same('lenet-mnist')),
  b: text('network B', 'name', same('lenet-mnist-b')),
  encoding: choice('of the images', ['cppn', 'direct'], same('cppn')),
  runs: countSetting('independent runs on each network', { quick: 2, paper: 10 }),
  generations: countSetting('generations of each run', { quick: 100, paper: 200 }),
  population: countSetting('children of a generation', { quick: 100, paper: 200 }),
  crops: choice('views of an image that are averaged', ['1', '10'], same('1')),
  digits: countSetting('MNIST test images that networks for digits are compared by', same(10_000)),
  seed: countSetting('of the first run; the others follow', same(1), 0),
};
type TransferSettings = ValuesOf<typeof settings>;
export const transfer: Experiment = defineExperiment({
  name: 'transfer',
  title: 'Images that fool one network shown to another',
  section: 'paper §3.5',
  about: 'images are evolved on A and judged on B, and the reverse',
  settings,
  plan: (values) => {
    const directions = sides.map((side) => ({ side, runs: runsOn(side, values) }));
    const digits = digitsStep(values);
    return {
      steps: [
        ...directions.flatMap(({ runs }) =>
          runs.flatMap(({ evolution, judgement }) => [evolution, judgement]),
        ),
        digits,
      ],
      conclude: async (host, read) => {
        const found: TransferDirection[] = [];
        for (const { side, runs } of directions) found.push(await directionOf(host, read, side, runs));
        return concludeTransfer({ a: values.a, b: values.b }, found, read(digits));
      },
    };
  },
});

interface TransferRun {
  readonly evolution: ExperimentStep<EvolutionOutcome>;
  readonly judgement: ExperimentStep<JudgedRun>;
}

function runsOn(side: Side, values: TransferSettings): TransferRun[] {
  const { encoding, generations, population, runs, seed } = values;
  const crops = values.crops === '10' ? 10 : 1;
  return Array.from({ length: runs }, (_, index) => {
    const run: RunSettings = {
      model: values[side],
      ...{ encoding, generations, population, crops, coordinates: 'pixels' },
      // Runs on B start from other images than those on A.
      seed: seed + index + (side === 'a' ? 0 : runs),
    };
    const id = `${side}-${String(index + 1).padStart(2, '0')}`;
    const title = `on ${side.toUpperCase()}, run ${String(index + 1)} of ${String(runs)}`;
    const evolution = evolutionStep({ id, title, settings: run });
    return { evolution, judgement: judgementStep(`${id}-judged`, evolution, side, values) };
  });
}

const modelsOf = async (host: Host, { a, b }: TransferSettings) => {
  return { a: await host.loadModel(a), b: await host.loadModel(b) };
};

function judgementStep(
  id: string,
  evolution: ExperimentStep<EvolutionOutcome>,
  side: Side,
  values: TransferSettings,
): ExperimentStep<JudgedRun> {
  return {
    ...{ id, title: `${evolution.title}, judged by both`, evaluations: 20, result: judgedRun },
    check: async (host) => {
      const { a, b } = await modelsOf(host, values);
      checkPair(a, b);
    },
    run: async (host, read) => {
      const { a, b } = await modelsOf(host, values);
      const shared = sharedClasses(a.model.labels, b.model.labels);
      const cells = read(evolution).cells;
      const pictures = await elitePictures(host, evolution);
      const crops = values.crops === '10' ? 10 : 1;
      const [byA, byB] = await host.withDevice(async (gpu) => [
        await judgePictures(gpu, a.model, pictures, crops),
        await judgePictures(gpu, b.model, pictures, crops),
      ]);
      const images = cells.flatMap(({ class: number }, place) => {
        const pair = shared.find((each) => each[side] === number);
        const [rowA, rowB] = [byA[place], byB[place]];
        if (!pair || !rowA || !rowB) return [];
        return [judgedImage(pair, side, shared, { a: rowA, b: rowB })];
      });
      const fitted = a.model.preprocessing.image.join() !== b.model.preprocessing.image.join();
      return { images, cells: cells.length, shared: shared.map(({ label }) => label), fitted };
    },
  };
}

/** @param confidences of one picture, by either network: [class] */
export function judgedImage(
  pair: SharedClass,
  side: Side,
  shared: readonly SharedClass[],
  confidences: Readonly<Record<Side, Float32Array>>,
): JudgedImage {
  const by = (which: Side) => {
    const row = Float32Array.from(shared, (each) => confidences[which][each[which]] ?? 0);
    return { confidence: confidences[which][pair[which]] ?? 0, top: shared[largest(row)]?.label ?? '' };
  };
  const [own, other] = [by(side), by(side === 'a' ? 'b' : 'a')];
  return {
    class: pair[side],
    label: pair.label,
    own: own.confidence,
    other: other.confidence,
    ownTop: own.top,
    otherTop: other.top,
  };
}

/** Real digits, on which both networks should be right: what their agreement on fooling images stands beside. */
function digitsStep(values: TransferSettings): ExperimentStep<DigitsOutcome> {
  return {
    ...{ id: 'digits', title: 'real digits', evaluations: 2 * values.digits, result: digitsOutcome },
    run: async (host) => {
      const { a, b } = await modelsOf(host, values);
      const data = firstImages(await host.loadMnist('test'), values.digits);
      const knows = ({ labels, preprocessing }: typeof a.model) =>
        preprocessing.image.join() === data.shape.join() &&
        data.labels.every((label) => labels.includes(label));
      if (!knows(a.model) || !knows(b.model)) return null;
      const size = volume(data.shape);
      const pictures = Array.from({ length: data.count }, (_, image) => {
        return { extent: data.shape, bytes: data.images.slice(size * image, size * (image + 1)) };
      });
      const named = await host.withDevice(async (gpu) => {
        const names = async (model: typeof a.model) =>
          (await judgePictures(gpu, model, pictures)).map((row) => model.labels[largest(row)]);
        return { a: await names(a.model), b: await names(b.model) };
      });
      const isRight = (side: Side, image: number) =>
        named[side][image] === data.labels[data.targets[image] ?? -1];
      const images = [...pictures.keys()];
      return {
        images: data.count,
        a: images.filter((image) => isRight('a', image)).length,
        b: images.filter((image) => isRight('b', image)).length,
        both: images.filter((image) => isRight('a', image) && isRight('b', image)).length,
        alike: images.filter((image) => named.a[image] === named.b[image]).length,
      };
    },
  };
}

/** What was found in one direction, with the pictures that go with it. */
async function directionOf(
  host: Host,
  read: ReadResult,
  side: Side,
  runs: readonly TransferRun[],
): Promise<TransferDirection> {
  const images: TransferDirection['images'][number][] = [];
  for (const { evolution, judgement } of runs) {
    const pictures = await elitePictures(host, evolution);
    const byClass = new Map(read(judgement).images.map((image) => [image.class, image]));
    for (const [place, { class: number }] of read(evolution).cells.entries()) {
      const picture = pictures[place];
      const image = byClass.get(number);
      if (picture && image) images.push({ ...image, picture });
    }
  }
  const first = runs[0] && read(runs[0].judgement);
  return {
    side,
    images,
    cells: first?.cells ?? 0,
    shared: first?.shared ?? [],
    fitted: first?.fitted ?? false,
    seconds: runs.map(({ evolution }) => read(evolution).seconds),
  };
}
