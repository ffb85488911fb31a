/** Saves runs in threads of their own, so that the search does not wait while pictures are compressed and files are flushed. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  WriterLostError,
  type ElitePicture,
  type OpenWriter,
  type SaveWriter,
  type Snapshot,
  type WriterSetup,
} from '../runs/evolution/save-writer.ts';
import { messageOf } from '../util/message-of.ts';
import { StorageError, type FileStorage } from './file-storage.ts';
import { packageFolder } from './package-folder.ts';
import type { SavingReply, SavingRequest, ThreadSetup } from './saving-messages.ts';

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
    const { root, identity } = this.storage;
    return (this.#threads[index] ??= new SavingThread({
      ...{ root, identity, folder: this.folder },
      // Those that write pictures alone need no genomes.
      writer: index === 0 ? this.setup : { ...this.setup, cells: [] },
    }));
  }
}

interface Waiting {
  readonly resolve: (warnings: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

/** A thread, which answers what it is asked in its order. */
class SavingThread {
  readonly #worker: Worker | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  /** Settles when all that it was asked is answered. */
  #answered: Promise<unknown> = Promise.resolve();
  #lost: WriterLostError | undefined;

  constructor(setup: ThreadSetup) {
    try {
      const worker = new Worker(join(packageFolder(), 'dist', 'saving-thread.js'), { workerData: setup });
      // It keeps the process alive only while it has something to do.
      worker.unref();
      worker.on('message', (reply: SavingReply) => {
        this.#take(reply);
      });
      worker.on('error', (error) => {
        this.#lose(messageOf(error));
      });
      worker.on('exit', (code) => {
        this.#lose(`it ended with ${String(code)}`);
      });
      this.#worker = worker;
    } catch (error) {
      this.#lose(messageOf(error));
    }
  }

  /** @param handed arrays whose content goes over to the thread, and is not there any more */
  ask(
    request: { readonly snapshot: Snapshot } | { readonly pictures: readonly ElitePicture[] },
    handed: readonly ArrayBufferView[],
  ): Promise<readonly string[]> {
    const answer = new Promise<readonly string[]>((resolve, reject) => {
      const worker = this.#worker;
      if (this.#lost || !worker) {
        reject(this.#lost ?? lostBy('it is not there'));
        return;
      }
      const id = this.#asked++;
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      const buffers = new Set(handed.map(({ buffer }) => buffer as ArrayBuffer));
      worker.postMessage({ id, ...request } satisfies SavingRequest, [...buffers]);
    });
    this.#answered = Promise.allSettled([this.#answered, answer]);
    return answer;
  }

  /**
   * What it was asked is done first: Node 20 aborts the whole process where a thread is terminated that is about to ask for something
   * of a file.
   */
  async end(): Promise<void> {
    await this.#answered;
    this.#worker?.removeAllListeners();
    await this.#worker?.terminate();
  }

  #take(reply: SavingReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if ('warnings' in reply) waiting?.resolve(reply.warnings);
    else waiting?.reject(new StorageError(reply.refusal.message, reply.refusal.code));
  }

  #lose(why: string): void {
    this.#lost ??= lostBy(why);
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }
}

const lostBy = (why: string): WriterLostError =>
  new WriterLostError(`the thread that saves it has ended: ${why}`);
