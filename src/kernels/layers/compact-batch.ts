/** Between batches padded to four images and those of one or two; see `shaders/layers/compact-batch.wgsl`. */
import source from '../../../shaders/layers/compact-batch.wgsl';
import { elementwise } from '../elementwise.ts';
import { forImages, type ImagesPerElement } from '../batch-width.ts';
import { onlyRead, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

export const compactBatchFamily = {
  name: 'compact-batch',
  group: 'layers',
  computes: 'between batches padded to four images and those of one or two',
  shaders: { 'compact-batch': source },
  entries: {
    take: { bindings: { padded: onlyRead(0), images: write(1) } },
    give: { bindings: { padded: write(0), images: onlyRead(1) } },
  },
} as const satisfies KernelFamily;

type Entry = EntryOf<typeof compactBatchFamily>;
type CompactLaunch = LaunchOf<typeof compactBatchFamily, Entry>;

/** Binds padded [values, 4] and images [values, images], which become the first of them. */
export const takeImages = (values: number, images: ImagesPerElement): CompactLaunch =>
  launch('take', values, images);

/** Binds padded [values, 4], whose first become the images and whose others zeros, and images [values, images]. */
export const giveImages = (values: number, images: ImagesPerElement): CompactLaunch =>
  launch('give', values, images);

function launch(entryPoint: Entry, values: number, images: ImagesPerElement): CompactLaunch {
  return elementwise(compactBatchFamily, entryPoint, values, {
    specialisation: forImages(images),
    constants: { COUNT: values },
    flops: 0,
    bytes: 4 * values * (4 + images),
  });
}
