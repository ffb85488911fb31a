/** The many pictures of a run as a page and a grid show them, decoded on all cores. */
import { availableParallelism } from 'node:os';
import type { Image, ImageExtent } from '../image/image.ts';
import { shrink } from '../image/shrink.ts';
import type { Storage } from '../storage/storage.ts';
import { ahead } from '../util/ahead.ts';
import { AnsweringThread, type ThreadErrors } from './answering-thread.ts';
import { ImageFileError } from './image-file.ts';
import { decodePicture, filesAhead, forGrid } from './run-pictures.ts';

/** Longest side in pixels of a picture among many. */
const thumbnailSide = 128;

/** What is the same for all pictures of a run. */
export interface PictureSetup {
  readonly image: ImageExtent;
  /** Pictures of the run. */
  readonly count: number;
}

/** What a thread is asked: a file and its path. */
export interface PictureQuestion {
  readonly bytes: Uint8Array;
  readonly path: string;
}

export interface SmallPicture {
  readonly page: Image;
  /** Whether the page's is smaller than the file's. */
  readonly smaller: boolean;
  readonly grid: Image;
}

/** @throws ImageFileError when it is damaged, or larger than the run's pictures are */
export function smallPictureOf(
  bytes: Uint8Array,
  path: string,
  { image: extent, count }: PictureSetup,
): SmallPicture {
  const image = decodePicture(bytes, path, { image: extent });
  const page = shrink(image, thumbnailSide);
  return { page, smaller: page !== image, grid: forGrid(image, count, page) };
}

/** Threads at most. */
const mostThreads = 8;
/** Values of pictures that are worth a thread, which takes a fifth of a second to start and compiles its program anew. */
const leastValues = 4e7;
/** Pictures that a thread has been given at most: some wait for it, and not all are in memory. */
const mostGiven = 3;

const errors: ThreadErrors = {
  refused: ({ message }) => new ImageFileError(message),
  lost: (why) => new LostError(why),
};
class LostError extends Error {}

/**
 * The pictures that are there, in the order of their paths.
 * @param valuesOfThread values of pictures for which one more thread is started
 * @throws ImageFileError when one is damaged, or larger than the run's pictures are
 */
export async function* smallPictures(
  storage: Storage,
  paths: readonly string[],
  image: ImageExtent,
  valuesOfThread = leastValues,
): AsyncGenerator<[index: number, path: string, picture: SmallPicture]> {
  const setup: PictureSetup = { image, count: paths.length };
  const worthIt = Math.floor(
    (paths.length * image.reduce((product, side) => product * side)) / valuesOfThread,
  );
  const count = Math.min(mostThreads, availableParallelism(), worthIt);
  const threads: AnsweringThread<PictureQuestion, SmallPicture>[] = [];
  let asked = 0;
  const decode = async (path: string, bytes: Uint8Array): Promise<SmallPicture> => {
    const here = () => smallPictureOf(bytes, path, setup);
    if (count < 2) return here();
    // Not handed over: where the thread is lost, they are decoded here.
    const thread = (threads[asked++ % count] ??= new AnsweringThread('picture-thread.js', setup, errors));
    return thread.ask({ bytes, path }, []).catch((error: unknown) => orHere(error, here));
  };
  type Decoded = [index: number, path: string, picture: SmallPicture] | undefined;
  const atOnce = count < 2 ? filesAhead : mostGiven * count;
  const decoded = ahead(paths, atOnce, async (path, index): Promise<Decoded> => {
    const bytes = await storage.read(path);
    return bytes && [index, path, await decode(path, bytes)];
  });
  try {
    for await (const one of decoded) if (one) yield one;
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

function orHere(error: unknown, here: () => SmallPicture): SmallPicture {
  if (error instanceof LostError) return here();
  throw error;
}
