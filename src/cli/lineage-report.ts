/** `fool report --lineage CLASS`: the ancestry of one elite. */
import { join } from 'node:path';
import { ClassNames } from '../datasets/class-names.ts';
import { replay, type Replayed } from '../runs/evolution/replay.ts';
import { FileStorage } from '../node/file-storage.ts';
import type { FoundLine } from '../node/lineage-files.ts';
import { drawMissing } from './draw-missing.ts';
import type { CommonOptions } from './options.ts';
import { loadLineageReporting } from './reporting.ts';
import { loadModelOf } from './run-model.ts';
import { withGpu } from './session.ts';
import { during, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface LineageOptions extends CommonOptions {
  /** Number or label of the class. */
  readonly lineage: string;
  readonly model?: string;
}

export async function reportLineage(
  folder: string,
  options: LineageOptions,
  terminal: Terminal,
): Promise<void> {
  const { findLine, writeLineage } = await loadLineageReporting();
  const storage = new FileStorage(folder);
  await drawMissing(folder, options, terminal);
  const found = await findLine(storage, folder, (labels) => {
    const number = new ClassNames(labels).find(options.lineage);
    if (typeof number === 'string') throw new UsageError(`--lineage: ${number}`);
    return number;
  });
  const { cell, steps, obstacle } = found;
  if (obstacle !== undefined) terminal.warn(obstacle);
  const replayed = obstacle === undefined ? await replayOf(found, folder, options, terminal) : undefined;
  const files = (await writeLineage(storage, found, replayed)).map((name) => join(folder, name));
  for (const file of files) terminal.line(file);
  terminal.json({
    folder,
    class: cell.class,
    label: cell.label,
    ancestors: steps.length - 1,
    goalSwitches: steps.filter(({ switched }) => switched).length,
    replayed: replayed !== undefined,
    files,
  });
}

async function replayOf(
  { run, steps, shown }: FoundLine,
  folder: string,
  options: LineageOptions,
  terminal: Terminal,
): Promise<Replayed[]> {
  const { settings } = run;
  const model = await loadModelOf(run, settings.model, options.model, folder);
  const line = steps.map(({ ancestor }) => ancestor);
  return withGpu(options, terminal, (gpu) =>
    during(terminal, 'breeding the line again', replay({ gpu, model, settings, line, shown })),
  );
}
