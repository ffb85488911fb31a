/** The pictures that an ascent starts from, as they are handed over and as the device climbs them. */
import type { Preprocessing } from '../model/preprocessing.ts';
import type { Objective } from './objective/objective.ts';
import type { Centred } from './parametrisation/pixel.ts';
import type { PictureFor } from './start.ts';

/** @throws Error where the objective starts from a picture that was not handed over */
export function startOf<Picture>({ name, picture = 0 }: Objective, pictures: readonly Picture[]): Picture {
  const found = pictures[picture];
  if (found === undefined) throw new Error(`the picture that ${name} starts from was not handed over`);
  return found;
}

/** For the options of an optimiser: what each objective starts from, where that is pictures. */
export const pictureForOf = (
  pictures: readonly Uint8Array[] | undefined,
  preprocessing: Preprocessing,
): { readonly pictureFor?: PictureFor } =>
  pictures ? { pictureFor: (objective) => centred(startOf(objective, pictures), preprocessing) } : {};

/** Bytes [channels, height, width] as gray or RGB → minus the mean image, in the network's channel order. */
export function centred(
  pixels: Uint8Array,
  { image, mean, channelOrder }: Pick<Preprocessing, 'image' | 'mean' | 'channelOrder'>,
): Centred {
  const [channels, height, width] = image;
  const plane = height * width;
  return mean.map((offset, index) => {
    const channel = Math.floor(index / plane);
    const from = channelOrder === 'bgr' ? channels - 1 - channel : channel;
    return (pixels[from * plane + (index % plane)] ?? 0) - offset;
  });
}
