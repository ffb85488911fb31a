/** Command lines as they can be pasted into a shell. */
import { quoted } from '../report/evolve-command.ts';

/** Words that hold more than a shell leaves alone are quoted. */
export const shellLine = (...words: readonly string[]): string => words.map(quoted).join(' ');

/**
 * The command that resumes what was interrupted.
 * @param adapter as it was asked for: another one rounds differently, and what it began is refused
 */
export const resumeLine = (command: readonly string[], out: string, adapter = 'auto'): string =>
  shellLine(
    ...['fool', ...command, '--resume', '--out', out],
    ...(adapter === 'auto' ? [] : ['--adapter', adapter]),
  );
