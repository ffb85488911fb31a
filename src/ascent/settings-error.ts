/** Settings contradict each other or are out of range: wrong usage. The message says where, and what to do. */
export class AscentSettingsError extends Error {
  override readonly name = 'AscentSettingsError';
}
