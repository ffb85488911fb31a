/** The command that turns a fetched file into a model, as a user would type it. */
import type { KnownWeights } from '../models/known-weights.ts';

export function importCommand(weights: KnownWeights, path: string): string {
  const words = ['fool', 'import', path, '--arch', weights.architecture, ...weights.preprocessing];
  return [...words, '--out', `${weights.name}.safetensors`].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
