/** The program of a thread that saves a run: makes JSON, checksums and PNG of what it is handed, and writes the files. */
import { workerData } from 'node:worker_threads';
import { FolderWriter } from '../runs/evolution/folder-writer.ts';
import { folderBelow } from '../storage/folder-below.ts';
import { answerQuestions } from './answering-thread.ts';
import { FileStorage } from './file-storage.ts';
import { encodePng } from './image-file.ts';
import type { SavingAnswer, SavingQuestion, ThreadSetup } from './saving-messages.ts';

const { root, identity, folder, writer: setup } = workerData as ThreadSetup;
const storage = new FileStorage(root, identity);
const writer = new FolderWriter(folder === '' ? storage : folderBelow(storage, folder), encodePng, setup);

answerQuestions(async (question: SavingQuestion): Promise<SavingAnswer> => {
  if ('snapshot' in question) return writer.save(question.snapshot);
  await writer.writePictures(question.pictures);
  return [];
});
