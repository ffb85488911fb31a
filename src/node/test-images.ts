/** The first labelled test images: of MNIST, or spread evenly over a folder with a subfolder for each class. */
import { DatasetError } from '../datasets/dataset.ts';
import { ImageShapeError, type LabelledBatch } from '../model/evaluation.ts';
import type { Model } from '../model/model.ts';
import type { OnNote } from './image-file.ts';
import { imageBatches, openImageFolder } from './image-folder.ts';
import { loadMnist } from './mnist-files.ts';

/**
 * @param source mnist, or a folder
 * @throws DatasetError, ImageFileError, ImageShapeError
 */
export async function testImages(
  source: string,
  model: Model,
  most: number,
  onNote?: OnNote,
): Promise<LabelledBatch> {
  const { image } = model.preprocessing;
  if (source === 'mnist') {
    const { images, targets, shape, name } = await loadMnist('test');
    if (shape.join() !== image.join())
      throw new ImageShapeError(
        `${name} has images of ${shape.join(' × ')}, ${model.name} looks at ${image.join(' × ')}`,
      );
    const size = shape[0] * shape[1] * shape[2];
    return { images: Uint8Array.from(images.subarray(0, size * most)), targets: targets.slice(0, most) };
  }
  const folder = await openImageFolder(source, model.labels);
  // A folder is in the order of its classes, of which all are wanted.
  const every = Math.max(1, Math.floor(folder.pictures.length / most));
  const pictures = folder.pictures.filter((_, index) => index % every === 0).slice(0, most);
  for await (const batch of imageBatches({ ...folder, pictures }, image, most, { ...(onNote && { onNote }) }))
    return batch;
  throw new DatasetError(`${source} holds no labelled pictures`);
}
