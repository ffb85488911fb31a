/** Which variants a command's networks take: what was measured on this machine, what is measured now, or what comes along. */
import type { Gpu } from '../gpu/device.ts';
import { firstOf, type ChoiceTable, type Tuning } from '../gpu/tuning.ts';
import { bundledChoices } from '../kernels/tuning/bundled-choices.ts';
import { tableOf, tuneOnDemand } from '../kernels/tuning/measured-choices.ts';
import type { TunerHooks } from '../kernels/tuning/tuner.ts';
import { keepTuned, readTuned } from '../node/tuning-cache.ts';
import { formatCount } from '../report/format.ts';
import { messageOf } from '../util/message-of.ts';
import type { Terminal } from './terminal.ts';

/**
 * True measures every kernel first; false ignores measurements. At first use, GPUs measure what was not measured before, for as
 * long as nobody minds; software adapters, which compile for seconds, go by what was measured before.
 */
export type Tune = boolean | 'at first use';

/** Milliseconds that tuning at first use takes for a network. */
const firstUse = 2000;

export async function tuningFor(
  gpu: Gpu,
  { tune }: { readonly tune?: Tune },
  terminal: Terminal,
): Promise<Tuning | undefined> {
  if (tune === true) return tuneOnDemand(gpu, thoroughly(terminal), keeper(gpu, terminal));
  if (tune === false) return undefined;
  const now = tune === 'at first use' && gpu.adapter.kind === 'gpu';
  const { choices, problem } = await readTuned(gpu.adapter);
  if (problem !== undefined)
    terminal.warn(`${problem}; ${now ? 'they are measured anew' : '--tune measures them afresh'}`);
  if (choices) noteOthers(gpu, choices, terminal);
  if (now) return tuneOnDemand(gpu, quickly(terminal), keeper(gpu, terminal), choices);
  return choices && firstOf(choices, bundledChoices(gpu.adapter.kind));
}

function noteOthers(gpu: Gpu, choices: ChoiceTable, terminal: Terminal): void {
  const shipped = bundledChoices(gpu.adapter.kind);
  const others = Object.entries(choices).filter(([shape, name]) => shipped.variantFor(shape) !== name);
  if (others.length > 0)
    terminal.noteOnce(
      `kernels: what was measured on this machine differs for ${formatCount(others.length, 'shape')} from what comes along, and rounds differently; --no-tune leaves it out`,
    );
}

const warningsTo = (terminal: Terminal): Pick<TunerHooks, 'now' | 'onWarning'> => ({
  now: () => performance.now(),
  onWarning: (text) => {
    terminal.warn(text);
  },
});

const thoroughly = (terminal: Terminal): TunerHooks => ({
  ...warningsTo(terminal),
  onProgress: (done, total, label) => {
    terminal.note(`tuning ${String(done + 1)} of ${String(total)}: ${label}`);
  },
});

const quickly = (terminal: Terminal): TunerHooks => ({
  ...warningsTo(terminal),
  budget: firstUse,
  onProgress: () => {
    terminal.noteOnce(
      'kernels: which are fastest here is measured, once, for two seconds at most; --no-tune leaves it out',
    );
  },
});

/** Keeps what was found for later commands. */
const keeper =
  (gpu: Gpu, terminal: Terminal): Parameters<typeof tuneOnDemand>[2] =>
  async (verdicts) => {
    for (const { shape, variant, usual, times } of verdicts) {
      const gain = (times[usual] ?? NaN) / (times[variant] ?? NaN);
      if (variant !== usual)
        terminal.note(`${shape}: ${variant} is ${gain.toFixed(2)} times as fast as ${usual}`);
    }
    try {
      await keepTuned(gpu.adapter, tableOf(verdicts));
    } catch (error) {
      terminal.warn(`what was tuned holds for this command only: ${messageOf(error)}`);
    }
  };
