/**
 * Elites are compared by log-odds, log p − log(1 − p): a float32 confidence p reads 1 from 16.6 on, where images go on
 * improving, and nothing would ever be replaced again.
 */
import { logarithm } from '../random/fixed-math.ts';

/**
 * What a confidence of 1 is taken for in a record without log-odds, and −100 what one of 0 is. They were lost; 100 is beyond
 * what trained networks give (LeNet's elites have 20 to 45), so that such an elite is replaced by nothing that may be worse.
 */
export const logOddsOfCertainty = 100;

/** Log-odds of a confidence from an older record, within ±100. */
export function logOddsOf(confidence: number): number {
  if (confidence >= 1) return logOddsOfCertainty;
  if (confidence <= 0) return -logOddsOfCertainty;
  const logOdds = logarithm(confidence / (1 - confidence));
  return Math.max(-logOddsOfCertainty, Math.min(logOddsOfCertainty, logOdds));
}
