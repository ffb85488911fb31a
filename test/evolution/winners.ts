/** Winners in columns, of a list that is easier to write. */
import type { Winners } from '../../src/evolution/scheduler.ts';

export interface Winner {
  readonly confidence: number;
  readonly logOdds: number;
  readonly child: number;
}

export const columns = (winners: readonly Winner[]): Winners => ({
  confidence: winners.map(({ confidence }) => confidence),
  logOdds: winners.map(({ logOdds }) => logOdds),
  child: winners.map(({ child }) => child),
});
