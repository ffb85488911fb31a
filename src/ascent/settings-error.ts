import { SettingsError } from '../util/sentence.ts';

/** Settings contradict each other or are out of range: wrong usage. The message says where, and what to do. */
export class AscentSettingsError extends SettingsError {
  override readonly name = 'AscentSettingsError';
}
