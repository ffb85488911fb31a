/** The command that turns a fetched file into a model, as a user would type it. */
import type { KnownWeights } from '../weights/known-weights.ts';
import { shellLine } from './shell-words.ts';

export function importCommand(weights: KnownWeights, path: string): string {
  const words = ['fool', 'import', path, '--arch', weights.architecture, ...weights.preprocessing];
  return shellLine(...words, '--out', `${weights.name}.safetensors`);
}
