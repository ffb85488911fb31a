/** `fool tune`: what `--tune` measured on this machine. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { clearTuned, listTuned, tuningFolder, type TunedFile } from '../../node/tuning-cache.ts';
import { aligned } from '../aligned.ts';
import { withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { withOutput } from '../options.ts';
import { Terminal, type TerminalOptions } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export function addTune(program: Command, invocation: Invocation): void {
  const tune = program.command('tune').description('what --tune measured on this machine: list, clear');
  withOutput(
    tune.command('list').description('adapters whose kernels were measured, and for how many shapes'),
  ).action((options: TerminalOptions) => list(new Terminal(options, invocation)));
  withOutput(
    tune
      .command('clear [adapters...]')
      .description('forget what was measured: of adapters with these words in their names, or of all'),
  ).action((adapters: readonly string[], options: TerminalOptions) =>
    clear(adapters, new Terminal(options, invocation)),
  );
  withExamples(tune, [
    ['fool tune list', 'what later commands go by'],
    ['fool tune clear swiftshader', 'of one adapter'],
  ]);
}

async function list(terminal: Terminal): Promise<void> {
  const files = await listTuned();
  if (files.length === 0)
    terminal.answer(
      `nothing was measured (${tuningFolder()}); evolve, ascend, classify, evaluate and train do so with --tune`,
    );
  else
    for (const line of aligned([['adapter', 'driver', 'shapes', 'state'], ...files.map(cells)]))
      terminal.answer(line);
  terminal.json({ folder: tuningFolder(), files });
}

function cells({ file, adapter = '–', driver = '–', choices, problem }: TunedFile): string[] {
  const shapes = choices ? String(Object.keys(choices).length) : '–';
  return [adapter, driver, shapes, problem === undefined ? 'in use' : `not used: ${problem} (${file})`];
}

/** @throws UsageError for words that no adapter has */
async function clear(adapters: readonly string[], terminal: Terminal): Promise<void> {
  const files = await listTuned();
  const matches = ({ file, adapter = '', driver = '' }: TunedFile, words: string) =>
    [file, adapter, driver].some((name) => name.toLowerCase().includes(words.toLowerCase()));
  for (const words of adapters)
    if (!files.some((file) => matches(file, words)))
      throw new UsageError(
        `nothing was measured of an adapter with "${words}" in its name; fool tune list says of which`,
      );
  const chosen = files.filter(
    (file) => adapters.length === 0 || adapters.some((words) => matches(file, words)),
  );
  await clearTuned(chosen);
  for (const { file, adapter = 'a damaged file' } of chosen)
    terminal.line(`forgotten: ${adapter} (${join(tuningFolder(), file)})`);
  if (chosen.length === 0) terminal.line('nothing was measured, and nothing is to be forgotten');
  terminal.json({ folder: tuningFolder(), cleared: chosen.map(({ file }) => file) });
}
