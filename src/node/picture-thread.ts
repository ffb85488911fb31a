/** The program of a thread that decodes pictures and makes them smaller. */
import { workerData } from 'node:worker_threads';
import { answerQuestions } from './answering-thread.ts';
import { smallPictureOf, type PictureQuestion, type PictureSetup } from './small-pictures.ts';

const setup = workerData as PictureSetup;

answerQuestions(
  ({ bytes, path }: PictureQuestion) => smallPictureOf(bytes, path, setup),
  ({ page, grid }) => [page.bytes, grid.bytes],
);
