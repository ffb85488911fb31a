/** The program of a thread that saves a run: makes JSON, checksums and PNG of what it is handed, and writes the files. */
import { parentPort, workerData } from 'node:worker_threads';
import { FolderWriter } from '../runs/evolution/folder-writer.ts';
import { folderBelow } from '../storage/folder-below.ts';
import { messageOf } from '../util/message-of.ts';
import { codeOf } from './error-code.ts';
import { FileStorage } from './file-storage.ts';
import { encodePng } from './image-file.ts';
import type { SavingReply, SavingRequest, ThreadSetup } from './saving-messages.ts';

const { root, identity, folder, writer: setup } = workerData as ThreadSetup;
const storage = new FileStorage(root, identity);
const writer = new FolderWriter(folder === '' ? storage : folderBelow(storage, folder), encodePng, setup);

async function answer(request: SavingRequest): Promise<SavingReply> {
  const { id } = request;
  try {
    if ('snapshot' in request) return { id, warnings: await writer.save(request.snapshot) };
    await writer.writePictures(request.pictures);
    return { id, warnings: [] };
  } catch (error) {
    return { id, refusal: { message: messageOf(error), code: codeOf(error) } };
  }
}

parentPort?.on('message', (request: SavingRequest) => {
  void answer(request).then((reply) => {
    parentPort?.postMessage(reply);
  });
});
