/** `fool verify`: do the pictures on disk hold what the archive says of them? */
import type { Command } from 'commander';
import type { Gpu } from '../../gpu/device.ts';
import { createJudge, imagesAtATime, judgeAll, type Judge } from '../../model/judge.ts';
import type { Model } from '../../model/model.ts';
import { FileStorage, StorageError } from '../../node/file-storage.ts';
import { ImageFileError } from '../../node/image-file.ts';
import { decodeWholePicture } from '../../node/run-pictures.ts';
import { readClaims, type Claim, type ClaimedRun } from '../../runs/claims.ts';
import { formatConfidence, formatCount, formatNumber, shortLabel } from '../../report/format.ts';
import type { FoundLineage } from '../../runs/evolution/read-lineage.ts';
import { RunFolderError } from '../../runs/read-files.ts';
import { drawMissing } from '../draw-missing.ts';
import { groups, withExamples } from '../help.ts';
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
/** Views of pictures judged at once: few enough that verdicts appear early on a CPU. */
const mostViews = 32;

interface Verdict {
  readonly class: number;
  readonly label: string;
  readonly stored: number;
  /** Absent where there is no picture to judge. */
  readonly found?: number;
  /** The class that the network names, where the archive says that it is this one. */
  readonly named?: number;
  readonly holds: boolean;
  /** Why there is no picture to judge, e.g. `images/0003.png is missing`. */
  readonly problem?: string;
}

export function addVerify(program: Command, invocation: Invocation): void {
  const command = withCommon(
    program
      .command('verify <folder>')
      .description('judge the pictures of a run afresh and compare with its archive'),
  )
    .optionsGroup(groups.model)
    .option('--model <name>', 'the model of the run, when it has moved')
    .action((folder: string, options: VerifyOptions) =>
      verify(folder, options, new Terminal(options, invocation)),
    );
  withExamples(command, [['fool verify runs/latest', 'does every PNG hold what the archive says of it?']]);
}

async function verify(folder: string, options: VerifyOptions, terminal: Terminal): Promise<void> {
  const storage = new FileStorage(folder);
  const run = await readClaims(storage, folder);
  if (run.claims.length === 0) throw new RunFolderError(`${folder} holds no picture yet`);
  const model = await loadModelOf(run, run.modelName, options.model, folder);
  await drawMissing(folder, options, terminal);
  const cells = await withGpu(options, terminal, (gpu) => verdictsOn(gpu, model, run, storage, terminal));
  const lineage = verifyLineage(run.lineage, terminal);
  const failed = cells.filter(({ holds }) => !holds).length;
  terminal.answer(sumOf(failed, cells.length));
  const verified = failed === 0 && lineage !== 'fails';
  terminal.json({ folder, verified, tolerance, cells, ...(lineage !== undefined && { lineage }) });
  if (!verified) terminal.invocation.exitCode = 1;
}

function sumOf(failed: number, all: number): string {
  if (all === 1) return failed === 0 ? 'the one picture holds' : 'the one picture does not hold';
  if (failed === 0) return `all ${formatNumber(all)} pictures hold`;
  return `${formatNumber(failed)} of ${formatNumber(all)} pictures ${failed === 1 ? 'does' : 'do'} not hold`;
}

/** Whether the ancestry is one of the elites that the archive has; undefined where there is none. */
function verifyLineage(
  { ancestors, problem }: FoundLineage = {},
  terminal: Terminal,
): 'holds' | 'fails' | undefined {
  if (problem !== undefined) {
    terminal.answer(`FAILS  ${problem}`);
    return 'fails';
  }
  if (!ancestors) return undefined;
  terminal.line(
    `holds  lineage.json: ${formatCount(ancestors.length, 'elite or ancestor', 'elites and ancestors')}`,
  );
  return 'holds';
}

/** A verdict on every claim, each printed as soon as there is one. */
async function verdictsOn(
  gpu: Gpu,
  model: Model,
  run: ClaimedRun,
  storage: FileStorage,
  terminal: Terminal,
): Promise<Verdict[]> {
  const { claims, crops, randomViews, denseStorage } = run;
  const most = Math.max(1, Math.floor(mostViews / crops));
  const judge = await createJudge(gpu, model, imagesAtATime(model, claims.length, most), crops, {
    denseStorage,
    ...(randomViews && { randomViews }),
  });
  const bar = terminal.progress(claims.length, 'pictures');
  const verdicts: Verdict[] = [];
  try {
    for (let first = 0; first < claims.length; first += judge.images) {
      for (const verdict of await judgeSome(
        judge,
        claims.slice(first, first + judge.images),
        run.model,
        storage,
      )) {
        verdicts.push(verdict);
        if (verdict.holds) terminal.line(describe(verdict, model));
        else terminal.answer(describe(verdict, model));
      }
      bar.update(verdicts.length);
    }
    return verdicts;
  } finally {
    bar.stop();
    judge.destroy();
  }
}

/** In the order of the claims; a picture that cannot be read does not hold, and the others are judged. */
async function judgeSome(
  judge: Judge,
  claims: readonly Claim[],
  { image }: ClaimedRun['model'],
  storage: FileStorage,
): Promise<Verdict[]> {
  const found: (Uint8Array | string)[] = [];
  for (const claim of claims) found.push(await pixelsOf(claim, image, storage));
  const confidences = await judgeAll(
    judge,
    found.filter((pixels) => typeof pixels !== 'string'),
  );
  return claims.map((claim, index) => {
    const { class: number, label, confidence } = claim;
    const problem = found[index];
    if (typeof problem === 'string')
      return { class: number, label, stored: confidence, holds: false, problem };
    return judged(claim, confidences.shift() ?? new Float32Array());
  });
}

/** Bytes [channels, height, width], or why there are none. */
async function pixelsOf(
  { picture: path }: Claim,
  image: ClaimedRun['model']['image'],
  storage: FileStorage,
): Promise<Uint8Array | string> {
  try {
    const bytes = await storage.read(path);
    return bytes ? decodeWholePicture(bytes, path, { image }).bytes : `${path} is missing`;
  } catch (error) {
    if (error instanceof ImageFileError || error instanceof StorageError) return error.message;
    throw error;
  }
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

function describe(verdict: Verdict, { labels }: Model): string {
  const { class: number, label, stored, found, named, holds, problem } = verdict;
  if (found === undefined) return `FAILS  ${label}: ${problem ?? ''}`;
  const other =
    holds || named === undefined || named === number
      ? ''
      : `, but it is named ${shortLabel(labels[named] ?? '')}`;
  return `${holds ? 'holds' : 'FAILS'}  ${label}: stored ${formatConfidence(stored)}, found ${formatConfidence(found)}${other}`;
}
