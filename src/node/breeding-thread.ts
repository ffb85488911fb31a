/** A thread that breeds; `breeders.ts` starts it. */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { serve } from '../genome/cppn-breeder.ts';
import type { CppnColumns } from '../genome/cppn-genomes.ts';
import type { BreedingStart } from './breeders.ts';

const { settings, port } = workerData as BreedingStart;
serve(settings, {
  receive: () => (receiveMessageOnPort(port) as { readonly message: CppnColumns } | undefined)?.message,
  send: (brood) => {
    port.postMessage(brood);
  },
});
