/**
 * Fooling images become a class more, the network is trained on, and images are evolved against it again, one or more times
 * (paper §3.6, the part about ImageNet).
 */
import { pictureName } from '../runs/picture-name.ts';
import { sha256Hex } from '../formats/sha256.ts';
import { DatasetError } from '../datasets/dataset.ts';
import { withClass } from '../model/added-class.ts';
import type { Model } from '../model/model.ts';
import { volume } from '../network/layer.ts';
import { evolutionStep, runFolder, type EvolutionOutcome } from './evolution-step.ts';
import {
  defineExperiment,
  type Experiment,
  type Host,
  type LabelledPictures,
  type ReadResult,
  type ExperimentStep,
} from './experiment.ts';
import { fineTuningStep, type FineTuningOutcome, type Lesson } from './fine-tuning-step.ts';
import { judgingStep, type JudgedPicture, type Judgement } from './judging-step.ts';
import { chosenPictures, type PictureChoice } from './picture-choice.ts';
import { conclude } from './retrain-imagenet-conclusion.ts';
import { retrainSettings, type RetrainValues } from './retrain-imagenet-settings.ts';
import { foolingLabel } from './fooling-class.ts';
import { readNetwork } from './retrained-network.ts';
import { SettingError } from './experiment-settings.ts';
import { SentenceError, sentence, setting } from '../util/sentence.ts';

const networkOf = (round: number): string => `round-${String(round)}`;

export const retrainImagenet: Experiment = defineExperiment({
  name: 'retrain-imagenet',
  title: 'Training CaffeNet to recognise fooling images',
  section: 'paper §3.6',
  about: 'fooling images become a class more, the network is trained on, and images are evolved again',
  settings: retrainSettings,
  plan: (values) => {
    const rounds = Array.from({ length: values.rounds + 1 }, (_, round) => round);
    const evolutions: ExperimentStep<EvolutionOutcome>[][] = [];
    for (const round of rounds) evolutions.push(evolutionsOf(values, round, evolutions[0]?.[0]));
    const judgements = rounds.map((round) => judgementOf(values, round, evolutions));
    const trainings = rounds.slice(1).map((round) => trainingOf(values, round, evolutions));
    const steps = rounds.flatMap((round): ExperimentStep<unknown>[] => [
      ...trainings.slice(Math.max(0, round - 1), round),
      ...(evolutions[round] ?? []),
      ...judgements.slice(round, round + 1),
    ]);
    return {
      steps,
      conclude: (host, read) => conclude(host, values, { evolutions, judgements, trainings }, read),
    };
  },
});

/** The network that a round begins with; that of round 0 is the one to fool. */
const load =
  ({ model }: RetrainValues, round: number) =>
  (host: Host) =>
    round === 0 ? host.loadModel(model) : readNetwork(host, networkOf(round));

function evolutionsOf(
  values: RetrainValues,
  round: number,
  first: ExperimentStep<EvolutionOutcome> | undefined,
): ExperimentStep<EvolutionOutcome>[] {
  const { runs, model, generations, population, seed } = values;
  return Array.from({ length: runs }, (_, run) => {
    const step = evolutionStep({
      id: `round-${String(round)}-run-${String(run + 1).padStart(2, '0')}`,
      title: `${round === 0 ? 'before training' : `after round ${String(round)}`}, run ${String(run + 1)} of ${String(runs)}`,
      settings: {
        model: round === 0 ? model : networkOf(round),
        encoding: 'cppn',
        ...{ generations, population },
        // Other first images than those whose offspring the network has been trained on.
        seed: seed + round * runs + run,
        crops: values.crops === '10' ? 10 : 1,
        coordinates: 'pixels',
        ...(values.classes && { classes: values.classes }),
      },
      ...(round > 0 && { loadModel: load(values, round) }),
      // Nothing is evolved for the class of fooling images itself.
      ...(round > 0 &&
        first && { classes: (read: ReadResult) => read(first).cells.map((cell) => cell.class) }),
    });
    const { check } = step;
    if (!check || round > 0 || run > 0) return step;
    return {
      ...step,
      check: async (host: Host) => {
        await check(host);
        await checkPictures(host, values);
      },
    };
  });
}

/** @throws SettingError where there is nothing to train on or to judge by */
async function checkPictures(host: Host, values: RetrainValues): Promise<void> {
  if (values.batch % 4 !== 0)
    throw new SettingError(sentence`${setting('batch')} ${values.batch}: expected a multiple of 4`);
  const { model } = await host.loadModel(values.model);
  try {
    withClass(model, foolingLabel);
  } catch (error) {
    if (error instanceof RangeError)
      throw new SettingError(sentence`${setting('model')} ${values.model}: ${error.message}`);
    throw error;
  }
  const { trained, judged } = await picturesFor(host, model, values);
  if (judged.length === 0)
    throw new SettingError(
      sentence`no class has ten pictures, of which one would be kept back to judge by: name a folder with ${setting('judge')}`,
    );
  if (trained.length < values.batch)
    throw new SettingError(
      sentence`there are ${trained.length} pictures to train on, fewer than the ${values.batch} of a step: choose a smaller ${setting('batch')}`,
    );
}

