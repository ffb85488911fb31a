/** Where a training stands, off the device and back on it. What is left is counted: rates, orders and dropout follow from the step. */
import type { Gpu } from '../../gpu/device.ts';
import type { ChoiceTable } from '../../gpu/tuning.ts';
import type { Trainer } from '../../network/trainer.ts';

/** Where a training stands between two steps. */
export interface TrainingState {
  /** Steps that are done. */
  readonly step: number;
  /** Mean loss of the images of the last one; null before the first. */
  readonly loss: number | null;
  /** Kernel variant by label, and by the key of its shape where there was a choice: others round otherwise. */
  readonly variants: Readonly<Record<string, string>>;
  readonly choices: ChoiceTable;
  /** Parameters and velocities by name, in the layout of the device, whose padding is part of it. */
  readonly tensors: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** A checkpoint of a training cannot be read, or belongs to something else. */
export class TrainingCheckpointError extends Error {
  override readonly name = 'TrainingCheckpointError';
}

/**
 * Reads the state of the steps that have been queued. The copies are queued before this returns, so that steps that are queued
 * while it is awaited do not show in them, and the device does not wait for the host.
 */
export async function readState(
  gpu: Gpu,
  trainer: Pick<Trainer, 'network' | 'state'>,
  step: number,
  loss: number | null,
): Promise<TrainingState> {
  const reading = [...trainer.state].map(
    async ([name, buffer]) => [name, new Float32Array(await gpu.read(buffer))] as const,
  );
  const tensors = new Map(await Promise.all(reading));
  return { step, loss, ...kernelsOf(trainer), tensors };
}

/**
 * Puts a state back on the device.
 * @throws TrainingCheckpointError where it is another network's, or the kernels are other ones than those that it was made with
 */
export function restoreState(
  gpu: Gpu,
  trainer: Pick<Trainer, 'network' | 'state'>,
  state: TrainingState,
): void {
  const { variants } = kernelsOf(trainer);
  for (const label of new Set([...Object.keys(state.variants), ...Object.keys(variants)])) {
    const [before, here] = [state.variants[label] ?? 'none', variants[label] ?? 'none'];
    if (before === here) continue;
    throw new TrainingCheckpointError(
      `the training began with ${before} for ${label}, here it is ${here}, which rounds otherwise: go on with the driver that it was started with`,
    );
  }
  const names = [...trainer.state.keys()];
  for (const name of new Set([...names, ...state.tensors.keys()])) {
    const floats = state.tensors.get(name)?.length ?? 0;
    const expected = (trainer.state.get(name)?.size ?? 0) / 4;
    if (floats !== expected)
      throw new TrainingCheckpointError(
        `the checkpoint has ${String(floats)} values of ${name}, the network has ${String(expected)}: it is another network's`,
      );
  }
  for (const [name, buffer] of trainer.state) {
    const values = state.tensors.get(name);
    if (values) gpu.write(buffer, values);
  }
}

function kernelsOf({ network }: Pick<Trainer, 'network'>): Pick<TrainingState, 'variants' | 'choices'> {
  const { turnWeights, forward, loss, backward } = network;
  const programs = [turnWeights, forward, ...(loss ? [loss.program] : []), backward];
  const merged = (tables: readonly ChoiceTable[]): ChoiceTable =>
    Object.fromEntries(tables.flatMap((table) => Object.entries(table)));
  return {
    variants: merged(programs.map((program) => program.variants())),
    choices: merged(programs.map((program) => program.choices())),
  };
}
