/** Draws what a run that was killed had not come to draw, before somebody looks at its pictures. */
import { AdapterError } from '../node/adapter.ts';
import { FileStorage, StorageError } from '../node/file-storage.ts';
import { encodePng } from '../node/image-file.ts';
import { formatCount } from '../report/format.ts';
import { drawPictures, missingPictures, type MissingPictures } from '../runs/evolution/draw-pictures.ts';
import { RunFolderError } from '../runs/read-files.ts';
import { lockFolder } from './lock-folder.ts';
import { withGpu, type DeviceOptions } from './session.ts';
import { during, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

interface DrawingOptions extends DeviceOptions {
  /** Whether a device may be opened for it. */
  readonly judge?: boolean;
}

/** Where that cannot be, a warning says why, and what reads the folder goes on without them. */
export async function drawMissing(
  folder: string,
  options: DrawingOptions,
  terminal: Terminal,
): Promise<void> {
  const storage = new FileStorage(folder);
  const missing = await missingIn(storage, folder);
  if (!missing) return;
  const lacking = `${folder} lacks ${formatCount(missing.cells.length, 'picture')}`;
  if (options.judge === false) {
    terminal.warn(`${lacking}: the run was not ended; "fool report ${folder}" draws them`);
    return;
  }
  try {
    const lock = await lockFolder(folder, storage, terminal);
    try {
      await draw(storage, folder, options, terminal);
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (error instanceof UsageError)
      terminal.warn(`${lacking}: a run writes them when it ends, and this one is going on`);
    else if (
      error instanceof AdapterError ||
      error instanceof StorageError ||
      error instanceof RunFolderError
    )
      terminal.warn(`${lacking}, and they cannot be drawn: ${error.message}`);
    else throw error;
  }
}

/** Once more: the process that held the lock may have written them. */
async function draw(
  storage: FileStorage,
  folder: string,
  options: DrawingOptions,
  terminal: Terminal,
): Promise<void> {
  const missing = await missingIn(storage, folder);
  if (!missing) return;
  const drawn = formatCount(missing.cells.length, 'picture');
  await withGpu(options, terminal, async (gpu) => {
    const { description } = missing.run.adapter;
    if (gpu.adapter.description !== description)
      terminal.note(`the run was made on ${description}, which may have rounded some pixels otherwise`);
    await during(terminal, `drawing ${drawn}`, drawPictures(gpu, storage, encodePng, missing));
  });
  terminal.note(`the run was not ended: ${drawn} drawn from the genomes of its archive`);
}

/** What is damaged is said by those who read the folder next. */
async function missingIn(storage: FileStorage, folder: string): Promise<MissingPictures | undefined> {
  try {
    return await missingPictures(storage, folder);
  } catch (error) {
    if (error instanceof RunFolderError) return undefined;
    throw error;
  }
}
