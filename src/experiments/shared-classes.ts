/** The classes that two networks have in common, and whether one can judge what was evolved on the other. */
import { wordNetId } from '../datasets/imagenet-labels.ts';
import type { Model } from '../model/model.ts';
import type { NamedModel } from './experiment.ts';
import { SentenceError, sentence, setting } from '../util/sentence.ts';

/** A class that both networks know. */
export interface SharedClass {
  readonly label: string;
  /** Its number in either network. */
  readonly a: number;
  readonly b: number;
}

/** Two networks whose answers cannot be compared. */
export class ModelPairError extends SentenceError {
  override readonly name = 'ModelPairError';
}

/**
 * Matched by WordNet's numbers where labels have them, else by the labels, whose upper and lower case are the same. Labels that
 * a network has twice are left out, unless both networks have the same list.
 *
 * @returns in the order of the first network
 */
export function sharedClasses(a: readonly string[], b: readonly string[]): SharedClass[] {
  if (a.length === b.length && a.every((label, number) => label === b[number]))
    return a.map((label, number) => ({ label, a: number, b: number }));
  const [inA, inB] = [numbersByKey(a), numbersByKey(b)];
  return a.flatMap((label, number) => {
    const key = keyOf(label);
    const other = inB.get(key);
    return inA.get(key) === number && other !== undefined && other !== null
      ? [{ label, a: number, b: other }]
      : [];
  });
}

const keyOf = (label: string): string => wordNetId(label) ?? label.trim().toLowerCase();

/** Null where several classes have it. */
function numbersByKey(labels: readonly string[]): Map<string, number | null> {
  const numbers = new Map<string, number | null>();
  for (const [number, label] of labels.entries()) {
    const key = keyOf(label);
    numbers.set(key, numbers.has(key) ? null : number);
  }
  return numbers;
}

/** @throws ModelPairError where the networks are one, see other colours, or share fewer than two classes */
export function checkPair(a: NamedModel, b: NamedModel): void {
  const names = `${a.model.name} and ${b.model.name}`;
  if (a.sha256 === b.sha256)
    throw new ModelPairError(
      sentence`${names} are the same network: name two that were trained apart, by ${setting('a')} and ${setting('b')}`,
    );
  const [ofA, ofB] = [channelsOf(a.model), channelsOf(b.model)];
  if (ofA !== ofB)
    throw new ModelPairError(
      `${a.model.name} looks at images of ${channelsText(ofA)}, ${b.model.name} at images of ${channelsText(ofB)}: name two networks for the same kind of image`,
    );
  const shared = sharedClasses(a.model.labels, b.model.labels).length;
  if (shared < 2)
    throw new ModelPairError(
      sentence`${names} share ${shared === 0 ? 'no class' : 'one class'} by label, and no less than two can be told apart: name networks for the same classes, or give one the other's labels (${setting('labels', { command: 'fool import', value: 'FILE' })})`,
    );
}

const channelsOf = ({ preprocessing }: Model): number => preprocessing.image[0];
const channelsText = (channels: number): string => (channels === 1 ? 'one channel' : 'three channels');
