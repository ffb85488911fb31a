/** Names of pictures' files: the number first, so that they sort, then what it is, so that people find it. */
import { firstWords } from '../datasets/class-names.ts';

/** Characters of a name that go into a file's. */
const longest = 60;

/**
 * `0012-goldfish.png`; the number alone where there is no label, or one that says no more.
 * @param label of the class, e.g. `n01443537 goldfish, Carassius auratus`
 */
export function pictureName(number: number, label = ''): string {
  const words = asFileName(firstWords(label));
  const saysMore = words !== '' && words !== String(number) && words !== `class-${String(number)}`;
  return numberedName(number, saysMore ? words : '');
}

/** As `pictureName`, of any words. */
export function numberedName(number: number, words: string): string {
  const readable = asFileName(words);
  return `${String(number).padStart(4, '0')}${readable === '' ? '' : `-${readable}`}.png`;
}

/** What of a text every file system and shell takes: letters without accents, and digits. */
function asFileName(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return plain
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, longest)
    .replaceAll(/^-|-$/g, '');
}
