/** `fool classify`: what a model sees in pictures. */
import { volume } from '../../network/layer.ts';
import type { Command } from 'commander';
import { fitImage } from '../../image/fit-image.ts';
import { createJudge, imagesAtATime } from '../../model/judge.ts';
import { likeliest, type Guess } from '../../model/likeliest.ts';
import type { Model } from '../../model/model.ts';
import { NotFiniteError } from '../../model/not-finite.ts';
import { ImageFileError } from '../../node/image-file.ts';
import { readImage } from '../../node/image-folder.ts';
import { loadModel } from '../../node/model-file.ts';
import { formatConfidence } from '../../report/format.ts';
import { withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { withCrops, withModel, type ModelOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import { noteTo, Terminal } from '../terminal.ts';

interface ClassifyOptions extends ModelOptions {
  readonly crops: 1 | 10;
}

const shown = 5;
/** Pictures judged at once: answers to many begin to appear before all are read. */
const mostAtATime = 64;

export function addClassify(program: Command, invocation: Invocation): void {
  const command = withCrops(
    withModel(
      program
        .command('classify <image...>')
        .description('the five likeliest classes of pictures (PNG, JPEG)'),
    ),
  ).action(async (files: string[], options: ClassifyOptions) => {
    const terminal = new Terminal(options, invocation);
    const { model } = await loadModel(options.model, options.arch);
    await withGpu(options, terminal, async (gpu) => {
      using judge = await createJudge(
        gpu,
        model,
        imagesAtATime(model, files.length, mostAtATime),
        options.crops,
        { denseStorage: options.denseWeights },
      );
      const answers: { file: string; top: Guess[] }[] = [];
      // The reader of the output has gone: there is no answer to write.
      for (let first = 0; first < files.length && invocation.isRead?.() !== false; first += judge.images) {
        const { readable, pixels } = await readPictures(
          files.slice(first, first + judge.images),
          model,
          terminal,
        );
        if (readable.length === 0) continue;
        const confidences = await judge.judge(pixels, readable.length).catch((error: unknown) => {
          throw error instanceof NotFiniteError ? error.of(readable[error.image] ?? 'a picture') : error;
        });
        confidences.forEach((row, index) => {
          const answer = { file: readable[index] ?? '', top: likeliest(model, row, shown) };
          answers.push(answer);
          show(answer, terminal);
        });
      }
      terminal.json(answers);
    });
  });
  withExamples(command, [
    ['fool classify digit.png', 'with the shipped LeNet'],
    ['fool classify --model caffenet-tiny --crops 10 *.jpg', 'the mean of ten views of each'],
  ]);
}

/** The pictures at the model's size, one after another; those that cannot be read are reported and left out. */
async function readPictures(
  files: readonly string[],
  { preprocessing }: Model,
  terminal: Terminal,
): Promise<{ readable: string[]; pixels: Uint8Array<ArrayBuffer> }> {
  const [, height, width] = preprocessing.image;
  const bytes = volume(preprocessing.image);
  const readable: string[] = [];
  const pixels = new Uint8Array(files.length * bytes);
  for (const file of files) {
    try {
      const image = await readImage(file, noteTo(terminal));
      const [, imageHeight, imageWidth] = image.extent;
      if (imageHeight !== height || imageWidth !== width) {
        terminal.note(
          `${file} has ${String(imageWidth)} × ${String(imageHeight)} pixels, scaled to ${String(width)} × ${String(height)}`,
        );
      }
      pixels.set(fitImage(image, preprocessing.image).bytes, readable.length * bytes);
      readable.push(file);
    } catch (error) {
      if (!(error instanceof ImageFileError)) throw error;
      terminal.fail(error.message);
    }
  }
  return { readable, pixels: pixels.subarray(0, readable.length * bytes) };
}

function show({ file, top }: { file: string; top: readonly Guess[] }, terminal: Terminal): void {
  terminal.answer(file);
  for (const { label, confidence } of top)
    terminal.answer(`  ${formatConfidence(confidence).padStart(12)}  ${label}`);
}
