/** The options of the command that measures. */
import { InvalidArgumentError, type Command } from 'commander';
import { adapterOption, positiveNumber, wholeNumber } from '../src/cli/options.ts';
import { AxisError, axisValues } from './kernels/axis.ts';
import type { MeasureOptions } from './measure.ts';
import type { OutputOptions } from './report/outputs.ts';
import type { RowChoice } from './plan.ts';
import { sections } from './sections.ts';

export interface BenchOptions extends OutputOptions, MeasureOptions, RowChoice {
  readonly visits?: number;
  readonly list: boolean;
  /** Seconds from the start of the process. */
  readonly limit?: number;
}

/** Adds arguments and options. */
export function withMeasure(bench: Command): Command {
  return bench
    .argument('[section...]', `what to measure, in this order: ${sections.join(', ')} (default: all)`)
    .addOption(adapterOption())
    .option('--list', 'print what would be measured, and measure nothing', false)
    .option('--family <name>', 'kernels: of this family')
    .option('--shape <words>', 'kernels: whose shape has these words, such as conv2')
    .option(
      '--shape-of <shape>',
      'kernels: of --family at a shape of your own, such as "64x56x56 3x3 pad 1 out 128 batch 1..64*2"; may be given several times',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option(
      '--variant <name>',
      'kernels: one variant, or all; without it those made for this kind of adapter',
    )
    .option('--network <words>', 'networks, peers: whose work has these words, such as "AlexNet forward"')
    .option('--batch <images>', 'kernels, networks, peers: of these batches, such as 1,8 or 1..16*2', batches)
    .option('--visits <n>', 'networks: how often each is visited', wholeNumber(1, 100))
    .option('--time <seconds>', 'kernels: that a variant is timed at most', positiveNumber, 1)
    .option('--seed <n>', 'kernels: of operands and of the order of variants', wholeNumber(0), 1)
    .option('--limit <seconds>', 'stop after this time, and keep what was measured', positiveNumber)
    .option('--measure-roofs', 'measure the roofs again, instead of those kept for this adapter', false)
    .option('--json <file>', 'results file to write, as soon as there is a row')
    .option('--csv <file>', 'table of all rows to write, for spreadsheets')
    .option('--markdown <file>', 'tables to write, as Markdown')
    .option('--report <file>', 'page to write, as HTML')
    .option('--trace <file>', 'trace of the networks’ dispatches to write, for ui.perfetto.dev')
    .option('--quiet', 'print rows alone, or nothing where they go into a file; failures always', false);
}

/** A list of batches, as of an axis. */
function batches(text: string): number[] {
  try {
    return axisValues(text, 1);
  } catch (error) {
    if (error instanceof AxisError) throw new InvalidArgumentError(`Expected batches: ${error.message}.`);
    throw error;
  }
}
