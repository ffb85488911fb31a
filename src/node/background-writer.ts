/** Saves runs in threads of their own, so that the search does not wait while pictures are compressed and files are flushed. */
import { availableParallelism } from 'node:os';
import {
  WriterLostError,
  type ElitePicture,
  type OpenWriter,
  type SaveWriter,
  type Snapshot,
  type WriterSetup,
} from '../runs/evolution/save-writer.ts';
import { AnsweringThread, type ThreadErrors } from './answering-thread.ts';
import { StorageError, type FileStorage } from './file-storage.ts';
import type { SavingAnswer, SavingQuestion, ThreadSetup } from './saving-messages.ts';

type SavingThread = AnsweringThread<SavingQuestion, SavingAnswer>;

/** Threads that compress the pictures of a run's end, at most: a PNG of 3 × 256 × 256 takes 10 ms of a core. */
const mostThreads = 8;
/** Pictures that are worth the start of a thread. */
const leastPictures = 8;

/**
 * Writes below a folder of the storage in the background. Where its threads cannot be started or end, the run is saved by its own.
 * @param folder the run's in the storage, without a slash at the end; the storage's own by default
 */
export function backgroundWriter(storage: FileStorage, folder = ''): OpenWriter {
  return (setup) => new BackgroundWriter(storage, folder, setup);
}

class BackgroundWriter implements SaveWriter {
  readonly inBackground = true;
  /** The first one saves; the others come for pictures. */
  readonly #threads: SavingThread[] = [];

  constructor(
    private readonly storage: FileStorage,
    private readonly folder: string,
    private readonly setup: WriterSetup,
  ) {}

  save(snapshot: Snapshot): Promise<readonly string[]> {
    const { ancestors, genomes } = snapshot;
    // Lines are needed again where this fails.
    const handed = 'cppn' in genomes ? [genomes.cppn] : genomes.direct;
    return this.#thread(0).ask({ snapshot }, [ancestors, ...handed]);
  }

  async writePictures(pictures: readonly ElitePicture[]): Promise<void> {
    // At the end nothing else is done, so that every core is free.
    const worthIt = Math.floor(pictures.length / leastPictures);
    const threads = Math.max(1, Math.min(mostThreads, availableParallelism(), worthIt));
    const share = Math.ceil(pictures.length / threads);
    await Promise.all(
      Array.from({ length: Math.ceil(pictures.length / share) }, async (_, index) => {
        // Pictures may be views of one array, which cannot be handed to several threads.
        const some = pictures
          .slice(index * share, (index + 1) * share)
          .map(({ class: number, image: { extent, bytes } }): ElitePicture => {
            return { class: number, image: { extent, bytes: Uint8Array.from(bytes) } };
          });
        await this.#thread(index).ask(
          { pictures: some },
          some.map(({ image }) => image.bytes),
        );
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }

  #thread(index: number): SavingThread {
    return (this.#threads[index] ??= new AnsweringThread('saving-thread.js', this.#setupOf(index), errors));
  }

  /** Threads that write pictures alone need no genomes. */
  #setupOf(index: number): ThreadSetup {
    const { root, identity } = this.storage;
    return {
      ...{ root, identity, folder: this.folder },
      writer: index === 0 ? this.setup : { ...this.setup, cells: [] },
    };
  }
}

const errors: ThreadErrors = {
  refused: ({ message, code }) => new StorageError(message, code),
  lost: (why) => new WriterLostError(`the thread that saves it has ended: ${why}`),
};
