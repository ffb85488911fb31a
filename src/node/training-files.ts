/**
 * The checkpoints of a training beside the file that it is going to write, two generations of them. A checkpoint is written whole
 * under a third name, flushed and renamed, and only then does the one before it go: whenever the process or the machine stops,
 * there is one that is whole.
 */
import { lstat, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { count } from '../util/count.ts';
import { TrainingCheckpointError } from '../model/training/training-state.ts';
import { codeOf } from './error-code.ts';
import { storageError, StorageError } from './file-storage.ts';
import { makeFolderOf } from './save-file.ts';
import { leftoversOf, writeWhole } from './write-whole.ts';

export class TrainingFiles {
  readonly newest: string;
  readonly previous: string;
  readonly lock: string;
  readonly #unfinished: string;
  /** Whether the newest one is worth to be kept as the previous one. */
  #isNewestGood = true;

  private constructor(
    readonly out: string,
    target: string,
  ) {
    this.newest = `${target}.checkpoint`;
    this.previous = `${target}.checkpoint.previous`;
    this.lock = `${target}.lock`;
    this.#unfinished = `${target}.checkpoint.unfinished`;
  }

  /** @param out the weight file; where it is a symbolic link, all lies beside the file that it stands for */
  static async of(out: string): Promise<TrainingFiles> {
    const isLink = (await lstat(out).catch(() => undefined))?.isSymbolicLink() === true;
    return new TrainingFiles(out, isLink ? await realpath(out).catch(() => out) : out);
  }

  /**
   * Makes the folder, and makes and removes a file in it: what cannot be written should be known before half an hour of work.
   * @throws StorageError saying why and what to do
   */
  async checkWritable(): Promise<void> {
    const { out } = this;
    const existing = await stat(out).catch(() => undefined);
    if (basename(out) === '' || /[/\\]$/.test(out) || existing?.isDirectory() === true)
      throw new StorageError(
        `cannot write ${out}: it is a folder, not a file: name a file in it, such as ${out.replace(/[/\\]*$/, '/')}lenet.safetensors`,
        'EISDIR',
      );
    if (existing && !existing.isFile())
      throw new StorageError(
        `cannot write ${out}: it is a device or a pipe, not a file: name a file`,
        'EINVAL',
      );
    try {
      await makeFolderOf(this.newest);
      // Longer than the names to come, and no other process's: that may be at work here.
      const trial = `${this.newest}.trial-${String(process.pid).padStart(10, '0')}`;
      await writeWhole(trial, new Uint8Array());
      await rm(trial, { force: true });
    } catch (error) {
      throw storageError('write', out, error instanceof StorageError ? error.cause : error);
    }
  }

  /** Those that there are, the newer one first. */
  async present(): Promise<string[]> {
    const there = await Promise.all(
      [this.newest, this.previous].map((file) =>
        lstat(file).then(
          () => [file],
          () => [],
        ),
      ),
    );
    return there.flat();
  }

  /**
   * What the newest checkpoint that can be read holds.
   * @param parse throws TrainingCheckpointError where it cannot
   * @param most bytes that a checkpoint has at most
   * @param onNote is told why it is not the newer one
   * @throws TrainingCheckpointError saying what is wrong with both, StorageError
   */
  async read<T>(
    parse: (bytes: Uint8Array, file: string) => Promise<T>,
    most: number,
    onNote: (text: string) => void,
  ): Promise<{ readonly content: T; readonly file: string }> {
    const problems: string[] = [];
    for (const file of [this.newest, this.previous]) {
      try {
        const content = await parse(await wholeFile(file, most), file);
        if (problems.length > 0)
          onNote(`${problems.join('; ')}; going on from the checkpoint before it, ${file}`);
        this.#isNewestGood = file === this.newest;
        return { content, file };
      } catch (error) {
        if (!(error instanceof TrainingCheckpointError)) throw error;
        problems.push(error.message);
      }
    }
    throw new TrainingCheckpointError(problems.join('; '));
  }

  /** Keeps a checkpoint, and the one before it. @throws StorageError */
  async write(content: Uint8Array): Promise<void> {
    try {
      await writeWhole(this.#unfinished, content);
      if (this.#isNewestGood) await renameIfThere(this.newest, this.previous);
      await rename(this.#unfinished, this.newest);
      this.#isNewestGood = true;
    } catch (error) {
      throw storageError('write', this.newest, error);
    }
  }

  /** Removes what a training leaves beside its file. The older goes first: it alone would be taken for the newest. */
  async remove(): Promise<void> {
    const killed = await leftoversOf(this.#unfinished);
    await this.#tidied(...killed, this.#unfinished, this.previous, this.newest);
    this.#isNewestGood = true;
  }

  async #tidied(...files: readonly string[]): Promise<void> {
    for (const file of files) {
      try {
        await rm(file, { force: true });
      } catch (error) {
        throw storageError('remove', file, error);
      }
    }
  }
}

async function wholeFile(file: string, most: number): Promise<Uint8Array> {
  try {
    const info = await stat(file);
    if (!info.isFile()) throw new TrainingCheckpointError(`${file} is no file`);
    if (info.size > most)
      throw new TrainingCheckpointError(
        `${file} has ${count(info.size)} bytes, a checkpoint of this network has at most ${count(most)}`,
      );
    return await readFile(file);
  } catch (error) {
    if (error instanceof TrainingCheckpointError) throw error;
    if (codeOf(error) === 'ENOENT') throw new TrainingCheckpointError(`${file} is missing`);
    throw storageError('read', file, error);
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
