/** Threads that breed, as Node has them. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { BreederSettings, Brood } from '../genome/cppn-breeder.ts';
import type { BreedingHost } from '../genome/cppn-breeders.ts';
import { messageOf } from '../util/message-of.ts';
import { packageFolder } from './package-folder.ts';

/** What a thread is started with. */
export interface BreedingStart {
  readonly settings: BreederSettings;
  readonly port: import('node:worker_threads').MessagePort;
}

/** Threads beside the main one that the machine has cores for. */
export const mostBreeders = (): number => availableParallelism() - 1;

/** The most that pay: one share each of a few hundred children. */
const enough = 3;

/** How many breed where nobody says: none beside a driver that needs the cores itself. */
export const usualBreeders = (kind: string): number =>
  kind === 'gpu' ? Math.min(enough, mostBreeders()) : 0;

/**
 * Breeding on so many threads beside the caller's, for `breeding` of `createSearch`; undefined for none.
 * @param onNote told where threads cannot be had, end or do not answer: the main thread breeds alone then
 */
export function nodeBreeding(count: number, onNote: (text: string) => void): BreedingHost | undefined {
  if (count < 1) return undefined;
  return {
    count,
    onNote,
    hold: (words, at, value, milliseconds) => {
      Atomics.wait(words, at, value, milliseconds);
    },
    start: (settings) => {
      const { port1, port2 } = new MessageChannel();
      const workerData: BreedingStart = { settings, port: port2 };
      const worker = new Worker(join(packageFolder(), 'dist', 'breeding-thread.js'), {
        workerData,
        transferList: [port2],
      });
      worker.on('error', (error) => {
        onNote(`a thread that breeds ended, and the others take its share: ${messageOf(error)}`);
      });
      worker.unref();
      port1.unref();
      return {
        send: (elites) => {
          port1.postMessage(elites);
        },
        receive: () => (receiveMessageOnPort(port1) as { readonly message: Brood } | undefined)?.message,
        // Told by the words that it shares, the thread ends by itself; Node may abort where one is terminated that still loads its files.
        close: () => {
          port1.close();
        },
      };
    },
  };
}
