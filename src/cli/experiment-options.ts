/** Options that every experiment has. */
import type { Scale } from '../experiments/experiment-settings.ts';
import type { CommonOptions } from './options.ts';

export interface ExperimentOptions extends CommonOptions {
  readonly scale: Scale;
  readonly out: string;
  readonly resume: boolean;
  readonly replace: boolean;
}
