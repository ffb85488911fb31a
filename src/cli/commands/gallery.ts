/** `fool report --gallery`: the pictures of many runs on one page. */
import { realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FileStorage } from '../../node/file-storage.ts';
import {
  GalleryStopped,
  writeGallery,
  type GalleryHooks,
  type GalleryResult,
} from '../../node/gallery-files.ts';
import { GalleryFolder, galleryStateOf } from '../../node/gallery-folder.ts';
import { judgeKey, Judges, lostModels } from '../../node/gallery-judges.ts';
import { AdapterError } from '../../node/adapter.ts';
import { formatCount } from '../../report/format.ts';
import { pageFile, type GalleryRecord } from '../../report/gallery/gallery-record.ts';
import { surveyRun, type SurveyedRun } from '../../report/gallery/survey.ts';
import { RunFolderError } from '../../runs/read-files.ts';
import { listenForInterrupt, type Interrupt } from '../interrupt.ts';
import { drawMissing } from '../draw-missing.ts';
import { lockFolder } from '../lock-folder.ts';
import type { CommonOptions } from '../options.ts';
import { withGpu } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { sentence } from '../../util/sentence.ts';

export interface GalleryOptions extends CommonOptions {
  readonly out: string;
  readonly replace: boolean;
  /** Whether pictures are judged afresh. */
  readonly judge: boolean;
}

export async function makeGallery(
  folders: readonly string[],
  options: GalleryOptions,
  terminal: Terminal,
): Promise<void> {
  const { runs, notes } = await surveyAll(folders, terminal);
  const storage = new FileStorage(options.out);
  await galleryBefore(storage, options);
  for (const { name } of runs) await drawMissing(name, options, terminal);
  const lost = options.judge ? await lostModels(runs) : new Map<SurveyedRun, string>();
  const lock = await lockFolder(options.out, storage, terminal, {
    written: [pageFile],
    lost: `${options.out} was moved, removed or emptied while the gallery was written: make it again`,
  });
  try {
    // Once more, since another process may have made one before it let go of the folder.
    const before = await galleryBefore(storage, options);
    const pictures = runs.map((run) => run.pictures);
    const folder = new GalleryFolder(storage, before, pictures);
    const interrupt = listenForInterrupt(terminal.invocation, () => {
      terminal.note('stopping; what was written of the gallery is removed');
    });
    const write = (judges?: Judges) => {
      const judgeOf = async (run: SurveyedRun) => lost.get(run) ?? (await judges?.of(run)) ?? '';
      return follow(folder, runs, notes, options.judge ? judgeOf : undefined, interrupt, terminal);
    };
    const judged = runs.filter((run) => !lost.has(run));
    const withJudges = () =>
      withGpu(options, terminal, async (gpu) => {
        const judges = new Judges(gpu, judged, terminal.said);
        try {
          return await write(judges);
        } finally {
          judges.destroy();
        }
      });
    announce(await (options.judge && judged.length > 0 ? withJudges() : write()), options.out, terminal);
  } catch (error) {
    if (error instanceof AdapterError)
      throw new AdapterError(sentence`${error.sentence}; --no-judge makes the gallery without a device`);
    if (!(error instanceof GalleryStopped)) throw error;
  } finally {
    await lock.release();
  }
}

/** What `run.json` of each folder says, in the order in which models are needed; a run that is there twice is taken once. */
async function surveyAll(
  folders: readonly string[],
  terminal: Terminal,
): Promise<{ runs: SurveyedRun[]; notes: string[] }> {
  const runs: SurveyedRun[] = [];
  const notes: string[] = [];
  const places = new Set<string>();
  const marks = new Map<string, string>();
  for (const folder of folders) {
    const place = await realpath(folder).catch(() => resolve(folder));
    if (places.has(place)) continue;
    places.add(place);
    const run = await surveyOne(folder, terminal);
    if (typeof run === 'string') {
      notes.push(run);
      terminal.warn(run);
      continue;
    }
    const identity = JSON.stringify([run.mark, run.started]);
    const twin = run.mark === undefined ? undefined : marks.get(identity);
    if (twin === undefined) runs.push(run);
    else terminal.note(`${folder} is the same run as ${twin}, which is shown`);
    marks.set(identity, twin ?? folder);
  }
  if (runs.length === 0) throw new RunFolderError(`no run can be shown: ${notes.join('; ')}`);
  const keys = [...new Set(runs.map(judgeKey))];
  const inOrder = keys.flatMap((key) => runs.filter((run) => judgeKey(run) === key));
  return { runs: inOrder, notes };
}

/** @returns why a damaged one is left out; @throws RunFolderError where there is no run */
async function surveyOne(folder: string, terminal: Terminal): Promise<SurveyedRun | string> {
  const storage = new FileStorage(folder);
  const isRun = (await storage.read('run.json')) !== undefined;
  try {
    return await surveyRun(storage, folder);
  } catch (error) {
    if (!isRun || !(error instanceof RunFolderError)) throw error;
    return `${folder}: left out: ${terminal.said(error.sentence)}`;
  }
}

/** @throws UsageError where the folder holds what must not be overwritten */
async function galleryBefore(
  storage: FileStorage,
  { out, replace }: GalleryOptions,
): Promise<GalleryRecord | undefined> {
  const state = await galleryStateOf(storage);
  switch (state.holds) {
    case 'nothing':
      return undefined;
    case 'other':
      throw new UsageError(`${out} ${state.words}: choose another --out`);
    case 'gallery':
      if (state.whole && !replace)
        throw new UsageError(
          `${out} holds a gallery already: pass --replace to make it anew, or another --out`,
        );
      return state.record;
  }
}

async function follow(
  folder: GalleryFolder,
  runs: readonly SurveyedRun[],
  notes: readonly string[],
  judgeOf: GalleryHooks['judgeOf'],
  interrupt: Interrupt,
  terminal: Terminal,
): Promise<GalleryResult> {
  const bar = terminal.progress(
    runs.reduce((sum, { pictures }) => sum + pictures, 0),
    'pictures',
  );
  try {
    return await writeGallery(folder, runs, notes, {
      judgeOf,
      notJudged: 'the gallery was made with --no-judge',
      said: terminal.said,
      onProgress: (done, run) => {
        bar.update(done, run);
      },
      onWarning: (text) => {
        terminal.warn(text);
      },
      shouldStop: interrupt.requested,
    });
  } catch (error) {
    if (error instanceof GalleryStopped) interrupt.end();
    throw error;
  } finally {
    bar.stop();
  }
}

function announce({ runs, pictures, notes }: GalleryResult, out: string, terminal: Terminal): void {
  const page = join(out, pageFile);
  terminal.line(`${formatCount(pictures, 'picture')} of ${formatCount(runs.length, 'run')}: ${page}`);
  terminal.json({ folder: out, gallery: page, pictures, runs: runs.map(({ name }) => name), notes });
}
