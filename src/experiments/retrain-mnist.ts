/** Networks that are trained with the images that fooled the ones before as an additional class (paper §3.6). */
import { DatasetError, type ImageDataset } from '../datasets/dataset.ts';
import { evaluateAccuracy, largest } from '../model/evaluation.ts';
import { elitePictures, evolutionStep, type EvolutionOutcome } from './evolution-step.ts';
import {
  defineExperiment,
  type Experiment,
  type Host,
  type ExperimentStep,
  type StepHost,
} from './experiment.ts';
import { foolingLabel, withFoolingClass } from './fooling-class.ts';
import { firstImages, judgePictures } from './judge-pictures.ts';
import { concludeRetraining, type Round } from './retrain-conclusion.ts';
import { networkOutcome, type NetworkOutcome } from './retrain-outcome.ts';
import { choice, countSetting, same, type ValuesOf } from './experiment-settings.ts';
import { networkFiles, networkPath, trainedModel, trainNetwork } from './training-step.ts';
import { sentence, setting } from '../util/sentence.ts';

const settings = {
  rounds: countSetting('networks, each trained with what fooled those before it', { quick: 3, paper: 15 }),
  images: countSetting('MNIST training images, the first of them', { quick: 8000, paper: 60_000 }, 64),
  epochs: countSetting('passes over the training images', { quick: 2, paper: 12 }),
  encoding: choice('of the fooling images', ['cppn', 'direct'], same('cppn')),
  evolutions: countSetting('on each network: the elites of all of them are its fooling images', {
    quick: 3,
    paper: 10,
  }),
  generations: countSetting('generations of each evolution', { quick: 50, paper: 200 }),
  population: countSetting('children of a generation', { quick: 100, paper: 200 }),
  share: choice(
    'of the fooling class: once each image, or repeated until they are as many as images of a digit',
    ['balanced', 'once'],
    same('balanced'),
  ),
  digits: countSetting('MNIST test images that accuracy is measured on', same(10_000)),
  seed: countSetting('of the first training and evolution; the others follow', same(1), 0),
};
type RetrainSettings = ValuesOf<typeof settings>;

interface RoundSteps {
  readonly network: ExperimentStep<NetworkOutcome>;
  readonly evolutions: readonly ExperimentStep<EvolutionOutcome>[];
}

export const retrainMnist: Experiment = defineExperiment({
  name: 'retrain-mnist',
  title: 'Training LeNet to recognise fooling images',
  section: 'paper §3.6',
  about: 'what fools a network becomes an eleventh class of the next one, which is then to be fooled again',
  settings,
  plan: (values) => {
    const rounds: RoundSteps[] = [];
    for (let index = 0; index < values.rounds; index++) {
      const network = networkStep(index, [...rounds], values);
      rounds.push({ network, evolutions: evolutionSteps(index, network, values) });
    }
    return {
      steps: rounds.flatMap(({ network, evolutions }) => [network, ...evolutions]),
      conclude: async (host, read) => {
        const found: Round[] = [];
        for (const { network, evolutions } of rounds) {
          const [first] = evolutions;
          const pictures = first ? await elitePictures(host, first) : [];
          found.push({ network: read(network), evolutions: evolutions.map(read), pictures });
        }
        return concludeRetraining(found);
      },
    };
  },
});

const two = (index: number): string => String(index + 1).padStart(2, '0');

function networkStep(
  index: number,
  before: readonly RoundSteps[],
  values: RetrainSettings,
): ExperimentStep<NetworkOutcome> {
  const id = `dnn-${two(index)}`;
  return {
    id,
    title: `network ${String(index + 1)} of ${String(values.rounds)}`,
    evaluations: values.images * values.epochs + values.digits,
    files: networkFiles(id),
    result: networkOutcome,
    check: async (host) => {
      await trainingImages(host, values);
    },
    run: (host) => runNetwork(host, { id, index, before, values }),
  };
}

async function runNetwork(
  host: StepHost,
  {
    id,
    index,
    before,
    values,
  }: {
    readonly id: string;
    readonly index: number;
    readonly before: readonly RoundSteps[];
    readonly values: RetrainSettings;
  },
): Promise<NetworkOutcome | undefined> {
  const digits = await trainingImages(host, values);
  const test = firstImages(await host.loadMnist('test'), values.digits);
  const pictures: Picture[] = [];
  for (const { evolutions } of before)
    for (const step of evolutions) pictures.push(...(await elitePictures(host, step)));
  const least = values.share === 'balanced' ? Math.round(digits.count / digits.classes) : 0;
  const data = withFoolingClass(
    digits,
    pictures.map(({ bytes }) => bytes),
    least,
  );
  return host.withDevice(async (gpu) => {
    const task = { id, data, epochs: values.epochs, seed: values.seed + index };
    const trained = await trainNetwork(gpu, task, host);
    if (!trained) return undefined;
    host.progress(values.images * values.epochs, 'judges digits');
    const { model, sha256, images, seconds } = trained;
    const { correct } = await evaluateAccuracy(gpu, model, test);
    const named = await judgePictures(gpu, model, pictures);
    const recognised = named.filter((row) => model.labels[largest(row)] === foolingLabel).length;
    return { sha256, images, seconds, digits: test.count, correct, fooling: pictures.length, recognised };
  });
}

type Picture = Awaited<ReturnType<typeof elitePictures>>[number];

/** @throws DatasetError where there are fewer than wanted */
async function trainingImages(host: Host, { images }: RetrainSettings): Promise<ImageDataset> {
  const data = await host.loadMnist('train');
  if (images > data.count)
    throw new DatasetError(
      sentence`${data.name} has ${data.count} images, not ${images}: set ${setting('images')} to so many at most`,
    );
  return firstImages(data, images);
}

function evolutionSteps(
  index: number,
  network: ExperimentStep<NetworkOutcome>,
  { rounds, evolutions, encoding, generations, population, seed }: RetrainSettings,
): ExperimentStep<EvolutionOutcome>[] {
  const { id } = network;
  return Array.from({ length: evolutions }, (_, number) =>
    evolutionStep({
      id: `${id}-run-${two(number)}`,
      title: `fooling network ${String(index + 1)} of ${String(rounds)}, evolution ${String(number + 1)} of ${String(evolutions)}`,
      settings: {
        model: networkPath(id),
        ...{ encoding, generations, population, crops: 1, coordinates: 'pixels' },
        seed: seed + index * evolutions + number,
        // No images are evolved for the fooling class.
        classes: Array.from({ length: 10 }, (_, digit) => digit),
      },
      loadModel: (host, read) => trainedModel(host, id, read(network)),
    }),
  );
}
