/** Which pictures of a user's folder a network is trained on, and by which it is judged. */
import type { LabelledPicture } from './experiment.ts';

export interface PictureChoice {
  readonly trained: readonly LabelledPicture[];
  readonly judged: readonly LabelledPicture[];
}

/** Of a class, one picture in so many is kept back to judge by, where no folder is given for that. */
const heldOut = 10;

/**
 * The first pictures of each class, in the folder's order.
 * @param perClass most of each
 */
export function chosenPictures(
  training: readonly LabelledPicture[],
  judging: readonly LabelledPicture[] | undefined,
  perClass: { readonly trained: number; readonly judged: number },
): PictureChoice {
  const counted = inClasses(training);
  const isHeldOut = ({ place }: Counted) => judging === undefined && place % heldOut === heldOut - 1;
  const trained = counted.filter((each) => !isHeldOut(each)).map(({ picture }) => picture);
  const judged = judging ?? counted.filter(isHeldOut).map(({ picture }) => picture);
  return { trained: firstOfEach(trained, perClass.trained), judged: firstOfEach(judged, perClass.judged) };
}

interface Counted {
  readonly picture: LabelledPicture;
  /** Among those of its class, from 0. */
  readonly place: number;
}

function inClasses(pictures: readonly LabelledPicture[]): Counted[] {
  const seen = new Map<number, number>();
  return pictures.map((picture) => {
    const place = seen.get(picture.target) ?? 0;
    seen.set(picture.target, place + 1);
    return { picture, place };
  });
}

const firstOfEach = (pictures: readonly LabelledPicture[], most: number): LabelledPicture[] =>
  inClasses(pictures)
    .filter(({ place }) => place < most)
    .map(({ picture }) => picture);
