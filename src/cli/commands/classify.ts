/** `fool classify`: what a model sees in pictures. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { messageOf } from '../../message-of.ts';
import { confidencesOf } from '../../models/evaluation.ts';
import { fitImage } from '../../models/fit-image.ts';
import type { Model } from '../../models/model.ts';
import { ImageFileError, decodeImage } from '../../node/image-file.ts';
import { loadModel } from '../../node/model-file.ts';
import { formatConfidence } from '../../report/format.ts';
import { withModel, type ModelOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import { Terminal } from '../terminal.ts';

interface Guess {
  readonly class: number;
  readonly label: string;
  readonly confidence: number;
}

const shown = 5;

export function addClassify(program: Command): void {
  withModel(
    program.command('classify <image...>').description('the five likeliest classes of pictures (PNG)'),
  ).action(async (files: string[], options: ModelOptions) => {
    const terminal = new Terminal(options);
    const { model } = await loadModel(options.model, options.arch);
    const pictures = await Promise.all(files.map((file) => readPicture(file, model, terminal)));
    await withGpu(options.adapter, terminal, async (gpu) => {
      const pixels = Uint8Array.from(pictures.flatMap((picture) => [...picture]));
      const confidences = await confidencesOf(gpu, model, pixels, files.length);
      const answers = files.map((file, index) => ({
        file,
        top: topOf(model, confidences[index] ?? new Float32Array()),
      }));
      for (const { file, top } of answers) {
        terminal.line(file);
        for (const { label, confidence } of top)
          terminal.line(`  ${formatConfidence(confidence).padStart(12)}  ${label}`);
      }
      terminal.json(answers);
    });
  });
}

/** Bytes [channels, height, width] of the size that the model looks at. */
async function readPicture(file: string, model: Model, terminal: Terminal): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw new ImageFileError(`cannot read ${file}: ${messageOf(error)}`);
  }
  const image = decodeImage(bytes, file);
  const [channels, height, width] = model.preprocessing.image;
  if (image.height !== height || image.width !== width) {
    terminal.note(
      `${file} has ${String(image.width)} × ${String(image.height)} pixels, scaled to ${String(width)} × ${String(height)}`,
    );
  }
  return fitImage(image, [channels === 1 ? 1 : 3, height, width]);
}

function topOf({ labels }: Model, confidences: Float32Array): Guess[] {
  return [...confidences]
    .map((confidence, number): Guess => ({ class: number, label: labels[number] ?? '', confidence }))
    .sort((a, b) => b.confidence - a.confidence || a.class - b.class)
    .slice(0, shown);
}
