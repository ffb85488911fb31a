/** A picture out of the folder of a run, of the size that the run's pictures have. */
import type { RunRecord } from '../runs/evolution/records.ts';
import type { Image } from '../image/image.ts';
import { RunFolderError } from '../runs/read-files.ts';
import type { Storage } from '../storage/storage.ts';
import type { Host } from './experiment.ts';
import { sentence, setting } from '../util/sentence.ts';

/**
 * @param name how messages call the folder
 * @throws RunFolderError where it is missing or of another size, or what the host says of one that is damaged
 */
export async function runPicture(
  { decodePicture }: Pick<Host, 'decodePicture'>,
  { storage, name, path }: { readonly storage: Storage; readonly name: string; readonly path: string },
  { image }: Pick<RunRecord['model'], 'image'>,
): Promise<Image> {
  const [, height, width] = image;
  const bytes = await storage.read(path);
  if (!bytes)
    throw new RunFolderError(
      sentence`${name}/${path} is missing: make the run anew with ${setting('replace')}`,
    );
  const picture = decodePicture(bytes, `${name}/${path}`, { height, width });
  const size = picture.extent.join(' × ');
  if (size === image.join(' × ')) return picture;
  throw new RunFolderError(
    sentence`${name}/${path} is ${size}, the run's pictures are ${image.join(' × ')}: make the run anew with ${setting('replace')}`,
  );
}
