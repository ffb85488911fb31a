/** The program of README's section on the library. */
import { readFileSync } from 'node:fs';

export function readmeProgram(): string {
  const [, section = ''] = readFileSync('README.md', 'utf8').split('\n## As a library\n');
  const [, program] = /```ts\n([^]*?)```/.exec(section) ?? [];
  if (program === undefined) throw new Error('README.md has no program in its section "As a library"');
  return program;
}
