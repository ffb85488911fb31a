/** What repeated elements of CPPN images are worth to the network (paper §3.4, figures 9 and 10). */
import { rankOf } from '../model/evaluation.ts';
import type { ImageExtent } from '../image/image.ts';
import type { Model } from '../model/model.ts';
import { readRunRecord, RunFolderError } from '../runs/evolution/read.ts';
import {
  elitePictures,
  evolutionStep,
  picturesIn,
  type ElitePicture,
  type EvolutionOutcome,
} from './evolution-step.ts';
import { runSettings } from './independent-runs.ts';
import { defineExperiment, type Host, type NamedModel, type ExperimentStep } from './experiment.ts';
import { confidencesOfAll } from './judged.ts';
import { elementsWithin, findRepetition, withFewerElements } from './repeated-elements.ts';
import { choice, classes, countSetting, optionalText, same, text } from './experiment-settings.ts';
import { concluded } from './repetition-conclusion.ts';
import { removals, type Removals } from './repetition-outcome.ts';
import { sentence, setting } from '../util/sentence.ts';

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
      throw new RunFolderError(
        sentence`${folder} holds directly encoded images; name a run with ${setting('encoding')} cppn`,
      );
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
