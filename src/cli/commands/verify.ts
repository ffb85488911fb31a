/** `fool verify`: do the pictures on disk hold what the archive says of them? */
import type { Command } from 'commander';
import type { Gpu } from '../../gpu/device.ts';
import { createJudge, imagesAtATime } from '../../models/judge.ts';
import type { Model } from '../../models/model.ts';
import { FileStorage } from '../../node/file-storage.ts';
import { decodeWholePicture } from '../../node/run-pictures.ts';
import { readClaims, type Claim, type ClaimedRun } from '../../report/claims.ts';
import { formatConfidence, shortLabel } from '../../report/format.ts';
import type { FoundLineage } from '../../report/read-lineage.ts';
import { RunFolderError } from '../../report/run-files.ts';
import type { Invocation } from '../io.ts';
import { withCommon, type CommonOptions } from '../options.ts';
import { loadModelOf } from '../run-model.ts';
import { withGpu } from '../session.ts';
import { Terminal } from '../terminal.ts';

interface VerifyOptions extends CommonOptions {
  readonly model?: string;
}

/** Another adapter rounds differently; a confidence may differ by so much and still be called the same. */
const tolerance = 1e-4;

interface Verdict {
  readonly class: number;
  readonly label: string;
  readonly stored: number;
  readonly found: number;
  /** The class that the network names, where the archive says that it is this one. */
  readonly named?: number;
  readonly holds: boolean;
}

export function addVerify(program: Command, invocation: Invocation): void {
  withCommon(
    program
      .command('verify <folder>')
      .description('judge the pictures of a run afresh and compare with its archive'),
  )
    .option('--model <name>', 'the model of the run, when it has moved')
    .action((folder: string, options: VerifyOptions) =>
      verify(folder, options, new Terminal(options, invocation)),
    );
}

async function verify(folder: string, options: VerifyOptions, terminal: Terminal): Promise<void> {
  const storage = new FileStorage(folder);
  const run = await readClaims(storage, folder);
  if (run.claims.length === 0) throw new RunFolderError(`${folder} holds no picture yet`);
  const model = await loadModelOf(run, run.modelName, options.model, folder);
  const pictures = await readPictures(storage, run);
  const confidences = await withGpu(options, terminal, (gpu) => judgeAll(gpu, model, run, pictures));
  const cells = run.claims.map((claim, index) => judged(claim, confidences[index] ?? new Float32Array()));
  for (const cell of cells) terminal.line(describe(cell, model));
  const lineage = verifyLineage(run.lineage, terminal);
  const failed = cells.filter(({ holds }) => !holds).length;
  terminal.line(
    failed === 0
      ? `all ${String(cells.length)} pictures hold`
      : `${String(failed)} of ${String(cells.length)} pictures do not hold`,
  );
  const verified = failed === 0 && lineage !== 'fails';
  terminal.json({ folder, verified, tolerance, cells, ...(lineage !== undefined && { lineage }) });
  if (!verified) terminal.invocation.exitCode = 1;
}

/** Whether the ancestry is one of the elites that the archive has; undefined where there is none. */
function verifyLineage(
  { ancestors, problem }: FoundLineage = {},
  terminal: Terminal,
): 'holds' | 'fails' | undefined {
  if (problem !== undefined) {
    terminal.line(`FAILS  ${problem}`);
    return 'fails';
  }
  if (!ancestors) return undefined;
  terminal.line(`holds  lineage.json: ${String(ancestors.length)} elites and ancestors`);
  return 'holds';
}

function judged({ class: number, label, confidence, named }: Claim, confidences: Float32Array): Verdict {
  const found = confidences[number] ?? 0;
  const near = Math.abs(found - confidence) <= tolerance;
  const verdict = { class: number, label, stored: confidence, found };
  if (!named) return { ...verdict, holds: near };
  const first = confidences.indexOf(Math.max(...confidences));
  // Two classes of nearly one confidence may change places on another adapter.
  const isFirst = (confidences[first] ?? 0) - found <= tolerance;
  return { ...verdict, named: first, holds: near && isFirst };
}

function describe({ class: number, label, stored, found, named, holds }: Verdict, { labels }: Model): string {
  const other =
    holds || named === undefined || named === number
      ? ''
      : `, but it is named ${shortLabel(labels[named] ?? '')}`;
  return `${holds ? 'holds' : 'FAILS'}  ${label}: stored ${formatConfidence(stored)}, found ${formatConfidence(found)}${other}`;
}

/** Confidences of every picture: [picture][class]. */
async function judgeAll(
  gpu: Gpu,
  model: Model,
  { claims, crops, randomViews, denseStorage }: ClaimedRun,
  pictures: Uint8Array<ArrayBuffer>,
): Promise<Float32Array[]> {
  const judge = await createJudge(gpu, model, imagesAtATime(model, claims.length), crops, {
    denseStorage,
    ...(randomViews && { randomViews }),
  });
  const size = pictures.length / claims.length;
  const confidences: Float32Array[] = [];
  for (let first = 0; first < claims.length; first += judge.images) {
    const count = Math.min(judge.images, claims.length - first);
    confidences.push(...(await judge.judge(pictures.slice(size * first, size * (first + count)), count)));
  }
  return confidences;
}

/** Bytes [picture, channels, height, width]. */
async function readPictures(
  storage: FileStorage,
  { model, claims }: ClaimedRun,
): Promise<Uint8Array<ArrayBuffer>> {
  const [channels, height, width] = model.image;
  const size = channels * height * width;
  const pictures = new Uint8Array(size * claims.length);
  for (const [index, { picture: path }] of claims.entries()) {
    const bytes = await storage.read(path);
    if (!bytes) throw new RunFolderError(`${path} is missing`);
    pictures.set(decodeWholePicture(bytes, path, model).pixels, size * index);
  }
  return pictures;
}
