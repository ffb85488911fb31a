/** What the experiment is told, and the steps that it makes of that. */
import { trainedLayers } from '../model/training/fine-tuning.ts';
import type { EvolutionOutcome } from './evolution-step.ts';
import type { ExperimentStep } from './experiment.ts';
import type { FineTuningOutcome } from './fine-tuning-step.ts';
import type { Judgement } from './judging-step.ts';
import {
  choice,
  classes,
  countSetting,
  decimal,
  optionalText,
  same,
  text,
  type ValuesOf,
} from './experiment-settings.ts';

const crops = ['1', '10'] as const;

export const retrainSettings = {
  model: text('network to fool and to train on: a shipped model or a weight file', 'name', {
    quick: 'caffenet-tiny',
    paper: 'caffenet-tiny',
  }),
  images: optionalText(
    'pictures to train on: a folder with a subfolder for each class, named by WordNet id or label',
    'folder',
  ),
  judge: optionalText(
    'pictures to judge by, in such a folder; a tenth of those to train on, kept back, where none is given',
    'folder',
  ),
  rounds: countSetting('how often the network is trained on', same(1)),
  runs: countSetting('evolutions before and after; each gives every class a fooling image to train on', {
    quick: 1,
    paper: 9,
  }),
  generations: countSetting('generations of each evolution', { quick: 60, paper: 5000 }),
  population: countSetting('children of a generation', { quick: 40, paper: 400 }),
  crops: choice('views of an image that are averaged', crops, { quick: '1', paper: '10' }),
  classes: classes('classes that get a cell', same(null)),
  layers: choice('layers that are trained', trainedLayers, { quick: 'dense', paper: 'all' }),
  pictures: countSetting('most pictures of each class to train on', { quick: 5, paper: 1300 }),
  judged: countSetting('most pictures of each class to judge by', { quick: 3, paper: 50 }),
  // caffenet-tiny's dense layers, 384 photographs and 150 fooling images, 200 photographs to judge by, of which 71 were named
  // rightly before: four epochs at 0.001 left 65 right and took 4 for fooling images; 0.0003 left 64 and took 23; 0.0001, in
  // eight epochs, left 66 and took 38. All know 48 or more of 50 fooling images that they were not trained on.
  epochs: countSetting('how often each picture is shown', same(4)),
  batch: countSetting('pictures of a training step, a multiple of 4', { quick: 32, paper: 256 }, 4),
  rate: decimal('learning rate of the first step; it falls to 0 along a cosine', same(0.001), {
    least: 1e-9,
    most: 10,
  }),
  seed: countSetting('of the first evolution; the others and the training follow', same(1), 0),
};

export type RetrainValues = ValuesOf<typeof retrainSettings>;

/** Steps of the plan that the conclusion reads. */
export interface RetrainSteps {
  /** By round, from 0: before anything was trained. */
  readonly evolutions: readonly (readonly ExperimentStep<EvolutionOutcome>[])[];
  readonly judgements: readonly ExperimentStep<Judgement>[];
  /** Those of round 1 and the following. */
  readonly trainings: readonly ExperimentStep<FineTuningOutcome>[];
}
