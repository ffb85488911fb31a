/** `fool verify`: do the pictures on disk hold what the archive says of them? */
import type { Command } from 'commander';
import { picturePath } from '../../evolution/run-folder.ts';
import { createJudge, imagesAtATime } from '../../models/judge.ts';
import { FileStorage } from '../../node/file-storage.ts';
import { ImageFileError, decodeImage } from '../../node/image-file.ts';
import { loadModel } from '../../node/model-file.ts';
import { formatConfidence } from '../../report/format.ts';
import { RunFolderError, readRun } from '../../report/read-run.ts';
import { withCommon, type CommonOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import { Terminal } from '../terminal.ts';

interface VerifyOptions extends CommonOptions {
  readonly model?: string;
}

/** Another adapter rounds differently; a confidence may differ by so much and still be called the same. */
const tolerance = 1e-4;

export function addVerify(program: Command): void {
  withCommon(
    program
      .command('verify <folder>')
      .description('judge the pictures of a run afresh and compare with its archive'),
  )
    .option('--model <name>', 'the model of the run, when it has moved')
    .action(async (folder: string, options: VerifyOptions) => {
      const terminal = new Terminal(options);
      const storage = new FileStorage(folder);
      const { run, cells } = await readRun(storage, folder);
      const { model, sha256 } = await loadModel(options.model ?? run.settings.model, run.model.architecture);
      if (sha256 !== run.model.sha256) {
        throw new RunFolderError(
          `${folder} was made with another ${run.settings.model} (SHA-256 ${run.model.sha256}, here ${sha256})`,
        );
      }
      const { image } = run.model;
      const size = image[0] * image[1] * image[2];
      const pictures = new Uint8Array(size * cells.length);
      for (const [index, { class: number }] of cells.entries())
        pictures.set(await readPixels(storage, picturePath(number), image), size * index);
      await withGpu(options.adapter, terminal, async (gpu) => {
        const judge = await createJudge(gpu, model, imagesAtATime(model, cells.length), run.settings.crops, {
          denseStorage: run.settings.denseWeights ?? 'f32',
        });
        const confidences: Float32Array[] = [];
        for (let first = 0; first < cells.length; first += judge.images) {
          const count = Math.min(judge.images, cells.length - first);
          confidences.push(
            ...(await judge.judge(pictures.slice(size * first, size * (first + count)), count)),
          );
        }
        const rows = cells.map((cell, index) => {
          const found = confidences[index]?.[cell.class] ?? 0;
          return {
            class: cell.class,
            label: cell.label,
            stored: cell.confidence,
            found,
            holds: Math.abs(found - cell.confidence) <= tolerance,
          };
        });
        for (const { label, stored, found, holds } of rows) {
          terminal.line(
            `${holds ? 'holds' : 'FAILS'}  ${label}: stored ${formatConfidence(stored)}, found ${formatConfidence(found)}`,
          );
        }
        const failed = rows.filter(({ holds }) => !holds).length;
        terminal.line(
          failed === 0
            ? `all ${String(rows.length)} pictures hold`
            : `${String(failed)} of ${String(rows.length)} pictures do not hold`,
        );
        terminal.json({ folder, verified: failed === 0, tolerance, cells: rows });
        if (failed > 0) process.exitCode = 1;
      });
    });
}

async function readPixels(
  storage: FileStorage,
  path: string,
  [channels, height, width]: readonly [number, number, number],
): Promise<Uint8Array> {
  const bytes = await storage.read(path);
  if (!bytes) throw new RunFolderError(`${path} is missing`);
  const image = decodeImage(bytes, path);
  if (image.channels === channels && image.height === height && image.width === width) return image.pixels;
  const found = [image.channels, image.height, image.width].join(' × ');
  throw new ImageFileError(
    `${path} is ${found}, the run's pictures are ${[channels, height, width].join(' × ')}`,
  );
}
