/** `fool tune`: what was measured on this machine and is kept: the fastest kernels, roofs by `fool bench`. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { RoofsFile } from '../../../bench/roofs/kept-roofs.ts';
import { listTuned, tuningFolder, tuningStorage, type TunedFile } from '../../node/tuning-cache.ts';
import { formatCount, formatNumber } from '../../report/format.ts';
import { aligned } from '../aligned.ts';
import { withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { withOutput } from '../options.ts';
import { Terminal, type TerminalOptions } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export function addTune(program: Command, invocation: Invocation): void {
  const tune = program
    .command('tune')
    .description('what was measured on this machine and is kept, kernels and roofs: list, clear');
  withOutput(
    tune.command('list').description('adapters that were measured: kernels for how many shapes, and roofs'),
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

/** A file below the folder. */
type KeptFile = ({ readonly kind: 'kernels' } & TunedFile) | ({ readonly kind: 'roofs' } & RoofsFile);

/** @throws StorageError where the folder cannot be read */
async function listAll(): Promise<KeptFile[]> {
  const { listRoofs } = await import('../../../bench/roofs/kept-roofs.ts');
  return [
    ...(await listTuned()).map((file) => ({ kind: 'kernels' as const, ...file })),
    ...(await listRoofs()).map((file) => ({ kind: 'roofs' as const, ...file })),
  ];
}

async function list(terminal: Terminal): Promise<void> {
  const files = await listAll();
  if (files.length === 0)
    terminal.answer(
      `nothing was measured (${tuningFolder()}); evolve, ascend, classify, evaluate and train do so with --tune, or on a GPU at first use, and bench measures roofs`,
    );
  else
    for (const line of aligned([['adapter', 'measured', 'state', 'driver'], ...files.map(cells)]))
      terminal.answer(line);
  terminal.json({ folder: tuningFolder(), files });
}

/** The driver's words are long: they come last, where a narrow terminal breaks the line. */
function cells(kept: KeptFile): string[] {
  const { file, adapter = '–', driver = '–', problem } = kept;
  const state = problem === undefined ? 'in use' : `not used: ${problem} (${file})`;
  return [adapter, measuredOf(kept), state, driver];
}

function measuredOf(kept: KeptFile): string {
  if (kept.kind === 'kernels')
    return kept.choices ? `kernels for ${formatCount(Object.keys(kept.choices).length, 'shape')}` : 'kernels';
  const { peaks, date } = kept;
  if (!peaks || date === undefined) return 'roofs';
  const { gflops, gbps } = peaks;
  return `roofs: ${formatNumber(gflops)} GFLOP/s, ${formatNumber(gbps)} GB/s (${date.slice(0, 10)})`;
}

/** @throws UsageError for words that no adapter has */
async function clear(adapters: readonly string[], terminal: Terminal): Promise<void> {
  const files = await listAll();
  const matches = ({ file, adapter = '', driver = '' }: KeptFile, words: string) =>
    [file, adapter, driver].some((name) => name.toLowerCase().includes(words.toLowerCase()));
  for (const words of adapters)
    if (!files.some((file) => matches(file, words)))
      throw new UsageError(
        `nothing was measured of an adapter with "${words}" in its name; fool tune list says of which`,
      );
  const chosen = files.filter(
    (file) => adapters.length === 0 || adapters.some((words) => matches(file, words)),
  );
  const storage = tuningStorage();
  for (const { file } of chosen) await storage.remove(file);
  for (const { kind, file, adapter = 'a damaged file' } of chosen)
    terminal.line(`forgotten: ${kind} of ${adapter} (${join(tuningFolder(), file)})`);
  if (chosen.length === 0) terminal.line('nothing was measured, and nothing is to be forgotten');
  terminal.json({ folder: tuningFolder(), cleared: chosen.map(({ file }) => file) });
}
