/** Leaves out parts of a weight file that the user says are no part of the network. */
import { WeightFileError } from '../formats/weight-file-error.ts';
import type { WeightFile } from '../formats/weight-file.ts';
import { nearestName } from '../util/nearest-name.ts';
import { sentence, setting } from '../util/sentence.ts';

/** Why such a part is of no use. */
export const asSaid = sentence`as ${setting('ignore')} says`;

/**
 * @param names of tensors, and of layers where the file lists them; `*` stands for any text
 * @throws WeightFileError for a name that nothing in the file has
 */
export function leaveOut<T extends WeightFile>(file: T, names: readonly string[], fileName: string): T {
  if (names.length === 0) return file;
  const all = [...file.tensors.keys(), ...(file.layers ?? []).map(({ name }) => name)];
  const matchers = names.map(matcherOf);
  for (const [index, matches] of matchers.entries()) {
    if (all.some(matches)) continue;
    const name = names[index] ?? '';
    const near = nearestName(name, all);
    throw new WeightFileError(
      `${fileName} has nothing called ${name} to ignore${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  }
  const isOut = (name: string) => matchers.some((matches) => matches(name));
  const out = [...new Set(all.filter(isOut))].map((name) => ({ name, reason: asSaid }));
  return {
    ...file,
    tensors: new Map([...file.tensors].filter(([name]) => !isOut(name))),
    ...(file.layers && { layers: file.layers.filter(({ name }) => !isOut(name)) }),
    ignored: [...file.ignored, ...out],
  };
}

function matcherOf(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('.*')}$`, 's');
  return (name) => expression.test(name);
}