async function picturesFor(
  host: Host,
  { labels }: Model,
  { images, judge, pictures, judged }: RetrainValues,
): Promise<PictureChoice & Pick<LabelledPictures, 'read'>> {
  if (images === null)
    throw new SettingError(
      sentence`pictures to train on are needed, since none come along: a network that learns fooling images alone forgets all else. Name a folder with a subfolder for each class, such as ImageNet’s, with ${setting('images')}`,
    );
  const training = await opened(host, 'images', images, labels);
  const judging = judge === null ? undefined : await opened(host, 'judge', judge, labels);
  const most = { trained: pictures, judged };
  return { ...chosenPictures(training.pictures, judging?.pictures, most), read: training.read };
}

async function opened(host: Host, name: 'images' | 'judge', folder: string, labels: readonly string[]) {
  try {
    return await host.openPictures(folder, labels);
  } catch (error) {
    if (error instanceof DatasetError) throw new SettingError(sentence`${setting(name)}: ${error.sentence}`);
    throw error;
  }
}

/** The evolved images of all rounds before this one, and what they were evolved for. */
function foolingImages(
  host: Host,
  { preprocessing: { image } }: Model,
  round: number,
  evolutions: readonly (readonly ExperimentStep<EvolutionOutcome>[])[],
  read: ReadResult,
) {
  const [, height, width] = image;
  return evolutions.slice(0, round).flatMap((steps) =>
    steps.flatMap((step) =>
      read(step).cells.map((cell) => {
        const { picture = `images/${pictureName(cell.class)}` } = cell;
        const path = `${runFolder(step.id)}/${picture}`;
        const readPicture = async () => {
          const bytes = await host.storage.read(path);
          if (!bytes)
            throw new SentenceError(
              sentence`${path} is missing: start the experiment anew with ${setting('replace')}`,
            );
          const { bytes: pixels } = host.decodePicture(bytes, path, { height, width });
          if (pixels.length === volume(image)) return pixels;
          throw new SentenceError(
            sentence`${path} is no picture of this experiment: start it anew with ${setting('replace')}`,
          );
        };
        return { target: cell.class, path, read: readPicture };
      }),
    ),
  );
}

function judgementOf(
  values: RetrainValues,
  round: number,
  evolutions: readonly (readonly ExperimentStep<EvolutionOutcome>[])[],
): ExperimentStep<Judgement> {
  return judgingStep({
    id: `judge-${String(round)}`,
    title: round === 0 ? 'judging before training' : `judging after round ${String(round)}`,
    evaluations: values.judged * (values.classes?.length ?? 200),
    load: load(values, round),
    crops: values.crops === '10' ? 10 : 1,
    alarm: ({ labels }) => (round === 0 ? undefined : labels.length - 1),
    groups: async (host, model, read) => {
      const original = await host.loadModel(values.model);
      const { judged, read: readPicture } = await picturesFor(host, original.model, values);
      const { image } = model.preprocessing;
      const photographs: JudgedPicture[] = judged.map((picture) => {
        return { target: picture.target, read: () => readPicture(picture, image) };
      });
      return [photographs, foolingImages(host, model, round, evolutions, read)];
    },
  });
}

function trainingOf(
  values: RetrainValues,
  round: number,
  evolutions: readonly (readonly ExperimentStep<EvolutionOutcome>[])[],
): ExperimentStep<FineTuningOutcome> {
  const { layers, epochs, seed, batch, rate, runs, pictures } = values;
  return fineTuningStep({
    id: `train-${String(round)}`,
    title: `training of round ${String(round)}`,
    network: networkOf(round),
    descent: { batch, rate, momentum: 0.9, decay: 0.0005 },
    ...{ layers, epochs, seed: seed + round },
    evaluations: (pictures + round * runs) * (values.classes?.length ?? 200),
    lesson: (host, read) => lessonOf(host, values, round, evolutions, read),
  });
}

/** Photographs with their classes, and fooling images with theirs, the last one. */
async function lessonOf(
  host: Host,
  values: RetrainValues,
  round: number,
  evolutions: readonly (readonly ExperimentStep<EvolutionOutcome>[])[],
  read: ReadResult,
): Promise<Lesson> {
  const before = await load(values, round - 1)(host);
  const model = round === 1 ? withClass(before.model, foolingLabel) : before.model;
  const original = (await host.loadModel(values.model)).model;
  const { trained, read: readPicture } = await picturesFor(host, original, values);
  const fooling = foolingImages(host, model, round, evolutions, read);
  const { image } = model.preprocessing;
  const newest = model.labels.length - 1;
  const named = [...trained.map(({ file, target }) => [file, target]), ...fooling.map(({ path }) => [path])];
  return {
    begun: { model, sha256: before.sha256 },
    sha256: await sha256Hex(new TextEncoder().encode(JSON.stringify(named))),
    pictures: {
      count: trained.length + fooling.length,
      targets: [...trained.map(({ target }) => target), ...fooling.map(() => newest)],
      read: (index) => {
        const picture = trained[index];
        if (picture) return readPicture(picture, image);
        const own = fooling[index - trained.length];
        if (own) return own.read();
        throw new RangeError(`there is no picture ${String(index)}`);
      },
    },
  };
}
