/** The command line of `fool bench`, without what it measures with. */
import { Command } from 'commander';
import { finishHelp, withExamples } from '../src/cli/help.ts';
import type { Invocation } from '../src/cli/io.ts';
import { addCompare } from './compare/compare-command.ts';
import { withMeasure, type BenchOptions } from './measure-options.ts';
import { addOrchestrator } from './orchestrator/orchestrator-command.ts';
import { notations } from './kernels/own-shapes.ts';
import { addBenchReport } from './report/report-command.ts';

/** What `--family` may name. */
export const familyNames: readonly string[] = Object.keys(notations);

/** @param measure what it does without the name of another command; @returns the exit code */
export function buildBench(
  invocation: Invocation,
  measure: (named: readonly string[], options: BenchOptions) => Promise<number>,
): Command {
  const { out, err } = invocation;
  const bench = withMeasure(new Command('fool bench'))
    .description('measure kernels, networks, whole runs, and other engines on the same adapter')
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .exitOverride()
    // `--json` of the measuring command names a file; behind the name of another command it is that command's own.
    .enablePositionalOptions()
    .action(async (named: string[], options: BenchOptions) => {
      invocation.exitCode = await measure(named, options);
    });
  addCompare(bench, invocation);
  addBenchReport(bench, invocation);
  addOrchestrator(bench, invocation);
  withExamples(bench, [
    ['fool bench kernels --list', 'what there is to be measured'],
    [
      'fool bench --family conv2d --shape-of "64x56x56 3x3 pad 1 out 128 batch 1..16*2"',
      'shapes of your own',
    ],
    ['fool bench --network "AlexNet forward" --batch 1,16 --visits 1', 'some of the networks'],
    ['fool bench compare before.json after.json', 'what became slower'],
  ]);
  finishHelp(bench, invocation);
  return bench;
}
